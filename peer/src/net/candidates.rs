//! Tells hole punching the address that the login server sees us at, as it is.
//!
//! libp2p's identify puts the listening port in place of the observed one when they differ, so behind a router that
//! changes ports it offers an address nobody can reach. Only the own server's word is taken: a colleague's would let
//! them name any address as mine.

use core::convert::Infallible;
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use libp2p::core::{Endpoint, transport::PortUse};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

/// Candidates waiting for the swarm, which takes them at its next turn.
const WAITING: usize = 16;

/// See the module.
#[derive(Default)]
pub(super) struct Candidates {
    waiting: VecDeque<Multiaddr>,
    waker: Option<Waker>,
}

impl Candidates {
    /// The server sees us there.
    pub(super) fn add(&mut self, address: Multiaddr) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back(address);
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl NetworkBehaviour for Candidates {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        match self.waiting.pop_front() {
            Some(address) => Poll::Ready(ToSwarm::NewExternalAddrCandidate(address)),
            None => {
                self.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
