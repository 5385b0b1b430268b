//! What a person does in the main window.

use std::path::PathBuf;

use conclave_peer::model::{FileId, MessageId, PresenceStatus, Time, UserId};

use crate::command::Typed;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::settings::Page;
use crate::state::{
    account, doctor, log, player, preview, profile, safety, search, shared, storage, switcher,
};

use super::{Section, full};

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// To a section of the rail.
    Section(Section),
    /// To a page of the settings.
    Settings(Page),
    /// Opens the conversation with a person.
    Open(UserId),
    /// The profile of a person, beside the people.
    Person(UserId),
    /// Back to the list, in a narrow window.
    Close,
    /// Shows or hides the details of the open conversation.
    Details(bool),
    /// Narrows the list.
    Filter(String),
    /// Shows something above the window.
    Show(Overlay),
    /// Takes away what is said at the foot of the window.
    CloseNote,
    /// Takes away what stands above the window.
    Dismiss,
    /// Does what was asked about.
    Confirmed(Confirm),
    /// Sends a message to a person.
    Send {
        /// To whom.
        to: UserId,
        /// The text.
        text: String,
    },
    /// Answers a message, or no longer.
    Reply(Option<MessageId>),
    /// Changes the text of a message of mine, or no longer.
    Edit(Option<MessageId>),
    /// Changes the text of the newest message of mine.
    EditLast,
    /// The new text of a message.
    SaveEdit {
        /// Which.
        id: MessageId,
        /// The new text.
        text: String,
    },
    /// Sets or clears an emoji on a message.
    React {
        /// Which.
        id: MessageId,
        /// The emoji.
        emoji: String,
        /// Set, or cleared.
        on: bool,
    },
    /// Shows or hides the custody line of a message.
    Custody(MessageId),
    /// Shows or hides the menu of a message.
    Menu(Option<MessageId>),
    /// Text to the clipboard.
    CopyText(String),
    /// Tries a message again that the engine did not take.
    TryAgain(u64),
    /// Drops a message that the engine did not take.
    Drop(u64),
    /// Sends a text that is too long as a file.
    SendAsFile(u64),
    /// A text that its field did not take whole.
    Full(full::Act),
    /// Lists the libraries of others, or no longer.
    Libraries(bool),
    /// Sends a file again that was not taken.
    SendAgain,
    /// Tries a message again that stopped.
    Retry(MessageId),
    /// Loads older messages.
    Older,
    /// Loads newer messages.
    Newer,
    /// To the newest message.
    ToEnd,
    /// Files were chosen for the open conversation.
    Attach(Vec<PathBuf>),
    /// A file was chosen for a person: their conversation, with the sheet over it.
    SendFileTo(UserId, PathBuf),
    /// Puts a picture of the clipboard beside the message.
    PastePicture,
    /// Takes one of the chosen files away, by its place.
    Unattach(usize),
    /// Sends the chosen files.
    SendFiles {
        /// Words beside the first.
        caption: String,
    },
    /// Takes a file that was offered.
    AcceptFile(FileId),
    /// Refuses a file that was offered.
    DeclineFile(FileId),
    /// Stops a transfer for a while.
    PauseFile(FileId),
    /// Goes on with a transfer.
    ResumeFile(FileId),
    /// Goes on with everything that stopped, and looks for the paths again.
    RetryFiles,
    /// Lists those no more that were received.
    ClearFiles,
    /// Ends a transfer.
    CancelFile(FileId),
    /// Asks whether a file shall be opened in another program.
    OpenFile(FileId),
    /// Shows a file that was written out in its folder.
    Reveal(FileId),
    /// The sound that plays.
    Player(player::Act),
    /// Reads the safety number that is compared out of a picture.
    ReadNumber(PathBuf),
    /// Asks where a file shall be written to.
    SaveFile(FileId),
    /// What was shared in the open conversation.
    Shared(shared::Act),
    /// To a message of the open conversation.
    GoTo(MessageId),
    /// Keeps a conversation on top, or no longer.
    Pin(UserId, bool),
    /// Lets a conversation notify nobody, or no longer.
    Mute(UserId, bool),
    /// How long messages of a conversation stay, milliseconds; 0 for ever.
    Timer(UserId, u64),
    /// Keeps what was begun and not sent.
    KeepDraft {
        /// To whom.
        to: UserId,
        /// The text.
        text: String,
    },
    /// Somebody began to write here, or stopped.
    Typing(UserId, bool),
    /// Whether others are told when their messages are read.
    TellRead(bool),
    /// Whether others are told while something is written.
    TellTyping(bool),
    /// Whether the local network is searched at all times.
    SearchLan(bool),
    /// Up to how many bytes files come without a question.
    AcceptUpTo(u64),
    /// How long messages stay in conversations that are begun from then on, milliseconds; 0 for ever.
    UsualTimer(u64),
    /// Blocks a person or takes it back.
    Block(UserId, bool),
    /// The presence shown to others.
    Presence(PresenceStatus, Option<Time>),
    /// Looks inside files.
    Preview(preview::Act),
    /// The safety number.
    Safety(safety::Act),
    /// The own profile.
    Profile(profile::Act),
    /// Password and sessions.
    Account(account::Act),
    /// What lies on this computer.
    Storage(storage::Act),
    /// Writes everything of the account to a file that anybody can read, by the password.
    ExportData(Typed),
    /// Takes everything of the account off this computer.
    EraseAll {
        /// The user name, typed to confirm.
        confirm: String,
        /// The password.
        password: Typed,
    },
    /// What administrators did.
    Log(log::Act),
    /// The search in the history.
    Search(search::Act),
    /// The quick switcher.
    Switcher(switcher::Act),
    /// Opens an address in the browser, after it was shown.
    OpenLink(String),
    /// To the door.
    SignIn,
    /// Ends the session at the server and closes the messages.
    SignOut,
    /// Closes the messages.
    Lock,
    /// Asks whether we may write to each other.
    AskContact {
        /// Whom.
        user: UserId,
        /// A short note.
        note: String,
    },
    /// Answers who asked.
    AnswerContact(UserId, bool),
    /// What works and what does not.
    Doctor(doctor::Act),
    /// The words about changed keys of my own were read.
    KeysRead,
    /// Looks at once for the server and for people.
    TryNow,
}
