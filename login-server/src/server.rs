//! The running server: what is opened at the start, and the one loop that owns the swarm.

mod connection;
mod error;
mod housekeeping;
mod listen;

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use conclave_crypto::keys::TransportSecret;
use conclave_crypto::password::Password;
use futures::StreamExt;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::task::TaskTracker;

use self::connection::{Connection, on_event, on_tick};
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
use crate::directory::Log;
use crate::dropbox::DropBox;
use crate::figures;
use crate::home::Home;
use crate::key_ring::KeyRing;
use crate::net::{Behaviour, build};
use crate::relay::Relay;
use crate::reload;
use crate::sealing;
use crate::server_keys::{Named, ServerKeys};
use crate::shared::{Control, Parts, Shared};
use crate::store::SledStore;
use crate::store_key;
use crate::supervisor;

/// How often silent connections, ends of wishes and the like are looked for.
const TICK: Duration = Duration::from_millis(250);
/// How long the last words to a connection have to go out before it is closed.
const LAST_WORDS: Duration = Duration::from_millis(400);
/// How long tasks have to end when the server stops (ADMIN §2: it drains within 2 s whatever clients do).
const DRAIN: Duration = Duration::from_millis(1_500);
/// Requests to the loop that may wait.
const CONTROL: usize = 1_024;
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

#[cfg(test)]
mod distinguisher;
