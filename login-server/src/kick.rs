//! Kicks: an account is refused until a time, and then no more (ADMIN §2). Nothing is signed and nobody else is
//! told; only the server knows.
//!
//! ```text
//! kick/<name>  until u64, milliseconds UTC; the row ends by itself
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use conclave_crypto::login::LoginName;

use crate::store::{Store, StoreError, Transaction};

const PREFIX: &[u8] = b"kick/";
/// Rows read at once at the start.
const PAGE: usize = 256;
/// The name under which everybody is kicked; no account can have it.
const EVERYBODY: &[u8] = b"*";

/// Who is kept out, and until when (milliseconds UTC).
pub(crate) struct Kicks {
    store: Arc<dyn Store>,
    until: Mutex<BTreeMap<Vec<u8>, u64>>,
}

impl Kicks {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, until: Mutex::default() }
    }

    /// Reads what an earlier run has left.
    pub(crate) async fn load(&self, now: u64) -> Result<(), StoreError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.range(PREFIX, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            let mut all = self.lock();
            for (key, value) in page {
                let until = value.try_into().map_or(0, u64::from_be_bytes);
                if let Some(name) = key.strip_prefix(PREFIX).filter(|_| until > now) {
                    all.insert(name.to_vec(), until);
                }
            }
        }
    }

    /// Keeps an account out until a time, or everybody without a name; a time that is over lets them in. On return
    /// it is on the disk.
    pub(crate) async fn set(&self, name: Option<&LoginName>, until: u64, now: u64) -> Result<(), StoreError> {
        let name = name.map_or(EVERYBODY, |name| name.as_bytes()).to_vec();
        let key = [PREFIX, &name].concat();
        let transaction = if until > now {
            Transaction::new().lease(key, until.to_be_bytes(), until)
        } else {
            Transaction::new().delete(key)
        };
        self.store.transact(transaction).await?;
        let mut all = self.lock();
        all.retain(|_, until| *until > now);
        if until > now {
            all.insert(name, until);
        } else {
            all.remove(&name);
        }
        Ok(())
    }

    /// Until when the account is kept out, if it is.
    pub(crate) fn until(&self, name: &LoginName, now: u64) -> Option<u64> {
        let all = self.lock();
        let own = all.get(name.as_bytes()).copied();
        own.max(all.get(EVERYBODY).copied()).filter(|&until| until > now)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, u64>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::store::SledStore;

    #[tokio::test]
    async fn a_kick_survives_a_restart_and_ends_by_itself_or_by_zero() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SledStore::create(directory.path()).unwrap());
        let (bob, ada) = (LoginName::parse("bob").unwrap(), LoginName::parse("ada").unwrap());
        let now = clock::now();
        let kicks = Kicks::new(Arc::clone(&store));
        kicks.set(Some(&bob), now + 60_000, now).await.unwrap();
        let again = Kicks::new(Arc::clone(&store));
        again.load(now).await.unwrap();
        assert_eq!(again.until(&bob, now), Some(now + 60_000));
        assert_eq!(again.until(&ada, now), None);
        assert_eq!(again.until(&bob, now + 60_000), None, "it ends by itself");
        again.set(None, now + 90_000, now).await.unwrap();
        assert_eq!(
            (again.until(&bob, now), again.until(&ada, now)),
            (Some(now + 90_000), Some(now + 90_000))
        );
        again.set(None, 0, now).await.unwrap();
        again.set(Some(&bob), 0, now).await.unwrap();
        assert_eq!((again.until(&bob, now), again.until(&ada, now)), (None, None));
        let third = Kicks::new(store);
        third.load(now).await.unwrap();
        assert_eq!(third.until(&bob, now), None, "lifted on the disk too");
    }
}
