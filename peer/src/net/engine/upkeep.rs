//! What the engine looks at by the clock: better paths, a change of networks, a sleep.

use core::time::Duration;

use conclave_crypto::keys::TransportPublic;
use libp2p::swarm::ConnectionId;
use tokio::time::Instant;

use super::{Engine, TICK};
use crate::net::address::{key_of, peer_of};
use crate::net::carrier;
use crate::net::event::NetEvent;
use crate::net::path::{Own, Path};

/// Addresses come and go several at a time; this long after the last of them the change is acted on.
const SETTLE: Duration = Duration::from_millis(200);
/// A tick that is late by this much by the wall clock means that the computer slept.
const SLEPT: Duration = Duration::from_secs(5);
/// Streams of a relayed connection have this long to end once a direct one is in use.
const DRAIN: Duration = Duration::from_secs(2);
/// A relayed connection that carries no link is closed after this: two times what punching a hole takes.
const USELESS: Duration = Duration::from_secs(40);
/// The side with the higher key lets the other one move the link, and does it itself after this.
const HIGHER_MOVES: Duration = Duration::from_secs(5);
/// Tries to move one link are so far apart.
const MOVE_AGAIN: Duration = Duration::from_secs(5);
/// A peer that is reached through the relay is dialled directly again, and a hole punched again, after the first of
/// these, doubled up to the last. Punching tells no failure; it takes up to three tries of ten seconds.
pub(super) const DIRECT_AGAIN: Duration = Duration::from_secs(30);
const DIRECT_SLOWEST: Duration = Duration::from_secs(15 * 60);

impl Engine {
    /// The regular look.
    pub(super) fn on_tick(&mut self) {
        self.notice_sleep();
        self.notice_carrier();
        self.close_silent();
        self.reserve();
        let peers: Vec<TransportPublic> = self.peers.keys().copied().collect();
        for peer in peers {
            self.move_link(peer);
            self.dial_directly_again(peer);
        }
        self.close_useless();
    }

    /// The next moment something is to be done that the tick is too coarse for.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let circuits = self.peers.values().filter_map(|state| state.dialing.as_ref()?.circuit_at());
        let begin = Some(self.begin).filter(|_| !self.unheard.is_empty());
        circuits.chain(self.changed).chain(begin).min()
    }

    /// That moment has come.
    pub(super) fn on_due(&mut self) {
        let now = Instant::now();
        if self.changed.is_some_and(|at| at <= now) {
            self.changed = None;
            let own = Own::of(&self.listening);
            if own != self.swarm.behaviour().streams.own {
                let before = core::mem::replace(&mut self.swarm.behaviour_mut().streams.own, own);
                // The first addresses are no change.
                if before != Own::default() {
                    self.network_changed();
                }
            }
        }
        if self.begin <= now {
            self.unheard.clear();
        }
        self.start_due_circuits(now);
    }

    /// The list of addresses listened on has changed.
    pub(super) fn addresses_changed(&mut self) {
        self.changed = Some(Instant::now() + SETTLE);
        if let Some(discovery) = &self.discovery {
            discovery.listening(&self.listening);
        }
        self.backlog.push_back(NetEvent::Listening(self.addresses()));
    }

    /// Connections may be dead and better ones possible: ask each, and let the core dial at once.
    pub(super) fn network_changed(&mut self) {
        self.moved = Some(Instant::now());
        let streams = &self.swarm.behaviour().streams;
        let doubtful: Vec<ConnectionId> = streams
            .all()
            .filter(|(_, connection)| connection.path != Path::Loopback)
            .map(|(_, connection)| connection.id)
            .collect();
        for connection in doubtful {
            self.probe(connection);
        }
        self.reserve_at_once();
        for state in self.peers.values_mut() {
            state.direct_wait = Duration::ZERO;
            state.direct_again = None;
        }
        self.backlog.push_back(NetEvent::NetworkChanged);
    }

    fn notice_sleep(&mut self) {
        let now = (self.shared.clock)();
        let before = core::mem::replace(&mut self.ticked, now);
        let gap = Duration::from_millis(now.saturating_sub(before));
        if before != 0 && gap > TICK + SLEPT {
            tracing::debug!("this computer slept");
            self.network_changed();
        }
    }

    /// A cable that was pulled, or is back, changes the network although the addresses stay.
    fn notice_carrier(&mut self) {
        let carried = carrier::is_there();
        if core::mem::replace(&mut self.carried, carried) != carried {
            tracing::debug!(carried, "the cable of this computer");
            self.network_changed();
        }
    }

    /// Opens the link anew on a direct connection when it runs over a relayed one.
    pub(super) fn move_link(&mut self, peer: TransportPublic) {
        let Some(id) = peer_of(&peer) else { return };
        let we_are_lower = self.us < peer;
        let Some(best) = self.swarm.behaviour().streams.best(&id) else { return };
        let ready = !best.is_relayed() && (we_are_lower || best.since.elapsed() >= HIGHER_MOVES);
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let relayed = state.link.as_ref().is_some_and(|link| link.stands() && link.is_relayed());
        let busy = state.ours.is_some() || state.theirs.is_some();
        let soon = state.moved.is_some_and(|at| at.elapsed() < MOVE_AGAIN);
        if ready && relayed && !busy && !soon {
            state.moved = Some(Instant::now());
            self.start_attempt(peer, id);
        }
    }

    fn dial_directly_again(&mut self, peer: TransportPublic) {
        let Some(id) = peer_of(&peer) else { return };
        let direct = self.swarm.behaviour().streams.best(&id).is_some_and(|best| !best.is_relayed());
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let relayed = state.link.as_ref().is_some_and(|link| link.stands() && link.is_relayed());
        if direct
            || !relayed
            || state.dialing.is_some()
            || state.direct_again.is_some_and(|at| Instant::now() < at)
        {
            return;
        }
        state.direct_wait = (state.direct_wait * 2).clamp(DIRECT_AGAIN, DIRECT_SLOWEST);
        state.direct_again = Some(Instant::now() + state.direct_wait);
        let addresses = state.addresses.clone();
        self.dial_better(peer, addresses);
    }

    /// Closes relayed connections that a direct one has taken the place of, and those nobody uses.
    fn close_useless(&mut self) {
        let mut useless = Vec::new();
        let streams = &self.swarm.behaviour().streams;
        for (id, connection) in streams.all().filter(|(_, connection)| connection.is_relayed()) {
            let Some(state) = key_of(id).map(|peer| self.peers.get(&peer)) else { continue };
            let busy = state.is_some_and(|state| state.ours.is_some() || state.theirs.is_some());
            let carries = state
                .and_then(|state| state.link.as_ref())
                .is_some_and(|link| link.on(connection.id).is_some());
            let better =
                streams.best(id).is_some_and(|best| !best.is_relayed() && best.since.elapsed() >= DRAIN);
            if !busy && !carries && (better || connection.since.elapsed() >= USELESS) {
                useless.push(connection.id);
            }
        }
        for connection in useless {
            self.close(connection);
        }
    }
}
