//! Colleagues in the local network (DESIGN §6): looked for only when the core says so.
//!
//! What is announced is the device's transport key and its addresses, no name. What is heard is a hint: the core dials
//! only keys that it knows, and the connection has to prove the key.

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::keys::TransportPublic;
use conclave_proto::limits;
use libp2p::{Multiaddr, mdns};

use super::Engine;
use crate::net::address::{dialable, key_of};
use crate::net::discovery::Discovery;
use crate::net::event::NetEvent;

/// Devices remembered; more than a leadership has on one network.
const DEVICES: usize = 256;

/// Where devices of the local network are.
#[derive(Debug, Default)]
pub(super) struct Nearby(BTreeMap<TransportPublic, BTreeSet<Multiaddr>>);

impl Nearby {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Engine {
    /// Whether the local network is searched.
    pub(super) const fn is_discovering(&self) -> bool {
        self.discovery.is_some()
    }

    /// Looks for colleagues in the local network, or stops to.
    pub(super) fn discover(&mut self, on: bool) {
        if on == self.is_discovering() {
            return;
        }
        if !on {
            self.discovery = None;
            for peer in core::mem::take(&mut self.nearby.0).into_keys() {
                self.backlog.push_back(NetEvent::Nearby { peer, addresses: Vec::new() });
            }
            return;
        }
        match Discovery::start(*self.swarm.local_peer_id(), self.listening.clone()) {
            Ok(discovery) => self.discovery = Some(discovery),
            Err(error) => tracing::warn!(%error, "the local network cannot be searched"),
        }
    }

    /// Devices came or went.
    pub(super) fn on_nearby(&mut self, event: mdns::Event) {
        let (list, there) = match event {
            mdns::Event::Discovered(list) => (list, true),
            mdns::Event::Expired(list) => (list, false),
        };
        let mut changed = BTreeSet::new();
        for (id, address) in list {
            let (Some(peer), Some(address)) = (key_of(&id), dialable(&address)) else { continue };
            if there {
                if !self.nearby.0.contains_key(&peer) && self.nearby.0.len() >= DEVICES {
                    continue;
                }
                let known = self.nearby.0.entry(peer).or_default();
                if known.len() < limits::ADDRESSES {
                    known.insert(address);
                }
            } else if let Some(known) = self.nearby.0.get_mut(&peer) {
                known.remove(&address);
            }
            changed.insert(peer);
        }
        for peer in changed {
            let known = self.nearby.0.get(&peer).into_iter().flatten();
            let addresses: Vec<Vec<u8>> = known.map(Multiaddr::to_vec).collect();
            if addresses.is_empty() {
                self.nearby.0.remove(&peer);
            }
            self.backlog.push_back(NetEvent::Nearby { peer, addresses });
        }
    }
}
