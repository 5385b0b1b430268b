//! Prekeys that devices leave at the server (PROTOCOL §2.3, Prekeys): verified against the fold before they are
//! kept, and each one-time key given out once.
//!
//! ```text
//! prekey/bundle/<device>              PrekeyBundle ‖ sig
//! prekey/dh/<device><id u32>          OneTime ‖ sig, X25519            prekey/kem/<device><id u32>   ML-KEM-1024
//! claim/<claimer><device>             how many today (a lease of a day)
//! ```

use std::sync::Arc;

use conclave_crypto::handshake::Party;
use conclave_crypto::keys::{DeviceId, OrgId};
use conclave_crypto::prekey::{OneTimeKey, SignedBundle, SignedOneTime};
use conclave_crypto::verified::Verified;
use conclave_proto::limits::ONE_TIME_STOCK;

use crate::store::{Store, StoreError, Transaction};

/// Claims of one device by one claimer within a day (PROTOCOL §2.3).
const CLAIMS_PER_DAY: u8 = 5;
/// A day, in milliseconds.
const DAY_MS: u64 = 86_400_000;
/// Below this the owner is asked for more (PROTOCOL §2.2).
pub(crate) const LOW: usize = 20;
/// Two claims of the same key at once: the loser tries again this often.
const RETRIES: usize = 8;

/// Why prekeys were not taken or given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrekeysError {
    /// One of them does not parse, or is not the caller's.
    #[error("a prekey was refused")]
    Refused,
    /// The claimer had its share of the day.
    #[error("too many claims today")]
    Spent,
    /// The device has left none.
    #[error("there are no prekeys of this device")]
    None,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many one-time keys are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stock {
    pub(crate) dh: usize,
    pub(crate) kem: usize,
}

/// What a claimer gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) bundle: Vec<u8>,
    pub(crate) dh: Option<Vec<u8>>,
    pub(crate) kem: Option<Vec<u8>>,
}

/// The kept prekeys. Clones share the store.
#[derive(Clone)]
pub(crate) struct Prekeys {
    store: Arc<dyn Store>,
    org: OrgId,
}

impl Prekeys {
    pub(crate) fn new(store: Arc<dyn Store>, org: OrgId) -> Self {
        Self { store, org }
    }

    /// Verifies and keeps what the owner left: all of it or nothing. Keys over the stock are not kept.
    pub(crate) async fn publish(
        &self,
        owner: &Verified<Party>,
        bundle: &[u8],
        one_time: &[bytes::Bytes],
        now: u64,
    ) -> Result<Stock, PrekeysError> {
        let device = owner.device_id;
        if one_time.len() > 2 * ONE_TIME_STOCK {
            return Err(PrekeysError::Refused);
        }
        let mut transaction = Transaction::new();
        if !bundle.is_empty() {
            let key = bundle_key(&device);
            let before = self.store.get(&key).await?;
            let seen = before
                .as_deref()
                .and_then(|bytes| SignedBundle::decode(&self.org, bytes).ok())
                .map_or(0, |bundle| bundle.unverified().bundle_seq);
            SignedBundle::decode(&self.org, bundle)
                .map_err(|_| PrekeysError::Refused)?
                .verify(owner, seen, now)
                .map_err(|_| PrekeysError::Refused)?;
            transaction = transaction.expect(key.clone(), before).put(key, bundle);
        }
        let mut stock = self.stock(&device).await?;
        for bytes in one_time {
            let signed = SignedOneTime::decode(&self.org, bytes).map_err(|_| PrekeysError::Refused)?;
            let key = signed.verify(owner).map_err(|_| PrekeysError::Refused)?;
            let (count, kind) = match key.key {
                OneTimeKey::Dh(_) => (&mut stock.dh, "dh"),
                OneTimeKey::Kem(_) => (&mut stock.kem, "kem"),
            };
            if *count < ONE_TIME_STOCK {
                let at = one_time_key(kind, &device, key.id);
                if self.store.get(&at).await?.is_none() {
                    *count += 1;
                }
                transaction = transaction.put(at, bytes.to_vec());
            }
        }
        if self.store.transact(transaction).await? { Ok(stock) } else { Err(PrekeysError::Refused) }
    }

    /// Gives the bundle and one key of each kind, which are then gone.
    pub(crate) async fn claim(
        &self,
        claimer: &DeviceId,
        device: &DeviceId,
        now: u64,
    ) -> Result<Claimed, PrekeysError> {
        let count_key = [b"claim/".as_slice(), claimer.as_bytes(), device.as_bytes()].concat();
        for _ in 0..RETRIES {
            let Some(bundle) = self.store.get(&bundle_key(device)).await? else {
                return Err(PrekeysError::None);
            };
            let count = self.store.get(&count_key).await?;
            // `count ‖ end of the day u64`: the day does not begin anew with every claim.
            let (used, until) = match count.as_deref().map(|bytes| (bytes.first(), bytes.get(1..))) {
                Some((Some(&used), Some(until))) => {
                    (used, until.try_into().map_or(now + DAY_MS, u64::from_be_bytes))
                }
                _ => (0, now + DAY_MS),
            };
            if used >= CLAIMS_PER_DAY {
                return Err(PrekeysError::Spent);
            }
            let next = [[used + 1].as_slice(), &until.to_be_bytes()].concat();
            let mut transaction =
                Transaction::new().expect(count_key.clone(), count).lease(count_key.clone(), next, until);
            let mut claimed = Claimed { bundle, dh: None, kem: None };
            for (kind, place) in [("dh", &mut claimed.dh), ("kem", &mut claimed.kem)] {
                if let Some((key, value)) = self.store.range(&prefix(kind, device), None, 1).await?.pop() {
                    transaction = transaction.expect(key.clone(), Some(value.clone())).delete(key);
                    *place = Some(value);
                }
            }
            if self.store.transact(transaction).await? {
                return Ok(claimed);
            }
        }
        Err(PrekeysError::Spent)
    }

    /// How many are left.
    pub(crate) async fn stock(&self, device: &DeviceId) -> Result<Stock, StoreError> {
        let limit = ONE_TIME_STOCK + 1;
        Ok(Stock {
            dh: self.store.range(&prefix("dh", device), None, limit).await?.len(),
            kem: self.store.range(&prefix("kem", device), None, limit).await?.len(),
        })
    }

    /// Forgets a device that is listed no more.
    pub(crate) async fn forget(&self, device: &DeviceId) -> Result<(), StoreError> {
        let mut transaction = Transaction::new().delete(bundle_key(device));
        for kind in ["dh", "kem"] {
            for (key, _) in self.store.range(&prefix(kind, device), None, 2 * ONE_TIME_STOCK).await? {
                transaction = transaction.delete(key);
            }
        }
        self.store.transact(transaction).await.map(|_| ())
    }
}

fn bundle_key(device: &DeviceId) -> Vec<u8> {
    [b"prekey/bundle/".as_slice(), device.as_bytes()].concat()
}

fn prefix(kind: &str, device: &DeviceId) -> Vec<u8> {
    [b"prekey/".as_slice(), kind.as_bytes(), b"/", device.as_bytes()].concat()
}

fn one_time_key(kind: &str, device: &DeviceId, id: u32) -> Vec<u8> {
    [prefix(kind, device).as_slice(), &id.to_be_bytes()].concat()
}
