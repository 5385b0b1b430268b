//! People: contacts, presence, profiles, paths and safety levels.

use serde::{Deserialize, Serialize};

use super::{Approval, FileId, Time, UserId, text};

/// What a person chose to show, or `Offline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum PresenceStatus {
    /// Not connected, or hidden.
    #[default]
    Offline,
    /// Connected and reachable.
    Available,
    /// Connected, not at the computer.
    Away,
    /// Connected, notifications silent.
    Dnd,
    /// Connected but shown to others as offline.
    Invisible,
}

/// The path in use to a person's computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// Direct, on this network (or this computer).
    Lan,
    /// Direct, over the internet.
    Internet,
    /// Through the login server's circuit.
    Relayed,
    /// None; the reason is given beside it.
    Waiting,
}

/// How far a person's key has been compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SafetyLevel {
    /// Not even in the directory.
    None,
    /// Confirmed by the signed directory only.
    Directory,
    /// The digits were compared by this person.
    Compared,
}

/// A role shown in the directory; it gives no power by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// An ordinary account.
    Member,
    /// Named as administrator.
    Admin,
}

/// A colleague as the contact list shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The account.
    #[serde(with = "text")]
    pub user: UserId,
    /// The unique user name.
    pub name: String,
    /// Full name from the profile, or the user name.
    pub display_name: String,
    /// Presence as the server last told it.
    pub presence: PresenceStatus,
    /// The person's own status text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// When last connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
    /// The path in use.
    pub path: Path,
    /// How far the key has been compared.
    pub safety: SafetyLevel,
    /// Whether I blocked this person.
    pub blocked: bool,
    /// Role in the directory.
    pub role: Role,
    /// Present and true while a ban is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banned: Option<bool>,
    /// Whether we may write to each other, and why.
    pub approval: Approval,
    /// The profile's picture, to be read by `file.read` once it is fetched.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::option")]
    pub picture: Option<FileId>,
}

/// A profile, by its person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Rises with each change.
    pub version: u32,
    /// Last change.
    pub updated: Time,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Position in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// At most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the person works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The picture, as a file id to be read by `file.read` once fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}
