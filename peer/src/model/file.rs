//! Files and their transfers.

use serde::{Deserialize, Serialize};

/// A file: the BLAKE3 content id of its sealed object, 64 hex digits in the API.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub [u8; 32]);

impl std::fmt::Display for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl std::fmt::Debug for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileId({self})")
    }
}

impl std::str::FromStr for FileId {
    type Err = super::NotATarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| super::NotATarget)?;
        bytes.try_into().map(Self).map_err(|_| super::NotATarget)
    }
}

/// Which way a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Sent by me.
    Out,
    /// Sent to me.
    In,
}

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Offered to me, above the automatic limit, not answered.
    Offered,
    /// Waiting for a path or a turn.
    Queued,
    /// Bytes are moving.
    Active,
    /// Stopped by this person.
    Paused,
    /// Whole and verified here (incoming), or sealed and ready to serve (outgoing).
    Done,
    /// Stopped by an error, which `error` names.
    Failed,
    /// Declined, cancelled or no longer held by anyone.
    Gone,
}

/// A file as every face of the product shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The id.
    #[serde(with = "super::text")]
    pub file: FileId,
    /// The sender's name for it, cleaned: no path, no direction marks.
    pub name: String,
    /// Bytes of the plaintext.
    pub size: u64,
    /// Type by content, such as `image/png`.
    pub mime: String,
    /// Which way it goes.
    pub direction: Direction,
    /// Where the transfer stands.
    pub state: FileState,
    /// Bytes here and verified.
    pub done: u64,
    /// The conversation it belongs to; absent in records of before.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::text::option")]
    pub conversation: Option<super::Target>,
    /// A stable code, such as `E-FILE-3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
