//! What the network tells the driver.

use core::fmt;

use conclave_crypto::keys::TransportPublic;
use conclave_proto::Frame;

use super::error::{LinkLoss, OpenError};
use super::path::Path;

/// One PEER stream, never used again after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub(super) u64);

impl LinkId {
    /// An id for a core that runs without a network, as in simulations.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {}", self.0)
    }
}

/// What the network tells the driver. Events of one link come in order: up, frames, down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// The complete list of addresses listened on, binary multiaddrs without the peer id, at most
    /// [`conclave_proto::limits::ADDRESSES`], those of other computers' use first.
    Listening(Vec<Vec<u8>>),
    /// A link is open: `Opening` went both ways. Nothing is known of the peer but its transport key.
    LinkUp {
        /// The link.
        link: LinkId,
        /// The proven transport key.
        peer: TransportPublic,
        /// How it is reached.
        path: Path,
        /// The remote address as text, for display.
        address: String,
    },
    /// A link has ended; the last event of that link.
    LinkDown {
        /// The link.
        link: LinkId,
        /// Whose.
        peer: TransportPublic,
        /// Why.
        why: LinkLoss,
    },
    /// A frame after `Opening`, of a kind that PEER streams know, within the limit.
    Frame {
        /// From where.
        link: LinkId,
        /// As it came.
        frame: Frame,
    },
    /// The round trip of a link, measured every few seconds.
    Measured {
        /// Which.
        link: LinkId,
        /// Milliseconds.
        rtt_ms: u64,
    },
    /// Addresses of this computer have changed, or it slept: what failed before may work now.
    NetworkChanged,
    /// Where a device of the local network is, binary multiaddrs: all that is known; empty when it has gone.
    Nearby {
        /// Whose.
        peer: TransportPublic,
        /// Where.
        addresses: Vec<Vec<u8>>,
    },
    /// An object is being fetched from here; at most a few times a second for each stream, and once at its end if it
    /// was told before.
    Serving {
        /// By whom.
        peer: TransportPublic,
        /// Which.
        content_id: [u8; 32],
        /// Bytes of it that are there, or on their way.
        done: u64,
        /// Whether the stream has ended, whole or not.
        ended: bool,
    },
    /// The queue of a link on which `send` was refused as full is empty again.
    Writable(LinkId),
    /// A dial ended without a link.
    DialFailed {
        /// Whose.
        peer: TransportPublic,
        /// Why.
        why: OpenError,
    },
}
