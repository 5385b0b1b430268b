//! How far an object has gone on one stream, told to the driver.

use core::time::Duration;

use conclave_crypto::keys::TransportPublic;
use tokio::time::Instant;

use super::ranges::GroupRanges;
use crate::net::event::NetEvent;
use crate::net::shared::Shared;

/// As often as progress is shown. What is over sooner is not told at all.
const EVERY: Duration = Duration::from_millis(250);

/// One object on its way to one peer.
pub(super) struct Progress<'a> {
    shared: &'a Shared,
    peer: TransportPublic,
    content_id: [u8; 32],
    done: u64,
    last: Instant,
    told: bool,
}

impl<'a> Progress<'a> {
    /// What is not asked for is there already.
    pub(super) fn of(
        shared: &'a Shared,
        peer: &TransportPublic,
        content_id: [u8; 32],
        ranges: &GroupRanges,
    ) -> Self {
        let done = ranges.length().saturating_sub(ranges.bytes());
        Self { shared, peer: *peer, content_id, done, last: Instant::now(), told: false }
    }

    /// So many bytes more were sent.
    pub(super) async fn sent(&mut self, bytes: usize) {
        self.done = self.done.saturating_add(bytes as u64);
        if self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            self.told = true;
            self.tell(false).await;
        }
    }

    /// The stream is over.
    pub(super) async fn end(self) {
        if self.told {
            self.tell(true).await;
        }
    }

    async fn tell(&self, ended: bool) {
        let (peer, content_id, done) = (self.peer, self.content_id, self.done);
        self.shared.tell(NetEvent::Serving { peer, content_id, done, ended }).await;
    }
}
