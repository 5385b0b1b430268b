//! Backups, as administrators ask for them.

use std::path::PathBuf;
use std::sync::Arc;

use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Caller, failed};
use crate::backup::{self, BackupError, Schedule, SealKey};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::shared::Shared;
use crate::time::stamp;
use crate::words::said;

pub(super) async fn create(
    shared: &Arc<Shared>,
    caller: &Caller,
    salt: &str,
    key: String,
    out: Option<PathBuf>,
) -> Result<Value, Failure> {
    let key = seal_key(salt, Zeroizing::new(key))?;
    if out.as_ref().is_some_and(|path| path.exists()) {
        return Err(Failure::new(Exit::Conflict, said("backup-exists")));
    }
    if caller.dry_run {
        let file = out.unwrap_or_else(|| shared.config().backup_directory());
        return Ok(json!({ "schema": 1, "file": file, "leaves": shared.log.read().size(), "bytes": 0 }));
    }
    let own = Arc::clone(shared);
    let made = tokio::task::spawn_blocking(move || backup::make(&own, &key, out.as_deref()))
        .await
        .map_err(failed)?;
    let (path, header, bytes) = match made {
        Ok(made) => made,
        Err(error) => {
            shared.backups.failed(&error.to_string());
            return Err(error.into());
        }
    };
    shared.backups.made(header.made);
    let file = path.display().to_string();
    caller.audit(shared, "backup.create", &file, json!({ "leaves": header.leaves, "bytes": bytes }));
    Ok(json!({
        "schema": 1, "file": path, "made": stamp(header.made), "leaves": header.leaves, "root": header.root,
        "bytes": bytes,
    }))
}

pub(super) fn list(shared: &Shared) -> Value {
    let rows: Vec<Value> = backup::all(&shared.config().backup_directory())
        .into_iter()
        .map(|(path, header, bytes)| {
            json!({ "file": path, "made": stamp(header.made), "leaves": header.leaves, "bytes": bytes })
        })
        .collect();
    json!({ "schema": 1, "backups": rows })
}

pub(super) fn show(shared: &Shared) -> Result<Value, Failure> {
    let set = Schedule::read(&Home::at(&shared.config().server.data_dir))?.is_some();
    let (last, failure) = shared.backups.state();
    Ok(json!({
        "schema": 1,
        "scheduled": set,
        "at": shared.config().backup.at,
        "keep": shared.config().backup.keep,
        "directory": shared.config().backup_directory(),
        "last": last.map(stamp),
        "failure": failure,
    }))
}

pub(super) fn schedule(shared: &Shared, caller: &Caller, salt: &str, key: String) -> Result<Value, Failure> {
    let key = seal_key(salt, Zeroizing::new(key))?;
    if !caller.dry_run {
        Schedule::new(&key, clock::now()).write(&Home::at(&shared.config().server.data_dir))?;
    }
    caller.audit(shared, "backup.schedule", "daily", json!({ "at": shared.config().backup.at }));
    show(shared)
}

pub(super) fn prune(shared: &Shared, caller: &Caller, keep: usize) -> Result<Value, Failure> {
    if keep == 0 {
        return Err(Failure::new(Exit::Usage, said("one-backup-stays")));
    }
    let gone = backup::prune(&shared.config().backup_directory(), keep, caller.dry_run)?;
    caller.audit(shared, "backup.prune", "old backups", json!({ "keep": keep, "removed": gone.len() }));
    Ok(json!({ "schema": 1, "removed": gone }))
}

fn seal_key(salt: &str, key: Zeroizing<String>) -> Result<SealKey, Failure> {
    let bad = || Failure::new(Exit::Usage, said("seal-key-bad"));
    let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).map(Zeroizing::new).map_err(|_| bad());
    Ok(SealKey {
        salt: bytes(salt)?.as_slice().try_into().map_err(|_| bad())?,
        key: Secret::new(bytes(&key)?.as_slice().try_into().map_err(|_| bad())?),
    })
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let exit = match &error {
            BackupError::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => Exit::NotFound,
                std::io::ErrorKind::AlreadyExists => Exit::Conflict,
                _ => Exit::Failed,
            },
            BackupError::Damaged(..) => Exit::Damaged,
            BackupError::Passphrase(_) => Exit::Refused,
            BackupError::Store(_) | BackupError::Sealing => Exit::Failed,
        };
        let said = match &error {
            BackupError::Io { path, source } => {
                return Self::new(exit, format!("{}: {source}", path.display()));
            }
            BackupError::Damaged(file, what) => said("backup-damaged").with("file", file).with("what", what),
            BackupError::Passphrase(file) => said("backup-passphrase").with("file", file),
            BackupError::Store(why) => said("backup-records").with("why", why),
            BackupError::Sealing => said("backup-sealing"),
        };
        Self::new(exit, said)
    }
}
