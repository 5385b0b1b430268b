//! What the swarm tells: connections, addresses, inbound streams.

use std::sync::Arc;

use libp2p::swarm::{ConnectionError, SwarmEvent};
use libp2p::{Multiaddr, identify, ping, relay};
use tokio::time::Instant;

use super::Engine;
use crate::net::address::{dialable, key_of};
use crate::net::behaviour::BehaviourEvent;
use crate::net::path::is_loopback;
use crate::net::purpose::Purpose;
use crate::net::streams::Inbound;
use crate::net::transfer;

impl Engine {
    pub(super) fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Streams(inbound)) => self.on_inbound(inbound),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event {
                peer,
                connection,
                result: Ok(rtt),
            })) => {
                self.heard.insert(connection, Instant::now());
                self.measured(&peer, connection, rtt);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received {
                peer_id,
                info,
                ..
            })) if self.servers.contains(&peer_id) => {
                self.observed.insert(peer_id, info.observed_addr.clone());
                self.swarm.behaviour_mut().candidates.add(info.observed_addr);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Relay(relay::client::Event::ReservationReqAccepted {
                relay_peer_id,
                ..
            })) => self.on_reserved(&relay_peer_id),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. } => {
                self.heard.insert(connection_id, Instant::now());
                match key_of(&peer_id) {
                    Some(peer) => self.on_connected(peer, peer_id, connection_id),
                    None => drop(self.swarm.close_connection(connection_id)),
                }
            }
            SwarmEvent::ConnectionClosed { connection_id, peer_id, cause, .. } => {
                self.on_gone(connection_id, peer_id, matches!(cause, Some(ConnectionError::IO(_))));
                self.rtts.remove(&connection_id);
                self.heard.remove(&connection_id);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => {
                self.on_dial_error(connection_id, error);
            }
            SwarmEvent::NewListenAddr { address, listener_id } => {
                if !is_loopback(&address) {
                    self.unheard.retain(|listener| *listener != listener_id);
                }
                if let Some(address) = dialable(&address) {
                    self.listening.insert(address);
                    self.addresses_changed();
                }
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.unlisten([address]);
            }
            SwarmEvent::ListenerClosed { addresses, reason, listener_id } => {
                self.on_reservation_lost(listener_id);
                self.unheard.retain(|listener| *listener != listener_id);
                if let Err(error) = reason {
                    tracing::warn!(%error, "a listener closed");
                }
                self.unlisten(addresses);
            }
            _ => {}
        }
    }

    fn on_inbound(&mut self, inbound: Inbound) {
        let Inbound { peer, purpose, opened, ticket } = inbound;
        let Some(peer) = key_of(&peer) else { return };
        match purpose {
            Purpose::Peer => self.on_inbound_link(peer, opened),
            Purpose::File => {
                tokio::spawn(transfer::serve(Arc::clone(&self.shared), peer, opened, ticket));
            }
            Purpose::Login | Purpose::Directory | Purpose::DropBox | Purpose::Probe => {}
        }
    }

    fn unlisten(&mut self, addresses: impl IntoIterator<Item = Multiaddr>) {
        for address in addresses.into_iter().filter_map(|address| dialable(&address)) {
            self.listening.remove(&address);
        }
        self.addresses_changed();
    }
}
