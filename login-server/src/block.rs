//! Addresses that an administrator keeps out by hand, with an end or until lifted (FEATURES C25). Never automatic.
//!
//! ```text
//! block/<network>  since u64 ‖ until u64 (0: until lifted) ‖ reason in UTF-8
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::network::Network;
use crate::store::{Store, StoreError, Transaction};

const PREFIX: &[u8] = b"block/";
/// Networks kept out at most; each is compared with every new connection.
pub(crate) const MOST: usize = 1_024;

/// A network that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) network: Network,
    /// Milliseconds UTC.
    pub(crate) since: u64,
    /// Milliseconds UTC; 0: until lifted.
    pub(crate) until: u64,
    pub(crate) reason: Option<String>,
}

impl Block {
    const fn is_in_force(&self, now: u64) -> bool {
        self.until == 0 || now < self.until
    }

    fn key(&self) -> Vec<u8> {
        [PREFIX, self.network.to_string().as_bytes()].concat()
    }
}

/// All networks that are kept out.
pub(crate) struct Blocks {
    store: Arc<dyn Store>,
    all: Mutex<BTreeMap<Network, Block>>,
}

impl Blocks {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, all: Mutex::default() }
    }

    /// Reads what an earlier run has left.
    pub(crate) async fn load(&self, now: u64) -> Result<(), StoreError> {
        for (key, value) in self.store.range(PREFIX, None, MOST).await? {
            let block = parse(&key, &value)
                .ok_or_else(|| StoreError::Damaged("a blocked address cannot be read".into()))?;
            if block.is_in_force(now) {
                self.lock().insert(block.network, block);
            }
        }
        Ok(())
    }

    /// Keeps a network out; on return it is on the disk.
    pub(crate) async fn add(&self, block: Block) -> Result<(), StoreError> {
        let reason = block.reason.as_deref().unwrap_or_default();
        let value = [&block.since.to_be_bytes(), &block.until.to_be_bytes(), reason.as_bytes()].concat();
        let transaction = if block.until > 0 {
            Transaction::new().lease(block.key(), value, block.until)
        } else {
            Transaction::new().put(block.key(), value)
        };
        self.store.transact(transaction).await?;
        self.lock().insert(block.network, block);
        Ok(())
    }

    /// Lets a network in again. Whether it was kept out.
    pub(crate) async fn lift(&self, network: Network) -> Result<bool, StoreError> {
        let Some(block) = self.lock().get(&network).cloned() else { return Ok(false) };
        self.store.transact(Transaction::new().delete(block.key())).await?;
        Ok(self.lock().remove(&network).is_some())
    }

    /// Whether the address is kept out.
    pub(crate) fn has(&self, address: IpAddr, now: u64) -> bool {
        self.lock().values().any(|block| block.is_in_force(now) && block.network.has(address))
    }

    /// All that are in force.
    pub(crate) fn all(&self, now: u64) -> Vec<Block> {
        let mut all = self.lock();
        all.retain(|_, block| block.is_in_force(now));
        all.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Network, Block>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parse(key: &[u8], value: &[u8]) -> Option<Block> {
    let network = std::str::from_utf8(key.strip_prefix(PREFIX)?).ok()?.parse().ok()?;
    let (since, rest) = value.split_first_chunk::<8>()?;
    let (until, reason) = rest.split_first_chunk::<8>()?;
    let reason = std::str::from_utf8(reason).ok()?;
    Some(Block {
        network,
        since: u64::from_be_bytes(*since),
        until: u64::from_be_bytes(*until),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::store::SledStore;

    #[tokio::test]
    async fn a_block_survives_a_restart_and_ends_by_time_or_word() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(SledStore::create(directory.path()).unwrap());
        let now = clock::now();
        let blocks = Blocks::new(Arc::clone(&store));
        let (network, one): (Network, Network) =
            ("192.0.2.0/24".parse().unwrap(), "198.51.100.7".parse().unwrap());
        let timed = Block { network, since: now, until: now + 60_000, reason: Some("noise".into()) };
        blocks.add(timed.clone()).await.unwrap();
        blocks.add(Block { network: one, since: now, until: 0, reason: None }).await.unwrap();
        let again = Blocks::new(store);
        again.load(now).await.unwrap();
        assert_eq!(again.all(now).first(), Some(&timed));
        assert!(again.has("192.0.2.200".parse().unwrap(), now));
        assert!(!again.has("192.0.2.200".parse().unwrap(), now + 60_000));
        assert!(again.lift(one).await.unwrap() && !again.lift(one).await.unwrap());
        assert!(!again.has("198.51.100.7".parse().unwrap(), now));
    }
}
