# The details of a conversation.

shared = Shared here
shared-media = Media
shared-audio = Audio
shared-documents = Documents
shared-links = Links
shared-back = Back to the details
shared-newest = Show the newest
shared-line = { $size } · { $name } · { $when }
shared-by = { $name }, { $when }
show-message = Show in the conversation
show-message-of = Show { $name } in the conversation
no-links = Links you share here will be listed.

delete-conversation = Delete conversation
confirm-erase = Delete this conversation?
confirm-erase-means = { $messages ->
    [one] { $messages } message
   *[other] { $messages } messages
} and { $files ->
    [one] { $files } file
   *[other] { $files } files
} leave this computer. { $name } keeps theirs.
erased = The conversation with { $name } is gone from this computer.
erase-waiting = Not deleted: messages to { $name } still wait on this computer. Delete them first, or let them go.
row-actions = Conversation with { $name }
open-conversation = Open
not-on-top = No longer on top
mute = Mute
unmute = Unmute
