//! Connecting: one dial per peer at a time, over all its addresses. An address where another key answers is left out
//! and the others are tried again, because addresses grow stale and are given to other computers.

use conclave_crypto::keys::TransportPublic;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{Multiaddr, PeerId};

use super::Engine;
use crate::net::address::{peer_of, without_peer};
use crate::net::dial::{AddressCause, AddressFailure, cause_of};
use crate::net::error::{OpenError, StreamError};
use crate::net::event::NetEvent;

/// A dial under way.
pub(super) struct Dialing {
    connection: ConnectionId,
    addresses: Vec<Multiaddr>,
    failures: Vec<AddressFailure>,
}

impl Engine {
    pub(super) fn want_link(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>) {
        let Some(id) = peer_of(&peer) else { return };
        let state = self.peers.entry(peer).or_default();
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
        if self.peers.get(&peer).is_some_and(|state| state.dialing.is_some()) {
            return;
        }
        self.dial(peer, addresses, Vec::new());
    }

    fn dial(&mut self, peer: TransportPublic, addresses: Vec<Multiaddr>, failures: Vec<AddressFailure>) {
        let Some(id) = peer_of(&peer) else { return };
        if addresses.is_empty() || peer == self.us {
            return self.give_up(peer, failures);
        }
        let options =
            DialOpts::peer_id(id).condition(PeerCondition::Always).addresses(addresses.clone()).build();
        let connection = options.connection_id();
        let state = self.peers.entry(peer).or_default();
        state.dialing = Some(Dialing { connection, addresses, failures });
        if let Err(error) = self.swarm.dial(options) {
            self.on_dial_error(connection, error);
        }
    }

    pub(super) fn on_dial_error(&mut self, connection: ConnectionId, error: DialError) {
        let ours =
            |state: &super::Peer| state.dialing.as_ref().is_some_and(|dial| dial.connection == connection);
        let Some((&peer, state)) = self.peers.iter_mut().find(|(_, state)| ours(state)) else { return };
        let Some(Dialing { mut addresses, mut failures, .. }) = state.dialing.take() else { return };
        match error {
            DialError::WrongPeerId { address, .. } | DialError::LocalPeerId { address } => {
                let address = without_peer(&address);
                failures.push(AddressFailure {
                    address: address.to_string(),
                    cause: AddressCause::WrongIdentity,
                });
                let before = addresses.len();
                addresses.retain(|other| *other != address);
                if addresses.len() < before && !addresses.is_empty() {
                    return self.dial(peer, addresses, failures);
                }
            }
            DialError::Transport(errors) => failures.extend(errors.into_iter().map(|(address, error)| {
                AddressFailure { address: without_peer(&address).to_string(), cause: cause_of(&error) }
            })),
            DialError::Denied { .. } => {
                failures.extend(addresses.iter().map(|address| AddressFailure {
                    address: address.to_string(),
                    cause: AddressCause::Limit,
                }))
            }
            DialError::NoAddresses | DialError::DialPeerConditionFalse(_) | DialError::Aborted => {}
        }
        self.give_up(peer, failures);
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

    pub(super) fn on_connected(&mut self, peer: TransportPublic, id: PeerId) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        state.dialing = None;
        let waiting = core::mem::take(&mut state.servers);
        let open = state.wanted && !state.is_linked() && state.ours.is_none() && state.theirs.is_none();
        for (protocol, reply) in waiting {
            self.open_on_connection(id, protocol, reply);
        }
        if open {
            self.start_attempt(peer, id);
        } else {
            self.settle(peer, OpenError::Stream(StreamError::Lost));
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
