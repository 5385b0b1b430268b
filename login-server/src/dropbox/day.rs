//! How many bytes an account has deposited this UTC day: all that is kept of depositors.
//!
//! `box-day/<user_id>` = `day u64 ‖ bytes u64`, gone at the end of the day.

use std::sync::Arc;

use conclave_crypto::keys::UserId;

use super::{DAY_MS, NotTaken};
use crate::store::{Store, StoreError, Transaction};

/// Two deposits of one account at once: the loser tries again this often.
const RETRIES: usize = 16;

pub(super) struct DayCounts {
    pub(super) store: Arc<dyn Store>,
}

impl DayCounts {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Counts bytes against an account's day; nothing is counted when they do not fit.
    pub(super) async fn charge(
        &self,
        user: &UserId,
        bytes: u64,
        limit: u64,
        now: u64,
    ) -> Result<(), NotTaken> {
        let key = [b"box-day/".as_slice(), user.as_bytes()].concat();
        let day = now / DAY_MS;
        let until = day.saturating_add(1).saturating_mul(DAY_MS);
        for _ in 0..RETRIES {
            let before = self.store.get(&key).await?;
            let used = match before.as_deref().and_then(parse) {
                Some((of, used)) if of == day => used,
                _ => 0,
            };
            let next = used.saturating_add(bytes);
            if next > limit {
                return Err(NotTaken::Spent(until.saturating_sub(now)));
            }
            let value = [day.to_be_bytes(), next.to_be_bytes()].concat();
            let transaction = Transaction::new().expect(key.clone(), before).lease(key.clone(), value, until);
            if self.store.transact(transaction).await? {
                return Ok(());
            }
        }
        Err(StoreError::Failed("an account's deposits of the day are being counted elsewhere".into()).into())
    }
}

fn parse(bytes: &[u8]) -> Option<(u64, u64)> {
    let (day, used) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*day), u64::from_be_bytes(used.try_into().ok()?)))
}
