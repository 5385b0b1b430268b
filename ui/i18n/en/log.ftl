# What administrators did.

page-log = Directory log
log-means = Every act of an administrator is in a signed log that nobody can change afterwards. This computer has checked each line.
log-export = Export…
log-file = directory.json
log-older = Show earlier acts
log-empty = No administrator has done anything yet.
log-no-date = Without a date
log-somebody = somebody who is not listed
log-anybody = anybody
log-root = The organisation's root key
log-policy = { $by } set the rules and the administrators
log-server-key = { $by } gave the login server a key
log-user-added = { $by } admitted { $name }
log-invited = { $by } invited { $name }
log-withdrawn = { $by } took back the invitation of { $name }
log-reset = { $by } let { $name } set up their account anew
log-blocked = { $by } blocked { $name }
log-device-blocked = { $by } blocked a computer of { $name }
log-unblocked = { $by } lifted the block of { $name }
log-device-unblocked = { $by } lifted the block of a computer of { $name }
log-room = { $by } made or changed the room { $name }
log-room-member = { $by } changed the membership of { $name } in a room
log-other = { $by } did something that this version does not know
log-administrator = An administrator
