//! Silence: connections that are doubted, asked, and closed when they do not answer.
//!
//! ```text
//! a link has said something and heard nothing ──► its connection is asked, and the login server's beside it
//! a ping is overdue                           ──► closed
//! asked, and no answer within its patience    ──► closed; the core dials again at once
//! silent or broken, of two peers, TOGETHER    ──► the network of this computer has changed: a router that was started
//!                                                 again gives other ports and tells nobody (BARS F16)
//! ```

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::Engine;
use crate::net::probe;
use crate::net::purpose::Purpose;

/// A connection whose last pong is older is closed; with the tick, noticed within 15 s (BARS F18).
const SILENCE: Duration =
    conclave_proto::limits::PING_INTERVAL.saturating_add(conclave_proto::limits::SILENT_CONNECTION);
/// A silence, or a change of networks, explains what happens for so long after it.
pub(super) const JUST: Duration = Duration::from_secs(20);
/// Silent connections of two peers so close together have one reason, which is here.
const TOGETHER: Duration = Duration::from_secs(5);
/// A connection over TCP that does not answer by then is closed: the kernel repeats a packet three times until then. A
/// false alarm costs a new connection; waiting costs the person's time (BARS F16: back within 5 s).
const TCP: Duration = Duration::from_millis(2_000);
/// The same for the server beside a doubtful link: a loaded server is late, and a session depends on its connection.
const SERVER_TCP: Duration = Duration::from_secs(5);
/// The same when the network has changed, and silence is likely.
const TCP_CHANGED: Duration = Duration::from_millis(1_200);
/// The same over QUIC, which repeats sooner (BARS F16: back within 2 s).
const QUIC: Duration = Duration::from_millis(700);
/// Far away everything takes longer: opening a stream and a ping are two round trips, and as much again for a loss.
const ROUND_TRIPS: u32 = 4;

/// What is known of silent connections.
#[derive(Default)]
pub(super) struct Silence {
    /// Connections that have been asked and have not answered.
    asked: BTreeSet<ConnectionId>,
    /// The last one that was found silent: whose, and when.
    last: Option<(PeerId, Instant)>,
    /// Whose connections have just fallen silent.
    fell: BTreeMap<PeerId, Instant>,
}

impl Silence {
    /// A connection has answered.
    pub(super) fn answered(&mut self, connection: ConnectionId) {
        self.asked.remove(&connection);
    }

    /// Whether a connection with this peer has just fallen silent.
    pub(super) fn has_just_fallen(&self, peer: &PeerId) -> bool {
        self.fell.get(peer).is_some_and(|at| at.elapsed() < JUST)
    }
}

impl Engine {
    /// A link hears nothing. While files move, answers wait behind their bytes, and the pings have to do.
    pub(super) fn on_doubt(&mut self, connection: ConnectionId) {
        if self.shared.moves_files() {
            return;
        }
        let relays: Vec<ConnectionId> =
            self.relay_connections().filter(|relay| *relay != connection).collect();
        for relay in relays {
            self.ask(relay, SERVER_TCP);
        }
        self.ask(connection, TCP);
    }

    /// Closes a connection unless it answers at once: the network may have changed.
    pub(super) fn probe(&mut self, connection: ConnectionId) {
        self.ask(connection, TCP_CHANGED);
    }

    fn ask(&mut self, connection: ConnectionId, over_tcp: Duration) {
        let streams = &self.swarm.behaviour().streams;
        let known = streams.all().find(|(_, known)| known.id == connection && known.is_usable());
        let Some((_, known)) = known else { return };
        let base = if is_quic(&known.address) { QUIC } else { over_tcp };
        let rtt = self.rtts.get(&connection).copied().unwrap_or_default();
        if !self.silence.asked.insert(connection) {
            return;
        }
        let stream = self.swarm.behaviour_mut().streams.open_on(connection, Purpose::Probe);
        let patience = base.max(rtt * ROUND_TRIPS);
        tokio::spawn(probe::probe(Arc::clone(&self.shared), connection, stream, patience));
    }

    /// A connection has closed. One that broke tells as much as one that is silent: what comes from a port that the
    /// other side does not know is answered with a reset.
    pub(super) fn on_gone(&mut self, connection: ConnectionId, peer: PeerId, broken: bool) {
        self.silence.asked.remove(&connection);
        if broken {
            self.found_silent(peer);
        }
    }

    /// A connection does not answer.
    pub(super) fn on_silent(&mut self, connection: ConnectionId) {
        self.silence.asked.remove(&connection);
        let streams = &self.swarm.behaviour().streams;
        let known = streams.all().find(|(_, known)| known.id == connection && known.is_usable());
        let Some(peer) = known.map(|(peer, _)| *peer) else { return };
        self.silence.fell.retain(|_, at| at.elapsed() < JUST);
        self.silence.fell.insert(peer, Instant::now());
        tracing::debug!("a silent connection is closed");
        self.close(connection);
        self.found_silent(peer);
    }

    fn found_silent(&mut self, peer: PeerId) {
        let last = self.silence.last.replace((peer, Instant::now()));
        if last.is_some_and(|(other, at)| other != peer && at.elapsed() < TOGETHER) {
            tracing::debug!("two peers are silent at once");
            self.silence.last = None;
            self.network_changed();
        }
    }

    /// The regular look at the pings.
    pub(super) fn close_silent(&mut self) {
        let silent = self.heard.extract_if(.., |_, heard| heard.elapsed() >= SILENCE);
        for connection in silent.map(|(connection, _)| connection).collect::<Vec<_>>() {
            self.on_silent(connection);
        }
    }
}

fn is_quic(address: &Multiaddr) -> bool {
    address.iter().any(|part| matches!(part, Protocol::QuicV1))
}
