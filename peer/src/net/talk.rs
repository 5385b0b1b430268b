//! Whether the two sides of a link answer each other: a side that speaks and hears nothing has its connection asked.

use core::convert::Infallible;
use core::time::Duration;

use libp2p::swarm::ConnectionId;
use tokio::sync::watch;
use tokio::time::Instant;

use super::shared::{Report, Shared};

/// A healthy colleague acknowledges a message sooner, mostly. What needs no answer costs a ping.
const DOUBT: Duration = Duration::from_millis(200);

/// A doubt that led to nothing, because files were on their way, is reported again.
const AGAIN: Duration = Duration::from_secs(1);

/// Since when this side of a link has spoken without hearing anything.
pub(super) struct Talk(watch::Sender<Option<Instant>>);

impl Default for Talk {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Talk {
    /// A frame goes out.
    pub(super) fn spoke(&self) {
        self.0.send_if_modified(|since| {
            let first = since.is_none();
            since.get_or_insert_with(Instant::now);
            first
        });
    }

    /// A frame came in.
    pub(super) fn heard(&self) {
        self.0.send_if_modified(|since| since.take().is_some());
    }

    /// Reports the connection as doubtful while nothing is heard. Never ends.
    pub(super) async fn doubt(&self, shared: &Shared, connection: ConnectionId) -> Infallible {
        let mut since = self.0.subscribe();
        loop {
            let spoken = *since.borrow_and_update();
            let overdue = async {
                match spoken {
                    Some(at) => tokio::time::sleep_until(at + DOUBT).await,
                    None => core::future::pending().await,
                }
                loop {
                    shared.report(Report::Doubtful(connection)).await;
                    tokio::time::sleep(AGAIN).await;
                }
            };
            // The sender is in `self`, so an error does not happen; it would only end the wait.
            tokio::select! {
                never = overdue => return never,
                _ = since.changed() => {}
            }
        }
    }
}
