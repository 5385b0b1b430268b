//! Connecting: one dial per peer at a time, over all its addresses; when those do not lead there soon, also through the
//! relay, and whichever stands first is used.
//!
//! ```text
//! direct ──────────────────────────────► connected: the circuit is not begun, or given up later
//!   │ CIRCUIT_AFTER, or all failed; the side with the higher key waits longer, less after a silence
//!   └──► circuit ──────────────────────► connected: used, while the direct dial goes on
//! ```
//!
//! An address where another key answers is left out and the others are tried again, because addresses grow stale and
//! are given to other computers.

use core::time::Duration;

use conclave_crypto::keys::TransportPublic;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::Engine;
use super::silence::JUST;
use super::upkeep::DIRECT_AGAIN;
use crate::net::address::{peer_of, without_peer};
use crate::net::dial::{AddressCause, AddressFailure, cause_of};
use crate::net::error::{OpenError, StreamError};
use crate::net::event::NetEvent;

/// How long direct dials have before the relay is tried beside them: more than a round trip round the world and one
/// lost packet.
const CIRCUIT_AFTER: Duration = Duration::from_millis(1_500);
/// The side with the higher key lets the other one open a circuit first, for so long: two circuits that cross would punch
/// two holes through the same ports, and over TCP each would spoil the other's.
const HIGHER_WAITS: Duration = Duration::from_millis(1_500);
/// The same after the direct way has fallen silent; and for both sides after a change of networks, of which the other one
/// may not know: its own circuit may end at a reservation that is dead.
const SOON: Duration = Duration::from_millis(250);
/// Failures remembered for those who ask why a path is not better, in peers.
const REMEMBERED: usize = 256;

/// A dial under way.
#[derive(Default)]
pub(super) struct Dialing {
    direct: Option<(ConnectionId, Vec<Multiaddr>)>,
    circuit: Option<ConnectionId>,
    /// When to begin the circuit; `None` when it is begun or not to be.
    circuit_at: Option<Instant>,
    failures: Vec<AddressFailure>,
}

impl Dialing {
    pub(super) const fn circuit_at(&self) -> Option<Instant> {
        self.circuit_at
    }

    fn is(&self, connection: ConnectionId) -> bool {
        self.circuit == Some(connection)
            || self.direct.as_ref().is_some_and(|(direct, _)| *direct == connection)
    }

    const fn is_over(&self) -> bool {
        self.direct.is_none() && self.circuit.is_none() && self.circuit_at.is_none()
    }
}

impl Engine {
    pub(super) fn want_link(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>) {
        let Some(id) = peer_of(&peer) else { return };
        let state = self.peers.entry(peer).or_default();
        state.addresses.clone_from(&addresses);
        if state.is_linked() {
            return;
        }
        state.wanted = true;
        if state.ours.is_some() || state.theirs.is_some() {
            return;
        }
        if self.swarm.behaviour().streams.is_connected(&id) {
            state.fallback = addresses;
            self.start_attempt(peer, id);
        } else {
            self.start_dial(peer, addresses);
        }
    }

    /// Dials unless a dial is under way.
    pub(super) fn start_dial(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>) {
        let Some(id) = peer_of(&peer) else { return };
        let circuit_at = self.may_relay(&id).then(|| Instant::now() + self.circuit_wait(&peer));
        let state = self.peers.entry(peer).or_default();
        if state.dialing.is_some() {
            return;
        }
        let circuit_at = circuit_at.filter(|_| state.wanted);
        state.dialing = Some(Dialing { circuit_at, ..Dialing::default() });
        self.dial_direct(peer, addresses);
    }

    fn circuit_wait(&self, peer: &TransportPublic) -> Duration {
        if self.moved.is_some_and(|at| at.elapsed() < JUST) {
            return SOON;
        }
        let silent = peer_of(peer).is_some_and(|id| self.silence.has_just_fallen(&id));
        let first = if silent { SOON } else { CIRCUIT_AFTER };
        if self.us < *peer { first } else { first + HIGHER_WAITS }
    }

    /// Dials that have no circuit get one after all.
    pub(super) fn plan_circuits(&mut self) {
        let without = |state: &super::Peer| {
            let lacks = |dialing: &Dialing| dialing.circuit.is_none() && dialing.circuit_at.is_none();
            state.wanted && state.dialing.as_ref().is_some_and(lacks)
        };
        let peers: Vec<_> =
            self.peers.iter().filter(|(_, state)| without(state)).map(|(peer, _)| *peer).collect();
        for peer in peers {
            let possible = peer_of(&peer).is_some_and(|id| self.circuit_to(&id).is_some());
            let at = Instant::now() + self.circuit_wait(&peer);
            if let Some(dialing) = self.peers.get_mut(&peer).and_then(|state| state.dialing.as_mut())
                && possible
            {
                dialing.circuit_at = Some(at);
            }
        }
    }

    /// Dials for a better path than the relay. A new circuit beside that makes the other side punch a hole again; it is
    /// closed when nothing comes of it.
    pub(super) fn dial_better(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>) {
        let circuit_at = (self.us < peer).then(Instant::now);
        let state = self.peers.entry(peer).or_default();
        if state.dialing.is_none() {
            state.dialing = Some(Dialing { circuit_at, ..Dialing::default() });
            self.dial_direct(peer, addresses);
        }
    }

    fn dial_direct(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>) {
        let Some(id) = peer_of(&peer) else { return };
        if addresses.is_empty() || peer == self.us {
            return self.leg_ended(peer);
        }
        let options =
            DialOpts::peer_id(id).condition(PeerCondition::Always).addresses(addresses.clone()).build();
        let connection = options.connection_id();
        if let Some(dialing) = self.peers.get_mut(&peer).and_then(|state| state.dialing.as_mut()) {
            dialing.direct = Some((connection, addresses));
        }
        if let Err(error) = self.swarm.dial(options) {
            self.on_dial_error(connection, error);
        }
    }

    fn dial_circuit(&mut self, peer: TransportPublic) {
        let Some(id) = peer_of(&peer) else { return };
        let address = self.circuit_to(&id);
        let Some(dialing) = self.peers.get_mut(&peer).and_then(|state| state.dialing.as_mut()) else {
            return;
        };
        dialing.circuit_at = None;
        let Some(address) = address else { return self.leg_ended(peer) };
        let options = DialOpts::peer_id(id).condition(PeerCondition::Always).addresses(vec![address]).build();
        let connection = options.connection_id();
        dialing.circuit = Some(connection);
        if let Err(error) = self.swarm.dial(options) {
            self.on_dial_error(connection, error);
        }
    }

    /// Begins the circuits whose time has come.
    pub(super) fn start_due_circuits(&mut self, now: Instant) {
        let due = |state: &super::Peer| {
            state.dialing.as_ref().and_then(Dialing::circuit_at).is_some_and(|at| at <= now)
        };
        let peers: Vec<_> =
            self.peers.iter().filter(|(_, state)| due(state)).map(|(peer, _)| *peer).collect();
        for peer in peers {
            self.dial_circuit(peer);
        }
    }

    pub(super) fn on_dial_error(&mut self, connection: ConnectionId, error: DialError) {
        let ours = |state: &super::Peer| state.dialing.as_ref().is_some_and(|dial| dial.is(connection));
        let Some((&peer, state)) = self.peers.iter_mut().find(|(_, state)| ours(state)) else { return };
        let Some(dialing) = &mut state.dialing else { return };
        let direct = dialing.direct.take_if(|(direct, _)| *direct == connection);
        if direct.is_none() {
            dialing.circuit = None;
        }
        let mut addresses = direct.map(|(_, addresses)| addresses).unwrap_or_default();
        match error {
            DialError::WrongPeerId { address, .. } | DialError::LocalPeerId { address } => {
                let address = without_peer(&address);
                dialing.failures.push(AddressFailure {
                    address: address.to_string(),
                    cause: AddressCause::WrongIdentity,
                });
                let before = addresses.len();
                addresses.retain(|other| *other != address);
                if addresses.len() < before && !addresses.is_empty() {
                    return self.dial_direct(peer, addresses);
                }
            }
            DialError::Transport(errors) => {
                dialing.failures.extend(errors.into_iter().map(|(address, error)| AddressFailure {
                    address: without_peer(&address).to_string(),
                    cause: cause_of(&error),
                }));
            }
            DialError::Denied { .. } => {
                dialing.failures.extend(addresses.iter().map(|address| AddressFailure {
                    address: address.to_string(),
                    cause: AddressCause::Limit,
                }))
            }
            DialError::NoAddresses | DialError::DialPeerConditionFalse(_) | DialError::Aborted => {}
        }
        self.leg_ended(peer);
    }

    /// One way failed: the circuit is begun at once if it still waits, or all is given up.
    fn leg_ended(&mut self, peer: TransportPublic) {
        let we_are_lower = self.us < peer;
        let Some(dialing) = self.peers.get_mut(&peer).and_then(|state| state.dialing.as_mut()) else {
            return;
        };
        if dialing.direct.is_none() && dialing.circuit_at.is_some() && we_are_lower {
            return self.dial_circuit(peer);
        }
        if !dialing.is_over() {
            return;
        }
        let failures = core::mem::take(&mut dialing.failures);
        self.remember(peer, &failures);
        if let Some(state) = self.peers.get_mut(&peer) {
            state.dialing = None;
        }
        self.give_up(peer, failures);
    }

    fn remember(&mut self, peer: TransportPublic, failures: &[AddressFailure]) {
        if !self.failed.contains_key(&peer) && self.failed.len() >= REMEMBERED {
            self.failed.pop_first();
        }
        self.failed.insert(peer, failures.to_vec());
    }

    /// Tells those who wait for a connection that there is none.
    fn give_up(&mut self, peer: TransportPublic, failures: Vec<AddressFailure>) {
        let wrong = failures.iter().find(|failure| failure.cause == AddressCause::WrongIdentity);
        let why = match wrong {
            Some(failure) => OpenError::WrongIdentity { address: failure.address.clone() },
            None if failures.is_empty() => OpenError::NoAddress,
            None => OpenError::Unreachable(failures),
        };
        if let Some(state) = self.peers.get_mut(&peer) {
            for (_, reply) in state.servers.drain(..) {
                // Who asked may have given up.
                drop(reply.send(Err(why.clone())));
            }
        }
        self.settle(peer, why);
    }

    pub(super) fn on_connected(&mut self, peer: TransportPublic, id: PeerId, connection: ConnectionId) {
        let streams = &self.swarm.behaviour().streams;
        let direct = streams.connections(&id).iter().any(|one| one.id == connection && !one.is_relayed());
        let Some(state) = self.peers.get_mut(&peer) else { return };
        if let Some(dialing) = &mut state.dialing {
            dialing.direct.take_if(|(direct, _)| *direct == connection);
            dialing.circuit.take_if(|circuit| *circuit == connection);
            dialing.circuit_at = None;
            if direct {
                self.failed.remove(&peer);
            }
            if dialing.is_over() {
                state.dialing = None;
            }
        }
        if !direct && state.direct_again.is_none() {
            state.direct_again = Some(Instant::now() + DIRECT_AGAIN);
        }
        self.on_relay_connected(&id);
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let waiting = core::mem::take(&mut state.servers);
        let open = state.wanted && !state.is_linked() && state.ours.is_none() && state.theirs.is_none();
        for (protocol, reply) in waiting {
            self.open_on_connection(id, protocol, reply);
        }
        if open {
            self.start_attempt(peer, id);
        } else {
            self.settle(peer, OpenError::Stream(StreamError::Lost));
            self.move_link(peer);
        }
    }

    /// Tells that the wanted link did not come, if nothing is under way any more, and forgets an idle peer.
    pub(super) fn settle(&mut self, peer: TransportPublic, why: OpenError) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        if !state.is_idle() {
            return;
        }
        if state.wanted {
            self.backlog.push_back(NetEvent::DialFailed { peer, why });
        }
        self.peers.remove(&peer);
    }
}
