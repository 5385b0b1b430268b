//! The relay of the own login server: being reachable through it, and the address of a circuit to a colleague.
//!
//! A reservation is held whenever the core says that relaying is allowed: it costs the server a few bytes, and knowing
//! for certain whether this computer could do without would cost more than it saves.

use core::time::Duration;

use conclave_crypto::keys::TransportPublic;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::Engine;
use crate::net::address::{peer_of, without_peer};

/// A reservation that was refused or lost is asked for again after this, doubled up to [`SLOWEST`].
const AGAIN: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(60);

/// The relay in use.
pub(super) struct Relaying {
    server: TransportPublic,
    id: PeerId,
    listener: Option<ListenerId>,
    reserved: bool,
    next: Instant,
    wait: Duration,
}

impl Relaying {
    /// Whether colleagues can reach us through it.
    pub(super) const fn is_reserved(&self) -> bool {
        self.reserved
    }
}

impl Engine {
    /// Uses the relay of this server, or none.
    pub(super) fn set_relay(&mut self, server: Option<TransportPublic>) {
        if self.relaying.as_ref().map(|relaying| relaying.server) == server {
            return;
        }
        if let Some(listener) = self.relaying.take().and_then(|relaying| relaying.listener) {
            self.swarm.remove_listener(listener);
        }
        self.relaying = server.and_then(|server| {
            let id = peer_of(&server)?;
            Some(Relaying { server, id, listener: None, reserved: false, next: Instant::now(), wait: AGAIN })
        });
        self.reserve();
        self.plan_circuits();
    }

    /// Asks for a reservation if there is none and the server is connected.
    pub(super) fn reserve(&mut self) {
        let Some(relaying) = &mut self.relaying else { return };
        let now = Instant::now();
        if relaying.listener.is_some() || now < relaying.next {
            return;
        }
        let Some(connection) = self.swarm.behaviour().streams.best(&relaying.id) else { return };
        let address =
            without_peer(&connection.address).with(Protocol::P2p(relaying.id)).with(Protocol::P2pCircuit);
        relaying.next = now + relaying.wait;
        relaying.wait = (relaying.wait * 2).min(SLOWEST);
        match self.swarm.listen_on(address) {
            Ok(listener) => relaying.listener = Some(listener),
            Err(error) => tracing::debug!(%error, "no reservation"),
        }
    }

    /// The server has reserved a place.
    pub(super) fn on_reserved(&mut self, server: &PeerId) {
        if let Some(relaying) = self.relaying.as_mut().filter(|relaying| relaying.id == *server) {
            relaying.reserved = true;
            relaying.wait = AGAIN;
        }
    }

    /// A listener has closed; that of the reservation is opened again by and by.
    pub(super) fn on_reservation_lost(&mut self, listener: ListenerId) {
        if let Some(relaying) = self.relaying.as_mut().filter(|relaying| relaying.listener == Some(listener))
        {
            relaying.listener = None;
            relaying.reserved = false;
        }
    }

    /// After a change of networks the next reservation does not wait.
    pub(super) fn reserve_at_once(&mut self) {
        if let Some(relaying) = &mut self.relaying {
            relaying.next = Instant::now();
            relaying.wait = AGAIN;
        }
    }

    /// The connections with the server whose relay is used.
    pub(super) fn relay_connections(&self) -> impl Iterator<Item = ConnectionId> {
        let server = self.relaying.as_ref().map(|relaying| relaying.id);
        let all = self.swarm.behaviour().streams.all();
        all.filter(move |(id, _)| Some(**id) == server).map(|(_, connection)| connection.id)
    }

    /// Whether a peer may be reached through a relay, once its server is connected.
    pub(super) fn may_relay(&self, peer: &PeerId) -> bool {
        self.relaying.as_ref().is_some_and(|relaying| relaying.id != *peer)
    }

    /// The relay is at hand: a reservation is asked for, and dials that go on without a circuit get one.
    pub(super) fn on_relay_connected(&mut self, server: &PeerId) {
        if self.relaying.as_ref().is_some_and(|relaying| relaying.id == *server) {
            self.reserve();
            self.plan_circuits();
        }
    }

    /// The address of a circuit to a peer; `None` when relaying is not allowed or the server is not connected.
    pub(super) fn circuit_to(&self, peer: &PeerId) -> Option<Multiaddr> {
        let relaying = self.relaying.as_ref().filter(|relaying| relaying.id != *peer)?;
        let connection = self.swarm.behaviour().streams.best(&relaying.id)?;
        let server = without_peer(&connection.address).with(Protocol::P2p(relaying.id));
        Some(server.with(Protocol::P2pCircuit).with(Protocol::P2p(*peer)))
    }
}
