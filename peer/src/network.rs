//! The network of one profile while it runs: handle, events, and the shelf of sealed objects it serves.

use conclave_crypto::keys::TransportSecret;
use conclave_proto::ErrorCode;
use tokio::sync::mpsc;

use crate::model::Failure;
use crate::net::{Net, NetConfig, NetEvent, OpenError};
use crate::shelf::BlobShelf;

/// A running network.
pub(crate) struct Network {
    pub(crate) net: Net,
    pub(crate) events: mpsc::Receiver<NetEvent>,
    pub(crate) shelf: BlobShelf,
}

impl Network {
    /// Starts with this transport key; `listen` empty means every interface and any free port.
    pub(crate) async fn start(transport: &TransportSecret, listen: &[String]) -> Result<Self, Failure> {
        let shelf = BlobShelf::default();
        let mut config = NetConfig::new(transport, shelf.shared());
        if !listen.is_empty() {
            config.listen = listen.to_vec();
        }
        let (net, events) = Net::start(config)
            .await
            .map_err(|error| Failure::new(ErrorCode::PeerNoPath).with("why", error.to_string()))?;
        Ok(Self { net, events, shelf })
    }
}

/// A server that could not be opened, with the address and the reason for the person.
pub(crate) fn unreachable(error: &OpenError) -> Failure {
    let mut failure = Failure::new(error.code()).with("why", error.to_string());
    if let OpenError::Refused { wait_ms, .. } = error {
        failure.retry_after_ms = (*wait_ms > 0).then_some(u64::from(*wait_ms));
    }
    failure
}
