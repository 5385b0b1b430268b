//! Sealing an organisation that was made without a store key.
//!
//! ```text
//! rows ─► a new store, sealed, beside the old one ─► server.keys sealed (from here on it counts) ─► the old store erased
//! ```
//!
//! The records go into new files, because a database keeps what was overwritten for long. A crash before the keys are
//! sealed leaves everything as it was; after it the next start goes on.

use std::path::Path;

use conclave_crypto::password::Password;

use crate::accounts::{RecordSeal, is_account};
use crate::clock;
use crate::home::{Home, sync_directory};
use crate::server::ServeError;
use crate::server_keys::ServerKeys;
use crate::store::{SledStore, StoreError};

/// The server's keys, opened; sealed now if they were not and there is a store key.
pub(crate) fn open(home: &Home, store_key: Option<&Password>) -> Result<ServerKeys, ServeError> {
    let mut keys = ServerKeys::read(&home.server_keys(), store_key)?;
    if keys.is_sealed() {
        take_over(home)?;
    } else if let Some(store_key) = store_key {
        seal(home, &mut keys, store_key)?;
        tracing::info!("the server's keys and records are sealed now; earlier backups are not");
    }
    Ok(keys)
}

fn seal(home: &Home, keys: &mut ServerKeys, store_key: &Password) -> Result<(), ServeError> {
    keys.seal_with(store_key, &mut clock::rng())?;
    let seal = RecordSeal::of(keys.records.as_ref());
    remove(&home.sealed_store())?;
    let rows = SledStore::open(&home.store())?.dump()?;
    let sealed = rows
        .into_iter()
        .map(|(key, value)| {
            if !is_account(&key) {
                return Ok((key, value));
            }
            // A row is its end, then its value.
            let (until, record) = value
                .split_first_chunk::<8>()
                .ok_or_else(|| StoreError::Damaged("a row without its end".into()))?;
            let record = seal.seal(&key, record, &mut clock::rng());
            Ok((key, zeroize::Zeroizing::new([until.as_slice(), &record].concat())))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let store = SledStore::create(&home.sealed_store())?;
    store.load(&sealed)?;
    drop(store);
    sync_directory(home.path())?;
    keys.replace(&home.server_keys())?;
    take_over(home)
}

/// Puts the sealed store in the place of the other one, if that was not done yet.
fn take_over(home: &Home) -> Result<(), ServeError> {
    if home.sealed_store().exists() {
        remove(&home.store())?;
        std::fs::rename(home.sealed_store(), home.store()).map_err(failed(&home.store()))?;
        sync_directory(home.path())?;
    }
    Ok(())
}

fn remove(directory: &Path) -> Result<(), ServeError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(directory)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ServeError {
    let path = path.display().to_string();
    move |error| ServeError::Failed(format!("{path}: {error}"))
}
