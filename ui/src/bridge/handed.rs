//! Readable copies that other programs were handed in this run: read by this account of the computer alone, and gone
//! when the messages close or the program ends. A copy that was changed meanwhile stays: somebody works on it.
//!
//! Beside each copy lies its [`MARK`], locked for as long as this process lives. After a crash the next start finds the
//! mark unlocked, and in it how the copy was when it was handed out; what is withdrawn by it is in `system/left`.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Who may read and write a copy: the owner.
const MODE: u32 = 0o600;
/// Copies remembered: a person opens fewer before the next lock. The oldest is taken away for one more.
const MOST: usize = 256;
/// The name of the mark in the folder of a copy. It is empty until the copy is whole.
pub(crate) const MARK: &str = ".conclave";

/// How a file was: length and time of the last change. No program changes one without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Bytes.
    pub(crate) len: u64,
    /// Seconds and nanoseconds since 1970.
    pub(crate) changed: (i64, i64),
}

impl Known {
    fn of(path: &Path) -> io::Result<Self> {
        let known = fs::metadata(path)?;
        Ok(Self { len: known.len(), changed: (known.mtime(), known.mtime_nsec()) })
    }

    /// As it stands in a mark.
    pub(crate) fn written(self) -> String {
        format!("{} {} {}\n", self.len, self.changed.0, self.changed.1)
    }
}

/// The mark of a copy that is about to be written.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    path: PathBuf,
}

impl Mark {
    /// Marks the folder of a copy as that of a living process.
    pub(super) fn beside(copy: &Path) -> io::Result<Self> {
        let path = copy.with_file_name(MARK);
        let file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&path)?;
        file.try_lock()?;
        Ok(Self { file, path })
    }
}

/// The copies, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Handed(Arc<Mutex<Vec<Copy>>>);

/// A copy as it was written.
#[derive(Debug)]
struct Copy {
    path: PathBuf,
    known: Known,
    mark: Mark,
}

impl Copy {
    /// Away with it, and with its folder when nothing else is in there.
    fn withdraw(&self) {
        if Known::of(&self.path).is_ok_and(|now| now == self.known) {
            drop(fs::remove_file(&self.path));
        }
        drop(fs::remove_file(&self.mark.path));
        if let Some(folder) = self.path.parent() {
            drop(fs::remove_dir(folder));
        }
    }
}

impl Handed {
    /// A copy was written into a folder of its own, and nobody else has seen it yet.
    pub(super) fn took(&self, path: &Path, mut mark: Mark) -> io::Result<()> {
        fs::set_permissions(path, Permissions::from_mode(MODE))?;
        let known = Known::of(path)?;
        mark.file.write_all(known.written().as_bytes())?;
        let copy = Copy { path: path.to_owned(), known, mark };
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if copies.len() >= MOST {
            copies.remove(0).withdraw();
        }
        copies.push(copy);
        Ok(())
    }

    /// Away with all of them.
    pub(super) fn withdraw(&self) {
        let copies = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        copies.iter().for_each(Copy::withdraw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(folder: &Path, name: &str) -> PathBuf {
        let own = folder.join(name);
        fs::create_dir(&own).unwrap();
        let path = own.join("conclave-1.pdf");
        fs::write(&path, "%PDF-1.7").unwrap();
        path
    }

    fn took(handed: &Handed, path: &Path) {
        handed.took(path, Mark::beside(path).unwrap()).unwrap();
    }

    #[test]
    fn a_copy_is_read_by_its_owner_and_goes_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let handed = Handed::default();
        let path = copy(folder.path(), "one");
        took(&handed, &path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        handed.clone().withdraw();
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }

    #[test]
    fn a_copy_that_was_changed_stays() {
        let folder = tempfile::tempdir().unwrap();
        let handed = Handed::default();
        let (worked, beside) = (copy(folder.path(), "one"), copy(folder.path(), "two"));
        took(&handed, &worked);
        took(&handed, &beside);
        fs::write(&worked, "%PDF-1.7 and a page more").unwrap();
        fs::write(beside.with_extension("txt"), "notes").unwrap();
        handed.withdraw();
        assert!(worked.exists(), "somebody works on it");
        assert!(!beside.exists() && beside.parent().unwrap().exists(), "what others put there is not ours");
    }

    #[test]
    fn no_more_are_kept_than_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let handed = Handed::default();
        let paths: Vec<_> = (0..=MOST).map(|n| copy(folder.path(), &n.to_string())).collect();
        for path in &paths {
            took(&handed, path);
        }
        assert!(!paths[0].exists() && paths[1].exists());
    }
}
