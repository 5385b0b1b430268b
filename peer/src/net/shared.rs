//! What the engine and its tasks share.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use conclave_crypto::keys::TransportPublic;
use conclave_proto::schema::Opening;
use conclave_proto::version;
use libp2p::swarm::ConnectionId;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::config::Clock;
use super::error::OpenError;
use super::event::{LinkId, NetEvent};
use super::link::{Established, Queue};
use super::race::Opener;
use super::transfer::Shelf;

/// A transfer without a byte for so long is stuck, and its silence counts.
const STUCK: Duration = Duration::from_secs(2);

/// What a task tells the engine.
pub(super) enum Report {
    /// An attempt to open a link has ended.
    Opened {
        peer: TransportPublic,
        opener: Opener,
        attempt: u64,
        outcome: Result<Box<Established>, OpenError>,
    },
    /// A link is of no use any more; its last event is still to be told.
    Ending { peer: TransportPublic, link: LinkId },
    /// A link has told its last event.
    Ended { peer: TransportPublic, link: LinkId },
    /// A link on this connection has said something and heard nothing.
    Doubtful(ConnectionId),
    /// This connection was asked and has answered.
    Answered(ConnectionId),
    /// This connection was asked and has not answered.
    Silent(ConnectionId),
    /// The other side of this connection broke the protocol.
    Violation(ConnectionId),
}

/// Which ways may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ways {
    /// The server whose relay is used.
    pub(super) relay: Option<TransportPublic>,
    /// Whether the local network is searched.
    pub(super) lan: bool,
}

/// What the engine and its tasks share.
pub(super) struct Shared {
    pub(super) events: mpsc::Sender<NetEvent>,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) clock: Clock,
    pub(super) shelf: Arc<dyn Shelf>,
    /// Objects being served at a time, over all peers.
    pub(super) serving: Arc<Semaphore>,
    /// Cancelled when the engine stops.
    pub(super) stop: CancellationToken,
    pub(super) links: Mutex<BTreeMap<LinkId, Queue>>,
    /// Only the newest wish counts.
    pub(super) ways: watch::Sender<Ways>,
    pub(super) allowed: RwLock<BTreeSet<TransportPublic>>,
    /// When bytes of a file, or a long frame, last went on.
    pub(super) moved: Mutex<Option<Instant>>,
}

impl Shared {
    pub(super) fn opening(&self) -> Opening {
        version::opening((self.clock)())
    }

    pub(super) fn links(&self) -> MutexGuard<'_, BTreeMap<LinkId, Queue>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes of a file have gone on, one way or the other.
    pub(super) fn move_on(&self) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether files are on their way and have not got stuck.
    pub(super) fn moves_files(&self) -> bool {
        let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.is_some_and(|at| at.elapsed() < STUCK)
    }

    pub(super) fn is_allowed(&self, peer: &TransportPublic) -> bool {
        self.allowed.read().unwrap_or_else(PoisonError::into_inner).contains(peer)
    }

    /// Tells the engine; when it has stopped there is nobody to tell.
    pub(super) async fn report(&self, report: Report) {
        drop(self.reports.send(report).await);
    }

    /// Tells the driver; when it has gone there is nobody to tell.
    pub(super) async fn tell(&self, event: NetEvent) {
        drop(self.events.send(event).await);
    }
}
