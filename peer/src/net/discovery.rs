//! Finds devices in the local network by mDNS, and lets this one be found, while it exists.
//!
//! libp2p's mDNS starts a task per interface and leaves it running when it is dropped itself, announcing on. Here it
//! has a small runtime of its own, which ends with everything in it.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io;

use libp2p::core::transport::ListenerId;
use libp2p::swarm::derive_prelude::{ExpiredListenAddr, NewListenAddr};
use libp2p::swarm::{FromSwarm, NetworkBehaviour as _, ToSwarm};
use libp2p::{Multiaddr, PeerId, mdns};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Findings waiting for the engine.
const FOUND: usize = 64;

/// A search under way; dropping it ends it.
pub(super) struct Discovery {
    listening: watch::Sender<BTreeSet<Multiaddr>>,
    found: mpsc::Receiver<mdns::Event>,
    _stop: DropGuard,
}

impl Discovery {
    /// Starts to search and to announce these addresses.
    pub(super) fn start(us: PeerId, listening: BTreeSet<Multiaddr>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (listening, addresses) = watch::channel(listening);
        let (tell, found) = mpsc::channel(FOUND);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        std::thread::Builder::new().name("discovery".to_owned()).spawn(move || {
            runtime.block_on(stopped.run_until_cancelled(run(us, addresses, tell)));
        })?;
        Ok(Self { listening, found, _stop: stop.drop_guard() })
    }

    /// Announces these addresses from now on.
    pub(super) fn listening(&self, addresses: &BTreeSet<Multiaddr>) {
        self.listening.send_if_modified(|known| {
            let changed = known != addresses;
            known.clone_from(addresses);
            changed
        });
    }

    /// The next finding; never when the search could not go on. Cancel safe.
    pub(super) async fn next(&mut self) -> mdns::Event {
        match self.found.recv().await {
            Some(event) => event,
            None => core::future::pending().await,
        }
    }
}

async fn run(
    us: PeerId,
    mut listening: watch::Receiver<BTreeSet<Multiaddr>>,
    tell: mpsc::Sender<mdns::Event>,
) {
    let mut mdns = match mdns::tokio::Behaviour::new(mdns::Config::default(), us) {
        Ok(mdns) => mdns,
        Err(error) => {
            tracing::warn!(%error, "the local network cannot be searched");
            return;
        }
    };
    let listener_id = ListenerId::next();
    let mut told = BTreeSet::new();
    loop {
        let wanted = listening.borrow_and_update().clone();
        for addr in wanted.difference(&told) {
            mdns.on_swarm_event(FromSwarm::NewListenAddr(NewListenAddr { listener_id, addr }));
        }
        for addr in told.difference(&wanted) {
            mdns.on_swarm_event(FromSwarm::ExpiredListenAddr(ExpiredListenAddr { listener_id, addr }));
        }
        told = wanted;
        tokio::select! {
            changed = listening.changed() => if changed.is_err() { return },
            event = poll_fn(|context| mdns.poll(context)) => {
                if let ToSwarm::GenerateEvent(event) = event
                    && tell.send(event).await.is_err()
                {
                    return;
                }
            }
        }
    }
}
