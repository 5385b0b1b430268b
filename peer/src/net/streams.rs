//! Opens and takes streams: a small behaviour of our own.
//!
//! `libp2p-stream` opens on a random connection of the peer and silently drops inbound streams of a burst. This one opens
//! on a direct connection first, the newest of them, and takes every inbound stream up to a cap per peer; a stream
//! above the cap is closed at once. Each connection carries a token that is cancelled when it closes.

use core::convert::Infallible;
use std::collections::{BTreeMap, VecDeque};
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use libp2p::core::upgrade::UpgradeInfo;
use libp2p::core::{Endpoint, InboundUpgrade, OutboundUpgrade, transport::PortUse};
use libp2p::swarm::derive_prelude::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
    NotifyHandler, Stream, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::error::{OpenError, StreamError};
use super::path::{Path, path_of};
use super::purpose::Purpose;

/// Inbound streams of one peer at a time: twice the burst of transfers one peer asks for.
const INBOUND_PER_PEER: usize = 64;

/// One connection of a peer.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) address: Multiaddr,
    /// Cancelled when the connection closes.
    pub(super) closed: CancellationToken,
    retired: bool,
}

impl Connection {
    pub(super) fn path(&self) -> Path {
        path_of(&self.address)
    }
}

/// A negotiated stream and the connection it runs on.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) stream: Stream,
    pub(super) connection: Connection,
}

/// A stream that a peer opened.
#[derive(Debug)]
pub(super) struct Inbound {
    pub(super) peer: PeerId,
    pub(super) purpose: Purpose,
    pub(super) opened: Opened,
    pub(super) ticket: Ticket,
}

/// One place under [`INBOUND_PER_PEER`], given back when dropped.
#[derive(Debug)]
pub(super) struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    fn take(places: &Arc<AtomicUsize>) -> Option<Self> {
        let taken = |n: usize| (n < INBOUND_PER_PEER).then_some(n + 1);
        places.fetch_update(Ordering::AcqRel, Ordering::Acquire, taken).ok()?;
        Some(Self(Arc::clone(places)))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[derive(Default)]
struct Peer {
    connections: Vec<Connection>,
    inbound: Arc<AtomicUsize>,
}

impl Peer {
    /// The newest first.
    fn usable(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().rev().filter(|connection| !connection.retired)
    }
}

/// A request to open a stream, on its way to the handler of a connection.
#[derive(Debug)]
pub(super) struct Request {
    purpose: Purpose,
    connection: Connection,
    reply: oneshot::Sender<Result<Opened, OpenError>>,
}

/// The behaviour: see the module.
pub(super) struct Streams {
    offered: Arc<[Purpose]>,
    peers: BTreeMap<PeerId, Peer>,
    queue: VecDeque<ToSwarm<Inbound, Request>>,
    waker: Option<Waker>,
}

impl Streams {
    /// Takes inbound streams of these purposes.
    pub(super) fn new(offered: &[Purpose]) -> Self {
        Self { offered: offered.into(), peers: BTreeMap::new(), queue: VecDeque::new(), waker: None }
    }

    /// Opens a stream on the newest direct connection of the peer, else on the newest relayed one.
    pub(super) fn open(
        &mut self,
        peer: PeerId,
        purpose: Purpose,
    ) -> oneshot::Receiver<Result<Opened, OpenError>> {
        let (reply, answer) = oneshot::channel();
        let newest = || self.peers.get(&peer).into_iter().flat_map(Peer::usable);
        let direct = newest().find(|connection| connection.path() != Path::Relayed);
        match direct.or_else(|| newest().next()).cloned() {
            Some(connection) => {
                self.queue.push_back(ToSwarm::NotifyHandler {
                    peer_id: peer,
                    handler: NotifyHandler::One(connection.id),
                    event: Request { purpose, connection, reply },
                });
                if let Some(waker) = self.waker.take() {
                    waker.wake();
                }
            }
            // Nobody listens any more when this fails.
            None => drop(reply.send(Err(StreamError::Lost.into()))),
        }
        answer
    }

    /// Whether a connection of the peer stands on which streams can be opened.
    pub(super) fn is_connected(&self, peer: &PeerId) -> bool {
        self.peers.get(peer).is_some_and(|peer| peer.usable().next().is_some())
    }

    /// Gives up a connection that is about to be closed: closing may wait for a peer that reads no more.
    pub(super) fn retire(&mut self, id: ConnectionId) {
        for connection in self.peers.values_mut().flat_map(|peer| &mut peer.connections) {
            if connection.id == id {
                connection.retired = true;
                connection.closed.cancel();
            }
        }
    }

    /// The connections of a peer.
    pub(super) fn connections(&self, peer: &PeerId) -> Vec<ConnectionId> {
        let known = self.peers.get(peer).into_iter();
        known.flat_map(|peer| &peer.connections).map(|connection| connection.id).collect()
    }

    fn handler(&self) -> Handler {
        Handler { offered: Arc::clone(&self.offered), queue: VecDeque::new() }
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        for connection in self.peers.values().flat_map(|peer| &peer.connections) {
            connection.closed.cancel();
        }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = Inbound;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            }) => {
                let connection = Connection {
                    id: connection_id,
                    address: endpoint.get_remote_address().clone(),
                    closed: CancellationToken::new(),
                    retired: false,
                };
                self.peers.entry(peer_id).or_default().connections.push(connection);
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) => {
                let Some(peer) = self.peers.get_mut(&peer_id) else { return };
                for closed in peer.connections.extract_if(.., |connection| connection.id == connection_id) {
                    closed.closed.cancel();
                }
                if peer.connections.is_empty() {
                    self.peers.remove(&peer_id);
                }
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        id: ConnectionId,
        (stream, purpose): THandlerOutEvent<Self>,
    ) {
        let Some(known) = self.peers.get(&peer) else { return };
        let Some(connection) = known.connections.iter().find(|connection| connection.id == id) else {
            return;
        };
        let Some(ticket) = Ticket::take(&known.inbound) else {
            tracing::debug!("a peer has too many streams open; one more is closed");
            return;
        };
        let opened = Opened { stream, connection: connection.clone() };
        self.queue.push_back(ToSwarm::GenerateEvent(Inbound { peer, purpose, opened, ticket }));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(event) = self.queue.pop_front() {
            return Poll::Ready(event);
        }
        self.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The names offered in a negotiation; yields the stream and which name was chosen.
pub(super) struct Offer(Arc<[Purpose]>);

impl UpgradeInfo for Offer {
    type Info = Purpose;
    type InfoIter = Vec<Purpose>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.to_vec()
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (Stream, Purpose);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, purpose: Purpose) -> Self::Future {
        ready(Ok((stream, purpose)))
    }
}

impl OutboundUpgrade<Stream> for Offer {
    type Output = Stream;
    type Error = Infallible;
    type Future = Ready<Result<Stream, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, _: Purpose) -> Self::Future {
        ready(Ok(stream))
    }
}

/// The part of the behaviour that lives beside a connection.
pub(super) struct Handler {
    offered: Arc<[Purpose]>,
    queue: VecDeque<ConnectionHandlerEvent<Offer, Request, (Stream, Purpose)>>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Request;
    type ToBehaviour = (Stream, Purpose);
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Request;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        SubstreamProtocol::new(Offer(Arc::clone(&self.offered)), ())
    }

    fn on_behaviour_event(&mut self, request: Request) {
        let offer = Offer(Arc::new([request.purpose]));
        let protocol = SubstreamProtocol::new(offer, request);
        self.queue.push_back(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Offer, Request, (Stream, Purpose)>> {
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Offer, Offer, (), Request>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) => {
                self.queue.push_back(ConnectionHandlerEvent::NotifyBehaviour(protocol));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, info }) => {
                let opened = Opened { stream, connection: info.connection };
                // Who asked may have given up; the stream is closed then.
                drop(info.reply.send(Ok(opened)));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
                let error = match error {
                    StreamUpgradeError::Timeout => OpenError::TimedOut,
                    StreamUpgradeError::NegotiationFailed => OpenError::Unsupported,
                    StreamUpgradeError::Io(_) => StreamError::Lost.into(),
                    StreamUpgradeError::Apply(never) => match never {},
                };
                drop(info.reply.send(Err(error)));
            }
            _ => {}
        }
    }
}
