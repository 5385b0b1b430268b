//! `vault.hdr`, in two copies (PROTOCOL §2.10): each is replaced atomically and synced, one after the other, so that
//! at every moment one whole copy is on disk.
//!
//! The keys that open it are the caller's: this file reads candidates and writes bytes.

use std::io;
use std::path::{Path, PathBuf};

use conclave_crypto::vault::{HeaderCopy, VaultHeader, choose};

use crate::store::StoreError;
use crate::store::disk::replace_file;

const COPIES: [(HeaderCopy, &str); 2] = [(HeaderCopy::A, "vault.hdr.a"), (HeaderCopy::B, "vault.hdr.b")];

/// A header is some hundred bytes a slot; what is longer is not one.
const MAX_HEADER: u64 = 64 * 1024;

/// The header files of a profile folder.
#[derive(Debug, Clone)]
pub struct HeaderFiles(PathBuf);

impl HeaderFiles {
    /// The files of this profile, which need not be there yet.
    #[must_use]
    pub fn of(profile: &Path) -> Self {
        Self(profile.to_owned())
    }

    /// Whether there is a profile: one of the copies is there, readable or not.
    #[must_use]
    pub fn exist(&self) -> bool {
        COPIES.iter().any(|(_, name)| self.0.join(name).exists())
    }

    /// The copies that parse, the one to try first at the front.
    ///
    /// # Errors
    /// [`StoreError::Missing`] without any file, [`StoreError::Newer`] or [`StoreError::Header`] if none parses,
    /// [`StoreError::Io`].
    pub fn load(&self) -> Result<Vec<(HeaderCopy, VaultHeader)>, StoreError> {
        let [a, b] = COPIES.map(|(_, name)| self.read(name));
        let (a, b) = (a?, b?);
        if a.is_none() && b.is_none() {
            return Err(StoreError::Missing);
        }
        let found = choose(a.as_deref(), b.as_deref());
        if found.is_empty() && [&a, &b].into_iter().flatten().any(|bytes| is_newer(bytes)) {
            return Err(StoreError::Newer);
        }
        if found.is_empty() { Err(StoreError::Header) } else { Ok(found) }
    }

    /// Writes both copies, the older one first: after the first the new header counts, and after the second the old
    /// one is nowhere. On an error at the second copy the header is in force all the same; writing again is safe.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn write(&self, header: &VaultHeader) -> Result<(), StoreError> {
        let newest = self.load().ok().and_then(|found| found.first().map(|(copy, _)| *copy));
        let bytes = header.encode();
        let older_first = match newest {
            Some(HeaderCopy::A) => [1, 0],
            Some(HeaderCopy::B) | None => [0, 1],
        };
        for place in older_first {
            let name = COPIES.get(place).map_or("", |(_, name)| *name);
            replace_file(&self.0.join(name), &bytes).map_err(StoreError::io("writing the vault header"))?;
        }
        Ok(())
    }

    /// Removes both copies, durably: without them no key of the profile comes back.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn remove(&self) -> Result<(), StoreError> {
        let doing = || StoreError::io("removing the vault header");
        for (_, name) in COPIES {
            match std::fs::remove_file(self.0.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(doing()(error)),
                _ => {}
            }
        }
        crate::store::disk::sync_folder(&self.0).map_err(doing())
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.0.join(name);
        let length = match std::fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("reading the vault header")(error)),
        };
        if length > MAX_HEADER {
            return Ok(Some(Vec::new()));
        }
        std::fs::read(path).map(Some).map_err(StoreError::io("reading the vault header"))
    }
}

/// The bytes begin as a header of a version that this program does not know: `"CNCLVLT1" ver u8`.
fn is_newer(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(b"CNCLVLT");
    rest.is_some_and(|rest| {
        matches!(rest, [b'1', version, ..] if *version > 1) || matches!(rest, [b'2'..=b'9', ..])
    })
}
