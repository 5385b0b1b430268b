//! A long history laid into a profile that nobody has open, for benches: see `core::past` for what it is made of.

use std::path::Path;

use conclave_crypto::keys::UserId;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, VaultHeader};
use conclave_proto::ErrorCode;

use crate::account::Account;
use crate::core::Past;
use crate::disk::{Disk, ProfileLock};
use crate::model::{Failure, Time};

/// Messages of one write.
const BATCH: u64 = 1000;

/// Lays so many messages behind the newest one with a person; the last one is of `until`, ms UTC.
///
/// # Errors
/// E-STORE-2 while a program has the profile, E-STORE-1 for another password, E-API-6 before the first message.
pub async fn write(
    profile: &Path,
    password: &Password,
    with: UserId,
    many: u64,
    until: Time,
) -> Result<(), Failure> {
    let lock = ProfileLock::take(profile).map_err(|_| Failure::new(ErrorCode::StoreInUse))?;
    let headers = Disk::headers(profile)?;
    let open = |header: &VaultHeader| header.unlock(Credential::Password(password)).ok();
    let opened = headers.iter().find_map(open).ok_or_else(|| Failure::new(ErrorCode::StorePassword))?;
    let mut disk = Disk::open(profile, lock, opened.keys)?;
    let store = disk.store();
    let account = Account::load(&*store)?.ok_or_else(|| Failure::new(ErrorCode::ApiNotFound))?;
    let mut past = Past::behind(&*store, &account.org(), account.user, with, many, until)?;
    drop(store);
    while let Some(batch) = past.next(BATCH) {
        disk.write(batch).await?;
    }
    disk.close().await;
    Ok(())
}
