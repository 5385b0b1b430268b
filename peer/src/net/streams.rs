//! Opens and takes streams: a small behaviour of our own.
//!
//! `libp2p-stream` opens on a random connection of the peer and silently drops inbound streams of a burst. This one opens
//! on the connection that both sides would choose, a direct one first, and takes every inbound stream up to a cap per
//! peer; a stream above the cap is closed at once. Each connection carries a token that is cancelled when it closes.

mod connection;

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

pub(super) use self::connection::Connection;
use self::connection::best;
use super::error::{OpenError, StreamError};
use super::path::{Own, Path};
use super::purpose::Purpose;

/// Inbound streams of one peer at a time: twice the burst of transfers one peer asks for.
const INBOUND_PER_PEER: usize = 64;

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

/// A request to open a stream, on its way to the handler of a connection.
#[derive(Debug)]
pub(super) struct Request {
    purpose: Purpose,
    connection: Connection,
    reply: oneshot::Sender<Result<Opened, OpenError>>,
}

/// The behaviour: see the module.
pub(super) struct Streams {
    us: PeerId,
    /// Addresses of this computer, to tell what is near.
    pub(super) own: Own,
    offered: Arc<[Purpose]>,
    peers: BTreeMap<PeerId, Peer>,
    queue: VecDeque<ToSwarm<Inbound, Request>>,
    waker: Option<Waker>,
}

impl Streams {
    /// Takes inbound streams of these purposes.
    pub(super) fn new(us: PeerId, offered: &[Purpose]) -> Self {
        Self {
            us,
            own: Own::default(),
            offered: offered.into(),
            peers: BTreeMap::new(),
            queue: VecDeque::new(),
            waker: None,
        }
    }

    /// Opens a stream on the best connection of the peer.
    pub(super) fn open(
        &mut self,
        peer: PeerId,
        purpose: Purpose,
    ) -> oneshot::Receiver<Result<Opened, OpenError>> {
        let (reply, answer) = oneshot::channel();
        match self.best(&peer).cloned() {
            Some(connection) => self.ask(peer, Request { purpose, connection, reply }),
            // Nobody listens any more when this fails.
            None => drop(reply.send(Err(StreamError::Lost.into()))),
        }
        answer
    }

    /// Opens a stream on this very connection.
    pub(super) fn open_on(
        &mut self,
        id: ConnectionId,
        purpose: Purpose,
    ) -> oneshot::Receiver<Result<Opened, OpenError>> {
        let (reply, answer) = oneshot::channel();
        let mut all =
            self.peers.iter().flat_map(|(peer, known)| known.connections.iter().map(move |c| (*peer, c)));
        match all
            .find(|(_, connection)| connection.id == id)
            .map(|(peer, connection)| (peer, connection.clone()))
        {
            Some((peer, connection)) => self.ask(peer, Request { purpose, connection, reply }),
            None => drop(reply.send(Err(StreamError::Lost.into()))),
        }
        answer
    }

    fn ask(&mut self, peer: PeerId, request: Request) {
        self.queue.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(request.connection.id),
            event: request,
        });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The connection on which streams to the peer are opened.
    pub(super) fn best(&self, peer: &PeerId) -> Option<&Connection> {
        best(&self.peers.get(peer)?.connections)
    }

    /// Whether a connection of the peer stands on which streams can be opened.
    pub(super) fn is_connected(&self, peer: &PeerId) -> bool {
        self.best(peer).is_some()
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
    pub(super) fn connections(&self, peer: &PeerId) -> &[Connection] {
        self.peers.get(peer).map_or(&[], |known| &known.connections)
    }

    /// All connections, with whose they are.
    pub(super) fn all(&self) -> impl Iterator<Item = (&PeerId, &Connection)> {
        self.peers
            .iter()
            .flat_map(|(peer, known)| known.connections.iter().map(move |connection| (peer, connection)))
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
                // At the end that was called, only the local address of a circuit says that it is one.
                let path = if endpoint.is_relayed() {
                    Path::Relayed
                } else {
                    self.own.path_of(endpoint.get_remote_address())
                };
                let connection = Connection::new(connection_id, &self.us, &peer_id, endpoint, path);
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
