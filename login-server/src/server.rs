//! The running server: what is opened at the start, and the one loop that owns the swarm.

mod error;
mod housekeeping;
mod listen;

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use conclave_crypto::keys::{TransportPublic, TransportSecret};
use conclave_crypto::password::Password;
use conclave_proto::{ErrorCode, limits, protocol};
use futures::StreamExt;
use libp2p::swarm::{ConnectionId, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, ping};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::error::ServeError;
use self::housekeeping::housekeeping;
use self::listen::listen;
use crate::accounts::RecordSeal;
use crate::admin::AdminSocket;
use crate::audit::Audit;
use crate::backup;
use crate::ban_end;
use crate::clock;
use crate::config::Config;
use crate::directory::{self, Log};
use crate::dropbox::{self, DropBox};
use crate::figures;
use crate::home::Home;
use crate::key_ring::KeyRing;
use crate::login::{self, Client, Memory};
use crate::net::{Behaviour, BehaviourEvent, FramedStream, Inbound, build, ip, refusal};
use crate::relay::Relay;
use crate::reload;
use crate::sealing;
use crate::server_keys::{Named, ServerKeys};
use crate::shared::{Control, Parts, Shared, transport_key};
use crate::store::SledStore;
use crate::store_key;
use crate::supervisor;

/// How often silent connections, ends of wishes and the like are looked for.
const TICK: Duration = Duration::from_millis(250);
/// A connection without an answered ping for so long is dead: one interval and the wait for the answer.
const DEAD: Duration = limits::PING_INTERVAL.saturating_add(limits::SILENT_CONNECTION);
/// How long the last words to a connection have to go out before it is closed.
const LAST_WORDS: Duration = Duration::from_millis(400);
/// How long tasks have to end when the server stops (ADMIN §2: it drains within 2 s whatever clients do).
const DRAIN: Duration = Duration::from_millis(1_500);
/// Requests to the loop that may wait.
const CONTROL: usize = 1_024;
/// Streams one connection may use at once: login, directory, drop box, and one more of each while it changes.
const STREAMS: usize = 6;

/// Where a server can be reached.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Its libp2p identity.
    pub peer: PeerId,
    /// The addresses it listens on, with their real ports.
    pub listening: Vec<Multiaddr>,
    /// The addresses that go into invite links.
    pub public: Vec<Multiaddr>,
    /// The administrator's socket.
    pub socket: PathBuf,
}

/// A server that listens and has not begun to answer.
pub struct Server {
    shared: Arc<Shared>,
    swarm: Swarm<Behaviour>,
    admin: AdminSocket,
    control: mpsc::Receiver<Control>,
    connections: BTreeMap<ConnectionId, Connection>,
    closing: Vec<(Instant, Control)>,
    tasks: TaskTracker,
    figures: Option<TcpListener>,
    _lock: File,
}

struct Connection {
    peer: TransportPublic,
    address: Option<std::net::IpAddr>,
    heard: Instant,
    gone: CancellationToken,
    memory: Arc<Mutex<Memory>>,
    streams: Arc<Semaphore>,
}

/// Runs a server until `shutdown` is ready or an administrator stops it.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(config: Config, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
    serve_with(config, None, shutdown).await
}

/// The same with a store key that somebody has typed.
pub(crate) async fn serve_with(
    config: Config,
    store_key: Option<Password>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Server::start_with(config, store_key).await?.run(shutdown).await;
    Ok(())
}

impl Server {
    /// Opens and checks everything, and listens. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`ServeError`]; nothing is changed by a server that does not start.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        Self::start_with(config, None).await
    }

    /// The same with a store key that somebody has typed, where the configuration names none.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(config: Config, store_key: Option<Password>) -> Result<Self, ServeError> {
        let now = clock::now();
        let home = Home::at(&config.server.data_dir);
        if home.is_half_made() {
            return Err(ServeError::NoOrganisation(home.path().display().to_string()));
        }
        // Without keys there is no organisation, which is said before anything is locked or asked for.
        ServerKeys::organisation(&home.server_keys())?;
        home.check_mode()?;
        let lock = home.lock()?;
        let store_key = match store_key {
            Some(typed) => Some(typed),
            None => store_key::find(&config).map_err(|error| ServeError::StoreKey(error.to_string()))?,
        };
        let keys = sealing::open(&home, store_key.as_ref())?;
        let records = RecordSeal::of(keys.records.as_ref());
        let transport = TransportSecret::from_seed(keys.transport.seed().duplicate());
        let (ork, login) = (keys.ork, Arc::clone(&keys.login));
        let keys = KeyRing::new(home.server_keys(), keys);
        let log = Log::open(&home, ork, |fold| keys.settle(&Named::of(fold)).map_err(ServeError::from), now)?;
        let store = SledStore::open(&home.store())?;
        let dropbox = DropBox::open(&home.dropbox(), Arc::new(store.clone()), config.disk.dropbox_total)
            .map_err(|error| ServeError::Failed(format!("{}: {error}", home.dropbox().display())))?;
        let audit = Audit::open(&home.audit())
            .map_err(|error| ServeError::Failed(format!("{}: {error}", home.audit().display())))?;
        let relay = Relay::new(config.relay.clone());
        let mut swarm = build(&transport, &config.limits, &relay)
            .map_err(|error| ServeError::Failed(error.to_string()))?;
        let listening = listen(&mut swarm, &config.server.listen).await?;
        let socket = config.socket();
        let admin = AdminSocket::bind(&socket).map_err(|error| ServeError::Listen {
            address: socket.display().to_string(),
            reason: error.to_string(),
        })?;
        let figures = figures::bind(config.metrics_address()).map_err(|error| ServeError::Listen {
            address: config.metrics.listen.clone(),
            reason: error.to_string(),
        })?;
        let (sender, control) = mpsc::channel(CONTROL);
        let shared = Shared::new(Parts {
            config,
            ork,
            server_key: transport.public(),
            keys,
            login,
            log,
            store,
            records,
            dropbox,
            audit,
            control: sender,
            relay,
            now,
        });
        *shared.listening.write().unwrap_or_else(PoisonError::into_inner) = listening;
        shared.restore_presence().await?;
        shared.resumptions.load().await?;
        shared.kicks.load(now).await?;
        shared.blocks.load(now).await?;
        // The relay tells these to whoever reserves; without one a reservation is refused by the client.
        for address in shared.public_addresses() {
            swarm.add_external_address(address);
        }
        let shared = Arc::new(shared);
        shared.relay.open(&shared);
        Ok(Self {
            shared,
            swarm,
            admin,
            control,
            connections: BTreeMap::new(),
            closing: Vec::new(),
            tasks: TaskTracker::new(),
            figures,
            _lock: lock,
        })
    }

    /// Where it can be reached.
    #[must_use]
    pub fn bound(&self) -> Bound {
        Bound {
            peer: *self.swarm.local_peer_id(),
            listening: self.shared.listening.read().unwrap_or_else(PoisonError::into_inner).clone(),
            public: self.shared.public_addresses(),
            socket: self.shared.config().socket(),
        }
    }

    /// Answers until `shutdown` is ready or an administrator stops it; then drains and ends.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self {
            shared,
            mut swarm,
            admin,
            mut control,
            mut connections,
            mut closing,
            tasks,
            figures,
            _lock,
        } = self;
        for address in shared.listening.read().unwrap_or_else(PoisonError::into_inner).iter() {
            tracing::info!(%address, "listening");
        }
        tasks.spawn(admin.serve(Arc::clone(&shared)));
        tasks.spawn(housekeeping(Arc::clone(&shared)));
        if shared.config().service.writes() {
            tasks.spawn(ban_end::watch(Arc::clone(&shared)));
        }
        tasks.spawn(backup::watch(Arc::clone(&shared)));
        if shared.config().source.is_some() {
            tasks.spawn(reload::watch(Arc::clone(&shared)));
        }
        if let Some(listener) = figures {
            tasks.spawn(figures::serve(Arc::clone(&shared), listener));
        }
        supervisor::ready("answering");
        let mut alive = supervisor::watchdog().map(interval);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                event = swarm.select_next_some() => on_event(&shared, &mut swarm, &mut connections, &tasks, event),
                Some(control) = control.recv() => closing.push((Instant::now() + LAST_WORDS, control)),
                _ = tick.tick() => on_tick(&shared, &mut swarm, &connections, &mut closing),
                () = async { match &mut alive {
                    Some(alive) => { alive.tick().await; }
                    None => std::future::pending().await,
                } } => supervisor::alive(),
                () = &mut shutdown => break,
                () = shared.stop.cancelled() => break,
            }
        }
        tracing::info!(sessions = shared.sessions.all().len(), "stopping");
        supervisor::stopping();
        shared.stop.cancel();
        for connection in connections.values() {
            connection.gone.cancel();
        }
        drop(swarm);
        tasks.close();
        if timeout(DRAIN, tasks.wait()).await.is_err() {
            tracing::warn!("some tasks did not end in time");
        }
        if let Err(error) = shared.remember_presence().await {
            tracing::error!(%error, "the times people were last seen were not kept");
        }
    }
}

fn on_event(
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
            if address.is_some_and(|address| shared.blocks.has(address, clock::now())) {
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

fn serve_stream(shared: &Arc<Shared>, connection: &Connection, inbound: Inbound, tasks: &TaskTracker) {
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

fn on_tick(
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

#[cfg(test)]
mod distinguisher;
