//! The network of one profile while it runs: handle, events, and the shelf of sealed objects it serves.

use core::time::Duration;

use conclave_crypto::keys::TransportSecret;
use conclave_proto::ErrorCode;
use tokio::sync::mpsc;

use crate::account::Account;
use crate::model::Failure;
use crate::net::{Net, NetConfig, NetEvent, OpenError, ServerProtocol, ServerStream};
use crate::shelf::BlobShelf;

/// How long after a connection was lost another one is tried, the first time and later: it may be some time until the
/// end of the old one is known, and until then streams would be opened on it.
const AGAIN: [Duration; 3] = [Duration::from_millis(50), Duration::from_millis(200), Duration::from_secs(1)];

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

/// A stream to the login server of an account. The server closes the connection of a session that has been ended; who is
/// quick to come again may still be on it, and what stands is told on another one.
///
/// # Errors
/// As [`unreachable`].
pub(crate) async fn open_server(
    net: &Net,
    account: &Account,
    protocol: ServerProtocol,
) -> Result<ServerStream, Failure> {
    let open = || net.open_server(account.server, account.addresses.clone(), protocol);
    let mut opened = open().await;
    for wait in AGAIN {
        if !matches!(opened, Err(OpenError::Stream(_))) {
            break;
        }
        tokio::time::sleep(wait).await;
        opened = open().await;
    }
    opened.map_err(|error| unreachable(&error))
}

/// A server that could not be opened, with the address and the reason for the person.
pub(crate) fn unreachable(error: &OpenError) -> Failure {
    let mut failure = Failure::new(error.code()).with("why", error.to_string());
    if let OpenError::Refused { wait_ms, .. } = error {
        failure.retry_after_ms = (*wait_ms > 0).then_some(u64::from(*wait_ms));
    }
    failure
}
