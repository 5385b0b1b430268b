//! When people were last seen, kept over a restart.

use super::Shared;
use crate::store::{Store, StoreError, Transaction};

impl Shared {
    /// Remembers when people were last seen, for the next start.
    pub(crate) async fn remember_presence(&self) -> Result<(), StoreError> {
        let seen: Vec<(Vec<u8>, u64)> = {
            let fold = self.log.read();
            let table = self.presence();
            fold.users()
                .filter_map(|user| {
                    let shown = table.of(&user.id)?;
                    Some(([b"seen/".as_slice(), user.id.as_bytes()].concat(), shown.last_seen_ms))
                })
                .collect()
        };
        let transaction = seen.into_iter().fold(Transaction::new(), |transaction, (key, at)| {
            transaction.put(key, at.to_be_bytes().as_slice())
        });
        self.store.transact(transaction).await.map(|_| ())
    }

    /// Restores what [`Self::remember_presence`] kept.
    pub(crate) async fn restore_presence(&self) -> Result<(), StoreError> {
        let users: Vec<_> = self.log.read().users().map(|user| user.id).collect();
        for user in users {
            let key = [b"seen/".as_slice(), user.as_bytes()].concat();
            let at = self
                .store
                .get(&key)
                .await?
                .and_then(|bytes| bytes.try_into().ok())
                .map_or(0, u64::from_be_bytes);
            self.change_presence(|table| table.restore(user, at));
        }
        Ok(())
    }
}
