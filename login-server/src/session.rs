//! Who is logged in. A session belongs to a transport key (the PeerId the connection has proven) and ends with the
//! connection it was opened on.
//!
//! An account has one full session, that of its active device. Beside it there may be provisional ones: a newcomer
//! whose account is not in the log yet, or a new computer that is not in the device list yet.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use conclave_crypto::keys::{DeviceId, TransportPublic};
use conclave_crypto::login::LoginName;
use conclave_proto::ErrorCode;
use libp2p::swarm::ConnectionId;
use tokio::sync::{Notify, watch};

/// Provisional sessions of one account; more end the oldest.
const PER_ACCOUNT: usize = 4;
/// Ends that are remembered for a client whose connection closed before it was told; as many as sessions end at once when
/// a large organisation is shut out.
const REMEMBERED: usize = 1_024;

/// Names a session towards clients and administrators; random.
pub(crate) type SessionId = [u8; 16];

/// Why a session ended, as its client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    /// What the person reads.
    pub(crate) code: ErrorCode,
    /// The device that took over.
    pub(crate) by: Option<DeviceId>,
    /// Login is refused until then, milliseconds UTC; 0 when it is not.
    pub(crate) until: u64,
}

impl Ended {
    /// Ended for this reason, by nobody's device, with login open.
    pub(crate) const fn because(code: ErrorCode) -> Self {
        Self { code, by: None, until: 0 }
    }

    /// Ended by another device of the same account.
    pub(crate) const fn elsewhere(by: Option<DeviceId>) -> Self {
        Self { code: ErrorCode::SessionElsewhere, by, until: 0 }
    }

    /// Ended by a kick that lasts until `until`, milliseconds UTC.
    pub(crate) const fn kicked(until: u64) -> Self {
        Self { code: ErrorCode::AuthKicked, by: None, until }
    }
}

/// One logged-in connection.
#[derive(Debug)]
pub(crate) struct Session {
    /// Its id.
    pub(crate) id: SessionId,
    /// The account.
    pub(crate) name: LoginName,
    /// The connection's proven key.
    pub(crate) peer: TransportPublic,
    /// The connection.
    pub(crate) connection: ConnectionId,
    /// The device as the client said at login; the directory decides.
    pub(crate) device: DeviceId,
    /// Where it comes from.
    pub(crate) address: Option<IpAddr>,
    /// Since when, milliseconds UTC.
    pub(crate) since: u64,
    /// Its operating system, as the client has told once.
    system: OnceLock<String>,
    active: AtomicU64,
    ended: watch::Sender<Option<Ended>>,
    /// Rings when the stock of prekeys went down.
    pub(crate) stock: Notify,
    /// Rings when a parcel for the device came into the drop box.
    pub(crate) parcels: Notify,
}

impl Session {
    /// A new session.
    pub(crate) fn new(
        id: SessionId,
        name: LoginName,
        peer: TransportPublic,
        connection: ConnectionId,
        device: DeviceId,
        address: Option<IpAddr>,
        now: u64,
    ) -> Arc<Self> {
        Arc::new(Self {
            id,
            name,
            peer,
            connection,
            device,
            address,
            since: now,
            system: OnceLock::new(),
            active: AtomicU64::new(now),
            ended: watch::Sender::new(None),
            stock: Notify::new(),
            parcels: Notify::new(),
        })
    }

    /// Its client says which operating system it runs on; the first word counts.
    pub(crate) fn runs_on(&self, system: String) {
        if !system.is_empty() {
            drop(self.system.set(system));
        }
    }

    /// The operating system of its client; empty when it was not told.
    pub(crate) fn system(&self) -> &str {
        self.system.get().map_or("", String::as_str)
    }

    /// The client did something.
    pub(crate) fn touch(&self, now: u64) {
        self.active.store(now, Ordering::Relaxed);
    }

    /// When the client last did something, milliseconds UTC.
    pub(crate) fn last_active(&self) -> u64 {
        self.active.load(Ordering::Relaxed)
    }

    /// Word of the end.
    pub(crate) fn ended(&self) -> watch::Receiver<Option<Ended>> {
        self.ended.subscribe()
    }

    fn end(&self, why: Ended) {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert(why);
            first
        });
    }
}

/// All sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    all: Mutex<BTreeMap<TransportPublic, Arc<Session>>>,
    /// The last ends, the oldest first.
    ends: Mutex<VecDeque<(TransportPublic, Ended)>>,
    entered: watch::Sender<u64>,
}

impl Sessions {
    /// Enters a session. One of the same key is replaced without notice and returned; the oldest goes when an account
    /// has too many.
    pub(crate) fn enter(&self, session: &Arc<Session>) -> Option<Arc<Session>> {
        let mut all = self.lock();
        let replaced = all.insert(session.peer, Arc::clone(session));
        let mut own: Vec<Arc<Session>> =
            all.values().filter(|other| other.name == session.name).cloned().collect();
        own.sort_by_key(|other| other.since);
        let over = own.len().saturating_sub(PER_ACCOUNT);
        for old in own.into_iter().filter(|other| other.id != session.id).take(over) {
            all.remove(&old.peer);
            self.finish(&old, Ended::elsewhere(Some(session.device)));
        }
        drop(all);
        self.ends().retain(|(peer, _)| *peer != session.peer);
        self.entered.send_modify(|count| *count += 1);
        replaced
    }

    /// Word of every session that is entered.
    pub(crate) fn entered(&self) -> watch::Receiver<u64> {
        self.entered.subscribe()
    }

    /// The session of a key.
    pub(crate) fn of(&self, peer: &TransportPublic) -> Option<Arc<Session>> {
        self.lock().get(peer).cloned()
    }

    /// All sessions, in order of their start.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        let mut all: Vec<_> = self.lock().values().cloned().collect();
        all.sort_by_key(|session| (session.since, session.id));
        all
    }

    /// The sessions of an account.
    pub(crate) fn of_account(&self, name: &LoginName) -> Vec<Arc<Session>> {
        self.all().into_iter().filter(|session| session.name == *name).collect()
    }

    /// Ends all sessions of an account, but not `keep`. Returns those it ended.
    pub(crate) fn end_account(
        &self,
        name: &LoginName,
        keep: Option<&SessionId>,
        why: Ended,
    ) -> Vec<Arc<Session>> {
        let gone: Vec<_> =
            self.of_account(name).into_iter().filter(|session| Some(&session.id) != keep).collect();
        for session in &gone {
            self.end(session, why);
        }
        gone
    }

    /// Ends one session.
    pub(crate) fn end(&self, session: &Session, why: Ended) {
        self.leave(session);
        self.finish(session, why);
    }

    /// Why the last session of a key was ended, if it was and is remembered.
    pub(crate) fn last_end(&self, peer: &TransportPublic) -> Option<Ended> {
        self.ends().iter().rev().find(|(of, _)| of == peer).map(|(_, why)| *why)
    }

    fn finish(&self, session: &Session, why: Ended) {
        let mut ends = self.ends();
        ends.retain(|(peer, _)| *peer != session.peer);
        if ends.len() == REMEMBERED {
            ends.pop_front();
        }
        ends.push_back((session.peer, why));
        drop(ends);
        session.end(why);
    }

    /// Takes a session out whose connection is gone; another one of the same key stays. Whether it was in.
    pub(crate) fn leave(&self, session: &Session) -> bool {
        let mut all = self.lock();
        if all.get(&session.peer).is_some_and(|known| known.id == session.id) {
            all.remove(&session.peer);
            return true;
        }
        false
    }

    /// The sessions on a connection.
    pub(crate) fn on(&self, connection: ConnectionId) -> Vec<Arc<Session>> {
        self.lock().values().filter(|session| session.connection == connection).cloned().collect()
    }

    fn ends(&self) -> MutexGuard<'_, VecDeque<(TransportPublic, Ended)>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TransportPublic, Arc<Session>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::keys::TransportSecret;
    use conclave_crypto::secret::Secret;

    use super::*;

    fn session(number: u8, name: &str, connection: usize) -> Arc<Session> {
        let peer = TransportSecret::from_seed(Secret::new([number; 32])).public();
        let name = LoginName::parse(name).unwrap();
        Session::new(
            [number; 16],
            name,
            peer,
            ConnectionId::new_unchecked(connection),
            DeviceId::new([number; 16]),
            None,
            u64::from(number),
        )
    }

    #[test]
    fn the_same_key_replaces_its_session_and_the_old_connection_ends_nothing() {
        let sessions = Sessions::default();
        let old = session(1, "bob", 1);
        sessions.enter(&old);
        let new = Session::new(
            [9; 16],
            old.name.clone(),
            old.peer,
            ConnectionId::new_unchecked(2),
            old.device,
            None,
            5,
        );
        sessions.enter(&new);
        assert!(!sessions.leave(&old));
        assert_eq!(sessions.of(&old.peer).map(|session| session.id), Some([9; 16]));
        assert_eq!(*old.ended().borrow(), None);
    }

    #[test]
    fn ending_an_account_spares_others_and_the_kept_one() {
        let sessions = Sessions::default();
        for one in [session(1, "bob", 1), session(2, "bob", 2), session(3, "ada", 3)] {
            sessions.enter(&one);
        }
        let why = Ended::because(ErrorCode::AuthBanned);
        let bob = LoginName::parse("bob").unwrap();
        let gone = sessions.end_account(&bob, Some(&[2; 16]), why);
        assert_eq!(gone.iter().map(|session| session.id).collect::<Vec<_>>(), [[1; 16]]);
        assert_eq!(*gone[0].ended().borrow(), Some(why));
        assert_eq!(sessions.all().len(), 2);
    }

    #[test]
    fn the_end_of_a_session_is_remembered_until_its_key_is_back() {
        let sessions = Sessions::default();
        let why = Ended::elsewhere(Some(DeviceId::new([2; 16])));
        let bob = session(1, "bob", 1);
        sessions.enter(&bob);
        assert_eq!(sessions.last_end(&bob.peer), None);
        sessions.end(&bob, why);
        assert_eq!(sessions.last_end(&bob.peer), Some(why));
        sessions.enter(&session(1, "bob", 2));
        assert_eq!(sessions.last_end(&bob.peer), None);
        assert!(sessions.leave(&sessions.of(&bob.peer).unwrap()));
        assert_eq!(sessions.last_end(&bob.peer), None, "a connection that broke has ended nothing");
    }

    #[test]
    fn an_account_cannot_pile_up_sessions() {
        let sessions = Sessions::default();
        for number in 1..=9 {
            sessions.enter(&session(number, "bob", usize::from(number)));
        }
        assert_eq!(sessions.all().len(), PER_ACCOUNT);
        assert_eq!(sessions.all()[0].since, 6);
    }
}
