# Why there is no path to somebody, and what helps.

path-offline = Waiting: { $name } is offline
path-boxed = Waiting: { $name } is offline, messages are in the drop box
path-boxed-means = They are sealed at your login server, which cannot read them, and are collected when { $name } is back.
path-no-network = Waiting: this computer has no network
path-no-network-means = Messages are kept on this computer and go by themselves when it has a network again.
path-blocked = Waiting: both networks block direct links and relaying is off
path-blocked-means = Messages are kept on this computer. Your administrator decides about relaying.
path-unreachable = Waiting: neither a direct link nor the relay leads to { $name }
path-too-old = Waiting: { $name }'s app is too old
path-too-old-means = Messages are kept on this computer until { $name } has updated Conclave.
path-clock = Waiting: your clocks differ by { $n } min
path-clocks = Waiting: your clocks differ
path-clock-means = Set the clock of the computer that is wrong, yours or { $name }'s. Messages are kept here until then.
path-refused = Waiting: { $name }'s computer refuses the connection
path-refused-means = It may not have the current directory yet. Messages are kept on this computer and it is tried again.
path-stopped-by-me = Waiting: you blocked { $name }
path-stopped-by-key = Waiting: { $name }'s safety number changed
path-stopped-by-admin = Waiting: { $name } was blocked by an administrator
path-stopped-means = Nothing is sent meanwhile. What was written stays on this computer.
