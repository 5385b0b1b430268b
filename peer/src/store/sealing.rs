//! Records as they may lie on disk: keys that tell nothing, values bound to their place (PROTOCOL §2.10).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use conclave_crypto::keys::ConversationId;
use conclave_crypto::vault::{BadValue, BrokenJournal, JournalRecord, VaultKeys};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use crate::record::{Key, Tree};

/// Prefixes of groups that are kept: one MAC saved per write and scan. At 40 bytes each this is 160 KiB.
const MAX_PREFIXES: usize = 4096;

/// The first 16 bytes of the record keys of a group.
type Prefixes = BTreeMap<(Tree, [u8; 16]), [u8; 16]>;

/// The vault's keys, with the prefixes of groups in use.
#[derive(Debug)]
pub(crate) struct Sealing {
    keys: RwLock<Arc<VaultKeys>>,
    prefixes: Mutex<Prefixes>,
    /// Keyed hashes of first characters of terms.
    buckets: Mutex<BTreeMap<Vec<u8>, u8>>,
}

impl Sealing {
    pub(crate) fn new(keys: VaultKeys) -> Self {
        Self { keys: RwLock::new(Arc::new(keys)), prefixes: Mutex::default(), buckets: Mutex::default() }
    }

    /// Goes on with other keys of the same vault: the same master key, other epochs.
    pub(crate) fn replace(&self, keys: VaultKeys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    pub(crate) fn keys(&self) -> Arc<VaultKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The record key of a logical key: 32 bytes, or 24 for an ordered one.
    pub(crate) fn record_key(&self, tree: Tree, key: &Key) -> Vec<u8> {
        match key {
            Key::Named(name) => self.keys().record_key(tree, name).to_vec(),
            Key::Ordered { group, seq } => {
                let mut bytes = Vec::with_capacity(24);
                bytes.extend_from_slice(&self.prefix(tree, group));
                bytes.extend_from_slice(&seq.to_be_bytes());
                bytes
            }
        }
    }

    /// The first 16 bytes of every record key of a group.
    pub(crate) fn prefix(&self, tree: Tree, group: &[u8; 16]) -> [u8; 16] {
        let mut prefixes = self.prefixes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prefix) = prefixes.get(&(tree, *group)) {
            return *prefix;
        }
        if prefixes.len() >= MAX_PREFIXES {
            prefixes.clear();
        }
        let prefix = self.keys().ordered_prefix(tree, &ConversationId::new(*group));
        prefixes.insert((tree, *group), prefix);
        prefix
    }

    /// A keyed hash of the first character of a term of the search.
    pub(crate) fn search_bucket(&self, character: &[u8]) -> u8 {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(character) {
            return *bucket;
        }
        if buckets.len() >= MAX_PREFIXES {
            buckets.clear();
        }
        let [bucket, ..] = self.keys().record_key(Tree::Journal, &[b"search bucket ", character].concat());
        buckets.insert(character.to_vec(), bucket);
        bucket
    }

    pub(crate) fn seal(&self, tree: Tree, key: &[u8], value: &[u8]) -> Vec<u8> {
        self.keys().seal_value(tree, key, value, &mut UnwrapErr(SysRng))
    }

    pub(crate) fn open(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadValue> {
        self.keys().open_value(tree, key, value)
    }

    /// The sealed value under the newest epoch, if it is under an older one.
    pub(crate) fn renewed(&self, tree: Tree, key: &[u8], sealed: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys();
        let stated =
            sealed.get(1..5).and_then(|epoch| epoch.first_chunk()).map(|epoch| u32::from_be_bytes(*epoch));
        (stated != Some(keys.epoch(tree))).then(|| keys.seal_value(tree, key, value, &mut UnwrapErr(SysRng)))
    }

    pub(crate) fn seal_record(&self, seq: u64, prev: &[u8; 32], operations: &[u8]) -> JournalRecord {
        self.keys().seal_journal(seq, prev, operations, &mut UnwrapErr(SysRng))
    }

    pub(crate) fn open_record(
        &self,
        record: &JournalRecord,
        seq: u64,
        prev: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, BrokenJournal> {
        self.keys().open_journal(record, seq, prev)
    }
}
