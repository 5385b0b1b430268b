//! What all connections and the administrator's socket share.

mod seen;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use conclave_crypto::directory::{Directory, Target};
use conclave_crypto::keys::{DeviceId, OrgId, OrkPublic, TransportPublic};
use conclave_crypto::login::{LoginName, LoginServer};
use conclave_proto::ErrorCode;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use rand_core::Rng;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::accounts::{Accounts, RecordSeal};
use crate::audit::{Act, Audit};
use crate::backup::Backups;
use crate::block::Blocks;
use crate::clock;
use crate::config::Config;
use crate::directory::Log;
use crate::dropbox::DropBox;
use crate::figures::Figures;
use crate::key_ring::KeyRing;
use crate::kick::Kicks;
use crate::login::Client;
use crate::network::Network;
use crate::prekeys::Prekeys;
use crate::presence::PresenceTable;
use crate::relay::Relay;
use crate::resume::Resumptions;
use crate::session::{Ended, Session, Sessions};
use crate::store::{SledStore, Store};
use crate::throttle::{Throttle, Who};

/// What the server loop is asked by others.
#[derive(Debug)]
pub(crate) enum Control {
    /// Close a connection, after a moment in which its last words go out.
    Close(ConnectionId),
    /// The same, unless somebody has logged in on it again by then.
    CloseUnlessBack(ConnectionId),
    /// The same for all connections from a network that is kept out.
    CloseFrom(Network),
}

/// What every client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The words.
    pub(crate) text: String,
    /// When the server stops, milliseconds UTC; 0 when it does not.
    pub(crate) stops_at: u64,
}

/// The state of a running server.
///
/// Locks are short and taken in this order: the fold of the log, then presence, then the throttle. A guard of the fold
/// is never held while another one is asked for: a writer that waits between the two would stop both for ever.
pub(crate) struct Shared {
    config: RwLock<Arc<Config>>,
    pub(crate) org: OrgId,
    pub(crate) ork: OrkPublic,
    pub(crate) server_key: TransportPublic,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) login: Arc<LoginServer>,
    pub(crate) log: Log,
    pub(crate) store: SledStore,
    pub(crate) accounts: Accounts,
    pub(crate) prekeys: Prekeys,
    pub(crate) dropbox: DropBox,
    pub(crate) sessions: Sessions,
    pub(crate) resumptions: Resumptions,
    pub(crate) kicks: Kicks,
    pub(crate) blocks: Blocks,
    pub(crate) backups: Backups,
    pub(crate) figures: Figures,
    /// Leaves that the best informed client knows, if they are more than the server has.
    pub(crate) clients_ahead: AtomicU64,
    pub(crate) presence_changed: watch::Sender<u64>,
    presence: Mutex<PresenceTable>,
    throttle: Mutex<Throttle>,
    audit: Mutex<Audit>,
    /// Permits for memory- or processor-hungry steps.
    pub(crate) hashes: Arc<Semaphore>,
    pub(crate) control: mpsc::Sender<Control>,
    pub(crate) listening: RwLock<Vec<Multiaddr>>,
    pub(crate) notice: watch::Sender<Option<Notice>>,
    pub(crate) stop: CancellationToken,
    pub(crate) relay: Arc<Relay>,
    pub(crate) started: u64,
}

/// What a new [`Shared`] is made of.
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) ork: OrkPublic,
    pub(crate) server_key: TransportPublic,
    pub(crate) keys: KeyRing,
    pub(crate) login: Arc<LoginServer>,
    pub(crate) log: Log,
    pub(crate) store: SledStore,
    pub(crate) records: RecordSeal,
    pub(crate) dropbox: DropBox,
    pub(crate) audit: Audit,
    pub(crate) control: mpsc::Sender<Control>,
    pub(crate) relay: Arc<Relay>,
    pub(crate) now: u64,
}

impl Shared {
    pub(crate) fn new(parts: Parts) -> Self {
        let org = OrgId::of(&parts.ork);
        let records: Arc<dyn Store> = Arc::new(parts.store.clone());
        Self {
            hashes: Arc::new(Semaphore::new(parts.config.limits.concurrent_hashes)),
            backups: Backups::found(&parts.config.backup_directory()),
            config: RwLock::new(Arc::new(parts.config)),
            org,
            ork: parts.ork,
            server_key: parts.server_key,
            keys: Arc::new(parts.keys),
            login: parts.login,
            log: parts.log,
            accounts: Accounts::new(Arc::clone(&records), parts.records),
            prekeys: Prekeys::new(Arc::clone(&records), org),
            resumptions: Resumptions::new(Arc::clone(&records)),
            kicks: Kicks::new(Arc::clone(&records)),
            blocks: Blocks::new(records),
            figures: Figures::default(),
            clients_ahead: AtomicU64::new(0),
            store: parts.store,
            dropbox: parts.dropbox,
            sessions: Sessions::default(),
            presence_changed: watch::Sender::new(0),
            presence: Mutex::new(PresenceTable::default()),
            throttle: Mutex::new(Throttle::new()),
            audit: Mutex::new(parts.audit),
            control: parts.control,
            listening: RwLock::new(Vec::new()),
            notice: watch::Sender::new(None),
            stop: CancellationToken::new(),
            relay: parts.relay,
            started: parts.now,
        }
    }

    /// The configuration as it is now.
    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes another configuration.
    pub(crate) fn set_config(&self, config: Config) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// A client asked for leaves after one that this server does not have: the server went back in time.
    pub(crate) fn client_is_ahead(&self, leaves: u64) {
        let known = self.clients_ahead.fetch_max(leaves, Ordering::Relaxed);
        if leaves > known {
            tracing::error!(
                leaves,
                "a client knows more leaves than this server: it was restored from an old backup and is refused; stop, and restore a newer backup"
            );
        }
    }

    /// The presence of everybody; not to be held across an await.
    pub(crate) fn presence(&self) -> MutexGuard<'_, PresenceTable> {
        self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The throttle; not to be held across an await.
    pub(crate) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes presence and tells everybody who listens.
    pub(crate) fn change_presence<T>(&self, change: impl FnOnce(&mut PresenceTable) -> T) -> T {
        let (result, version) = {
            let mut table = self.presence();
            let result = change(&mut table);
            (result, table.version())
        };
        self.presence_changed.send_if_modified(|seen| {
            let new = *seen != version;
            *seen = version;
            new
        });
        result
    }

    /// Writes an act to the audit log. A disk that fails is told in the log of the process.
    pub(crate) fn audit(&self, act: Act) {
        let mut audit = self.audit.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = audit.write(act) {
            tracing::error!(%error, "the audit log cannot be written");
        }
    }

    /// Who tries to log in, for the throttle.
    pub(crate) fn who(&self, name: &LoginName, peer: &TransportPublic, address: Option<IpAddr>) -> Who {
        let known = self.is_active(name, peer);
        Who { account: name.as_str().to_owned(), address, known_device: known.then(|| *peer.as_bytes()) }
    }

    /// Whether the key is that of the account's active device.
    pub(crate) fn is_active(&self, name: &LoginName, peer: &TransportPublic) -> bool {
        is_active_in(&self.log.read(), name, peer)
    }

    /// The device of a session: the one that the directory lists for its key, else what its client has said.
    pub(crate) fn device_of(&self, session: &Session) -> DeviceId {
        let fold = self.log.read();
        let user = fold.user_by_name(session.name.as_str());
        let mut own = user.into_iter().flat_map(|user| user.devices.iter().map(|cert| cert.cert()));
        own.find(|cert| cert.tpk == session.peer).map_or(session.device, |cert| cert.device_id)
    }

    /// Whether nobody may log in to the account, or not from this device.
    pub(crate) fn is_banned(&self, name: &LoginName, peer: &TransportPublic) -> bool {
        let fold = self.log.read();
        fold.user_by_name(name.as_str()).is_some_and(|user| {
            let own = user.devices.iter().map(|cert| cert.cert()).filter(|cert| cert.tpk == *peer);
            fold.ban(&Target::User(user.id)).is_some()
                || own.into_iter().any(|cert| fold.ban(&Target::Device(cert.device_id)).is_some())
        })
    }

    /// Ends sessions: each client is told, and the connection closed. Returns how many.
    pub(crate) fn end_sessions(
        &self,
        name: &LoginName,
        keep: Option<&Session>,
        why: Ended,
        now: u64,
    ) -> usize {
        let gone = self.sessions.end_account(name, keep.map(|session| &session.id), why);
        for session in &gone {
            self.resumptions.revoke(&session.peer);
            self.session_gone(session, now);
            self.close_unless_back(session.connection);
        }
        gone.len()
    }

    /// Ends one session.
    pub(crate) fn end_session(&self, session: &Session, why: Ended, now: u64) {
        self.resumptions.revoke(&session.peer);
        self.sessions.end(session, why);
        self.session_gone(session, now);
        self.close_unless_back(session.connection);
    }

    /// Lets the device of a full session come back without a code, for the idle time of Policy.
    pub(crate) async fn keep_session(&self, session: &Session, now: u64) {
        self.let_come_back(session.peer, &session.name, now).await;
    }

    /// Lets a device come back without a code, for the idle time of Policy.
    pub(crate) async fn let_come_back(&self, peer: TransportPublic, name: &LoginName, now: u64) {
        let idle = self.log.read().policy().map_or(0, |policy| u64::from(policy.idle_session_s));
        let until = now.saturating_add(idle.saturating_mul(1000));
        if let Err(error) = self.resumptions.allow(peer, name, until).await {
            tracing::error!(%error, "a session will not come back after a restart");
        }
    }

    /// The session of a device that comes back, if it may: still the active one, and not banned.
    pub(crate) fn resume(&self, client: &Client, now: u64) -> Option<Arc<Session>> {
        let name = self.resumptions.of(&client.peer, now)?;
        if !self.is_active(&name, &client.peer)
            || self.is_banned(&name, &client.peer)
            || self.kicks.until(&name, now).is_some()
        {
            return None;
        }
        let device = {
            let fold = self.log.read();
            let user = fold.user_by_name(name.as_str())?;
            user.devices.iter().map(|cert| cert.cert()).find(|cert| cert.tpk == client.peer)?.device_id
        };
        let mut id = [0; 16];
        clock::rng().fill_bytes(&mut id);
        let session = Session::new(id, name, client.peer, client.connection, device, client.address, now);
        if let Some(old) = self.sessions.enter(&session)
            && old.connection != session.connection
        {
            self.close(old.connection);
        }
        Some(session)
    }

    /// A connection is gone: its sessions end with it.
    pub(crate) fn connection_gone(&self, connection: ConnectionId, now: u64) {
        for session in self.sessions.on(connection) {
            if self.sessions.leave(&session) {
                self.session_gone(&session, now);
            }
        }
    }

    /// Takes a person offline unless another full session of the account is there.
    pub(crate) fn session_gone(&self, gone: &Session, now: u64) {
        let Some(user) = self.log.read().user_by_name(gone.name.as_str()).map(|user| user.id) else { return };
        let stays =
            self.sessions.of_account(&gone.name).iter().any(|other| self.is_active(&other.name, &other.peer));
        if !stays && self.presence().of(&user).is_some() {
            self.change_presence(|table| table.offline(user, now));
        }
    }

    /// Asks the server loop to close a connection. A full queue means that it is closing many already, and the
    /// silent-connection check will find this one.
    pub(crate) fn close(&self, connection: ConnectionId) {
        let _ = self.control.try_send(Control::Close(connection));
    }

    /// Closes all connections from a network, once their last words are out.
    pub(crate) async fn close_from(&self, network: Network) {
        // The loop that would take it has ended: there are no connections any more.
        let _ = self.control.send(Control::CloseFrom(network)).await;
    }

    /// As [`Self::close`], after the end of a session: its person may be quick to log in again.
    pub(crate) fn close_unless_back(&self, connection: ConnectionId) {
        let _ = self.control.try_send(Control::CloseUnlessBack(connection));
    }

    /// The addresses for invite links: those of the configuration, else the ones listened on, without wildcards
    /// when there is something better.
    pub(crate) fn public_addresses(&self) -> Vec<Multiaddr> {
        let config = self.config();
        if !config.server.public.is_empty() {
            return config.server.public.clone();
        }
        let all = self.listening.read().unwrap_or_else(PoisonError::into_inner).clone();
        let outside: Vec<_> = all
            .iter()
            .filter(|address| crate::net::ip(address).is_some_and(|ip| !ip.is_loopback()))
            .cloned()
            .collect();
        if outside.is_empty() { all } else { outside }
    }

    /// Erases from the drop box what has expired and what is for devices that are listed no more.
    pub(crate) async fn sweep_dropbox(&self, now: u64) -> std::io::Result<()> {
        let listed: BTreeSet<DeviceId> = {
            let fold = self.log.read();
            fold.users().flat_map(|user| user.devices.iter().map(|cert| cert.cert().device_id)).collect()
        };
        self.dropbox.sweep(&listed, now).await.map(drop)
    }
}

/// Whether the key is that of the account's active device, by a fold that the caller holds.
pub(crate) fn is_active_in(fold: &Directory, name: &LoginName, peer: &TransportPublic) -> bool {
    fold.user_by_name(name.as_str()).is_some_and(|user| {
        user.devices
            .iter()
            .any(|cert| cert.cert().tpk == *peer && fold.active(&cert.cert().device_id).is_some())
    })
}

/// The Ed25519 key of a PeerId; every Conclave program has one.
pub(crate) fn transport_key(peer: &PeerId) -> Option<TransportPublic> {
    // An Ed25519 PeerId is an identity multihash over the protobuf key: 00 24 08 01 12 20 ‖ key.
    let bytes = peer.to_bytes();
    let key: [u8; 32] = bytes.strip_prefix(&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20])?.try_into().ok()?;
    TransportPublic::from_bytes(key).ok()
}

/// A session ended because the account or device is banned.
pub(crate) const BANNED: Ended = Ended::because(ErrorCode::AuthBanned);
