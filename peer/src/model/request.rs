//! Contact requests, where Policy asks for them.

use serde::{Deserialize, Serialize};

use super::{Time, UserId, text};

/// Whether two people may write to each other, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Policy has approved all pairs beforehand.
    Company,
    /// One asked, the other accepted.
    Accepted,
    /// I asked, and there is no answer.
    Asked,
    /// They ask, and I have not answered.
    Asking,
    /// Nobody has asked.
    None,
}

/// An open request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactRequested {
    /// The other person.
    #[serde(with = "text")]
    pub user: UserId,
    /// What the asking one wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was asked.
    pub time: Time,
    /// For mine: from when on it may be asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Time>,
}
