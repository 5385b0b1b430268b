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
