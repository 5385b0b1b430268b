//! What comes over the bridge: answers to a [`Command`](super::Command), and reports of the engine.

use std::path::PathBuf;

use conclave_peer::model::{
    Answer, Contents, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolStart, Failure, FileId, Finding,
    LoggedIn, Notification, RecoveryCodes, SessionInfo, Status, UserId,
};
use conclave_peer::password::Verdict;

use crate::state::attach::Glance;
use crate::state::overlay::{Chosen, Source};
use crate::state::preview::{Seen, Which};

use super::{Purpose, Typed};

/// What the engine answers or reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The profile could not be opened.
    Closed(Failure),
    /// Answer of `Command::Status`.
    Status(Result<Status, Failure>),
    /// Answer of `Command::EnrolStart`.
    EnrolStarted(Result<EnrolStart, Failure>),
    /// Answer of `Command::Judge`.
    Judged {
        /// The window's number.
        number: u64,
        /// The judgement.
        verdict: Verdict,
    },
    /// Answer of `Command::EnrolAccount`.
    EnrolAccount(Result<EnrolAccount, Failure>),
    /// Answer of `Command::EnrolConfirm`.
    EnrolConfirmed(Result<EnrolConfirm, Failure>),
    /// Answer of `Command::EnrolFinish`.
    EnrolFinished(Result<EnrolFinish, Failure>),
    /// Answer of `Command::Unlock`.
    Unlocked(Result<(), Failure>),
    /// Answer of `Command::Login`.
    LoggedIn(Result<LoggedIn, Failure>),
    /// Answer of `Command::ReplacePhone`.
    PhoneGiven(Result<EnrolAccount, Failure>),
    /// Answer of `Command::ProvePhone`.
    PhoneProven(Result<RecoveryCodes, Failure>),
    /// Answer of `Command::ChangePassword`.
    PasswordChanged(Result<(), Failure>),
    /// The messages are closed, and the session has ended at the server, or why not.
    SignedOut(Result<(), Failure>),
    /// Answer of `Command::ExportData`: the name it was written under, or nothing if the person thought better of it.
    Exported(Result<Option<String>, Failure>),
    /// Answer of `Command::EraseAll`; nothing was erased when it failed.
    ErasedAll(Result<(), Failure>),
    /// Answer of `Command::Sessions`.
    Sessions(Result<Vec<SessionInfo>, Failure>),
    /// Answer of `Command::Copy` and `Command::CopyText`.
    Copied(bool),
    /// Answer of `Command::SendFile`.
    FileSent {
        /// To whom.
        to: UserId,
        /// The file, to be sent once more if it was not.
        file: Chosen,
        /// Words beside it.
        caption: Option<String>,
        /// The message and its file.
        result: Box<Result<Answer, Failure>>,
    },
    /// Answer of `Command::SaveFile`, `Command::SaveText` and `Command::SaveReport`: the name it was written under, or nothing if the person thought better of it.
    Saved(Result<Option<String>, Failure>),
    /// Answer of `Command::SaveFile` and `Command::OpenFile`: where it was written to, or nothing if the person
    /// thought better of it.
    Written {
        /// The file.
        file: FileId,
        /// Where to.
        result: Result<Option<PathBuf>, Failure>,
    },
    /// Answer of `Command::Outside`.
    Outside(Option<PathBuf>),
    /// No program of this computer opens or shows that file.
    NoProgram,
    /// Answer of `Command::BackUp`: the name and what is in it, or nothing if the person thought better of it.
    BackedUp(Result<Option<(String, Contents)>, Failure>),
    /// Part of the answer of `Command::RestoreInstead`: the name that the damaged profile has beside the other one.
    SetAside(Result<String, Failure>),
    /// Answer of `Command::ShowOther`: no window answered.
    NobodyThere,
    /// Answer of `Command::Restore`.
    Restored(Result<Contents, Failure>),
    /// Answer of `Command::Glance`, one for each file.
    Glanced {
        /// The file.
        source: Source,
        /// What was seen of it.
        glance: Glance,
    },
    /// Answer of `Command::ReadClipboard`.
    ClipboardRead(Option<Typed>),
    /// Answer of `Command::PastePicture`.
    Pasted(Option<Chosen>),
    /// Answer of `Command::Look`.
    Seen {
        /// The file.
        file: FileId,
        /// Which picture of it.
        which: Which,
        /// What the page may ask for; nothing when there is no preview.
        seen: Option<Seen>,
    },
    /// Answer of `Command::ShowPicture`; nothing when it is no picture.
    PictureShown(Option<Seen>),
    /// Answer of `Command::ReadCode`: what it says; nothing when none can be read.
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
    /// Answer of `Command::Examine`.
    Examined {
        /// The window's number.
        number: u64,
        /// What was found.
        result: Result<Vec<Finding>, Failure>,
    },
    /// Answer of `Command::Network`.
    Network(bool),
    /// Answer of `Command::Ask`.
    Answer(Purpose, Box<Result<Answer, Failure>>),
    /// Something happened.
    Notification(Box<Notification>),
}
