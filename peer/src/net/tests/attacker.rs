//! A peer with our transports and no manners: it opens and takes streams and writes on them what a test says.

use conclave_proto::schema::{Opening, Refusal};
use conclave_proto::{Frame, FrameKind};
use futures::StreamExt as _;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt as _};
use tokio_util::sync::CancellationToken;

use super::support::{Node, PATIENCE, secret};
use crate::net::address::{parse, peer_of};
use crate::net::behaviour::{BehaviourEvent, keys, swarm};
use crate::net::frames::FrameReader;
use crate::net::purpose::Purpose;
use crate::net::streams::Opened;

/// A raw stream and the token of its connection.
pub(super) struct Raw {
    pub(super) stream: Compat<libp2p::swarm::Stream>,
    pub(super) closed: CancellationToken,
}

impl Raw {
    fn new(opened: Opened) -> Self {
        Self { stream: opened.stream.compat(), closed: opened.connection.closed }
    }

    pub(super) async fn bytes(&mut self, bytes: &[u8]) {
        // The other side may have closed the stream already; what it did then is what the test looks at.
        if self.stream.write_all(bytes).await.is_ok() {
            let _ = self.stream.flush().await;
        }
    }

    pub(super) async fn frame(&mut self, frame: &Frame) {
        let mut bytes = bytes::BytesMut::new();
        frame.encode(&mut bytes, usize::MAX).unwrap();
        self.bytes(&bytes).await;
    }

    pub(super) async fn opening(&mut self, oldest: u32, newest: u32) {
        let opening = Opening { oldest, newest, clock_ms: 77_000 };
        self.frame(&Frame::message(FrameKind::OPENING, &opening)).await;
    }

    /// Everything the other side says until it ends the stream.
    pub(super) async fn rest(self) -> Vec<Frame> {
        let mut reader = FrameReader::new(self.stream, 1 << 20, self.closed);
        let mut frames = Vec::new();
        let read = async {
            while let Ok(frame) = reader.next().await {
                frames.push(frame);
            }
        };
        timeout(PATIENCE, read).await.expect("the stream ends");
        frames
    }

    pub(super) async fn end(mut self) {
        let _ = self.stream.shutdown().await;
        let mut sink = Vec::new();
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut sink)).await.expect("the stream ends");
    }
}

pub(super) fn refusal(frame: &Frame) -> Refusal {
    assert_eq!(frame.kind, FrameKind::REFUSAL);
    frame.parse().unwrap()
}

enum Order {
    Dial(PeerId, Vec<Multiaddr>),
    Open(PeerId, Purpose, oneshot::Sender<Opened>),
}

/// What identify told about a peer.
pub(super) struct Told {
    pub(super) agent: String,
    pub(super) protocol: String,
    pub(super) listens: Vec<Multiaddr>,
}

/// The attacker.
pub(super) struct Attacker {
    orders: mpsc::Sender<Order>,
    inbound: tokio::sync::Mutex<mpsc::Receiver<Opened>>,
    told: mpsc::Receiver<Told>,
    connected: mpsc::Receiver<()>,
    pub(super) lost: mpsc::Receiver<()>,
    pub(super) key: conclave_crypto::keys::TransportPublic,
    pub(super) addresses: Vec<Vec<u8>>,
}

impl Attacker {
    pub(super) async fn start(seed: u8, listen: &str, offered: &[Purpose]) -> Self {
        let mut swarm = swarm(&keys(secret(seed).seed()).unwrap(), offered).unwrap();
        swarm.listen_on(listen.parse().unwrap()).unwrap();
        let address = loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                break address;
            }
        };
        let (orders, mut queue) = mpsc::channel(8);
        let (inbound_in, inbound) = mpsc::channel(200);
        let inbound = tokio::sync::Mutex::new(inbound);
        let (told_in, told) = mpsc::channel(8);
        let (connected_in, connected) = mpsc::channel(8);
        let (lost_in, lost) = mpsc::channel(8);
        tokio::spawn(async move {
            let mut pending: Vec<(PeerId, Purpose, oneshot::Sender<Opened>)> = Vec::new();
            loop {
                tokio::select! {
                    order = queue.recv() => match order {
                        None => return,
                        Some(Order::Dial(peer, addresses)) => {
                            let options = libp2p::swarm::dial_opts::DialOpts::peer_id(peer);
                            swarm.dial(options.addresses(addresses).build()).unwrap();
                        }
                        Some(Order::Open(peer, purpose, reply)) => pending.push((peer, purpose, reply)),
                    },
                    event = swarm.select_next_some() => match event {
                        SwarmEvent::Behaviour(BehaviourEvent::Streams(stream)) => {
                            let _ = inbound_in.try_send(stream.opened);
                            core::mem::forget(stream.ticket);
                        }
                        SwarmEvent::Behaviour(BehaviourEvent::Identify(
                            libp2p::identify::Event::Received { info, .. },
                        )) => {
                            let told = Told {
                                agent: info.agent_version,
                                protocol: info.protocol_version,
                                listens: info.listen_addrs,
                            };
                            let _ = told_in.try_send(told);
                        }
                        SwarmEvent::ConnectionEstablished { .. } => drop(connected_in.try_send(())),
                        SwarmEvent::ConnectionClosed { .. } => drop(lost_in.try_send(())),
                        _ => {}
                    },
                }
                for (peer, purpose, reply) in
                    pending.extract_if(.., |(peer, ..)| swarm.is_connected(peer)).collect::<Vec<_>>()
                {
                    let stream = swarm.behaviour_mut().streams.open(peer, purpose);
                    tokio::spawn(async move { reply.send(stream.await.unwrap().unwrap()).is_ok() });
                }
            }
        });
        let key = secret(seed).public();
        Self { orders, inbound, told, connected, lost, key, addresses: vec![address.to_vec()] }
    }

    /// Connects to a node.
    pub(super) async fn connect(&mut self, node: &Node) {
        let addresses = node.addresses.iter().filter_map(|bytes| parse(bytes)).collect();
        self.orders.send(Order::Dial(peer_of(&node.key).unwrap(), addresses)).await.unwrap();
        timeout(PATIENCE, self.connected.recv()).await.expect("connected").unwrap();
    }

    /// Opens a stream to a node that is connected.
    pub(super) async fn open(&self, node: &Node, purpose: Purpose) -> Raw {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order::Open(peer_of(&node.key).unwrap(), purpose, reply)).await.unwrap();
        Raw::new(timeout(PATIENCE, answer).await.expect("a stream").unwrap())
    }

    /// The next stream a node opens.
    pub(super) async fn accept(&self) -> Raw {
        Raw::new(timeout(PATIENCE, self.inbound.lock().await.recv()).await.expect("a stream").unwrap())
    }

    /// The next stream a node opens, whenever that is.
    pub(super) async fn next_stream(&self) -> Option<Raw> {
        self.inbound.lock().await.recv().await.map(Raw::new)
    }

    pub(super) async fn told(&mut self) -> Told {
        timeout(PATIENCE, self.told.recv()).await.expect("identify").unwrap()
    }
}
