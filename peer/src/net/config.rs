//! What the network needs to start.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use conclave_crypto::keys::TransportSecret;
use conclave_crypto::secret::Secret;

use super::transfer::Shelf;

/// Milliseconds UTC, for `Opening`.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Where to listen unless told otherwise: any free port, TCP and QUIC, both families.
const LISTEN: [&str; 4] =
    ["/ip4/0.0.0.0/tcp/0", "/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/tcp/0", "/ip6/::/udp/0/quic-v1"];

/// What the network needs to start.
pub struct NetConfig {
    /// Seed of the transport key (PROTOCOL §2.2, TPK), 32 bytes.
    pub transport_seed: Secret<32>,
    /// Multiaddrs to listen on, as text; one that works is enough.
    pub listen: Vec<String>,
    /// The sealed objects that this device serves.
    pub shelf: Arc<dyn Shelf>,
    /// The clock told in `Opening`.
    pub clock: Clock,
}

impl NetConfig {
    /// The usual configuration.
    #[must_use]
    pub fn new(transport: &TransportSecret, shelf: Arc<dyn Shelf>) -> Self {
        Self {
            transport_seed: transport.seed().duplicate(),
            listen: LISTEN.map(str::to_owned).to_vec(),
            shelf,
            clock: system_clock(),
        }
    }
}

/// The clock of the operating system.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
