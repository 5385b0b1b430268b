//! The libp2p swarm: TCP with Noise and Yamux, and QUIC; identify, ping, limits and the relay; nothing else.

use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::keys::TransportSecret;
use conclave_proto::{limits, protocol};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::transport::timeout::TransportTimeout;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{
    PeerId, StreamProtocol, Swarm, Transport, identify, memory_connection_limits, noise, ping, quic, relay,
    swarm, tcp, yamux,
};
use thiserror::Error;
use zeroize::Zeroize;

use super::accept::Accept;
use super::metered::Metered;
use crate::config::Limits;
use crate::relay::Relay;

/// A connection without a stream is closed after this.
const IDLE: Duration = limits::STEP_TIMEOUT;
/// No new connection while the process uses more than this; 2 000 clients need about 200 MB, and a program that
/// embeds the server, such as a test, has memory of its own.
const MEMORY: usize = 2 * 1024 * 1024 * 1024;
/// A device holds one connection, and a second while it changes path.
const PER_PEER: u32 = 4;
/// Streams one connection may be negotiating.
const NEGOTIATING: usize = 16;
/// Streams one connection may have open: login, directory, and a circuit for each colleague.
const STREAMS: usize = 128;

/// What the swarm does.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    accept: Accept,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    relay: relay::Behaviour,
}

/// The swarm cannot be built.
#[derive(Debug, Error)]
#[error("the network cannot be set up: {0}")]
pub(crate) struct SwarmError(String);

/// Builds the swarm of a transport key.
pub(crate) fn build(
    key: &TransportSecret,
    limits: &Limits,
    circuits: &Arc<Relay>,
) -> Result<Swarm<Behaviour>, SwarmError> {
    let failed = |error: &dyn std::fmt::Display| SwarmError(error.to_string());
    let mut seed = *key.seed().expose();
    let keypair = Keypair::ed25519_from_bytes(seed).map_err(|error| failed(&error))?;
    seed.zeroize();
    let us = keypair.public().to_peer_id();
    let agent = identify::Config::new(protocol::IDENTIFY.to_owned(), keypair.public())
        .with_agent_version(protocol::AGENT.to_owned())
        .with_hide_listen_addrs(true);
    let accept = Accept::new(
        [protocol::LOGIN, protocol::DIRECTORY, protocol::DROPBOX].map(StreamProtocol::new).to_vec(),
        limits.per_address,
    );
    let behaviour = Behaviour {
        limits: connection_limits::Behaviour::new(
            ConnectionLimits::default()
                .with_max_pending_incoming(Some(limits.pending))
                .with_max_established_incoming(Some(limits.connections))
                .with_max_established_per_peer(Some(PER_PEER)),
        ),
        memory: memory_connection_limits::Behaviour::with_max_bytes(MEMORY),
        accept,
        identify: identify::Behaviour::new(agent),
        // Silence is judged by the server loop, so that one lost ping does not count twice.
        ping: ping::Behaviour::new(
            ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::SILENT_CONNECTION),
        ),
        relay: circuits.behaviour(us, limits),
    };
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE)
        .with_max_negotiating_inbound_streams(NEGOTIATING);
    Ok(Swarm::new(transport(&keypair, circuits).map_err(|error| failed(&error))?, behaviour, us, config))
}

/// Both transports, their circuits metered.
fn transport(keys: &Keypair, circuits: &Arc<Relay>) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let mut mux = yamux::Config::default();
    mux.set_max_num_streams(STREAMS);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(keys)?)
        .multiplex(mux)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let mut config = quic::Config::new(keys);
    config.max_concurrent_stream_limit = u32::try_from(STREAMS).unwrap_or(u32::MAX);
    let quic = quic::tokio::Transport::new(config).map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let circuits = Arc::clone(circuits);
    let metered = tcp.or_transport(quic).map(move |either, _| {
        let (peer, muxer) = either.into_inner();
        (peer, StreamMuxerBox::new(Metered::new(muxer, circuits.user(peer))))
    });
    Ok(TransportTimeout::new(metered, limits::STEP_TIMEOUT).boxed())
}
