# First run, sign in, lock.

app-name = Conclave
language-name = English
opening = Opening…
cannot-open = Conclave can't open this profile
continue = Continue
back = Back
copy = Copy
copied = Copied
opened-here-only = Messages are opened on this computer only
theme-switch = Switch between light and dark

welcome = Welcome to Conclave
welcome-lede = Private messages and files, straight from your computer to theirs.
have-invite-link = I have an invite link
have-account = I already have an account

have-backup = I have a backup
restore-title = Restore a backup
restore-lede = It makes this profile the one of the backup, with its messages and files as they were then.
choose-backup = Choose the backup
restore-then = After that your password opens the messages, and signing in gives this computer new keys.
restore = Restore
restoring = Restoring…

step-of = Step { $n } of { $all } · { $name }
step-name = Name
step-recovery = Recovery
step-confirmation = Confirmation
step-done = Done

your-invitation = Your invitation
invite-link = Invite link
invite-link-hint = Paste the link your administrator gave you. It begins with conclave://
invite-link-given = The link was opened for you. Go on only if it came from your administrator.
read-invite-picture = Read its QR code from a picture
no-link-in-picture = There is no invite link in this picture. Choose one that shows the whole QR code, or paste the link.
invited-here = There is an account in this profile already. An invite link makes an account in a profile of its own.
asking-server = Asking the login server…
organisation = Organisation
login-server = Login server
fingerprint = Fingerprint
no-name = No name
compare-fingerprint = Compare the fingerprint with the one your administrator gave you.
same-fingerprint = They are the same, continue

reset-title = Back to your account
reset-before = A reset by an administrator cannot open your messages. Only your password or your recovery key can.
reset-then = You choose a new password and set up your phone again. This computer gets new keys: your colleagues are told, and accept your new safety number before they write to you.

your-name = Your name
user-name = User name
user-name-stays = Your user name stays the same.
user-name-given = Your administrator chose this name.
user-name-hint = 3 to 32 lower-case letters, digits, dots, dashes or underscores.
display-name = Full name
display-name-hint = Your colleagues see it. You may leave it empty.

choose-password = Choose a password
password-lede = It also opens your messages on this computer. Nobody can reset it for you.
password = Password
new-password = New password
show-password = Show password
hide-password = Hide password
strength = Strength { $n } of { $all }
password-good = A good password
making-keys = Making your keys…

add-authenticator = Add an authenticator
authenticator-1 = Open the authenticator on your phone.
authenticator-2 = Read this QR, or copy the secret below into it.
authenticator-3 = Type the six digits it shows.
authenticator-qr = QR code with the secret below
copy-secret = Copy the secret
six-digit-code = Six-digit code
new-code-in = { $n ->
    [one] A new code in { $n } s
   *[other] A new code in { $n } s
}
submits-on-sixth = Submits on the sixth digit
checking = Checking…
start-again = Start again

keep-safe = Keep these in a safe place
recovery-codes = Recovery codes
recovery-codes-for = each replaces your phone once
recovery-key = Recovery key
recovery-key-for = opens your messages without the password
have-stored = I have stored them
save-codes = Save…
save-codes-means = The file is not encrypted: whoever reads it can replace your phone and open your messages. Put it on a stick that you lock away, not on this computer.
save-codes-anyway = Save it unencrypted
codes-saved = Written as { $name }, not encrypted. Move it to a safe place.
recovery-file = conclave-recovery.txt
recovery-file-title = Conclave: keep this away from your computer and your phone.
type-back = Or type one of them back
type-back-wrong = This is none of those above. Read it once more from where you stored it.
creating-account = Creating your account…
creating-account-lede = Your computer goes on where it stopped.

sign-in-to-go-on = The login server wants to see a new code before it goes on. Sign in once more.

one-call = One call to your administrator
one-call-lede = Read these 30 digits to your administrator. You can go on when they have been confirmed.
thirty-digits = 30 digits
waiting-confirmation = Waiting for the confirmation
waiting-confirmation-next = You may close Conclave; it goes on from here.
copy-digits = Copy the digits
check-again = Check again

you-are-in = You're in.
you-are-in-lede = Your account is in the directory. Say hello to a colleague.
back-in-lede = Your account has new keys. Your colleagues are told who reset it, and accept your new safety number first.
first-hello = Say hello
first-hello-why = Choose a colleague and write the first message.
first-compare = Compare safety numbers
first-compare-why = In a colleague's details, in person or on a call: then nobody is in between.
first-keys = See the keyboard shortcuts
first-keys-why = Everything can be done without a mouse.
open-conclave = Open Conclave

sign-in = Sign in
no-account-here = There is no account on this computer. Use an invite link, or ask your administrator for a re-enrolment link.
messages-open-first = Your messages on this computer open first, even when the login server is down.
one-time-code = One-time code
code-lede = Enter the six digits shown by your authenticator.
messages-are-open = Your messages are open
use-recovery-code = Use a recovery code instead
recovery-code = Recovery code
recovery-code-lede = One of the ten codes you stored. Each works once.
use-phone-code = I have a code for a new phone
new-phone = A new phone
new-phone-lede = Type the code your administrator gave you. Your password, your keys and your messages stay as they are.
phone-code = Code from your administrator
phone-counts = Your new phone counts from now on. These codes come with it.
old-codes-gone = The recovery codes you had before no longer work.
use-authenticator = Use the authenticator instead
type-password-again = Type the password again
read-offline = Read without signing in
signing-in = Signing in…
wait-seconds = { $n ->
    [one] Next try in { $n } second
   *[other] Next try in { $n } seconds
}

your-profile = Your profile
your-profile-lede = Colleagues see it. Everything may stay empty; you can change it at any time.
choose-picture = Choose a picture
picture-taken = Picture taken
no-picture = This file is no picture. PNG, JPEG, WebP and GIF can be read.
crop-name = Part of the picture, { $pct } % of its side
crop-picture = The chosen picture
crop-hint = Drag the square, or use the arrow keys; the wheel, + and − make it larger and smaller.
crop-smaller = Smaller part
crop-larger = Larger part
crop-take = Take this part
skip = Not now
is-locked = Conclave is locked
unlock = Unlock
locked-means = Keys have left memory. New messages wait until you unlock.
leaving = Sign out?
leaving-means = Your password first: it shows that it is you. The session ends at the login server, and your messages stay on this computer, closed. To come back you need a one-time code too.
signed-out-here = Your messages are closed, but the login server could not be told: your session still stands there. Sign in and out again when it answers, or ask an administrator to end it.
signed-out = You are signed out. Your messages stay on this computer, closed.
use-recovery-key = Forgotten? Use the recovery key
recovery-key-lede = It opens your messages on this computer without the password.
open-messages = Open my messages
reset-means = For the account itself your administrator gives a re-enrolment code. A reset by an administrator cannot open your messages. Only your password or your recovery key can.
