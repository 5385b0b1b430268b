# The main window.

title-unread = ({ $n }) Conclave
sections = Sections
people = People
theme = Theme
lock = Lock
find-person = Find someone
online-count = Online ({ $n })
offline-count = Offline ({ $n })
nobody-yet = Nobody here yet
nobody-yet-next = Colleagues appear here once they have their account. Ask your administrator to invite them.
nothing-found = Nobody found for “{ $text }”
nothing-found-next = Check the spelling, or clear the field to see everyone.
unread-count = { $n ->
    [one] { $n } unread
   *[other] { $n } unread
}
last-message = last message: { $text }
you-preview = You: { $text }
not-sent-preview = Not sent: { $text }
last-seen = Last seen { $time }
last-seen-day = Last seen: { $day }
needs-newer = This needs a newer version of Conclave.

presence-available = Available
presence-away = Away
presence-dnd = Do not disturb
dnd-until = Do not disturb until { $time }
dnd-tomorrow = Do not disturb until tomorrow
dnd-open = Do not disturb until I turn it off
presence-offline = Offline
presence-invisible = Invisible

safety-compared = Safety number compared by you
path-lan = Direct, on this network
path-internet = Direct, over the internet
path-relayed = Relayed by your login server, which cannot read it
path-waiting = Not connected yet

conversation = Conversation
messages = Messages
choose-conversation = Choose a conversation, or press
start-of-conversation = This is the start of your conversation with { $name }. Messages are encrypted from your computer to theirs.
earlier-messages = Show earlier messages
new-messages = { $n ->
    [one] { $n } new message
   *[other] { $n } new messages
}
you = You
back-to-list = Back to the list
clock-suspect = The sender's clock was wrong by more than 5 minutes

composer = Composer
message-to = Message to { $name }
send = Send
try-again = Try again
delete = Delete
you-blocked = You blocked { $name }. Unblock to write.
is-banned = { $name } was blocked by an administrator. You can read, but not write.
no-key = { $name } is not in the directory that this computer holds. You can write when it is up to date.

state-saved = On this computer
state-waiting = Waiting for { $name } to come online
state-sending = Sending…
state-drop-box = Sealed in the drop box until { $when }
state-delivered = On { $name }'s computer since { $time }
state-read = Read { $time }
state-expired = Not collected in time. Kept here, sent when { $name } is back
state-failed = Not sent.
state-failed-why = Not sent. { $why }

file = File
file-line = { $size } · { $state }
file-progress = { $pct } % · { $done } of { $size }
file-offered = waits for your answer
file-queued = waiting
file-receiving = receiving
file-sending = sending
file-paused = paused
file-received = received and verified
file-sealed = sealed on this computer
file-failed = stopped
file-gone = no longer available
accept = Accept
decline = Decline

banner-not-signed-in = You are not signed in. You can read here; sign in to write and to stay reachable.
banner-reconnecting = Reconnecting…
banner-server-down = Can't reach the login server. You can still write to people this computer reaches directly. Directory is { $age } old, valid until { $when }.
banner-server-down-age = Can't reach the login server. You can still write to people this computer reaches directly. Directory is { $age } old.
banner-notice = From your administrator: { $text }
day-and-time = { $day }, { $time }

banner-reconnecting-in = Reconnecting… (next try in { $n } s)
banner-stopping = The login server stops in { $n } min for maintenance.
banner-directory-old = The directory is over { $grace } old. Messages wait here until the login server is back.
banner-no-network = You're offline. Messages you write will go when you're back.
banner-elsewhere = You signed in on { $device }: { $time }. This computer was signed out. Not you?
tell-administrator = Tell an administrator
keys-changed = Someone changed your account's keys
keys-changed-means = It was not this computer. If it was not you, call your administrator now.
keys-changed-call = It was not this computer. If it was not you, call your administrator now: { $name }.
keys-not-me = It was not me
keys-mine = I did this on another computer
computer-numbered = another computer ({ $short })
blocked-suspended = suspended
blocked-removed = removed from the organisation
blocked-closed = account closed
