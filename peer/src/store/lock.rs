//! `lock`: one process per profile. The system drops the lock when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use crate::store::StoreError;
use crate::store::disk::make_folder;

const NAME: &str = "lock";

/// Held while the profile is in use; clones hold the same lock, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct ProfileLock(#[expect(dead_code, reason = "closing the file drops the lock")] Arc<File>);

impl ProfileLock {
    /// Takes the lock of a profile folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process, or another engine of this one, holds it.
    pub fn take(profile: &Path) -> Result<Self, StoreError> {
        make_folder(profile).map_err(StoreError::io("making the profile folder"))?;
        let path = profile.join(NAME);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let file = options.open(path).map_err(StoreError::io("opening the profile lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Arc::new(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(source)) => Err(StoreError::io("locking the profile")(source)),
        }
    }
}
