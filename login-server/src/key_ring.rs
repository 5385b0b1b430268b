//! The server's keys while it runs, and their file: `key rotate` puts others in their place.
//!
//! ```text
//! prepare ─► the next key in the file ─► a leaf names it (root key) ─► settle: in force, the former one erased
//! ```

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use conclave_crypto::keys::{DirectoryPublic, DirectorySecret, EnrolPublic, EnrolSecret};
use rand_core::CryptoRng;

use crate::server_keys::{Named, ServerKeys, ServerKeysError};

/// The keys and where they are kept. Locks are short, but for a write to the disk while an administrator waits for it.
pub(crate) struct KeyRing {
    path: PathBuf,
    keys: Mutex<ServerKeys>,
}

impl KeyRing {
    /// The keys that were read from `path`.
    pub(crate) fn new(path: PathBuf, keys: ServerKeys) -> Self {
        Self { path, keys: Mutex::new(keys) }
    }

    /// The directory key that follows; it is drawn once, and drawn without a trace when `keep` is not set. Blocks.
    pub(crate) fn next_directory<R: CryptoRng + ?Sized>(
        &self,
        keep: bool,
        rng: &mut R,
    ) -> Result<DirectoryPublic, ServerKeysError> {
        let mut keys = self.lock();
        if let Some(next) = &keys.next_directory {
            return Ok(next.public());
        }
        let next = DirectorySecret::generate(rng);
        let public = next.public();
        if keep {
            keys.next_directory = Some(next);
            keys.replace(&self.path).inspect_err(|_| keys.next_directory = None)?;
        }
        Ok(public)
    }

    /// The enrolment key that follows; as [`Self::next_directory`]. Blocks.
    pub(crate) fn next_enrol<R: CryptoRng + ?Sized>(
        &self,
        keep: bool,
        rng: &mut R,
    ) -> Result<EnrolPublic, ServerKeysError> {
        let mut keys = self.lock();
        if let Some(next) = &keys.next_enrol {
            return Ok(next.public());
        }
        let next = EnrolSecret::generate(rng);
        let public = next.public();
        if keep {
            keys.next_enrol = Some(next);
            keys.replace(&self.path).inspect_err(|_| keys.next_enrol = None)?;
        }
        Ok(public)
    }

    /// Puts the keys in force that the log names. The directory key in force. Blocks when something changed.
    pub(crate) fn settle(&self, named: &Named) -> Result<DirectorySecret, ServerKeysError> {
        let mut keys = self.lock();
        if keys.settle(named) {
            keys.replace(&self.path)?;
        }
        Ok(DirectorySecret::from_seed(keys.directory.seed().duplicate()))
    }

    /// Puts the enrolment key that follows in force where no policy names one. Blocks.
    pub(crate) fn take_enrol(&self) -> Result<(), ServerKeysError> {
        let mut keys = self.lock();
        match keys.next_enrol.take() {
            Some(next) => {
                keys.enrol = next;
                keys.replace(&self.path)
            }
            None => Ok(()),
        }
    }

    /// Whether a key is the enrolment key in force, or the one that follows.
    pub(crate) fn has_enrol(&self, key: &EnrolPublic) -> bool {
        let keys = self.lock();
        keys.enrol.public() == *key || keys.next_enrol.as_ref().is_some_and(|next| next.public() == *key)
    }

    /// The enrolment key in force, public half.
    pub(crate) fn enrol(&self) -> EnrolPublic {
        self.lock().enrol.public()
    }

    /// Signs with the enrolment key in force.
    pub(crate) fn with_enrol<T>(&self, sign: impl FnOnce(&EnrolSecret) -> T) -> T {
        sign(&self.lock().enrol)
    }

    fn lock(&self) -> MutexGuard<'_, ServerKeys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
