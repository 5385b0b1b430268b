//! Answers for those who ask why a path is as it is, and round trips.

use core::time::Duration;

use conclave_crypto::keys::TransportPublic;
use libp2p::PeerId;
use libp2p::swarm::ConnectionId;

use super::Engine;
use crate::net::address::{key_of, peer_of};
use crate::net::event::NetEvent;
use crate::net::report::{NetReport, PeerReport};

impl Engine {
    /// A ping was answered.
    pub(super) fn measured(&mut self, peer: &PeerId, connection: ConnectionId, rtt: Duration) {
        self.rtts.insert(connection, rtt);
        let linked = key_of(peer).and_then(|peer| self.peers.get(&peer)?.link.as_ref()?.on(connection));
        if let Some(link) = linked {
            let rtt_ms = u64::try_from(rtt.as_millis()).unwrap_or(u64::MAX);
            self.backlog.push_back(NetEvent::Measured { link, rtt_ms });
        }
    }

    /// What is known now.
    pub(super) fn report(&self, peer: Option<TransportPublic>) -> NetReport {
        let streams = &self.swarm.behaviour().streams;
        let server = self.servers.iter().find_map(|id| streams.best(id));
        NetReport {
            listening: self.listening.iter().map(ToString::to_string).collect(),
            has_network: streams.own.has_network() && self.carried,
            observed: self.observed.values().map(ToString::to_string).collect(),
            server: server.map(|connection| self.rtts.get(&connection.id).copied()),
            relay: self.relaying.is_some(),
            reserved: self.relaying.as_ref().is_some_and(super::Relaying::is_reserved),
            discovering: self.is_discovering(),
            nearby: self.nearby.len(),
            peer: peer.map(|peer| self.peer_report(&peer)),
        }
    }

    fn peer_report(&self, peer: &TransportPublic) -> PeerReport {
        let link = self.peers.get(peer).and_then(|state| state.link.as_ref()).filter(|link| link.stands());
        let id = peer_of(peer);
        let best = id.as_ref().and_then(|id| self.swarm.behaviour().streams.best(id));
        PeerReport {
            path: link.map(super::Linked::path),
            address: best.map(|connection| connection.address.to_string()),
            rtt: best.and_then(|connection| self.rtts.get(&connection.id).copied()),
            failures: self.failed.get(peer).cloned().unwrap_or_default(),
        }
    }
}
