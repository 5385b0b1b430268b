//! CHAINS: the record of the last 8 receiving chains (PROTOCOL §2.5).
//!
//! ```text
//! HK → {fix[32], opened{N → msg_id}, keys{N → mk}}
//! ```
//!
//! `opened` tells a duplicate from a sender that was restored from an old copy; `keys` are the message keys of
//! numbers that were passed over.

use std::collections::{BTreeMap, VecDeque};

use super::chain::ChainKey;
use super::header::HeaderKey;
use super::{Anomaly, MAX_SKIP};
use crate::keys::MessageId;
use crate::seal::MessageKey;
use crate::secret::Secret;

/// Receiving chains that are remembered; the ninth drives the oldest out.
pub(crate) const MAX_CHAINS: usize = 8;
/// Stored keys per session; those of the oldest chain, lowest number, go first.
pub(crate) const MAX_STORED: usize = 2000;
/// How long the record of a chain stays after its successor began: 30 days, in ms.
pub(crate) const CHAIN_LIFE: u64 = 30 * 24 * 3600 * 1000;
/// Numbers per stored block: a block of opened ids is then at most 1.3 KB.
pub(crate) const BLOCK: u32 = 64;

/// One receiving chain.
pub(crate) struct Chain {
    /// Names the chain within its session, rising; only used locally.
    pub(crate) serial: u32,
    pub(crate) hk: HeaderKey,
    pub(crate) fix: [u8; 32],
    pub(crate) opened: BTreeMap<u32, MessageId>,
    pub(crate) keys: BTreeMap<u32, Secret<32>>,
    /// When the next chain began, ms.
    pub(crate) succeeded: Option<u64>,
}

/// A part of the record that must be written again: chain and block of 64 numbers.
pub(crate) type BlockKey = (u32, u32);

/// All chains, oldest first.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) chains: VecDeque<Chain>,
    /// Blocks changed since they were last taken for storing.
    pub(crate) dirty: Vec<BlockKey>,
}

impl Records {
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Chain> {
        self.chains.iter().rev()
    }

    pub(crate) fn get(&self, serial: u32) -> Option<&Chain> {
        self.newest_first().find(|chain| chain.serial == serial)
    }

    pub(crate) fn next_serial(&self) -> u32 {
        self.chains.back().map_or(0, |chain| chain.serial.wrapping_add(1))
    }

    pub(crate) fn stored(&self) -> usize {
        self.chains.iter().map(|chain| chain.keys.len()).sum()
    }

    pub(crate) fn apply(&mut self, change: RecordChange, now: u64) {
        if let Some(begun) = change.begin {
            if let Some(last) = self.chains.back_mut() {
                last.succeeded = Some(begun.at);
            }
            self.chains.push_back(Chain {
                serial: begun.serial,
                hk: begun.hk,
                fix: begun.fix,
                opened: BTreeMap::new(),
                keys: BTreeMap::new(),
                succeeded: None,
            });
            while self.chains.len() > MAX_CHAINS {
                self.forget_oldest();
            }
        }
        for (serial, n, key) in change.store {
            self.change(serial, n, |chain| {
                chain.keys.insert(n, key);
            });
        }
        if let Some((serial, n)) = change.take {
            self.change(serial, n, |chain| {
                chain.keys.remove(&n);
            });
        }
        if let Some((serial, n, id)) = change.opened {
            self.change(serial, n, |chain| {
                chain.opened.insert(n, id);
            });
        }
        self.expire(now);
        self.limit();
    }

    /// Drops the chains whose successor began 30 days ago.
    pub(crate) fn expire(&mut self, now: u64) {
        while let Some(oldest) = self.chains.front()
            && oldest.succeeded.is_some_and(|at| now.saturating_sub(at) >= CHAIN_LIFE)
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(chain) = self.chains.pop_front() {
            self.dirty.extend(chain.blocks().map(|block| (chain.serial, block)));
        }
    }

    fn limit(&mut self) {
        let mut excess = self.stored().saturating_sub(MAX_STORED);
        for chain in &mut self.chains {
            while excess > 0 {
                let Some((n, _)) = chain.keys.pop_first() else { break };
                mark(&mut self.dirty, (chain.serial, n / BLOCK));
                excess -= 1;
            }
        }
    }

    fn change(&mut self, serial: u32, n: u32, change: impl FnOnce(&mut Chain)) {
        if let Some(chain) = self.chains.iter_mut().rev().find(|chain| chain.serial == serial) {
            change(chain);
            mark(&mut self.dirty, (serial, n / BLOCK));
        }
    }
}

fn mark(dirty: &mut Vec<BlockKey>, key: BlockKey) {
    if dirty.last() != Some(&key) {
        dirty.push(key);
    }
}

impl Chain {
    /// The blocks that hold something, ascending, without repeats.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = u32> {
        let mut blocks: Vec<u32> = self.opened.keys().chain(self.keys.keys()).map(|n| n / BLOCK).collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks.into_iter()
    }
}

/// What a message adds to the record.
#[derive(Default)]
pub(crate) struct RecordChange {
    begin: Option<Begun>,
    store: Vec<(u32, u32, Secret<32>)>,
    take: Option<(u32, u32)>,
    opened: Option<(u32, u32, MessageId)>,
}

struct Begun {
    serial: u32,
    hk: HeaderKey,
    fix: [u8; 32],
    at: u64,
}

impl RecordChange {
    pub(crate) fn begin(&mut self, serial: u32, hk: HeaderKey, fix: [u8; 32], at: u64) {
        self.begin = Some(Begun { serial, hk, fix, at });
    }

    pub(crate) const fn take(&mut self, serial: u32, n: u32) {
        self.take = Some((serial, n));
    }

    pub(crate) const fn opened(&mut self, serial: u32, n: u32, id: MessageId) {
        self.opened = Some((serial, n, id));
    }

    /// Stores the keys `from … to − 1` and gives the key of `to` and the chain key after it.
    pub(crate) fn skip(
        &mut self,
        serial: u32,
        ck: ChainKey,
        from: u32,
        to: u32,
    ) -> Result<(MessageKey, ChainKey), Anomaly> {
        Ok(self.skip_to(serial, ck, from, to)?.advance())
    }

    /// Stores the keys `from … to − 1` and gives the chain key of `to`.
    pub(crate) fn skip_to(
        &mut self,
        serial: u32,
        mut ck: ChainKey,
        from: u32,
        to: u32,
    ) -> Result<ChainKey, Anomaly> {
        if to.saturating_sub(from) > MAX_SKIP {
            return Err(Anomaly::TooManySkipped);
        }
        for n in from..to {
            let (mk, next) = ck.advance();
            self.store.push((serial, n, mk.into_secret()));
            ck = next;
        }
        Ok(ck)
    }
}
