//! A client's swarm: one connection to the server and streams on it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use conclave_crypto::keys::TransportSecret;
use conclave_proto::schema::{Opening, Refusal};
use conclave_proto::{Frame, FrameKind, limits, version};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::core::upgrade::{DeniedUpgrade, ReadyUpgrade};
use libp2p::core::{Endpoint, transport::PortUse};
use libp2p::identity::Keypair;
use libp2p::swarm::handler::{ConnectionEvent, FullyNegotiatedOutbound};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
    NotifyHandler, Stream, StreamProtocol, SubstreamProtocol, SwarmEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, SwarmBuilder, noise, ping, tcp, yamux};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

type Asked = (StreamProtocol, oneshot::Sender<Stream>);

/// One connection to the server.
pub(crate) struct Net {
    asks: mpsc::Sender<Asked>,
    closed: watch::Receiver<bool>,
    _task: AbortOnDrop,
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    open: Open,
    ping: ping::Behaviour,
}

impl Net {
    pub(crate) async fn connect(key: &TransportSecret, address: &Multiaddr, server: PeerId) -> Self {
        let keypair = Keypair::ed25519_from_bytes(*key.seed().expose()).unwrap();
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_quic()
            .with_behaviour(|_| Behaviour { open: Open::default(), ping: ping::Behaviour::default() })
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
            .build();
        swarm.dial(address.clone().with_p2p(server).unwrap()).unwrap();
        loop {
            match timeout(PATIENCE, swarm.select_next_some()).await.unwrap() {
                SwarmEvent::ConnectionEstablished { .. } => break,
                SwarmEvent::OutgoingConnectionError { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
        let (asks, mut asked) = mpsc::channel::<Asked>(8);
        let (close, closed) = watch::channel(false);
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    event = swarm.select_next_some() => {
                        if let SwarmEvent::ConnectionClosed { num_established: 0, .. } = event {
                            close.send_replace(true);
                        }
                    }
                    Some(ask) = asked.recv() => swarm.behaviour_mut().open.ask(ask),
                }
            }
        });
        Self { asks, closed, _task: AbortOnDrop(task) }
    }

    pub(crate) async fn open(&self, protocol: &'static str) -> Option<Wire> {
        let (sender, stream) = oneshot::channel();
        self.asks.send((StreamProtocol::new(protocol), sender)).await.unwrap();
        let stream = timeout(PATIENCE, stream).await.unwrap().ok()?;
        Some(Wire { stream, input: BytesMut::new() })
    }

    pub(crate) async fn opened(&self, protocol: &'static str) -> Wire {
        let mut wire = self.open(protocol).await.unwrap();
        wire.hello().await;
        wire
    }

    /// Waits until the server has closed the connection.
    pub(crate) async fn closed(&self) {
        let mut closed = self.closed.clone();
        timeout(PATIENCE, closed.wait_for(|closed| *closed)).await.unwrap().unwrap();
    }
}

/// One stream.
pub(crate) struct Wire {
    stream: Stream,
    input: BytesMut,
}

impl Wire {
    pub(crate) async fn hello(&mut self) {
        self.send(&Frame::message(FrameKind::OPENING, &version::opening(0))).await;
        let frame = self.next().await.unwrap();
        assert_eq!(frame.kind, FrameKind::OPENING);
        assert!(version::negotiate(&frame.parse::<Opening>().unwrap()).is_ok());
    }

    pub(crate) async fn send(&mut self, frame: &Frame) {
        let mut out = BytesMut::new();
        frame.encode(&mut out, limits::FRAME).unwrap();
        self.raw(&out).await;
    }

    /// Writes bytes as they are; a stream that is reset meanwhile is no failure here.
    pub(crate) async fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.close().await;
    }

    /// The next frame; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::decode(&mut self.input, limits::FRAME).unwrap() {
                return Some(frame);
            }
            let mut bytes = [0; 4096];
            match timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("the server answers") {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.input.extend_from_slice(&bytes[..count]),
            }
        }
    }

    /// Reads to the end of the stream; the refusal, if one came.
    pub(crate) async fn refusal(&mut self) -> Option<Refusal> {
        let mut found = None;
        while let Some(frame) = self.next().await {
            if frame.kind == FrameKind::REFUSAL {
                found = Some(frame.parse().unwrap());
            }
        }
        found
    }
}

#[derive(Default)]
struct Open {
    connection: Option<(PeerId, ConnectionId)>,
    asks: VecDeque<Asked>,
    waker: Option<Waker>,
}

impl Open {
    fn ask(&mut self, ask: Asked) {
        self.asks.push_back(ask);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl NetworkBehaviour for Open {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Handler, ConnectionDenied> {
        Err(ConnectionDenied::new(std::io::Error::other("a client listens on nothing")))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Handler, ConnectionDenied> {
        self.connection = Some((peer, connection));
        Ok(Handler::default())
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(_) = event {
            self.connection = None;
            self.asks.clear();
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: Infallible) {
        match event {}
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Infallible, Asked>> {
        match (self.connection, self.asks.pop_front()) {
            (Some((peer_id, connection)), Some(event)) => {
                let handler = NotifyHandler::One(connection);
                Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler, event })
            }
            _ => {
                self.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[derive(Default)]
struct Handler(VecDeque<Asked>);

impl ConnectionHandler for Handler {
    type FromBehaviour = Asked;
    type ToBehaviour = Infallible;
    type InboundProtocol = DeniedUpgrade;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = oneshot::Sender<Stream>;

    fn listen_protocol(&self) -> SubstreamProtocol<DeniedUpgrade> {
        SubstreamProtocol::new(DeniedUpgrade, ())
    }

    fn on_behaviour_event(&mut self, ask: Asked) {
        self.0.push_back(ask);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<ReadyUpgrade<StreamProtocol>, oneshot::Sender<Stream>, Infallible>> {
        self.0.pop_front().map_or(Poll::Pending, |(protocol, sender)| {
            Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(ReadyUpgrade::new(protocol), sender),
            })
        })
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, DeniedUpgrade, ReadyUpgrade<StreamProtocol>, (), oneshot::Sender<Stream>>,
    ) {
        if let ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info }) = event {
            let _ = info.send(protocol);
        }
    }
}
