//! Settings of this person on this computer.

use serde::Serialize;

/// All settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Tell others when I have read their messages. Who does not tell is not told.
    pub read_receipts: bool,
    /// Tell others while I write. Who does not tell is not told.
    pub typing: bool,
    /// Search the local network for colleagues at all times, not only when the server is missing. Policy may forbid it.
    pub lan_discovery: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { read_receipts: true, typing: false, lan_discovery: false }
    }
}
