//! Backups, the export of everything, and erasing: what concerns the profile as a whole.

use std::path::PathBuf;

use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, KdfParams, VaultHeader};
use conclave_proto::ErrorCode;

use super::{Driver, Reply, ReplyTo, Stage, accounts, answer};
use crate::account;
use crate::core::FORMAT;
use crate::core::file_name::cleaned;
use crate::disk::{Disk, store_fault};
use crate::model::{Answer, Call, Contents, ExportData, Failure};
use crate::store::{BackupError, restore_backup, verify_backup};

/// Shortest passphrase of a backup, in characters: it is guessed without anybody noticing.
const PASSPHRASE_LEAST: usize = 12;

impl Driver {
    /// `backup.create`.
    pub(super) fn backup_create(&self, path: PathBuf, passphrase: Password, reply: Reply<Contents>) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        if String::from_utf8_lossy(passphrase.as_bytes()).chars().count() < PASSPHRASE_LEAST {
            return answer(reply, Err(Failure::new(ErrorCode::AccountPassword)));
        }
        let (store, blobs, header) = engine.vault();
        tokio::spawn(async move {
            let made = accounts::blocking(move || {
                let made = store.back_up(&header, &blobs, &path, &passphrase, KdfParams::DEFAULT);
                made.map(Contents::from).map_err(|error| fault(&error, &path))
            });
            answer(reply, made.await);
        });
    }

    /// `backup.verify`; no profile is needed.
    pub(super) fn backup_verify(path: PathBuf, passphrase: Password, reply: Reply<Contents>) {
        tokio::spawn(async move {
            let read = accounts::blocking(move || {
                verify_backup(&path, &passphrase).map(Contents::from).map_err(|error| fault(&error, &path))
            });
            answer(reply, read.await);
        });
    }

    /// `backup.restore`: only where there is no profile.
    pub(super) fn backup_restore(&mut self, path: PathBuf, passphrase: Password, reply: Reply<Contents>) {
        match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Empty) => {}
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiState).with("state", "enrolled")));
            }
        }
        let (profile, lock) = (self.profile.clone(), self.lock.clone());
        self.spawn(async move {
            let restored = accounts::blocking(move || {
                let mark = account::restored;
                let contents = restore_backup(&profile, &lock, &path, &passphrase, FORMAT, mark);
                contents.map(Contents::from).map_err(|error| fault(&error, &path))
            });
            let restored = restored.await;
            accounts::finish(move |driver| {
                driver.stage = match &restored {
                    Ok(_) => Stage::Locked { unfinished: false },
                    Err(_) => Stage::Empty,
                };
                answer(reply, restored);
            })
        });
    }

    /// `erase.all`: the header first, so that nothing opens any more whatever happens next. After a fault it is tried again
    /// by who was asked before: there is nothing left that a password could open.
    pub(super) fn erase_all(&mut self, confirm: &str, password: Password, reply: Reply<()>) {
        let header = match &self.stage {
            Stage::Open(engine) if engine.account.name.as_str() == confirm => engine.header.clone(),
            Stage::Open(_) => {
                return answer(reply, Err(Failure::new(ErrorCode::ApiParams).with("field", "confirm")));
            }
            Stage::Empty if Disk::is_half_erased(&self.profile) => return self.erase(reply),
            _ => return answer(reply, Err(Failure::new(ErrorCode::ApiLocked))),
        };
        self.spawn(async move {
            let known = proven(header, password).await;
            accounts::finish(move |driver| match known {
                Ok(()) => driver.erase(reply),
                Err(failure) => answer(reply, Err(failure)),
            })
        });
    }

    /// `export.data`, once the password was proven again: what is written is not encrypted.
    pub(super) fn export_data(&self, what: ExportData, password: Password, reply: Reply<Answer>) {
        let Stage::Open(engine) = &self.stage else {
            return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
        };
        let header = engine.header.clone();
        self.spawn(async move {
            let known = proven(header, password).await;
            accounts::finish(move |driver| match known {
                Ok(()) => driver.call(ReplyTo::Handle(reply), None, Call::ExportData(what)),
                Err(failure) => answer(reply, Err(failure)),
            })
        });
    }

    fn erase(&mut self, reply: Reply<()>) {
        let engine = match self.lend() {
            Err(failure) => return answer(reply, Err(failure)),
            Ok(Stage::Open(engine)) => Some(engine),
            Ok(Stage::Empty) => None,
            Ok(other) => {
                self.stage = other;
                return answer(reply, Err(Failure::new(ErrorCode::ApiLocked)));
            }
        };
        let profile = self.profile.clone();
        self.spawn(async move {
            if let Some(engine) = engine {
                engine.close().await;
            }
            let gone = accounts::blocking(move || Disk::erase(&profile)).await;
            accounts::finish(move |driver| {
                let left = Disk::exists(&driver.profile);
                driver.stage = if left { Stage::Locked { unfinished: false } } else { Stage::Empty };
                answer(reply, gone);
            })
        });
    }
}

/// Whether this is the password of the vault.
async fn proven(header: VaultHeader, password: Password) -> Result<(), Failure> {
    accounts::blocking(move || {
        let opened = header.unlock(Credential::Password(&password));
        opened.map(drop).map_err(accounts::unlock_fault)
    })
    .await
}

/// The words for a backup that was not made or read.
fn fault(error: &BackupError, path: &std::path::Path) -> Failure {
    let code = match error {
        BackupError::Exists => ErrorCode::ApiConflict,
        BackupError::Unreadable(_) | BackupError::Unwritable(_) => ErrorCode::FileUnreadable,
        BackupError::Passphrase => ErrorCode::StorePassword,
        BackupError::Newer => ErrorCode::StoreNewer,
        BackupError::Store(error) => return store_fault(error),
        _ => ErrorCode::FileDamaged,
    };
    let name = path.file_name().map(|name| cleaned(&name.to_string_lossy())).unwrap_or_default();
    Failure::new(code).with("file", name).with("why", error.to_string())
}
