# Durées, tailles, listes.

list-separator = {" · "}
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } j
size-bytes = { $n } octets
size-kilo = { $n } ko
size-mega = { $n } Mo
size-giga = { $n } Go
percent = { $n } %
