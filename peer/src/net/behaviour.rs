//! The swarm: transports, identify, ping, limits, circuits, hole punching and [`Streams`].
//!
//! Identify hides the listen addresses and says the same constant words for every device, so that a stranger learns
//! nothing. Ping only measures: the engine closes a connection whose last pong is too old, because libp2p's own
//! first failure is silent.

use conclave_crypto::secret::Secret;
use conclave_proto::{limits, protocol};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{
    PeerId, Swarm, SwarmBuilder, Transport, dcutr, identify, memory_connection_limits, noise, ping, quic,
    relay, swarm, tcp, yamux,
};

use super::candidates::Candidates;
use super::error::NetError;
use super::purpose::Purpose;
use super::stalling::Stalling;
use super::streams::Streams;

/// Connections in their handshake: cheap to start for an attacker.
const PENDING_INBOUND: u32 = 32;
/// Established inbound connections: a leadership has tens of people (BARS §4).
const ESTABLISHED_INBOUND: u32 = 128;
/// Connections of one peer: a relayed one, and of each transport one that crosses another while those two race.
const PER_PEER: u32 = 4;
/// No new connections above this resident memory of the process, in bytes.
const MEMORY: usize = 1024 * 1024 * 1024;
/// Inbound streams of one connection that may negotiate their protocol at a time.
const NEGOTIATING: usize = 64;
/// Streams that one QUIC connection may have open.
const QUIC_STREAMS: u32 = 128;
/// Streams that one Yamux connection may have open.
const YAMUX_STREAMS: usize = 128;

/// What the swarm does.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    pub(super) identify: identify::Behaviour,
    pub(super) ping: ping::Behaviour,
    pub(super) streams: Streams,
    relay: relay::client::Behaviour,
    dcutr: dcutr::Behaviour,
    pub(super) candidates: Candidates,
}

impl Behaviour {
    fn new(keys: &Keypair, offered: &[Purpose], relay: relay::client::Behaviour) -> Self {
        let us = keys.public().to_peer_id();
        let identify = identify::Config::new(protocol::IDENTIFY.to_owned(), keys.public())
            .with_agent_version(protocol::AGENT.to_owned())
            .with_hide_listen_addrs(true)
            .with_cache_size(0);
        let ping =
            ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::SILENT_CONNECTION);
        Self {
            limits: connection_limits::Behaviour::new(
                ConnectionLimits::default()
                    .with_max_pending_incoming(Some(PENDING_INBOUND))
                    .with_max_established_incoming(Some(ESTABLISHED_INBOUND))
                    .with_max_established_per_peer(Some(PER_PEER)),
            ),
            memory: memory_connection_limits::Behaviour::with_max_bytes(MEMORY),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::new(ping),
            streams: Streams::new(us, offered),
            relay,
            dcutr: dcutr::Behaviour::new(us),
            candidates: Candidates::default(),
        }
    }
}

/// The keys of a seed.
pub(super) fn keys(seed: &Secret<32>) -> Result<Keypair, NetError> {
    // libp2p wipes the copy that it is given.
    let mut copy = *seed.expose();
    Keypair::ed25519_from_bytes(&mut copy).map_err(|error| NetError::Key(error.to_string()))
}

/// TCP, Noise and Yamux. The builder's own would not let the socket be wrapped.
fn tcp_transport(
    keys: &Keypair,
) -> Result<
    impl Transport<Output = (PeerId, StreamMuxerBox), ListenerUpgrade: Send, Dial: Send, Error: Send + Sync>
    + Send
    + Unpin
    + use<>,
    Box<dyn std::error::Error + Send + Sync>,
> {
    let mut mux = yamux::Config::default();
    mux.set_max_num_streams(YAMUX_STREAMS);
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(|socket, _| Stalling::new(socket))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(keys)?)
        .multiplex(mux)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer))))
}

/// A swarm that takes inbound streams of these purposes and listens nowhere yet.
pub(super) fn swarm(keys: &Keypair, offered: &[Purpose]) -> Result<Swarm<Behaviour>, NetError> {
    let failed = |error: &dyn std::error::Error| NetError::Transport(error.to_string());
    let carried = || {
        SwarmBuilder::with_existing_identity(keys.clone())
            .with_tokio()
            .with_quic_config(|mut config: quic::Config| {
                config.max_concurrent_stream_limit = QUIC_STREAMS;
                config
            })
            .with_other_transport(tcp_transport)
            .map_err(|error| failed(&error))
    };
    let mux = || {
        let mut mux = yamux::Config::default();
        mux.set_max_num_streams(YAMUX_STREAMS);
        mux
    };
    let settings = |config: swarm::Config| {
        config
            .with_idle_connection_timeout(limits::STEP_TIMEOUT)
            .with_max_negotiating_inbound_streams(NEGOTIATING)
    };
    let behave = |keys: &Keypair, relay: relay::client::Behaviour| Behaviour::new(keys, offered, relay);
    match carried()?.with_dns() {
        Ok(named) => {
            let relayed = named.with_relay_client(noise::Config::new, mux).map_err(|error| failed(&error))?;
            let Ok(built) = relayed.with_behaviour(behave);
            Ok(built.with_swarm_config(settings).with_connection_timeout(limits::STEP_TIMEOUT).build())
        }
        Err(error) => {
            tracing::warn!(%error, "names cannot be looked up; only numeric addresses are dialled");
            let relayed =
                carried()?.with_relay_client(noise::Config::new, mux).map_err(|error| failed(&error))?;
            let Ok(built) = relayed.with_behaviour(behave);
            Ok(built.with_swarm_config(settings).with_connection_timeout(limits::STEP_TIMEOUT).build())
        }
    }
}
