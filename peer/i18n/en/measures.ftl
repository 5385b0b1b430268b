# Spans of time, sizes, lists.

list-separator = {" · "}
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
size-bytes = { $n } bytes
size-kilo = { $n } KB
size-mega = { $n } MB
size-giga = { $n } GB
percent = { $n }%
