//! Parameters about people: contacts, presence, profiles, safety numbers.

use std::path::PathBuf;

use super::params;
use crate::model::{PresenceStatus, Time, UserRef, text};

params! {
    /// `contact.list`
    ContactList { /// Part of a name.
        #[serde(default)] filter: Option<String> }
    /// One person: `contact.get`, `.block`, `.unblock`, `profile.get`, `.request`, `safety.get`, `.unverify`, `.accept`, `path.get`
    OneUser { /// Who.
        #[serde(with = "text")] user: UserRef }
    /// `presence.set`
    PresenceSet { /// The status.
        status: PresenceStatus, /// Own text, at most 80 characters.
        #[serde(default)] text: Option<String>, /// End of the status.
        #[serde(default)] until: Option<Time> }
    /// `profile.set`; absent fields stay, empty ones are cleared.
    #[derive(Default)]
    ProfileSet { /// Full name.
        #[serde(default)] full_name: Option<String>, /// Position.
        #[serde(default)] position: Option<String>, /// At most 2,000 characters.
        #[serde(default)] description: Option<String>, /// Location.
        #[serde(default)] location: Option<String>, /// A picture file; re-encoded without metadata.
        #[serde(default)] picture_path: Option<PathBuf>, /// Takes the picture away.
        #[serde(default)] picture_remove: Option<bool> }
    /// `safety.verify`
    SafetyVerify { /// Who.
        #[serde(with = "text")] user: UserRef, /// The 60 digits, blanks ignored.
        #[serde(default)] digits: Option<String>, /// Or the text of the QR code.
        #[serde(default)] qr: Option<String> }
}
