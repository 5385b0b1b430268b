//! The lock, until the engine has closed the messages. The window hides them before.

use std::time::Duration;

use conclave_peer::Peer;
use conclave_peer::model::ErrorCode;

/// Between two tries, while another task of the engine has the profile: a login, or an export.
const AGAIN: Duration = Duration::from_millis(250);
/// Tries: ten minutes, far longer than any such task. The password is asked for all the same.
const TRIES: u32 = 2_400;

/// Locks; returns when the messages are closed.
pub(super) async fn closed(peer: Peer) {
    for _ in 0..TRIES {
        match peer.lock().await {
            Err(failure) if failure.code == ErrorCode::ApiBusy => tokio::time::sleep(AGAIN).await,
            _ => return,
        }
    }
}
