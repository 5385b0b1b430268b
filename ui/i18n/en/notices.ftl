# Notifications.

page-notices = Notifications
notices-tell = A notification tells
notices-hint = While you do not want to be disturbed, and for conversations that are muted, there is none.
notices-full = Who and what
notices-sender = Who
notices-neutral = Only that something came
notices-off = Off
notice-new = New message
notice-request = New request
notice-asks = Asks to write to you
mark-read = Mark as read
