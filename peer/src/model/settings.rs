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
    /// Files of others up to this size are fetched without asking, bytes; 0 asks always.
    pub accept_up_to: u64,
    /// How long messages stay in conversations that I begin from then on, milliseconds; 0 for ever.
    pub timer_ms: u64,
}

/// What is fetched without asking until somebody chooses otherwise, bytes.
pub(crate) const USUAL_ACCEPT: u64 = 10 << 20;

impl Default for Settings {
    fn default() -> Self {
        Self {
            read_receipts: true,
            typing: false,
            lan_discovery: false,
            accept_up_to: USUAL_ACCEPT,
            timer_ms: 0,
        }
    }
}
