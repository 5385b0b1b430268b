//! Taking a profile off the computer: the key slots first, so that nothing opens any more, then everything.
//!
//! A mark stands in the folder meanwhile. What a fault or a loss of power left is removed by the next try or the next
//! start; without it files would stay that nobody can open and nobody removes.

use std::fs;
use std::path::Path;

use conclave_proto::ErrorCode;

use super::{Disk, UNFINISHED, store_fault, unwritable};
use crate::model::Failure;
use crate::store::HeaderFiles;

/// Marks a profile of which everything goes.
const ERASING: &str = "erasing";
/// What stays in the folder until the end: who has it open, and what it is marked with.
const KEPT: [&str; 3] = ["lock", UNFINISHED, ERASING];

impl Disk {
    /// Removes a vault whose account does not exist. Any other is refused.
    pub(crate) fn clear_unfinished(profile: &Path) -> Result<(), Failure> {
        if !Self::exists(profile) {
            return Ok(());
        }
        if !Self::is_unfinished(profile) {
            return Err(Failure::new(ErrorCode::ApiState).with("state", "enrolled"));
        }
        remove_all(profile)?;
        Self::finished(profile)
    }

    /// Removes everything of a profile but its lock. It may be tried again.
    pub(crate) fn erase(profile: &Path) -> Result<(), Failure> {
        // On a disk that takes no mark the key slots go all the same, and with them whatever could be read.
        let _unmarked = fs::write(profile.join(ERASING), []);
        if let Err(error) = HeaderFiles::of(profile).remove() {
            // Who still has a vault was told that it stays.
            let _marked = unmark(profile);
            return Err(store_fault(&error));
        }
        remove_all(profile)?;
        Self::finished(profile)?;
        unmark(profile)
    }

    /// At a start: does the rest of an erasure that was broken off, or forgets a mark beside which a vault stands.
    pub(crate) fn settle_erasure(profile: &Path) -> Result<(), Failure> {
        if Self::is_half_erased(profile) { Self::erase(profile) } else { unmark(profile) }
    }

    /// Whether a profile was erased in part. Where key slots stand it was not: they went first, or are those of another
    /// account that was made since, which no old mark may take.
    pub(crate) fn is_half_erased(profile: &Path) -> bool {
        !Self::exists(profile) && profile.join(ERASING).exists()
    }
}

fn unmark(profile: &Path) -> Result<(), Failure> {
    fs::remove_file(profile.join(ERASING)).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(unwritable(&error)),
    })
}

/// Removes what can be removed, and tells the first fault.
fn remove_all(profile: &Path) -> Result<(), Failure> {
    let mut fault = None;
    for entry in fs::read_dir(profile).map_err(|error| unwritable(&error))? {
        let removed = entry.and_then(|entry| {
            let path = entry.path();
            if KEPT.iter().any(|kept| entry.file_name() == *kept) {
                Ok(())
            } else if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            }
        });
        if let Err(error) = removed {
            fault.get_or_insert(error);
        }
    }
    fault.map_or(Ok(()), |error| Err(unwritable(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fault_left_is_known_and_removed() {
        let profile = tempfile::tempdir().unwrap();
        let left = || {
            fs::read_dir(profile.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
        };
        fs::write(profile.path().join("lock"), []).unwrap();
        fs::create_dir_all(profile.path().join("journal/deep")).unwrap();
        assert!(!Disk::is_half_erased(profile.path()));
        fs::write(profile.path().join(ERASING), []).unwrap();
        assert!(Disk::is_half_erased(profile.path()));
        let slots = profile.path().join("vault.hdr.a");
        fs::write(&slots, b"slots").unwrap();
        assert!(!Disk::is_half_erased(profile.path()));
        Disk::settle_erasure(profile.path()).unwrap();
        assert!(slots.exists() && left().len() == 3, "a vault is never taken for what an erasure left");
        fs::remove_file(slots).unwrap();
        assert!(!Disk::is_half_erased(profile.path()), "the mark is gone");
        fs::write(profile.path().join(ERASING), []).unwrap();
        Disk::settle_erasure(profile.path()).unwrap();
        assert_eq!(left(), ["lock"]);
        assert!(!Disk::is_half_erased(profile.path()));
        Disk::erase(profile.path()).unwrap();
        assert_eq!(left(), ["lock"], "nothing is left to be removed, and that is no fault");
    }

    #[test]
    fn a_profile_that_is_not_reached_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        assert!(Disk::erase(&nowhere).is_err() && remove_all(&nowhere).is_err());
    }
}
