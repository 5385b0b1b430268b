# What a command has to say.

yes = yes
no = no
on = on
nothing = nothing
healthy = healthy
leaf = Leaf { $leaf }.
everybody = Everybody
dry-run =
    Dry run: nothing was changed. It would say:
    { $text }
none-users = No users.
none-sessions = No sessions.
none-bans = No bans.
none-invites = No invites.
none-leaves = No leaves.
none-backups = No backups.
none-acts = No acts.
none-keys = No admin keys.
none-parcels = The drop box is empty.
none-settings = All keys have their defaults.
organisation-made =
    The organisation is made.
      configuration  { $config }
      data           { $data }
      admin key      { $admin }
      root key       { $root }
    Move the root key off this machine now, and keep a second copy.
    Fingerprint of the organisation:  { $fingerprint }
    Next: login-server serve
request-written = Wrote { $file }. Next: login-server key sign FILE where the admin key is, then key submit FILE here.
invited = Invited { $whom }. Valid until { $until } ({ $time }), one use.
invited-several = Invited { $whom }. Valid until { $until } ({ $time }), { $uses } uses.
would-invite = Would invite { $whom } until { $until }.
invited-list = Invited { $count } people. The links are in { $file }, sealed: 'login-server invite open' shows them.
would-invite-list = Would invite { $count } people.
people-any-name = { $count } people, any name
link-works-once-signed = The link works once { $file } is signed and submitted.
give-link =
    Give it in person or by a channel you trust; it is not shown again.
    Fingerprint of the organisation:  { $fingerprint }
reset-code = Code for { $user } (until { $until }, one use):  { $code }
reset-done = Leaf { $leaf }. Sessions closed: { $sessions }.
would-reset-phone = Would make the phone of { $user } worthless.
phone-done = Sessions closed: { $sessions }. Give the code in person; { $user } types it in place of the six digits.
phone-works-once-signed = It works once { $file } is signed and submitted; it is in no file.
would-reset = Would reset { $user }; the link would be good until { $until }.
reset-works-once-signed = It works once { $file } is signed by { $count } and submitted. Keep the link until then; it is in no file.
give-reset-link =
    Give the link in person or by a channel you trust; the person uses it like an invite. It is not shown again.
    Fingerprint of the organisation:  { $fingerprint }
invites-purged = Forgot { $count } invites.
invite-revoked = Revoked invite { $id }.
invite-revoked-leaf = Revoked invite { $id }. Leaf { $leaf }.
unlocked = { $user } may try again at once.
admitted = Admitted { $user }. Leaf { $leaf }.
erased = Erased { $user }. Leaf { $leaf }. { $sessions } sessions closed. The name and public keys stay in the signed log.
erase-planned = Closed the account of { $user }. Leaf { $leaf }. { $sessions } sessions closed. What the server holds goes on { $when }; the name and public keys stay in the signed log.
exported = Wrote what the server holds about { $user } to { $file }.
admin-made =
    { $user } is an administrator. Leaf { $leaf }.
      { $file }
    Give this file and its passphrase to { $user }, by separate ways.
admin-removed = { $user } is no administrator any more. Leaf { $leaf }.
banned-since = since { $since }, { $reason }
session-from = { $id } from { $address }
session-ended = Ended the session of { $user }.
kicked = { $whom } is kept out until { $until }. { $sessions } sessions closed. Links between computers may last until the lease ends; 'ban add' cuts them.
kick-lifted = { $whom } may log in again.
banned-user = Banned { $user }. Leaf { $leaf }. { $sessions } sessions closed in { $seconds } s.  Undo: login-server ban lift { $user }
blocked = { $network } is refused. { $sessions } sessions closed; behind it: { $names }.  Undo: login-server ban lift { $network }
block-lifted = { $network } may connect again.
ban-lifted = Lifted the ban of { $user }. Leaf { $leaf }.
policy-admin = admin key         { $key }… of { $user }
policy-number = number            { $number }, issued { $issued }
policy-set = Set { $key } to { $value }. Leaf { $leaf }.
key-added =
    Added admin key '{ $key }'. Leaf { $leaf }.
      { $file }
key-revoked = Revoked admin key '{ $key }'. Leaf { $leaf }.
passphrase-changed = The passphrase of key '{ $key }' is changed.
signed-all = Signed by '{ $key }': { $signed } of { $needed }. Next: login-server key submit FILE on the server.
signed-some = Signed by '{ $key }': { $signed } of { $needed }. It waits for another person's key.
submitted = Done: { $what }. Leaf { $leaf }.
about-phone = another phone for account { $account }, until { $until }
about-reset = re-enrolment of account { $account } (reset { $number }), until { $until }
about-withdrawal = withdrawal of the invite for '{ $user }'
about-company = invite for any name, { $uses } uses, until { $until }
about-invite = invite for '{ $user }', until { $until }
about-ban = ban of { $whom }
about-unban = end of the ban of { $whom }
about-account = account '{ $user }' ({ $account })
target-account = account { $account }
target-device = device { $device }
directory-key-rotated = The directory key is another one, until { $until }. Leaf { $leaf }.
former-key-ended = The former key has ended.
former-key-until = What the former one has signed counts until { $until }; the server has erased it.
enrolment-key-rotated = The enrolment key is another one. No policy names it, so no leaf was written.
enrolment-key-rotated-leaf = The enrolment key is another one. Leaf { $leaf }.
log-sound = The log is sound: { $leaves } leaves, root { $root }.
log-head = { $leaves } leaves, root { $root }, signed { $signed }
leaves-written = Wrote { $count } leaves to { $file }.
imported = Added { $more } leaves; the log has { $leaves }. Accounts made since the backup have no login here: 'user reset' each. Next: login-server serve
import-nothing = The log has all { $leaves } leaves already.
audit-sound = The audit log is sound: { $lines } lines.
lines-written = Wrote { $lines } lines to { $file }.
file-written = Wrote { $file }.
pages-written = Wrote man pages to { $directory }.
config-valid = { $file } is valid.
config-reloaded = Taken: { $taken }. Needs a restart: { $restart }.
purged = Erased { $count } parcels for { $user }.
notice-shown = Shown to { $sessions } sessions.
stopping = Stopping at { $at }; { $sessions } sessions are told.
tasks = { $tasks } tasks on { $workers } workers, { $waiting } waiting
up-since = up { $time } since { $since }
circuits-carried = { $count }, { $bytes } bytes carried
leaves-signed = { $leaves } leaves, head signed { $signed }
parcels-of = { $count } parcels, { $size } of { $total }
parcels-off = { $count } parcels, { $size } of { $total } (off)
backup-none = none was ever made
backup-last = last { $at }
backup-failed = { $last }; FAILED: { $why }
backup-clients-ahead = { $last }; CLIENTS KNOW { $leaves } LEAVES MORE and refuse this server: restore a newer backup
backup-sound = The backup is sound: made { $made }, { $leaves } leaves, { $records } private records.
backup-made =
    Made and checked { $file }: { $leaves } leaves, { $size }.
    Not inside: the root key, admin keys, the drop box.
backup-scheduled =
    A backup is made every day at { $at }, and the last { $keep } are kept in { $directory }.
    Keep the passphrase elsewhere: without it no backup opens.
backups-removed = Removed { $count } backups.
restored =
    Brought back { $leaves } leaves of { $made } into { $directory }.
    Clients that know more leaves refuse this server with E-DIR-1, and 'login-server status' counts how many are missing: then stop, and restore a newer backup, or add what a client has ('conclave directory --export') with 'login-server directory import'.
    Next: login-server serve
off-by-policy = off by Policy
bytes-since-start = { $bytes } bytes since the start
relay-limits = { $rate } bytes/s per person, a circuit ends after { $time }
console-help =
    /ban U                 ban add U
    /kick U SECONDS        session kick U SECONDS
    /show_clients          session list
    /change_password U     user reset U: a one-time code; nobody sets another person's password
    /make_admin U          user make-admin U
    /threads               task list
    /kill                  stop
    /help, /quit
    Every command of 'login-server --help' works here, without 'login-server'. Tab completes.
