//! What `account` makes on the disk: the vault, the store, and in it what `finish` needs after a crash.

use std::sync::Arc;

use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{KdfParams, NewVault, RecoveryCode, VaultHeader, VaultKeys};
use conclave_proto::ErrorCode;

use super::Enrolment;
use super::backup::IdentityBackup;
use super::grant::Grant;
use crate::account::Account;
use crate::disk::Disk;
use crate::entropy;
use crate::model::Failure;

/// What `account` makes, or a vault opened after a crash.
pub(crate) struct Made {
    pub(crate) account: Account,
    pub(crate) header: VaultHeader,
    pub(crate) disk: Disk,
    pub(crate) uik: UikSecret,
    pub(super) recovery: Option<RecoveryCode>,
    pub(super) grant: Option<Grant>,
    pub(super) backup: Option<IdentityBackup>,
}

impl Made {
    /// A vault opened after a crash.
    pub(crate) fn reopened(account: Account, header: VaultHeader, disk: Disk, uik: UikSecret) -> Self {
        let grant = Grant::load(disk.store().as_ref());
        let backup = IdentityBackup::load(disk.store().as_ref());
        Self { account, header, disk, uik, recovery: None, grant, backup }
    }
}

impl Enrolment {
    /// Vault and store of an account.
    pub(super) fn make(
        &self,
        account: Account,
        uik: UikSecret,
        recovery: RecoveryCode,
        grant: Option<Grant>,
        password: &Arc<Password>,
    ) -> impl Future<Output = Result<Made, Failure>> + Send + use<> {
        let (device, password) = (Arc::clone(&self.device), Arc::clone(password));
        let (folder, lock) = (self.profile.clone(), self.lock.clone());
        async move {
            let made = tokio::task::spawn_blocking(move || {
                let new = NewVault {
                    password: &password,
                    cost: KdfParams::DEFAULT,
                    recovery: &recovery,
                    uik: &uik,
                    device: &device,
                };
                let (header, keys): (VaultHeader, VaultKeys) = VaultHeader::create(&new, &mut entropy::rng())
                    .map_err(|_| Failure::new(ErrorCode::Bug).with("why", "vault"))?;
                Disk::clear_unfinished(&folder)?;
                let disk = Disk::create(&folder, lock, &header, keys)?;
                Ok::<_, Failure>((header, disk, uik, recovery))
            })
            .await
            .map_err(|_| Failure::new(ErrorCode::Bug))??;
            let (header, mut disk, uik, recovery) = made;
            let mut batch = account.batch();
            if let Some(grant) = &grant {
                grant.keep(&mut batch);
            }
            let backup = IdentityBackup::seal(&account, &recovery, &uik);
            backup.keep(&mut batch);
            disk.write(batch).await?;
            Ok(Made { account, header, disk, uik, recovery: Some(recovery), grant, backup: Some(backup) })
        }
    }
}
