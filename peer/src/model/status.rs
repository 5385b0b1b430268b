//! The engine's own state: server, directory, policy, sessions, statistics.

use serde::{Deserialize, Serialize};

use super::{Time, UserId, text};

/// The link to the login server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerLink {
    /// Logged in, stream open.
    Online,
    /// Trying.
    Connecting,
    /// No connection.
    Offline,
}

/// State of the login server as seen from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerStatus {
    /// The link.
    pub state: ServerLink,
    /// Since when.
    pub since: Time,
    /// When the next try is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<Time>,
}

/// State of the signed directory log held here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryStatus {
    /// Number of leaves.
    pub size: u64,
    /// Root, 64 hex digits.
    pub root: String,
    /// Age of the newest signed head, milliseconds.
    pub age: u64,
    /// Until when the grace lets peers trust it.
    pub valid_until: Time,
    /// What is wrong with it, while something is: `E-DIR-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// How many peers are linked, by path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PeerCounts {
    /// On this network.
    pub lan: u32,
    /// Over the internet.
    pub internet: u32,
    /// Through the server's circuit.
    pub relayed: u32,
}

/// Myself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// My account.
    #[serde(with = "text")]
    pub user: UserId,
    /// My user name.
    pub name: String,
    /// My full name, or the user name.
    pub display_name: String,
}

/// What Policy says and clients show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    /// Life of a lease, seconds.
    pub lease_ttl_s: u32,
    /// Grace without the server, seconds.
    pub grace_s: u32,
    /// Largest file, bytes.
    pub file_max: u64,
    /// Idle lock, seconds.
    pub idle_lock_s: u32,
    /// Whether people ask before they write to each other.
    pub contact_requests: ContactPolicy,
    /// Whether the server relays.
    pub relay: bool,
    /// Whether clients may look for each other on the local network.
    pub lan: bool,
    /// Whether conversations may be written out readable.
    pub export: bool,
}

/// What Policy says of contact requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactPolicy {
    /// One asks, the other accepts.
    Ask,
    /// The company has approved all pairs beforehand.
    Allow,
}

/// One finding of `doctor.run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, such as `server`; stable.
    pub id: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found, in words.
    pub meaning: String,
    /// What to do, when something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

/// Answer of `stats.get`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Messages, both ways.
    pub messages: Counts,
    /// Bytes, by kind.
    pub bytes: ByteCounts,
    /// Since when.
    pub since: Time,
}

/// Numbers both ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Sent.
    pub sent: u64,
    /// Received.
    pub received: u64,
}

/// Bytes by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ByteCounts {
    /// Of texts.
    pub text: u64,
    /// Of files.
    pub files: u64,
}
