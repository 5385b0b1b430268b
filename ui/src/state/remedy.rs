//! What helps with an error: the buttons that stand beside its words (UI §3.F).

use conclave_peer::model::{ErrorCode, Failure, FileId, UserId};

use super::overlay::{Confirm, Overlay};
use super::technical;
use super::{Event, Screen, State, doctor, main, safety, settings};

/// What helps with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Compares safety numbers.
    Compare,
    /// Takes the new safety number without comparing.
    Accept,
    /// Sends a text that is too long as a file.
    SendAsFile,
    /// Writes out a file that cannot be shown.
    Save,
    /// Brings the window to the front that has this profile open.
    ShowIt,
    /// To a backup, in place of what is damaged.
    Restore,
    /// Writes what is known of the error to a file.
    SaveReport,
    /// Puts what is known of the error on the clipboard.
    CopyReport,
    /// Takes a block back.
    Unblock,
    /// Looks at what stands between us.
    CheckConnection,
    /// Sends or fetches the file once more.
    TryAgain,
    /// Tries at once.
    TryNow,
    /// To the door.
    SignIn,
}

/// What an error stands beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// The person it is about.
    pub user: Option<UserId>,
    /// The file it is about.
    pub file: Option<FileId>,
    /// The text that was not taken, by the window's number.
    pub unsent: Option<u64>,
}

impl Remedy {
    /// What helps with an error, the first one first; where nothing does, its words say what to do.
    #[must_use]
    pub const fn of(code: ErrorCode) -> &'static [Self] {
        match code {
            ErrorCode::KeyChanged => &[Self::Compare, Self::Accept],
            ErrorCode::MessageSessionBroken => &[Self::Compare],
            ErrorCode::MessageTooLong => &[Self::SendAsFile],
            ErrorCode::PreviewNone => &[Self::Save],
            ErrorCode::StoreInUse => &[Self::ShowIt],
            ErrorCode::StoreDamaged => &[Self::Restore, Self::SaveReport],
            ErrorCode::Bug => &[Self::CopyReport],
            ErrorCode::Blocked => &[Self::Unblock],
            ErrorCode::PeerNoPath | ErrorCode::PeerRefused => &[Self::CheckConnection],
            ErrorCode::FileUnreadable | ErrorCode::DiskFull => &[Self::TryAgain],
            ErrorCode::Clock | ErrorCode::ServerUnreachable => &[Self::TryNow],
            ErrorCode::SessionEnded | ErrorCode::ApiLogin => &[Self::SignIn],
            _ => &[],
        }
    }

    /// The key of its words.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Accept => "accept-and-send",
            Self::SendAsFile => "send-as-file",
            Self::Save => "save-as",
            Self::ShowIt => "show-it",
            Self::Restore => "restore-title",
            Self::SaveReport => "save-report-short",
            Self::CopyReport => "copy-report-short",
            Self::Unblock => "unblock",
            Self::CheckConnection => "check-connection",
            Self::TryAgain => "try-again",
            Self::TryNow => "try-now",
            Self::SignIn => "sign-in",
        }
    }

    /// What it does where it stands; nothing where it cannot be done.
    #[must_use]
    pub fn event(self, state: &State, failure: &Failure, beside: Beside) -> Option<Event> {
        let unsent = match &state.screen {
            Screen::Main(main) => main.note.as_ref().is_some_and(|note| note.again.is_some()),
            _ => false,
        };
        let window = matches!(state.screen, Screen::Main(_));
        let act = |act| Some(Event::Main(act));
        let details = || {
            let rows = technical::rows(state.words(), failure, state.now, &state.zone, &[]);
            technical::text(&rows)
        };
        match self {
            Self::Compare => act(main::Act::Safety(safety::Act::Compare(beside.user?))),
            Self::Accept => act(main::Act::Show(Overlay::Confirm(Confirm::AcceptKey(beside.user?)))),
            Self::SendAsFile => act(main::Act::SendAsFile(beside.unsent?)),
            Self::Save => act(main::Act::SaveFile(beside.file?)),
            Self::Unblock => act(main::Act::Block(beside.user?, false)),
            Self::CheckConnection => act(main::Act::Doctor(doctor::Act::Run(Some(beside.user?)))),
            Self::TryAgain => match beside.file {
                Some(file) => act(main::Act::ResumeFile(file)),
                // A text that was not taken has its own button.
                None if unsent && beside.unsent.is_none() => act(main::Act::SendAgain),
                None => None,
            },
            Self::TryNow if window => act(main::Act::TryNow),
            Self::SignIn if window => act(main::Act::SignIn),
            // A form has its own button.
            Self::TryNow | Self::SignIn => None,
            Self::ShowIt => Some(Event::ShowOther),
            // What is intact can be read and backed up there, and it says how a backup is restored.
            Self::Restore if window => act(main::Act::Settings(settings::Page::Storage)),
            Self::Restore => Some(Event::RestoreInstead),
            Self::SaveReport if window => act(main::Act::Doctor(doctor::Act::Save)),
            Self::SaveReport => Some(Event::SaveDetails(details())),
            Self::CopyReport if window => act(main::Act::Doctor(doctor::Act::Copy)),
            Self::CopyReport => Some(Event::Copy(details())),
        }
    }
}
