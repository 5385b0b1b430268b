//! What the world tells the core.

use bytes::Bytes;
use conclave_crypto::keys::{DeviceId, ItemId, TransportPublic, UserId};
use conclave_proto::{ErrorCode, Frame};
use serde_json::Value;

use super::effect::{JobId, RequestId};
use crate::model::{Call, ConversationCounts, Event, FileId, Path, PresenceStatus, Sizes, Time, WaitReason};
use crate::search::Found;

/// A call that awaits its answer: chosen by the driver, repeated in `Effect::Reply`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// One stream to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// A write, in the order of their making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Token(pub u64);

/// What the world tells the core.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// A call from the API. `cause` is the caller's own id, repeated in the events it causes.
    Call {
        /// Repeated in the answer.
        call: CallId,
        /// The caller's id.
        cause: Option<Value>,
        /// What is asked.
        what: Call,
    },
    /// Every write up to and including this one is on disk.
    Durable(Token),
    /// A peer stream is open; version negotiation is done, nothing else.
    LinkUp {
        /// The stream.
        link: LinkId,
        /// The transport key that the connection has proven.
        peer: TransportPublic,
        /// The path.
        path: Path,
    },
    /// A peer stream ended.
    LinkDown {
        /// The stream.
        link: LinkId,
    },
    /// A frame from a peer.
    Frame {
        /// The stream.
        link: LinkId,
        /// The frame.
        frame: Frame,
    },
    /// A link that was full takes frames again.
    Writable(LinkId),
    /// A dial ended without a link.
    DialFailed {
        /// Whom.
        peer: TransportPublic,
        /// Why.
        why: WaitReason,
    },
    /// The round trip of a link was measured.
    Measured {
        /// Which.
        link: LinkId,
        /// Milliseconds.
        rtt_ms: u64,
    },
    /// A file is being fetched from here.
    Serving {
        /// By whom.
        peer: TransportPublic,
        /// Which.
        file: FileId,
        /// Bytes of the sealed object that are there, or on their way.
        done: u64,
        /// Whether that stream has ended, whole or not.
        ended: bool,
    },
    /// Addresses of this computer have changed, or it slept: what failed before may work now.
    NetworkChanged,
    /// Where a device is in the local network, binary multiaddrs; empty when it has gone.
    Nearby {
        /// Its transport key, not proven.
        peer: TransportPublic,
        /// Where.
        addresses: Vec<Vec<u8>>,
    },
    /// News from the login server.
    Server(ServerNews),
    /// A job of the disk ended or advanced.
    Job {
        /// Which.
        job: JobId,
        /// How.
        news: JobNews,
    },
    /// Something that the driver itself did and that belongs among the durable events.
    Note(Box<Event>),
    /// Part of the store was found damaged and mended as far as could be.
    StoreDamaged {
        /// Records that are safe.
        safe: u64,
        /// Entries that are lost.
        lost: u64,
    },
    /// The time asked for by `Effect::Wake` has come.
    Timer,
}

/// News from the login server.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServerNews {
    /// Logged in; the directory stream is open.
    Online {
        /// Lease ‖ signature.
        lease: Vec<u8>,
        /// The server's clock minus ours.
        clock_skew_ms: i64,
    },
    /// Trying.
    Connecting,
    /// No connection.
    Offline {
        /// When the next try is due.
        next_try_at: Option<Time>,
    },
    /// A fresh lease.
    Lease(Vec<u8>),
    /// Log leaves. With a checkpoint they complete a head; without one more follow.
    Leaves {
        /// Index of the first.
        first: u64,
        /// The leaves.
        leaves: Vec<Bytes>,
        /// The signed head, or empty.
        checkpoint: Bytes,
    },
    /// Presence of colleagues.
    Presence {
        /// Whether this is everybody.
        snapshot: bool,
        /// Whom.
        people: Vec<PersonPresence>,
    },
    /// How many one-time prekeys the server still holds for this device.
    PrekeyStock {
        /// X25519.
        dh: u32,
        /// ML-KEM-1024.
        kem: u32,
    },
    /// The answer to `Effect::Ask` of a claim.
    Prekeys {
        /// Of which request.
        request: RequestId,
        /// Bundle ‖ signature.
        bundle: Bytes,
        /// OneTime ‖ signature, or empty.
        one_time_dh: Bytes,
        /// OneTime ‖ signature, or empty.
        one_time_kem: Bytes,
    },
    /// How many parcels wait in the drop box for this device.
    ParcelsWaiting {
        /// At least one.
        count: u32,
    },
    /// The server has a parcel.
    Deposited {
        /// Of which request.
        request: RequestId,
        /// BoxReceipt ‖ signature.
        receipt: Bytes,
    },
    /// What waits in the drop box.
    Parcels {
        /// Of which request.
        request: RequestId,
        /// Oldest first.
        listed: Vec<ListedParcel>,
        /// Whether there are more after the last one.
        more: bool,
    },
    /// A parcel from the drop box.
    Parcel {
        /// Of which request.
        request: RequestId,
        /// The whole parcel.
        bytes: Vec<u8>,
    },
    /// A request was carried out.
    Done(RequestId),
    /// A request failed.
    Failed {
        /// Which.
        request: RequestId,
        /// Why.
        code: ErrorCode,
    },
    /// The server ended the session.
    SessionEnded {
        /// E-SESS-1, E-SESS-2, E-AUTH-4 or E-AUTH-5.
        code: ErrorCode,
        /// Login is refused until then; 0 when it is not.
        until: Time,
        /// The device that took over.
        device: Option<DeviceId>,
    },
    /// Words from the administrator.
    Notice {
        /// The words.
        text: String,
        /// When the server stops; 0 when it does not.
        stops_at: Time,
    },
}

/// A parcel in the drop box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedParcel {
    /// Its id.
    pub item: ItemId,
    /// Its bytes.
    pub length: u64,
    /// When it was left, by the server's clock.
    pub stored: Time,
}

/// Presence of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPresence {
    /// Who.
    pub user: UserId,
    /// On which device.
    pub device: Option<DeviceId>,
    /// The status.
    pub status: PresenceStatus,
    /// Own text.
    pub text: String,
    /// When last connected; 0 when never or hidden.
    pub last_seen: Time,
    /// Where the device can be dialled, binary multiaddrs.
    pub addresses: Vec<Vec<u8>>,
}

/// News of a disk job.
#[derive(Debug)]
#[non_exhaustive]
pub enum JobNews {
    /// A file was sealed into the blob store.
    Imported {
        /// `FileRef` of PROTOCOL §2.9, as it is.
        file_ref: Vec<u8>,
    },
    /// Bytes of a fetch are verified and on disk.
    Progress {
        /// All chunk groups held so far, as ascending `[from, to)` pairs.
        groups: Vec<(u64, u64)>,
        /// Verified bytes of the object.
        done: u64,
    },
    /// A fetch is whole; the plaintext hash was checked.
    Fetched,
    /// A whole sealed object.
    Object {
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Plaintext was written out for `file.save`.
    Saved {
        /// How many bytes.
        bytes: u64,
    },
    /// Plaintext for `file.read`.
    Read {
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether the end was reached.
        eof: bool,
    },
    /// What lies on the disk.
    Measured(Sizes),
    /// The store is compact.
    Compacted {
        /// Bytes that are free again.
        freed: u64,
    },
    /// The store has caught up.
    Settled,
    /// What a conversation holds.
    Counted(ConversationCounts),
    /// Messages that a search found.
    Found(Found),
    /// The job failed.
    Failed {
        /// Why.
        code: ErrorCode,
        /// Variables of the words, such as `need` and `free`.
        details: serde_json::Map<String, Value>,
    },
}

/// An object that a peer asks for on a file stream, answered at once by [`super::effect::Effect`]-free look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectWanted {
    /// Who asks.
    pub peer: TransportPublic,
    /// What.
    pub file: FileId,
}
