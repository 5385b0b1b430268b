//! Parameters about files.

use std::path::PathBuf;

use super::params;
use crate::model::{FileId, MessageId, TargetRef, text};

params! {
    /// `file.send`
    FileSend { /// To whom.
        #[serde(with = "text")] to: TargetRef, /// The file on this computer.
        path: PathBuf, /// Another name for it.
        #[serde(default)] name: Option<String>, /// Words beside it.
        #[serde(default)] caption: Option<String>, /// Own random message id: safe to repeat.
        #[serde(default, with = "text::option")] id: Option<MessageId> }
    /// One file: `file.accept`, `.decline`, `.pause`, `.resume`, `.cancel`
    OneFile { /// Which.
        #[serde(with = "text")] file: FileId }
    /// `file.save`
    FileSave { /// Which.
        #[serde(with = "text")] file: FileId, /// Where to.
        path: PathBuf, /// Whether an existing file is replaced.
        #[serde(default)] overwrite: bool }
    /// `file.list`
    FileList { /// Only of this conversation.
        #[serde(default, with = "text::option")] conversation: Option<TargetRef>, /// Only types that start so, such as `image/`.
        #[serde(default)] kind: Option<String>, /// Only transfers not ended.
        #[serde(default)] active: Option<bool> }
    /// `file.read`
    FileRead { /// Which.
        #[serde(with = "text")] file: FileId, /// First byte.
        offset: u64, /// At most 262,144.
        length: u32 }
}
