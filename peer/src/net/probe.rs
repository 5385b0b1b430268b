//! Asks one connection whether it still works, without waiting for the next ping: after a change of networks or a sleep.
//!
//! It speaks libp2p's ping (32 bytes, echoed) on a stream of its own, because a ping cannot be asked for.

use core::time::Duration;
use std::sync::Arc;

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::swarm::ConnectionId;

use super::engine::Negotiated;
use super::error::OpenError;
use super::shared::{Report, Shared};

/// What a ping carries.
const PING: usize = 32;
/// A connection that does not answer by then is closed. A false alarm costs one new connection; waiting costs the
/// person's time (BARS F16: back within 2 s over QUIC).
pub(super) const PATIENCE: Duration = Duration::from_millis(1_200);

/// Reports the connection as silent unless it answers in time.
pub(super) async fn probe(shared: Arc<Shared>, connection: ConnectionId, stream: Negotiated) {
    let answered = async {
        match stream.await {
            Ok(Ok(opened)) => {
                let mut stream = opened.stream;
                let mut bytes = [0; PING];
                let echo = async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await?;
                    stream.read_exact(&mut bytes).await
                };
                echo.await.is_ok()
            }
            // Whoever says that it does not speak ping is there.
            Ok(Err(OpenError::Unsupported)) => true,
            Ok(Err(_)) | Err(_) => false,
        }
    };
    if !tokio::time::timeout(PATIENCE, answered).await.unwrap_or(false) {
        shared.report(Report::Silent(connection)).await;
    }
}
