//! The libp2p swarm: TCP with Noise and Yamux, and QUIC; identify, ping and limits; nothing else.

use std::time::Duration;

use conclave_crypto::keys::TransportSecret;
use conclave_proto::{limits, protocol};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{
    StreamProtocol, Swarm, SwarmBuilder, identify, memory_connection_limits, noise, ping, tcp, yamux,
};
use thiserror::Error;
use zeroize::Zeroize;

use super::accept::Accept;
use crate::config::Limits;

/// A connection without a stream is closed after this.
const IDLE: Duration = limits::STEP_TIMEOUT;
/// No new connection while the process uses more than this; 2 000 clients need about 200 MB, and a program that
/// embeds the server, such as a test, has memory of its own.
const MEMORY: usize = 2 * 1024 * 1024 * 1024;
/// A device holds one connection, and a second while it changes path.
const PER_PEER: u32 = 4;
/// Streams one connection may be negotiating.
const NEGOTIATING: usize = 16;
/// Streams one connection may have open.
const STREAMS: usize = 32;

/// What the swarm does.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    accept: Accept,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
}

/// The swarm cannot be built.
#[derive(Debug, Error)]
#[error("the network cannot be set up: {0}")]
pub(crate) struct SwarmError(String);

/// Builds the swarm of a transport key.
pub(crate) fn build(key: &TransportSecret, limits: &Limits) -> Result<Swarm<Behaviour>, SwarmError> {
    let failed = |error: &dyn std::fmt::Display| SwarmError(error.to_string());
    let mut seed = *key.seed().expose();
    let keypair = Keypair::ed25519_from_bytes(seed).map_err(|error| failed(&error))?;
    seed.zeroize();
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
    };
    let yamux = || {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(STREAMS);
        config
    };
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux)
        .map_err(|error| failed(&error))?
        .with_quic_config(|mut config| {
            config.max_concurrent_stream_limit = u32::try_from(STREAMS).unwrap_or(u32::MAX);
            config
        })
        .with_behaviour(|_| behaviour)
        .map_err(|error| failed(&error))?
        .with_swarm_config(|config| {
            config.with_idle_connection_timeout(IDLE).with_max_negotiating_inbound_streams(NEGOTIATING)
        })
        .build();
    Ok(swarm)
}
