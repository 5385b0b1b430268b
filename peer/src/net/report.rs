//! What the network knows of itself, for `doctor`.

use core::time::Duration;

use super::dial::AddressFailure;
use super::path::Path;

/// What the network knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetReport {
    /// The addresses listened on, as text.
    pub listening: Vec<String>,
    /// Whether there is any way out of this computer.
    pub has_network: bool,
    /// Where login servers see this computer, as text.
    pub observed: Vec<String>,
    /// Whether a login server is connected, and the round trip when it was measured.
    pub server: Option<Option<Duration>>,
    /// Whether the relay of the login server is to be used.
    pub relay: bool,
    /// Whether colleagues can reach this computer through it.
    pub reserved: bool,
    /// Whether the local network is searched.
    pub discovering: bool,
    /// How many devices were found there.
    pub nearby: usize,
    /// About the peer that was asked for.
    pub peer: Option<PeerReport>,
}

/// What is known of one peer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerReport {
    /// The path of the link, if one stands.
    pub path: Option<Path>,
    /// The remote address in use, as text.
    pub address: Option<String>,
    /// The round trip, when it was measured.
    pub rtt: Option<Duration>,
    /// Why the last dials failed, address by address.
    pub failures: Vec<AddressFailure>,
}
