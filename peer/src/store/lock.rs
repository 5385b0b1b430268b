//! `lock`: one process per profile. The system drops the lock when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::store::StoreError;

const NAME: &str = "lock";

/// Held while the profile is open.
#[derive(Debug)]
pub(crate) struct ProfileLock(#[expect(dead_code, reason = "closing the file drops the lock")] File);

impl ProfileLock {
    /// Takes the lock of a profile folder.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process, or another store of this one, holds it.
    pub(crate) fn take(profile: &Path) -> Result<Self, StoreError> {
        let path = profile.join(NAME);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let file = options.open(path).map_err(StoreError::io("opening the profile lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(source)) => Err(StoreError::io("locking the profile")(source)),
        }
    }
}
