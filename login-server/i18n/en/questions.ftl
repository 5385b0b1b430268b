# What is asked before an act, and prompts for passphrases.

links-of = the links
prompt-links = Passphrase of the links:
erase-later-about =
    About to close the account of { $user }, and to erase what the server holds about them on { $when }
      until then  nobody logs in; 'user export' still gives a copy
      removed     login, phone, recovery codes, sessions ({ $sessions }), prekeys, identity backup, times seen
      stays       the name and public keys in the signed log: every client checks them
      account     closed for ever; the name is never given again
confirmation-type = Type { $word } to confirm:
prompt-admin-key = Passphrase of admin key '{ $key }':
prompt-root-key = Passphrase of the organisation's root key:
prompt-key = Passphrase of key '{ $key }':
prompt-backup = Passphrase of the backup:
prompt-store-key = Store key:
prompt-new = New passphrase of { $what }:
prompt-again = The same again:
root-key-of = the organisation's root key
admin-key-of = admin key '{ $key }'
key-of = key '{ $key }'
the-backup = the backup
key-powers =
    {"  "}can       invite people, re-enrol them, ban and lift bans, lead the organisation's rooms
      cannot    read messages, change the policy, name other admins (that is the root key's)
      log       leaf signed by the root key; every client shows it
key-add-about = About to add admin key '{ $key }'
key-add-of-about = About to add admin key '{ $key }' of { $user }
key-revoke-about =
    About to revoke admin key '{ $key }'
      counts    not in leaves from now on
      invites   it signed stay good: 'invite revoke' each
      log       leaf signed by the root key
sign-about = About to sign: { $what }
make-admin-about = About to make { $user } an administrator, by an admin key named '{ $user }'
remove-admin-about =
    About to take all admin keys of { $user } out of the policy
      account   stays, as that of any member
      invites   signed by them stay good: 'invite revoke' each
      log       leaf signed by the root key; every client shows it
phone-about =
    The phone of { $user } gives no valid codes any more. With the password and a one-time code { $user } adds another.
    Password, messages and recovery codes stay; other recovery codes come with the new phone.
    Sessions closed: { $sessions }.
reset-about =
    A re-enrolment code lets { $user } choose a new password and a new phone.
    It does NOT open their messages: without the password or recovery key these stay locked for ever.
    Contacts are told who made this reset; if the keys change, they must accept the new safety number first.
    Sessions closed: { $sessions }.
erase-about =
    About to erase what the server holds about { $user }
      removed   login, phone, recovery codes, sessions ({ $sessions }), prekeys, identity backup, times seen
      stays     the name and public keys in the signed log: every client checks them
      account   closed for ever; the name is never given again
ban-about =
    About to ban { $user } (role { $role }, { $sessions } sessions)
      account   refused everywhere until lifted
      sessions  { $sessions } closed now
      rooms     { $rooms }: keys change before the next message
      log       leaf signed by { $signer }
by-admin-key = an admin key
by-directory-key = the directory key
block-about =
    About to refuse connections from { $network }
      behind it { $names }
      peers     not cut: they reach each other without the server
user-sessions = { $user } ({ $count } sessions)
nobody-now = nobody now
invite-revoke-about = About to revoke invite { $id } ({ $kind } for { $user }, { $uses } uses left)
any-name = any name
kick-all-about = About to end all sessions and refuse every login for a time.
policy-about =
    About to change the policy
      { $key }  { $before } → { $after }{ $warning }
      log       leaf signed by the root key; every client follows it
policy-warning-auto = WARNING   the server can then add users by itself
policy-warning-one-admin = WARNING   one person alone can then re-enrol anybody
stop-about = About to stop the login server. People go on peer to peer.
purge-about =
    About to erase everything in the drop box for { $user }.
      messages  lost unless their senders have them
restore-about =
    About to bring back the backup of { $made } ({ $leaves } leaves) into { $directory }
      since then   accounts, bans and resets made after it are gone
      clients      those that know a longer log refuse this server
