//! Nodes on loopback, and what the tests ask of their events.

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::keys::{TransportPublic, TransportSecret};
use conclave_crypto::secret::Secret;
use tokio::sync::mpsc;

use crate::net::transfer::{Object, Shelf};
use crate::net::{LinkId, LinkLoss, Net, NetConfig, NetEvent, OpenError, address_from_text};

/// Longer than any time-out of the network: a test that waits so long has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) const TCP: &str = "/ip4/127.0.0.1/tcp/0";
pub(super) const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

/// Has nothing.
pub(super) struct Bare;

impl Shelf for Bare {
    fn open(&self, _: &TransportPublic, _: &[u8; 32]) -> Option<Object> {
        None
    }
}

pub(super) fn secret(seed: u8) -> TransportSecret {
    TransportSecret::from_seed(Secret::new([seed; 32]))
}

/// A node and its events.
pub(super) struct Node {
    pub(super) net: Net,
    pub(super) events: mpsc::Receiver<NetEvent>,
    pub(super) key: TransportPublic,
    pub(super) addresses: Vec<Vec<u8>>,
}

impl Node {
    pub(super) async fn start(seed: u8, listen: &str) -> Self {
        Self::with(seed, listen, Arc::new(Bare)).await
    }

    pub(super) async fn with(seed: u8, listen: &str, shelf: Arc<dyn Shelf>) -> Self {
        let secret = secret(seed);
        let mut config = NetConfig::new(&secret, shelf);
        config.listen = vec![listen.to_owned()];
        let (net, mut events) = Net::start(config).await.unwrap();
        let addresses = loop {
            match tokio::time::timeout(PATIENCE, events.recv()).await.unwrap().unwrap() {
                NetEvent::Listening(addresses) if !addresses.is_empty() => break addresses,
                NetEvent::Listening(_) => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(net.listen_addresses().await.unwrap(), addresses);
        Self { net, events, key: secret.public(), addresses }
    }

    pub(super) async fn event(&mut self) -> NetEvent {
        let next = async {
            loop {
                match self.events.recv().await.unwrap() {
                    // These come again and again, whatever else happens.
                    NetEvent::Measured { .. } | NetEvent::Serving { .. } => {}
                    event => break event,
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("an event in time")
    }

    pub(super) async fn up(&mut self) -> (LinkId, TransportPublic) {
        match self.event().await {
            NetEvent::LinkUp { link, peer, .. } => (link, peer),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn down(&mut self) -> (LinkId, LinkLoss) {
        match self.event().await {
            NetEvent::LinkDown { link, why, .. } => (link, why),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn failed(&mut self) -> OpenError {
        match self.event().await {
            NetEvent::DialFailed { why, .. } => why,
            other => panic!("{other:?}"),
        }
    }

    /// Nothing happens for a while.
    pub(super) async fn quiet(&mut self, time: Duration) {
        if let Ok(event) = tokio::time::timeout(time, self.event()).await {
            panic!("{event:?}");
        }
    }

    pub(super) async fn dial(&self, other: &Self) {
        self.net.dial(other.key, other.addresses.clone()).await.unwrap();
    }
}

pub(super) async fn linked(listen: &str) -> (Node, LinkId, Node, LinkId) {
    let (mut one, mut two) = (Node::start(1, listen).await, Node::start(2, listen).await);
    one.dial(&two).await;
    let (ours, peer) = one.up().await;
    assert_eq!(peer, two.key);
    let (theirs, peer) = two.up().await;
    assert_eq!(peer, one.key);
    (one, ours, two, theirs)
}

pub(super) fn address(text: &str) -> Vec<u8> {
    address_from_text(text).unwrap()
}
