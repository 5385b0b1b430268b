//! Asks one connection whether it still works, without waiting for the next ping: after a change of networks or a sleep,
//! and when a link hears nothing.
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

/// Reports whether the connection answers in time.
pub(super) async fn probe(
    shared: Arc<Shared>,
    connection: ConnectionId,
    stream: Negotiated,
    patience: Duration,
) {
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
    let answers = tokio::time::timeout(patience, answered).await.unwrap_or(false);
    shared.report(if answers { Report::Answered(connection) } else { Report::Silent(connection) }).await;
}
