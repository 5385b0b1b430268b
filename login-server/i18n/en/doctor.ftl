# What doctor finds.

state-ok = ok
state-warning = warning
state-trouble = trouble
disk-free = { $size } free
permissions-good = nobody else can read the data
root-key-here = it is on this machine; move it away
root-key-away = it is not on this machine
leaves-sound = { $leaves } leaves, all sound
lines-sound = { $lines } lines, all sound
line-broken = line { $line } does not fit
up-seconds = up { $seconds } s
clock-set-back = it was set back: the last head was signed later than now
clock-good = not before the last signed head
server-key-ends = it ends { $until }
server-key-until = until { $until }
server-key-none = the log names no key of this server
backup-never = none was ever made: 'backup schedule set'
backup-old = the last is of { $at }
history-behind = clients know { $leaves } leaves more: this server went back in time; restore a newer backup
history-good = no client knows a longer log
descriptors-few = { $limit } here; limits.connections and limits.pending ask for { $needed }
descriptors-good = { $limit } allowed here, { $needed } needed
ports-listening = listening on { $count } addresses
