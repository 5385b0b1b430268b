# What lies on this computer.

page-storage = Storage
storage-here = On this computer
storage-total = All together
storage-journal = Messages
storage-index = Index and search
storage-blobs = Files
storage-conversations = By conversation
storage-none = No conversation takes any room yet.
compact = Give room back
compact-hint = Deleted messages and files still take room until their place is written anew.
compact-now = Give back now
compacting = Working…
compacted = { $size } are free again.
backup = Backup
backup-hint = A copy of all messages and files, sealed with a passphrase of at least 12 characters. Without the passphrase nobody can open it, you neither.
backup-passphrase = Passphrase of the backup
backup-again = The passphrase again
backup-differ = The two passphrases are not the same.
back-up = Back up…
backing-up = Backing up…
backup-file = conclave.backup
backup-done = Written as { $name }: { $messages } messages, { $files } files, { $size }.
restore-how = A backup is restored where there is no account yet: in the first window, under “I have a backup”.
clear = Clear…
clear-name = Clear the conversation with { $name }
