//! What crosses the bridge: commands of the window, updates from the engine. Plain data, no handles.
//!
//! Secrets travel as wiped strings and are redacted when printed.

use std::fmt;
use std::path::PathBuf;

use conclave_peer::model::{
    Answer, Call, Contents, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, Failure, FileId, Finding,
    LoggedIn, Notification, RecoveryCodes, SessionInfo, Status, UserId,
};
use conclave_peer::password::Verdict;
use zeroize::Zeroizing;

use crate::i18n::Language;
use crate::order::Tray;
use crate::state::crop::Square;
use crate::state::notices::Notice;
use crate::state::overlay::Chosen;
use crate::state::preview::{Kind, Seen, Which};
use crate::state::shared;

/// A wiped string that never prints its content.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed(Zeroizing<String>);

impl Typed {
    /// Takes what a person typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text as the engine takes it.
    #[must_use]
    pub fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(redacted)")
    }
}

/// The second factor of a sign-in, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// Six digits.
    Code(Typed),
    /// A recovery code.
    RecoveryCode(Typed),
}

/// What an answer of the engine is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The list of people.
    Contacts,
    /// Unread counts and last messages.
    Conversations,
    /// The newest messages with a person.
    Newest(UserId),
    /// Messages before those at hand.
    Older(UserId),
    /// Messages after those at hand.
    Newer(UserId),
    /// Messages on both sides of one.
    Around(UserId),
    /// A message that was changed.
    Changed,
    /// What others are told.
    Privacy,
    /// What was found; the number is the window's own, and only the newest answer counts.
    Search(u64),
    /// The safety number with a person.
    Safety(UserId),
    /// Whether the numbers are the same.
    Verified(UserId),
    /// A person's profile.
    Profile(UserId),
    /// The own profile, changed.
    OwnProfile,
    /// What lies on this computer.
    Storage,
    /// What administrators did.
    Log,
    /// What was chosen about the window.
    Habits,
    /// Open contact requests.
    Requests,
    /// Every file.
    AllFiles,
    /// How much a conversation holds.
    Counted(UserId),
    /// What of a kind was shared in a conversation.
    Shared {
        /// With whom.
        user: UserId,
        /// Which kind.
        kind: shared::Kind,
        /// After what is at hand; from the newest on otherwise.
        older: bool,
    },
    /// A decision about a transfer.
    Transfers,
    /// The path to a person, for the badge.
    Path(UserId),
    /// An act that nobody waits for: neither its success nor its failure is said.
    Unheard,
    /// A message on its way; the number is the window's own.
    Send {
        /// To whom.
        to: UserId,
        /// The window's number for it.
        number: u64,
    },
    /// What others see of my presence.
    Presence,
    /// A conversation that is taken off this computer.
    Erased(UserId),
    /// The engine's state, for the banner and the own name.
    Status,
    /// An act whose success shows by itself; its failure is said.
    Quiet,
    /// Events were seen; nothing is done with the answer.
    Ack,
}

/// What the window asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Where the profile stands.
    Status,
    /// Reads an invite link.
    EnrolStart(Typed),
    /// Judges a password while it is typed.
    Judge {
        /// The password.
        password: Typed,
        /// The user name, which it must not contain.
        user_name: String,
        /// The window's number: only the newest answer counts.
        number: u64,
    },
    /// Makes the account.
    EnrolAccount {
        /// The user name.
        user_name: String,
        /// The display name.
        display_name: Option<String>,
        /// The password.
        password: Typed,
    },
    /// Proves the first code.
    EnrolConfirm(Typed),
    /// Puts the account into the directory.
    EnrolFinish,
    /// Gives up an enrolment.
    EnrolCancel,
    /// Opens the local messages; the password is kept for the sign-in that follows.
    Unlock(Typed),
    /// Signs in with the password kept from the unlock.
    Login(SecondFactor),
    /// Another phone, by an administrator's code and the password kept from the unlock.
    ReplacePhone(Typed),
    /// Proves the first code of that phone, which signs in.
    ProvePhone(Typed),
    /// Keeps the password for the sign-in that follows; the messages are open already.
    KeepPassword(Typed),
    /// Drops the password kept for the sign-in.
    ForgetPassword,
    /// Closes the local messages.
    Lock,
    /// A call to the engine's core.
    Ask(Purpose, Box<Call>),
    /// Opens the local messages with the recovery key.
    UnlockByKey(Typed),
    /// Ends the session at the server and closes the local messages.
    Logout,
    /// Changes the password.
    ChangePassword {
        /// The one in use.
        old: Typed,
        /// The new one.
        new: Typed,
        /// Six digits.
        code: Typed,
    },
    /// Where the account is signed in.
    Sessions,
    /// Puts a secret on the clipboard, for a minute.
    Copy(Typed),
    /// Puts text on the clipboard.
    CopyText(Typed),
    /// Opens an address in the system's browser.
    OpenLink(String),
    /// Sends a file; metadata of pictures stays here.
    SendFile {
        /// To whom.
        to: UserId,
        /// The file.
        file: Chosen,
        /// Words beside it.
        caption: Option<String>,
    },
    /// Takes a picture from the clipboard, to be sent to a person.
    PastePicture(UserId),
    /// Asks where a file shall be written to, and writes it.
    SaveFile {
        /// The file.
        file: FileId,
        /// The name that is proposed.
        name: String,
    },
    /// Shows a picture of this computer, to be cut for the profile.
    ShowPicture(PathBuf),
    /// Takes a square of a picture of this computer into the profile.
    TakePicture(PathBuf, Square),
    /// Reads the QR code in a picture of this computer.
    ReadCode(PathBuf),
    /// Tells where a copy goes that another program opens.
    Outside,
    /// Opens a file in another program.
    OpenFile {
        /// The file.
        file: FileId,
        /// Where it lies already; a copy is written otherwise.
        at: Option<PathBuf>,
    },
    /// Shows a file that was written out in its folder.
    Reveal(PathBuf),
    /// Looks into a file, for the page to show.
    Look {
        /// The file.
        file: FileId,
        /// Which picture of it.
        which: Which,
        /// How it can be shown.
        kind: Kind,
    },
    /// Drops pictures that were looked into, by their names in this run.
    ForgetPictures(Vec<String>),
    /// Drops everything that was looked into.
    ForgetViews,
    /// Looks at what works.
    Examine {
        /// The person whose path is looked at too.
        about: Option<UserId>,
        /// In whose words.
        language: Language,
        /// The window's number: only the newest answer counts.
        number: u64,
    },
    /// Puts the doctor's report on the clipboard.
    CopyReport {
        /// The person whose path is in it.
        about: Option<UserId>,
        /// In whose words.
        language: Language,
    },
    /// Asks where a text shall be written to, and writes it for this account of the computer alone.
    SaveText {
        /// The name that is proposed.
        name: String,
        /// The text.
        text: Typed,
    },
    /// Asks where a copy of everything shall be written to, and writes it sealed.
    BackUp {
        /// The name that is proposed.
        name: String,
        /// What seals it.
        passphrase: Typed,
    },
    /// Makes this empty profile the one of a backup, by what seals it.
    Restore(PathBuf, Typed),
    /// Asks where the signed log shall be written to, and writes it; the name that is proposed.
    ExportDirectory(String),
    /// Asks where the doctor's report shall be written to, and writes it.
    SaveReport {
        /// The person whose path is in it.
        about: Option<UserId>,
        /// In whose words.
        language: Language,
        /// The name that is proposed.
        name: String,
    },
    /// Keeps how the window looks, for the next start.
    KeepLook(String),
    /// Shows a notice on the desktop.
    Notify(Notice),
    /// Takes the notice of a conversation away.
    Withdraw(UserId),
    /// Shows an item in the tray, or none.
    Tray(Option<Tray>),
    /// Starts with the system from now on, or no longer.
    Autostart(bool),
    /// Looks at once for the server and for people, instead of waiting.
    TryNow,
}

/// What the engine answers or reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The profile could not be opened.
    Closed(Failure),
    /// Answer of [`Command::Status`].
    Status(Result<Status, Failure>),
    /// Answer of [`Command::EnrolStart`].
    EnrolStarted(Result<EnrolStart, Failure>),
    /// Answer of [`Command::Judge`].
    Judged {
        /// The window's number.
        number: u64,
        /// The judgement.
        verdict: Verdict,
    },
    /// Answer of [`Command::EnrolAccount`].
    EnrolAccount(Result<EnrolAccount, Failure>),
    /// Answer of [`Command::EnrolConfirm`].
    EnrolConfirmed(Result<EnrolConfirm, Failure>),
    /// Answer of [`Command::EnrolFinish`].
    EnrolFinished(Result<EnrolFinish, Failure>),
    /// Answer of [`Command::Unlock`].
    Unlocked(Result<(), Failure>),
    /// Answer of [`Command::Login`].
    LoggedIn(Result<LoggedIn, Failure>),
    /// Answer of [`Command::ReplacePhone`].
    PhoneGiven(Result<EnrolAccount, Failure>),
    /// Answer of [`Command::ProvePhone`].
    PhoneProven(Result<RecoveryCodes, Failure>),
    /// Answer of [`Command::ChangePassword`].
    PasswordChanged(Result<(), Failure>),
    /// Answer of [`Command::Sessions`].
    Sessions(Result<Vec<SessionInfo>, Failure>),
    /// Answer of [`Command::Copy`] and [`Command::CopyText`].
    Copied(bool),
    /// Answer of [`Command::SendFile`].
    FileSent {
        /// To whom.
        to: UserId,
        /// The message and its file.
        result: Box<Result<Answer, Failure>>,
    },
    /// Answer of [`Command::SaveFile`], [`Command::SaveText`] and [`Command::SaveReport`]: the name it was written under, or nothing if the person thought better of it.
    Saved(Result<Option<String>, Failure>),
    /// Answer of [`Command::SaveFile`] and [`Command::OpenFile`]: where it was written to, or nothing if the person
    /// thought better of it.
    Written {
        /// The file.
        file: FileId,
        /// Where to.
        result: Result<Option<PathBuf>, Failure>,
    },
    /// Answer of [`Command::Outside`].
    Outside(Option<PathBuf>),
    /// No program of this computer opens or shows that file.
    NoProgram,
    /// Answer of [`Command::BackUp`]: the name and what is in it, or nothing if the person thought better of it.
    BackedUp(Result<Option<(String, Contents)>, Failure>),
    /// Answer of [`Command::Restore`].
    Restored(Result<Contents, Failure>),
    /// Answer of [`Command::PastePicture`].
    Pasted(Option<Chosen>),
    /// Answer of [`Command::Look`].
    Seen {
        /// The file.
        file: FileId,
        /// Which picture of it.
        which: Which,
        /// What the page may ask for; nothing when there is no preview.
        seen: Option<Seen>,
    },
    /// Answer of [`Command::ShowPicture`]; nothing when it is no picture.
    PictureShown(Option<Seen>),
    /// Answer of [`Command::ReadCode`]: what it says; nothing when none can be read.
    CodeRead(Option<Typed>),
    /// An invite link was opened outside of the window.
    Invited(Typed),
    /// Pictures that are no longer held, by their names in this run.
    Forgotten(Vec<String>),
    /// A notice was clicked on: its conversation is to be opened.
    OpenThere(UserId),
    /// A notice says that its conversation was read.
    ReadThere(UserId),
    /// The program was started once more: this window comes to the front.
    Front,
    /// Whether there is a tray.
    Tray(bool),
    /// The program is to end.
    Quit,
    /// The computer is about to sleep.
    Sleeping,
    /// Answer of [`Command::Examine`].
    Examined {
        /// The window's number.
        number: u64,
        /// What was found.
        result: Result<Vec<Finding>, Failure>,
    },
    /// Answer of [`Command::Ask`].
    Answer(Purpose, Box<Result<Answer, Failure>>),
    /// Something happened.
    Notification(Box<Notification>),
}
