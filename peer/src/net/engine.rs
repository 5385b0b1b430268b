//! The engine: one task that owns the swarm. It never waits for anything but its one `select!`.

mod dialing;
mod discovery;
mod linking;
mod relaying;
mod report;
mod silence;
mod swarm;
mod upkeep;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, RwLock};

use conclave_crypto::keys::TransportPublic;
use conclave_proto::limits;
use futures::StreamExt as _;
use libp2p::core::transport::ListenerId;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use self::dialing::Dialing;
use self::discovery::Nearby;
use self::linking::{Attempt, Linked};
use self::relaying::Relaying;
use self::silence::Silence;
use super::address::{key_of, listen_address, peer_of};
use super::behaviour::{self, Behaviour, keys};
use super::config::NetConfig;
use super::dial::AddressFailure;
use super::discovery::Discovery;
use super::error::{NetError, OpenError, StreamError};
use super::event::NetEvent;
use super::path::is_loopback;
use super::purpose::Purpose;
use super::report::NetReport;
use super::server::{self, ServerProtocol, ServerStream};
use super::shared::{Report, Shared, Ways};
use super::streams::Opened;
use super::transfer;

/// Events waiting for the driver.
const EVENTS: usize = 256;
/// Reports of tasks waiting for the engine.
const REPORTS: usize = 64;
/// Own events the engine keeps while the driver is slow, before it stops looking at the swarm.
const BACKLOG: usize = 256;
/// Nobody is dialled before the own addresses are known, or this has passed: over TCP, what is dialled earlier comes from
/// another port than the one listened on, and the server would tell others a port through which no hole can be punched.
const BEGIN: core::time::Duration = core::time::Duration::from_millis(500);
/// How often silent connections are looked for.
const TICK: core::time::Duration = core::time::Duration::from_secs(1);

/// An answer that comes when a stream has been negotiated.
pub(super) type Negotiated = oneshot::Receiver<Result<Opened, OpenError>>;

/// What the handle asks.
pub(super) enum Command {
    Dial {
        peer: TransportPublic,
        addresses: Vec<Multiaddr>,
    },
    OpenServer {
        server: TransportPublic,
        addresses: Vec<Multiaddr>,
        protocol: ServerProtocol,
        reply: oneshot::Sender<Result<ServerStream, OpenError>>,
    },
    OpenFile {
        peer: TransportPublic,
        reply: oneshot::Sender<Negotiated>,
    },
    ListenAddresses {
        reply: oneshot::Sender<Vec<Vec<u8>>>,
    },
    Disconnect {
        peer: TransportPublic,
    },
    Report {
        peer: Option<TransportPublic>,
        reply: oneshot::Sender<NetReport>,
    },
    Shutdown {
        reply: oneshot::Sender<()>,
    },
}

/// What goes on with one peer. Removed when nothing does.
#[derive(Default)]
struct Peer {
    /// A dial was asked for and its outcome has not been told.
    wanted: bool,
    dialing: Option<Dialing>,
    /// Where the last dial was to go.
    addresses: Vec<Multiaddr>,
    /// When a peer that is reached through the relay is dialled directly again, and the wait before that.
    direct_again: Option<Instant>,
    direct_wait: core::time::Duration,
    /// When the link was last tried to be moved to a better connection.
    moved: Option<Instant>,
    /// Where to dial if the standing connection turns out to be dead.
    fallback: Vec<Multiaddr>,
    /// Streams to a server that wait for the connection.
    servers: Vec<(ServerProtocol, oneshot::Sender<Result<ServerStream, OpenError>>)>,
    /// Our attempt to open a link.
    ours: Option<Attempt>,
    /// Their attempt to open a link.
    theirs: Option<Attempt>,
    /// Their stream, kept while ours, which has precedence, is under way.
    parked: Option<Opened>,
    link: Option<Linked>,
}

impl Peer {
    /// Whether a link stands and is of use.
    fn is_linked(&self) -> bool {
        self.link.as_ref().is_some_and(Linked::stands)
    }

    const fn is_idle(&self) -> bool {
        self.dialing.is_none()
            && self.servers.is_empty()
            && self.ours.is_none()
            && self.theirs.is_none()
            && self.link.is_none()
    }
}

/// The engine.
pub(super) struct Engine {
    swarm: Swarm<Behaviour>,
    us: TransportPublic,
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    reports: mpsc::Receiver<Report>,
    backlog: VecDeque<NetEvent>,
    peers: BTreeMap<TransportPublic, Peer>,
    /// When each connection was last heard of.
    heard: BTreeMap<ConnectionId, Instant>,
    silence: Silence,
    listening: BTreeSet<Multiaddr>,
    /// Listeners that have told no address yet from which others can be dialled, and until when they are waited for.
    unheard: Vec<ListenerId>,
    begin: Instant,
    /// Set while a change of addresses settles.
    changed: Option<Instant>,
    /// When the network of this computer last changed.
    moved: Option<Instant>,
    /// The wall clock at the last tick, milliseconds; 0 before the first.
    ticked: u64,
    /// Whether anything was at the other end of the cable then.
    carried: bool,
    /// Round trips, as last measured.
    rtts: BTreeMap<ConnectionId, core::time::Duration>,
    /// Login servers: their word about our address is taken.
    servers: BTreeSet<PeerId>,
    /// Where each login server sees us.
    observed: BTreeMap<PeerId, Multiaddr>,
    relaying: Option<Relaying>,
    discovery: Option<Discovery>,
    nearby: Nearby,
    /// Why the last direct dials failed.
    failed: BTreeMap<TransportPublic, Vec<AddressFailure>>,
    /// Numbers attempts and links; never given twice.
    next: u64,
}

impl Engine {
    /// Sets the swarm up and listens.
    pub(super) fn new(
        config: NetConfig,
        commands: mpsc::Receiver<Command>,
    ) -> Result<(Self, Arc<Shared>, mpsc::Receiver<NetEvent>), NetError> {
        let keys = keys(&config.transport_seed)?;
        let us = key_of(&keys.public().to_peer_id()).ok_or_else(|| NetError::Key("weak".to_owned()))?;
        let mut swarm = behaviour::swarm(&keys, &[Purpose::Peer, Purpose::File])?;
        let mut refused = Vec::new();
        let mut unheard = Vec::new();
        for text in &config.listen {
            let address = listen_address(text)?;
            let near = is_loopback(&address);
            match swarm.listen_on(address) {
                Ok(listener) if !near => unheard.push(listener),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(address = %text, %error, "cannot listen");
                    refused.push(format!("{text}: {error}"));
                }
            }
        }
        if !config.listen.is_empty() && refused.len() == config.listen.len() {
            return Err(NetError::Listen(refused.join("; ")));
        }
        let (events, inbox) = mpsc::channel(EVENTS);
        let (reports_in, reports) = mpsc::channel(REPORTS);
        let shared = Arc::new(Shared {
            events,
            reports: reports_in,
            clock: config.clock,
            shelf: config.shelf,
            serving: Arc::new(Semaphore::new(transfer::SERVED)),
            stop: CancellationToken::new(),
            links: Mutex::new(BTreeMap::new()),
            ways: watch::Sender::new(Ways::default()),
            allowed: RwLock::new(BTreeSet::new()),
            moved: Mutex::new(None),
        });
        let engine = Self {
            swarm,
            us,
            shared: Arc::clone(&shared),
            commands,
            reports,
            backlog: VecDeque::new(),
            peers: BTreeMap::new(),
            heard: BTreeMap::new(),
            silence: Silence::default(),
            listening: BTreeSet::new(),
            unheard,
            begin: Instant::now() + BEGIN,
            changed: None,
            moved: None,
            ticked: 0,
            carried: true,
            rtts: BTreeMap::new(),
            servers: BTreeSet::new(),
            observed: BTreeMap::new(),
            relaying: None,
            discovery: None,
            nearby: Nearby::default(),
            failed: BTreeMap::new(),
            next: 0,
        };
        Ok((engine, shared, inbox))
    }

    /// Runs until shut down, or until every handle or the receiver of events is dropped.
    pub(super) async fn run(mut self) {
        let events = self.shared.events.clone();
        let mut ways = self.shared.ways.subscribe();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopped = loop {
            let waits = !self.unheard.is_empty() && Instant::now() < self.begin;
            let due = self.next_due();
            let alarm = async move {
                match due {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => core::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = events.closed() => break None,
                permit = events.reserve(), if !self.backlog.is_empty() => {
                    if let (Ok(permit), Some(event)) = (permit, self.backlog.pop_front()) {
                        permit.send(event);
                    }
                }
                Some(report) = self.reports.recv() => self.on_report(report),
                command = self.commands.recv(), if !waits => match command {
                    None => break None,
                    Some(Command::Shutdown { reply }) => break Some(reply),
                    Some(command) => self.on_command(command),
                },
                Ok(()) = ways.changed() => {
                    let Ways { relay, lan } = *ways.borrow_and_update();
                    self.set_relay(relay);
                    self.discover(lan);
                }
                _ = tick.tick() => self.on_tick(),
                () = alarm => self.on_due(),
                found = next_found(&mut self.discovery), if self.backlog.len() < BACKLOG => self.on_nearby(found),
                event = self.swarm.select_next_some(), if self.backlog.len() < BACKLOG => self.on_swarm(event),
            }
        };
        self.shared.stop.cancel();
        self.shared.links().clear();
        drop(self.swarm);
        if let Some(reply) = stopped {
            // Who asked may have gone.
            let _ = reply.send(());
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Dial { peer, addresses } => self.want_link(peer, addresses),
            Command::OpenServer { server, addresses, protocol, reply } => {
                self.open_server(server, addresses, protocol, reply);
            }
            Command::OpenFile { peer, reply } => {
                if let Some(id) = peer_of(&peer) {
                    // Who asked may have given up.
                    drop(reply.send(self.swarm.behaviour_mut().streams.open(id, Purpose::File)));
                }
            }
            Command::ListenAddresses { reply } => drop(reply.send(self.addresses())),
            Command::Disconnect { peer } => {
                let id = peer_of(&peer);
                let connections =
                    id.map(|id| self.swarm.behaviour().streams.connections(&id)).unwrap_or_default();
                for connection in connections.iter().map(|connection| connection.id).collect::<Vec<_>>() {
                    self.close(connection);
                }
            }
            Command::Report { peer, reply } => drop(reply.send(self.report(peer))),
            Command::Shutdown { reply } => drop(reply),
        }
    }

    fn on_report(&mut self, report: Report) {
        match report {
            Report::Opened { peer, opener, attempt, outcome } => {
                self.on_opened(peer, opener, attempt, outcome)
            }
            Report::Ending { peer, link } => self.on_ending(peer, link),
            Report::Ended { peer, link } => self.on_ended(peer, link),
            Report::Doubtful(connection) => self.on_doubt(connection),
            Report::Answered(connection) => self.silence.answered(connection),
            Report::Silent(connection) => self.on_silent(connection),
            Report::Violation(connection) => {
                tracing::debug!("a peer broke the protocol; its connection is closed");
                self.close(connection);
            }
        }
    }

    fn open_server(
        &mut self,
        server: TransportPublic,
        addresses: Vec<Multiaddr>,
        protocol: ServerProtocol,
        reply: oneshot::Sender<Result<ServerStream, OpenError>>,
    ) {
        let Some(id) = peer_of(&server) else { return };
        self.servers.insert(id);
        if self.swarm.behaviour().streams.is_connected(&id) {
            self.open_on_connection(id, protocol, reply);
        } else {
            self.peers.entry(server).or_default().servers.push((protocol, reply));
            self.start_dial(server, addresses);
        }
    }

    fn open_on_connection(
        &mut self,
        server: PeerId,
        protocol: ServerProtocol,
        reply: oneshot::Sender<Result<ServerStream, OpenError>>,
    ) {
        let stream = self.swarm.behaviour_mut().streams.open(server, protocol.purpose());
        tokio::spawn(server::open(Arc::clone(&self.shared), protocol, stream, reply));
    }

    /// Loopback comes last: the cap shall not cut what others can use.
    fn addresses(&self) -> Vec<Vec<u8>> {
        let (loopback, other): (Vec<_>, Vec<_>) =
            self.listening.iter().partition(|address| is_loopback(address));
        other.into_iter().chain(loopback).take(limits::ADDRESSES).map(Multiaddr::to_vec).collect()
    }

    fn close(&mut self, connection: ConnectionId) {
        self.swarm.behaviour_mut().streams.retire(connection);
        self.swarm.close_connection(connection);
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// What the search of the local network finds next; never when there is none.
async fn next_found(discovery: &mut Option<Discovery>) -> libp2p::mdns::Event {
    match discovery {
        Some(discovery) => discovery.next().await,
        None => core::future::pending().await,
    }
}

/// The outcome of a stream that the behaviour was asked for.
async fn negotiated(stream: Negotiated) -> Result<Opened, OpenError> {
    stream.await.unwrap_or(Err(OpenError::Stream(StreamError::Lost)))
}
