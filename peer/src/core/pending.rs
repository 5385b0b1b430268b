//! Questions to the server and jobs of the disk that await an answer.

use std::path::PathBuf;

use conclave_crypto::keys::{ItemId, UserId};
use serde_json::Value;

use super::Core;
use super::input::CallId;
use crate::model::{FileId, FileSend, ProfileSet};

/// Questions and jobs that await an answer.
#[derive(Debug)]
pub(super) enum Pending {
    /// The answer changes nothing.
    Nothing,
    Leaves,
    Publish,
    Prekeys(UserId),
    Deposit(UserId),
    ListParcels,
    FetchParcel(ItemId),
    EraseParcels(Vec<ItemId>),
    Fetch(FileId),
    /// Reads the object of a message that is in the box.
    Object {
        user: UserId,
        seq: u64,
    },
    /// Writes an object that came out of the box.
    TakeObject {
        item: ItemId,
        file: FileId,
    },
    Import {
        call: CallId,
        cause: Option<Value>,
        user: UserId,
        send: Box<FileSend>,
    },
    Picture {
        call: CallId,
        cause: Option<Value>,
        fields: Box<ProfileSet>,
    },
    Save {
        call: CallId,
        path: PathBuf,
    },
    Read(CallId),
    Search(CallId),
    Count(CallId),
    Storage(CallId),
    Compact(CallId),
    Erase {
        call: CallId,
        user: UserId,
        left: bool,
    },
}

impl Pending {
    /// Whether the login server owes the answer.
    pub(super) const fn is_request(&self) -> bool {
        matches!(
            self,
            Self::Nothing
                | Self::Leaves
                | Self::Publish
                | Self::Prekeys(_)
                | Self::Deposit(_)
                | Self::ListParcels
                | Self::FetchParcel(_)
                | Self::EraseParcels(_)
        )
    }
}

impl<R> Core<R> {
    /// Numbers something that awaits an answer.
    pub(super) fn pend(&mut self, pending: Pending) -> u64 {
        self.asked += 1;
        self.pending.insert(self.asked, pending);
        self.asked
    }
}
