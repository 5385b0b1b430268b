//! Sessions that outlive their connection: a computer that was logged in comes back without a new code, after a
//! broken connection or a restart of the server, until it has been idle for the time of Policy (`idle_session_s`).
//!
//! What lets it in is its transport key, which the connection has proven; the directory must still list it as the
//! active device. Logging out, a kick and a login elsewhere take the permission away; a ban overrides it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conclave_crypto::keys::TransportPublic;
use conclave_crypto::login::LoginName;

use crate::store::{Store, StoreError, Transaction};

const PREFIX: &[u8] = b"resume/";
/// Permissions read at once at the start.
const PAGE: usize = 256;

/// Who may come back, and until when (milliseconds UTC).
pub(crate) struct Resumptions {
    store: Arc<dyn Store>,
    open: Mutex<BTreeMap<TransportPublic, (LoginName, u64)>>,
}

impl Resumptions {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, open: Mutex::default() }
    }

    /// Reads what an earlier run has left.
    pub(crate) async fn load(&self) -> Result<(), StoreError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.range(PREFIX, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            let mut open = self.lock();
            for (key, value) in &page {
                open.extend(parse(key, value));
            }
        }
    }

    /// Lets a key come back until `until`.
    pub(crate) async fn allow(
        &self,
        peer: TransportPublic,
        name: &LoginName,
        until: u64,
    ) -> Result<(), StoreError> {
        self.lock().insert(peer, (name.clone(), until));
        let value = [&until.to_be_bytes(), name.as_bytes()].concat();
        self.store.transact(Transaction::new().lease(key(&peer), value, until)).await.map(|_| ())
    }

    /// Whose key it is, if it may come back now.
    pub(crate) fn of(&self, peer: &TransportPublic, now: u64) -> Option<LoginName> {
        let open = self.lock();
        open.get(peer).filter(|(_, until)| now < *until).map(|(name, _)| name.clone())
    }

    /// Takes the permission of a key away: at once here, and durably as soon as the disk has it.
    pub(crate) fn revoke(&self, peer: &TransportPublic) {
        if self.lock().remove(peer).is_none() {
            return;
        }
        let (store, key) = (Arc::clone(&self.store), key(peer));
        tokio::spawn(async move {
            if let Err(error) = store.transact(Transaction::new().delete(key)).await {
                tracing::error!(%error, "a session that has ended may come back after a restart");
            }
        });
    }

    /// Takes the permission of all keys of an account away.
    pub(crate) fn revoke_account(&self, name: &LoginName) {
        let own: Vec<TransportPublic> =
            self.lock().iter().filter(|(_, (of, _))| of == name).map(|(peer, _)| *peer).collect();
        for peer in own {
            self.revoke(&peer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TransportPublic, (LoginName, u64)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(peer: &TransportPublic) -> Vec<u8> {
    [PREFIX, peer.as_bytes().as_slice()].concat()
}

fn parse(key: &[u8], value: &[u8]) -> Option<(TransportPublic, (LoginName, u64))> {
    let peer = TransportPublic::from_bytes(key.strip_prefix(PREFIX)?.try_into().ok()?).ok()?;
    let (until, name) = value.split_first_chunk::<8>()?;
    let name = LoginName::parse(std::str::from_utf8(name).ok()?).ok()?;
    Some((peer, (name, u64::from_be_bytes(*until))))
}

#[cfg(test)]
mod tests {
    use conclave_crypto::keys::TransportSecret;
    use conclave_crypto::secret::Secret;

    use super::*;
    use crate::store::SledStore;

    #[tokio::test]
    async fn a_permission_survives_a_restart_and_ends_by_time_or_word() {
        let folder = tempfile::tempdir().unwrap();
        let peer = |n: u8| TransportSecret::from_seed(Secret::new([n; 32])).public();
        let name = LoginName::parse("marie").unwrap();
        let until = crate::clock::now() + 60_000;
        {
            let store: Arc<dyn Store> = Arc::new(SledStore::create(folder.path()).unwrap());
            let resumptions = Resumptions::new(store);
            resumptions.allow(peer(1), &name, until).await.unwrap();
            resumptions.allow(peer(2), &name, until).await.unwrap();
            assert_eq!(resumptions.of(&peer(1), until - 1).as_ref(), Some(&name));
            assert_eq!(resumptions.of(&peer(1), until), None);
            resumptions.revoke(&peer(2));
            assert_eq!(resumptions.of(&peer(2), until - 1), None);
            // The removal is written by a task of its own.
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        let store: Arc<dyn Store> = Arc::new(SledStore::open(folder.path()).unwrap());
        let resumptions = Resumptions::new(store);
        resumptions.load().await.unwrap();
        assert_eq!(resumptions.of(&peer(1), until - 1), Some(name));
        assert_eq!(resumptions.of(&peer(2), until - 1), None);
        assert_eq!(resumptions.of(&peer(3), until - 1), None);
    }
}
