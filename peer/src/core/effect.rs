//! What the core asks of the world.

use std::path::PathBuf;

use conclave_crypto::keys::{DeviceId, ItemId, TransportPublic, UserId};
use conclave_proto::Frame;
use serde_json::Value;

use super::input::{CallId, LinkId, Token};
use crate::model::{Answer, Event, ExportFormat, Failure, FileId, PresenceStatus, Time};
use crate::record::Batch;
use crate::search::{Cursor, Query};

/// A request to the login server that awaits its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// The signed directory, to be written out.
#[derive(Debug)]
pub struct LeavesFile {
    /// Where to; nothing may be there.
    pub(crate) path: PathBuf,
    /// All leaves, as received.
    pub(crate) leaves: Vec<Box<[u8]>>,
    /// The head that the server signed over them.
    pub(crate) head: String,
}

/// A job of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What the core asks of the world. The driver carries effects out in the order given.
#[derive(Debug)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a step has a handful of effects, and they are carried out at once"
)]
pub enum Effect {
    /// Write this atomically; tell `Input::Durable` when it is on disk.
    Persist {
        /// Rises by one per write.
        token: Token,
        /// The writes.
        batch: Batch,
    },
    /// Answer a call.
    Reply {
        /// Which.
        call: CallId,
        /// The answer.
        result: Result<Answer, Failure>,
    },
    /// Tell subscribers.
    Notify {
        /// Place in the durable sequence; `None` for ephemeral events.
        seq: Option<u64>,
        /// The id of the call that caused it.
        cause: Option<Value>,
        /// What happened.
        event: Box<Event>,
    },
    /// Put a frame on a link.
    Transmit {
        /// The stream.
        link: LinkId,
        /// The frame.
        frame: Frame,
    },
    /// Close a link.
    Close(LinkId),
    /// Reach a device.
    Dial {
        /// Its transport key.
        peer: TransportPublic,
        /// Where, binary multiaddrs.
        addresses: Vec<Vec<u8>>,
    },
    /// Which ways to people may be used from now on; at the start neither.
    Ways {
        /// The relay of the login server.
        relay: bool,
        /// Discovery in the local network.
        lan: bool,
    },
    /// Serve file ranges to this peer, or stop serving them.
    Authorise {
        /// Whom.
        peer: TransportPublic,
        /// Whether.
        allowed: bool,
    },
    /// Hold an object of mine back from those who fetch it, or give it again; at the start none is held back.
    Withhold {
        /// Which.
        file: FileId,
        /// Whether.
        on: bool,
    },
    /// Ask the login server.
    Ask {
        /// Repeated in the answer.
        request: RequestId,
        /// What.
        what: Ask,
    },
    /// Call `Input::Timer` at that time; replaces an earlier wish.
    Wake(Time),
    /// A job of the disk.
    Job {
        /// Repeated in its news.
        job: JobId,
        /// What.
        what: Job,
    },
    /// Stop a job, if it still runs.
    CancelJob(JobId),
    /// The session is over by the server's word: log out, and lock if the code says so.
    SessionOver,
}

/// A request to the login server.
#[derive(Debug)]
#[non_exhaustive]
pub enum Ask {
    /// Leaves from here on.
    Leaves {
        /// Index of the first one wanted.
        first: u64,
    },
    /// A fresh lease.
    Lease,
    /// One bundle and a one-time pair of a device.
    Prekeys {
        /// Whose.
        device: DeviceId,
    },
    /// Keep these for others.
    PublishPrekeys {
        /// PrekeyBundle ‖ signature.
        bundle: Vec<u8>,
        /// OneTime ‖ signature, each.
        one_time: Vec<Vec<u8>>,
    },
    /// Leave a parcel in the drop box.
    Deposit {
        /// The whole parcel.
        parcel: Vec<u8>,
    },
    /// What waits in the drop box for this device.
    ListParcels {
        /// Only what comes after this one.
        after: Option<ItemId>,
    },
    /// One parcel from the drop box.
    FetchParcel {
        /// Which.
        item: ItemId,
    },
    /// Erase parcels that are durable here, at most 500.
    EraseParcels {
        /// Which.
        items: Vec<ItemId>,
    },
    /// Show this of me.
    Presence {
        /// The status.
        status: PresenceStatus,
        /// Own text.
        text: String,
        /// End of the status; 0 for none.
        until: Time,
    },
}

/// A conversation that is written out.
#[derive(Debug)]
pub struct Export {
    /// The group of its messages.
    pub(crate) conversation: [u8; 16],
    /// As what.
    pub(crate) format: ExportFormat,
    /// Myself, with the name shown.
    pub(crate) me: (UserId, String),
    /// The other person.
    pub(crate) them: (UserId, String),
    /// What was begun and not sent.
    pub(crate) draft: Option<String>,
}

/// Everything of a person that is written out.
#[derive(Debug)]
pub struct DataExport {
    /// What is known without the conversations.
    pub(crate) about: serde_json::Map<String, serde_json::Value>,
    /// The conversations, as JSON.
    pub(crate) conversations: Vec<Export>,
}

/// A job of the disk.
#[derive(Debug)]
#[non_exhaustive]
pub enum Job {
    /// Seal a file into the blob store under a fresh key.
    Import {
        /// The file on this computer.
        path: PathBuf,
        /// Another name for it.
        name: Option<String>,
        /// Largest size allowed, bytes.
        limit: u64,
        /// Re-encode as a profile picture: at most 512 × 512, no metadata.
        picture: bool,
    },
    /// Pull an object from a peer, verify every group, check the plaintext hash at the end.
    Fetch {
        /// From whom.
        peer: TransportPublic,
        /// `FileRef` of PROTOCOL §2.9.
        file_ref: Vec<u8>,
        /// Groups already held, ascending `[from, to)`.
        have: Vec<(u64, u64)>,
    },
    /// Read a whole sealed object, to be left in the drop box.
    Object {
        /// Which.
        file: FileId,
        /// Its bytes.
        length: u64,
    },
    /// Keep a sealed object that came out of the drop box, once its hashes are right.
    Take {
        /// `FileRef` of PROTOCOL §2.9.
        file_ref: Vec<u8>,
        /// All of it.
        object: Vec<u8>,
    },
    /// Write the plaintext to a path.
    Save {
        /// `FileRef` of PROTOCOL §2.9.
        file_ref: Vec<u8>,
        /// Where to.
        path: PathBuf,
        /// Whether an existing file is replaced.
        overwrite: bool,
    },
    /// Read plaintext.
    Read {
        /// `FileRef` of PROTOCOL §2.9.
        file_ref: Vec<u8>,
        /// First byte.
        offset: u64,
        /// At most 262,144.
        length: u32,
    },
    /// Write a conversation out, readable.
    Export {
        /// Where to; nothing may be there.
        path: PathBuf,
        /// Which.
        what: Export,
    },
    /// Write everything of the person out, readable.
    ExportData {
        /// Where to.
        path: PathBuf,
        /// Whether a file that is there is replaced.
        overwrite: bool,
        /// What.
        what: DataExport,
    },
    /// Write the signed directory out.
    ExportDirectory(LeavesFile),
    /// Measure what lies on the disk.
    Measure,
    /// Rewrite the store without what was erased.
    Compact,
    /// Wait until the store has caught up.
    Settle,
    /// Count what a conversation holds.
    Count {
        /// The other person.
        conversation: [u8; 16],
    },
    /// Find messages.
    Search {
        /// What.
        query: Query,
        /// Where the last answer ended.
        after: Option<Cursor>,
        /// Hits wanted.
        limit: u32,
    },
    /// Forget an object.
    Delete {
        /// Which.
        file: FileId,
    },
}
