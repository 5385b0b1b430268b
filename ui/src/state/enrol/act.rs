//! What a person does in the first run.

use crate::command::Typed;
use crate::state::{crop, keeping, profile};

/// What was put on the clipboard last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The authenticator's secret.
    Secret,
    /// The thirty digits.
    Digits,
}

/// What is done first in the main window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// Says hello to somebody.
    Hello,
    /// Compares safety numbers.
    Compare,
    /// Looks at the keys.
    Keys,
}

impl First {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Hello, Self::Compare, Self::Keys];
}

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// To the link.
    HaveLink,
    /// To the backup.
    HaveBackup,
    /// The backup was chosen.
    Backup(std::path::PathBuf),
    /// Makes this profile the one of the backup.
    Restore(Typed),
    /// To the door.
    HaveAccount,
    /// One page back; from the code on, a new start.
    Back,
    /// The link was typed or pasted.
    SubmitLink(Typed),
    /// The link is in a picture, as a QR code.
    ReadCode(std::path::PathBuf),
    /// The fingerprint is the right one.
    SameFingerprint,
    /// The names.
    SubmitName {
        /// The user name.
        user_name: String,
        /// The display name; may be empty.
        display_name: String,
    },
    /// The password changed.
    TypePassword(Typed),
    /// The password is final.
    SubmitPassword(Typed),
    /// Six digits.
    SubmitCode(Typed),
    /// Codes and key are being stored.
    Keep(keeping::Act),
    /// On from the recovery codes, or once more after a failure.
    Finish,
    /// A picture for the profile.
    Picture(crop::Act),
    /// The profile as it was typed.
    SubmitProfile(profile::Fields),
    /// No profile for now.
    SkipProfile,
    /// Into the main window.
    Enter,
    /// Into the main window, to what is done first.
    Begin(First),
    /// To the door: the server wants a code again before it goes on.
    SignIn,
    /// To the clipboard.
    Copy(Copied),
}
