# The account: everything to a file, everything off this computer.

export-data = Export my data
export-data-hint = Your account, profile, settings, contacts and conversations as one JSON file, without asking anybody.
export-data-forbidden = The rules of your organisation do not allow it.
export-data-open = Export…
export-data-what = The file holds your account, your profile, your settings, your contacts and every conversation of this computer. Files are named with their sizes; their contents are saved from their conversations. Keys and passwords are not in it.
export-data-warning = The file is not encrypted: whoever reads it reads your messages. Put it where only you can read it, and delete it when you no longer need it.
export-data-anyway = Export unencrypted
export-data-password-wrong = Wrong password. Nothing was written.
exporting-data = Exporting…
export-file = conclave-data.json
erase-all = Erase this computer
erase-all-hint = Your messages, files, keys and settings of Conclave leave this computer. Nothing else on it is touched.
erase-all-open = Erase…
confirm-erase-all = Erase this computer?
erase-all-goes = { $n ->
    [0] Your messages and files ({ $size }), your keys and your settings leave this computer.
    [one] { $n } conversation with all its messages and files ({ $size }), your keys and your settings leave this computer.
   *[other] { $n } conversations with all their messages and files ({ $size }), your keys and your settings leave this computer.
}
erase-all-goes-unmeasured = All your messages and files, your keys and your settings leave this computer.
erase-all-others = Your colleagues keep what you sent them. Backups and files that you saved elsewhere stay where they are.
erase-all-final = This cannot be undone. Neither your password nor your recovery key brings anything back, only a backup does.
erase-all-account = Your account goes on at the login server. To use it here again you need a backup or a re-enrolment link from your administrator.
erase-all-name = Type your user name to confirm: { $name }
erase-all-name-wrong = This is not your user name. Nothing was erased.
erase-all-password-wrong = Wrong password. Nothing was erased.
erasing-all = Erasing…
erased-all = Conclave keeps nothing of yours on this computer any more.
