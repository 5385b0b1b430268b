//! A behaviour that accepts streams of the server's protocols and opens none.
//!
//! libp2p-stream drops inbound streams silently in a burst; here they wait in a queue with a stated bound, and one
//! over it is reset. It also bounds how many connections one address may hold, so that one host cannot take all.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::task::{Context, Poll, Waker};

use libp2p::core::upgrade::{DeniedUpgrade, UpgradeInfo};
use libp2p::core::{Endpoint, InboundUpgrade, transport::PortUse};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::handler::{ConnectionEvent, FullyNegotiatedInbound};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    ListenFailure, NetworkBehaviour, Stream, StreamProtocol, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

/// Accepted streams that wait for the server loop; it takes them at once unless it is overloaded.
const WAITING: usize = 256;
/// Streams one connection may have accepted and not yet taken: an honest client opens two.
const WAITING_PER_CONNECTION: usize = 8;

/// An accepted stream.
#[derive(Debug)]
pub(crate) struct Inbound {
    /// On which connection.
    pub(crate) connection: ConnectionId,
    /// Which protocol.
    pub(crate) protocol: StreamProtocol,
    /// The stream.
    pub(crate) stream: Stream,
}

/// Accepts streams of some protocols.
pub(crate) struct Accept {
    protocols: Vec<StreamProtocol>,
    per_address: u32,
    /// Connections that are being set up or established.
    addresses: BTreeMap<ConnectionId, IpAddr>,
    waiting: VecDeque<Inbound>,
    waker: Option<Waker>,
}

impl Accept {
    /// Accepts `protocols`, and at most `per_address` connections from one address that is not loopback.
    pub(crate) const fn new(protocols: Vec<StreamProtocol>, per_address: u32) -> Self {
        Self { protocols, per_address, addresses: BTreeMap::new(), waiting: VecDeque::new(), waker: None }
    }

    /// Counts a connection from its first byte on: slow strangers of one host must not take every place either.
    fn admit(&mut self, connection: ConnectionId, remote: &Multiaddr) -> Result<(), ConnectionDenied> {
        let Some(address) = ip(remote) else { return Ok(()) };
        let held = self.addresses.iter().filter(|&(&of, &from)| from == address && of != connection).count();
        let limit = usize::try_from(self.per_address).unwrap_or(usize::MAX);
        if held >= limit && !address.is_loopback() {
            return Err(ConnectionDenied::new(std::io::Error::other("too many connections")));
        }
        self.addresses.insert(connection, address);
        Ok(())
    }

    fn handler(&self) -> Handler {
        Handler { protocols: self.protocols.clone(), waiting: VecDeque::new() }
    }
}

/// The address of a host, if a multiaddr has one.
pub(crate) fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(address) => Some(IpAddr::V4(address)),
        Protocol::Ip6(address) => Some(IpAddr::V6(address).to_canonical()),
        _ => None,
    })
}

impl NetworkBehaviour for Accept {
    type ConnectionHandler = Handler;
    type ToSwarm = Inbound;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.admit(connection, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, remote)?;
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
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.addresses.remove(&connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        connection: ConnectionId,
        (protocol, stream): THandlerOutEvent<Self>,
    ) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back(Inbound { connection, protocol, stream });
            if let Some(waker) = self.waker.take() {
                waker.wake();
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(inbound) = self.waiting.pop_front() {
            return Poll::Ready(ToSwarm::GenerateEvent(inbound));
        }
        self.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// The part of [`Accept`] at one connection.
pub(crate) struct Handler {
    protocols: Vec<StreamProtocol>,
    waiting: VecDeque<(StreamProtocol, Stream)>,
}

/// Takes whichever of the protocols the other side asks for.
#[derive(Debug, Clone)]
pub(crate) struct AnyOf(Vec<StreamProtocol>);

impl UpgradeInfo for AnyOf {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for AnyOf {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = (StreamProtocol, Stream);
    type InboundProtocol = AnyOf;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<AnyOf> {
        SubstreamProtocol::new(AnyOf(self.protocols.clone()), ())
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<DeniedUpgrade, (), (StreamProtocol, Stream)>> {
        self.waiting
            .pop_front()
            .map_or(Poll::Pending, |stream| Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(stream)))
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, AnyOf, DeniedUpgrade, (), ()>) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) = event
            && self.waiting.len() < WAITING_PER_CONNECTION
        {
            self.waiting.push_back(protocol);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_holds_so_many_places_also_while_connections_are_set_up() {
        let mut accept = Accept::new(Vec::new(), 3);
        let (own, host, other): (Multiaddr, Multiaddr, Multiaddr) = (
            "/ip4/192.0.2.1/tcp/1".parse().unwrap(),
            "/ip4/192.0.2.7/tcp/9".parse().unwrap(),
            "/ip4/192.0.2.8/tcp/9".parse().unwrap(),
        );
        let id = ConnectionId::new_unchecked;
        for n in 0..3 {
            accept.handle_pending_inbound_connection(id(n), &own, &host).unwrap();
        }
        assert!(accept.handle_pending_inbound_connection(id(3), &own, &host).is_err());
        accept.handle_pending_inbound_connection(id(4), &own, &other).unwrap();
        // Being established takes no second place.
        let peer = PeerId::random();
        accept.handle_established_inbound_connection(id(2), peer, &own, &host).unwrap();
        let error = libp2p::swarm::ListenError::Aborted;
        accept.on_swarm_event(FromSwarm::ListenFailure(ListenFailure {
            local_addr: &own,
            send_back_addr: &host,
            error: &error,
            connection_id: id(0),
            peer_id: None,
        }));
        accept.handle_pending_inbound_connection(id(5), &own, &host).unwrap();
        assert!(accept.handle_pending_inbound_connection(id(6), &own, &host).is_err());
        let loopback: Multiaddr = "/ip4/127.0.0.1/tcp/9".parse().unwrap();
        for n in 10..30 {
            accept.handle_pending_inbound_connection(id(n), &own, &loopback).unwrap();
        }
    }
}
