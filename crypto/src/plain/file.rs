//! The file offer (PROTOCOL §2.5).

use crate::file::FileRef;
use crate::keys::MessageId;

/// FILE: `FileRef ‖ reply_to[16] ‖ timer_s u32 ‖ caption bytes16`.
#[derive(PartialEq, Eq)]
pub struct FileOffer {
    /// The file.
    pub file: FileRef,
    /// The message answered, if any.
    pub reply_to: Option<MessageId>,
    /// Disappears this many seconds after it is read; 0 never.
    pub timer_s: u32,
    /// Text beside the file.
    pub caption: String,
}
