//! Connections of the server loop: what the swarm tells about them, the streams that they open, and their end.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use conclave_crypto::keys::TransportPublic;
use conclave_proto::{ErrorCode, limits, protocol};
use libp2p::swarm::{ConnectionId, SwarmEvent};
use libp2p::{Swarm, ping};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::directory;
use crate::dropbox;
use crate::login::{self, Client, Memory};
use crate::net::{Behaviour, BehaviourEvent, FramedStream, Inbound, ip, refusal};
use crate::shared::{Control, Shared, transport_key};

/// A connection without an answered ping for so long is dead: one interval and the wait for the answer.
const DEAD: Duration = limits::PING_INTERVAL.saturating_add(limits::SILENT_CONNECTION);
/// Streams one connection may use at once: login, directory, drop box, and one more of each while it changes.
const STREAMS: usize = 6;

/// A connection that stands.
pub(super) struct Connection {
    pub(super) peer: TransportPublic,
    pub(super) address: Option<std::net::IpAddr>,
    pub(super) heard: Instant,
    pub(super) gone: CancellationToken,
    pub(super) memory: Arc<Mutex<Memory>>,
    pub(super) streams: Arc<Semaphore>,
}

/// What the swarm tells.
pub(super) fn on_event(
    shared: &Arc<Shared>,
    swarm: &mut Swarm<Behaviour>,
    connections: &mut BTreeMap<ConnectionId, Connection>,
    tasks: &TaskTracker,
    event: SwarmEvent<BehaviourEvent>,
) {
    match event {
        SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
            let Some(peer) = transport_key(&peer_id) else {
                tracing::debug!("a connection with another kind of key");
                swarm.close_connection(connection_id);
                return;
            };
            let address = ip(endpoint.get_remote_address());
            if is_kept_out(shared, address) {
                swarm.close_connection(connection_id);
                return;
            }
            connections.insert(
                connection_id,
                Connection {
                    peer,
                    address,
                    heard: Instant::now(),
                    gone: shared.stop.child_token(),
                    memory: Arc::default(),
                    streams: Arc::new(Semaphore::new(STREAMS)),
                },
            );
        }
        SwarmEvent::ConnectionClosed { connection_id, .. } => {
            if let Some(connection) = connections.remove(&connection_id) {
                connection.gone.cancel();
            }
            shared.connection_gone(connection_id, clock::now());
        }
        SwarmEvent::NewListenAddr { address, .. } => {
            shared.listening.write().unwrap_or_else(PoisonError::into_inner).push(address);
        }
        SwarmEvent::ExpiredListenAddr { address, .. } => {
            shared
                .listening
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|known| *known != address);
        }
        SwarmEvent::ListenerError { error, .. } => tracing::error!(%error, "a listener failed"),
        SwarmEvent::ListenerClosed { addresses, .. } => tracing::error!(?addresses, "a listener was closed"),
        SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { connection, result: Ok(_), .. })) => {
            if let Some(connection) = connections.get_mut(&connection) {
                connection.heard = Instant::now();
            }
        }
        SwarmEvent::Behaviour(BehaviourEvent::Relay(event)) => shared.relay.on_event(&event),
        SwarmEvent::Behaviour(BehaviourEvent::Accept(inbound)) => {
            if let Some(connection) = connections.get(&inbound.connection) {
                serve_stream(shared, connection, inbound, tasks);
            }
        }
        _ => {}
    }
}

fn is_kept_out(shared: &Shared, address: Option<std::net::IpAddr>) -> bool {
    address.is_some_and(|address| shared.blocks.has(address, clock::now()))
}

fn serve_stream(shared: &Arc<Shared>, connection: &Connection, inbound: Inbound, tasks: &TaskTracker) {
    if is_kept_out(shared, connection.address) {
        // It was let in before; its end comes with the next tick.
        return;
    }
    let Ok(permit) = Arc::clone(&connection.streams).try_acquire_owned() else {
        tracing::debug!("too many streams on one connection");
        return;
    };
    if !shared.config().service.is_open() {
        let step = shared.config().limits.handshake_timeout;
        let gone = connection.gone.clone();
        tasks.spawn(async move {
            let mut stream = FramedStream::new(inbound.stream, limits::CONTROL_FRAME, step);
            gone.run_until_cancelled(stream.refuse(refusal(ErrorCode::ServerBusy, 0))).await;
            drop(permit);
        });
        return;
    }
    let client =
        Client { peer: connection.peer, connection: inbound.connection, address: connection.address };
    let (shared, memory, gone) =
        (Arc::clone(shared), Arc::clone(&connection.memory), connection.gone.clone());
    tasks.spawn(async move {
        // Closing a connection does not always wake reads on its streams, so its end is raced against them.
        let served = async {
            match inbound.protocol.as_ref() {
                protocol::LOGIN => login::serve(shared, client, memory, inbound.stream).await,
                protocol::DROPBOX => dropbox::stream::serve(shared, client, inbound.stream).await,
                _ => directory::stream::serve(shared, client, inbound.stream).await,
            }
        };
        gone.run_until_cancelled(served).await;
        drop(permit);
    });
}

/// Closes what was to be closed, and what is silent.
pub(super) fn on_tick(
    shared: &Shared,
    swarm: &mut Swarm<Behaviour>,
    connections: &BTreeMap<ConnectionId, Connection>,
    closing: &mut Vec<(Instant, Control)>,
) {
    let now = Instant::now();
    closing.retain(|(at, control)| {
        if *at <= now {
            match control {
                Control::Close(connection) => drop(swarm.close_connection(*connection)),
                Control::CloseUnlessBack(connection) if shared.sessions.on(*connection).is_empty() => {
                    // A login that goes on holds its memory; how long it may take is bounded.
                    let known = connections.get(connection);
                    if known.is_some_and(|known| known.memory.try_lock().is_err()) {
                        return true;
                    }
                    swarm.close_connection(*connection);
                }
                Control::CloseUnlessBack(_) => {}
                Control::CloseFrom(network) => {
                    let from = |known: &Connection| known.address.is_some_and(|address| network.has(address));
                    for (id, _) in connections.iter().filter(|(_, known)| from(known)) {
                        swarm.close_connection(*id);
                    }
                }
            }
        }
        *at > now
    });
    for (id, connection) in connections {
        if now.duration_since(connection.heard) > DEAD {
            tracing::debug!("a connection is silent");
            // Presence must not wait for the transport to agree that it is closed.
            shared.connection_gone(*id, clock::now());
            connection.gone.cancel();
            swarm.close_connection(*id);
        }
    }
    shared.change_presence(|table| table.expire(clock::now()));
    shared.relay.look();
}
