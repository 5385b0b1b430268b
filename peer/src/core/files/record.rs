//! What is kept of a file, and its states.

use conclave_crypto::parcel::Parcel;

use crate::core::profiles::file_ref;
use crate::model::FileState;

#[derive(Clone, PartialEq, prost::Message)]
pub(in crate::core) struct FileRecord {
    #[prost(bytes = "vec", tag = "1")]
    pub(in crate::core) file_ref: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(in crate::core) with: Vec<u8>,
    #[prost(bool, tag = "3")]
    pub(in crate::core) outgoing: bool,
    #[prost(uint32, tag = "4")]
    pub(super) state: u32,
    #[prost(uint64, tag = "5")]
    pub(super) done: u64,
    /// `from, to` of the chunk groups held.
    #[prost(uint64, repeated, tag = "6")]
    pub(super) groups: Vec<u64>,
    #[prost(string, tag = "7")]
    pub(super) error: String,
    /// A profile picture: not listed, and mine is served to everybody.
    #[prost(bool, tag = "8")]
    pub(super) picture: bool,
    #[prost(uint32, tag = "9")]
    pub(super) tries: u32,
    #[prost(bytes = "vec", tag = "10")]
    pub(super) id: Vec<u8>,
    #[prost(uint64, tag = "11")]
    pub(super) size: u64,
    #[prost(string, tag = "12")]
    pub(in crate::core) name: String,
    #[prost(string, tag = "13")]
    pub(in crate::core) mime: String,
}

const STATES: [FileState; 7] = [
    FileState::Offered,
    FileState::Queued,
    FileState::Active,
    FileState::Paused,
    FileState::Done,
    FileState::Failed,
    FileState::Gone,
];

impl FileRecord {
    pub(in crate::core) fn state(&self) -> FileState {
        usize::try_from(self.state).ok().and_then(|at| STATES.get(at)).copied().unwrap_or(FileState::Failed)
    }

    /// Bytes of the parcel that would hold its object.
    pub(in crate::core) fn parcel_len(&self) -> u64 {
        let object = file_ref(&self.file_ref).and_then(|file| usize::try_from(file.object_len()).ok());
        object.and_then(|object| u64::try_from(Parcel::len_of(object)).ok()).unwrap_or(u64::MAX)
    }

    /// Whether all of it is here: also a file of mine that is held back.
    pub(in crate::core) fn is_whole(&self) -> bool {
        self.state() == FileState::Done || self.outgoing && self.state() == FileState::Paused
    }

    pub(super) fn set(&mut self, state: FileState) {
        self.state = STATES
            .iter()
            .position(|other| *other == state)
            .and_then(|at| u32::try_from(at).ok())
            .unwrap_or(5);
    }
}
