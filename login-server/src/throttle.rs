//! Soft throttling of login (ADMIN §5): after five failures a wait that doubles from 1 s to 15 min, per account and
//! per address. Pure: time is an argument, and nothing locks an account for ever.
//!
//! ```text
//! wait after n failures = 0 for n < 5, else min(1 s · 2^(n−5), 15 min), counted from the last failure
//! ```
//!
//! An attempt on an account counts as a failure until it is reported as a success, so a hundred parallel tries do
//! not all slip in before the first one fails. Attempts of a device that the directory lists for the account are
//! counted for that device alone: wrong tries from elsewhere do not hold it up, whatever name or address they use.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Failures without a wait.
const FREE: u32 = 5;
/// The first wait, in milliseconds.
const FIRST_MS: u64 = 1_000;
/// The longest wait, in milliseconds.
const LONGEST_MS: u64 = 15 * 60 * 1_000;
/// A bucket without failures for so long is forgotten.
const FORGET_MS: u64 = 4 * LONGEST_MS;
/// Buckets kept; over it the oldest goes. About 100 bytes each.
const BUCKETS: usize = 65_536;
/// Wrong codes after a right password, within [`CODE_WINDOW_MS`] (PROTOCOL §2.11).
const WRONG_CODES: usize = 10;
/// The window of [`WRONG_CODES`].
const CODE_WINDOW_MS: u64 = 60 * 60 * 1_000;

/// Whose attempts are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Account(String),
    Address(IpAddr),
    /// Account and transport key of a device that the directory lists for it.
    Known(String, [u8; 32]),
}

/// Who tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// The lower-case user name as typed; it need not exist.
    pub account: String,
    /// The address the connection comes from, if it has one.
    pub address: Option<IpAddr>,
    /// The transport key, if the directory lists it as the account's active device.
    pub known_device: Option<[u8; 32]>,
}

/// Whether an attempt may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may.
    Allowed,
    /// It must wait this long, in milliseconds.
    Wait(u64),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    last: u64,
}

/// The counters of all accounts and addresses; in memory only.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    counts: BTreeMap<Bucket, Count>,
    codes: BTreeMap<String, Vec<u64>>,
}

impl Throttle {
    /// No failures yet.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self { counts: BTreeMap::new(), codes: BTreeMap::new() }
    }

    /// Asks to try, at `now` (milliseconds UTC). An allowed attempt counts as failed until [`Self::succeeded`].
    pub(crate) fn attempt(&mut self, who: &Who, now: u64) -> Verdict {
        let account = account_bucket(who);
        let mut wait = self.wait(&account, now);
        if who.known_device.is_none()
            && let Some(address) = who.address
        {
            wait = wait.max(self.wait(&Bucket::Address(network(address)), now));
        }
        if wait > 0 {
            return Verdict::Wait(wait);
        }
        self.count(account, now);
        Verdict::Allowed
    }

    /// An attempt failed: the address is charged too. Attempts that are still under way do not charge it, so a
    /// whole office behind one address may come back at once.
    pub(crate) fn failed(&mut self, who: &Who, now: u64) {
        if who.known_device.is_none()
            && let Some(address) = who.address
        {
            self.count(Bucket::Address(network(address)), now);
        }
    }

    /// An attempt succeeded: the account starts anew. The address does not, or an own account would wash it.
    pub(crate) fn succeeded(&mut self, who: &Who) {
        self.counts.remove(&account_bucket(who));
    }

    /// Whether a code may still be tested for this account. Counts it as wrong until [`Self::right_code`].
    pub(crate) fn try_code(&mut self, account: &str, now: u64) -> bool {
        if self.codes.len() >= BUCKETS {
            self.codes.retain(|_, tries| tries.last().is_some_and(|&last| last + CODE_WINDOW_MS > now));
        }
        let tries = self.codes.entry(account.to_owned()).or_default();
        tries.retain(|&at| at + CODE_WINDOW_MS > now);
        if tries.len() >= WRONG_CODES {
            return false;
        }
        tries.push(now);
        true
    }

    /// The code was right.
    pub(crate) fn right_code(&mut self, account: &str) {
        self.codes.remove(account);
    }

    /// Forgets all failures of an account.
    pub(crate) fn unlock(&mut self, account: &str) {
        self.codes.remove(account);
        self.counts.retain(|bucket, _| match bucket {
            Bucket::Account(name) | Bucket::Known(name, _) => name != account,
            Bucket::Address(_) => true,
        });
    }

    fn wait(&self, bucket: &Bucket, now: u64) -> u64 {
        let Some(count) = self.counts.get(bucket) else { return 0 };
        let Some(over) = count.failures.checked_sub(FREE) else { return 0 };
        let wait = FIRST_MS.saturating_mul(1_u64.checked_shl(over).unwrap_or(u64::MAX)).min(LONGEST_MS);
        (count.last + wait).saturating_sub(now)
    }

    fn count(&mut self, bucket: Bucket, now: u64) {
        if self.counts.len() >= BUCKETS && !self.counts.contains_key(&bucket) {
            self.forget(now);
        }
        let count = self.counts.entry(bucket).or_insert(Count { failures: 0, last: now });
        if count.last + FORGET_MS <= now {
            count.failures = 0;
        }
        count.failures = count.failures.saturating_add(1);
        count.last = now;
    }

    fn forget(&mut self, now: u64) {
        self.counts.retain(|_, count| count.last + FORGET_MS > now);
        if self.counts.len() >= BUCKETS
            && let Some(oldest) =
                self.counts.iter().min_by_key(|(_, count)| count.last).map(|(bucket, _)| bucket.clone())
        {
            self.counts.remove(&oldest);
        }
    }
}

fn account_bucket(who: &Who) -> Bucket {
    match who.known_device {
        Some(device) => Bucket::Known(who.account.clone(), device),
        None => Bucket::Account(who.account.clone()),
    }
}

/// IPv6 addresses count by their /64: one host has all of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> 64 << 64;
            IpAddr::V6(bits.into())
        }
        address => address,
    }
}

#[cfg(test)]
mod tests;
