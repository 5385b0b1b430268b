//! What crosses the bridge: commands of the window, updates from the engine. Plain data, no handles.
//!
//! Secrets travel as wiped strings and are redacted when printed.

mod purpose;
mod typed;
mod update;

use std::path::PathBuf;

use conclave_peer::model::{Call, FileId, UserId};

use crate::i18n::Language;
use crate::order::Tray;
use crate::state::crop::Square;
use crate::state::notices::Notice;
use crate::state::overlay::{Chosen, Source};
use crate::state::preview::{Kind, Which};

pub use purpose::Purpose;
pub use typed::Typed;
pub use update::Update;

/// The second factor of a sign-in, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecondFactor {
    /// Six digits.
    Code(Typed),
    /// A recovery code.
    RecoveryCode(Typed),
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
    /// Asks where everything of the account shall be written to, and writes it readable.
    ExportData {
        /// The name that is proposed.
        name: String,
        /// The password.
        password: Typed,
    },
    /// Takes everything of the account off this computer.
    EraseAll {
        /// The user name, typed to confirm.
        confirm: String,
        /// The password.
        password: Typed,
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
    /// Looks at files before they are sent, one after the other, each as it can be shown.
    Glance(Vec<(Source, Option<Kind>)>),
    /// Reads the text on the clipboard.
    ReadClipboard,
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
    /// Sets this damaged profile aside and makes an empty one in its place that of a backup, by what seals it.
    RestoreInstead(PathBuf, Typed),
    /// Brings the window to the front that has this profile open.
    ShowOther,
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
    /// Tells whether this computer has a network.
    Network,
    /// Looks at once for the server and for people, instead of waiting.
    TryNow,
}
