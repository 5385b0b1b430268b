//! Readable copies that a crash left: the next start withdraws those whose mark says that no living process holds them.
//!
//! What is taken away was made here and nowhere else: a folder `conclave-<8 hex>` that is no link, belongs to this
//! account and is open to nobody else; in it a file of the same name that is as the mark says, and the mark. Everything is
//! done through the folder that was looked at, so a link put in its place afterwards leads nowhere. A copy that was
//! changed meanwhile stays, as at a lock; so does a folder without a mark.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};

use crate::bridge::handed::{Known, MARK};
use crate::state::outside;

use super::outside::{OWN, PREFIX};

/// Letters of the random part of a name.
const RANDOM: usize = 8;
/// Names looked at in a folder of the person, which may hold very many.
const LOOKED_AT: usize = 20_000;
/// Copies withdrawn at one start; as many as a run remembers, a few times over. Others go at the next.
const MOST: usize = 1_024;
/// Bytes of a mark: three numbers.
const MARK_LEN: u64 = 128;

/// Withdraws what dead processes left in a folder. How many copies went.
pub(super) fn withdraw(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let names = entries.take(LOOKED_AT).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| is_ours(name)).take(MOST).filter(|name| one(folder, name).is_some()).count()
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Nothing where something is not as it was left.
fn one(folder: &Path, name: &str) -> Option<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let own = rustix::fs::openat(CWD, folder.join(name), flags, Mode::empty()).ok()?;
    let stat = rustix::fs::fstat(&own).ok()?;
    if !is_mine(&stat) || stat.st_mode & 0o777 != OWN {
        return None;
    }
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mark = rustix::fs::openat(&own, MARK, flags, Mode::empty()).ok()?;
    let stat = rustix::fs::fstat(&mark).ok()?;
    if !is_mine(&stat) || !is_file(&stat) {
        return None;
    }
    let mark = File::from(mark);
    // Whoever holds it lives.
    mark.try_lock().ok()?;
    let mut handed = String::new();
    (&mark).take(MARK_LEN).read_to_string(&mut handed).ok()?;
    for copy in copies(&own, name) {
        let Ok(stat) = rustix::fs::statat(&own, copy.as_str(), AtFlags::SYMLINK_NOFOLLOW) else { continue };
        // An empty mark: it was not whole yet, and nobody was handed it.
        let same = handed.is_empty() || known(&stat).is_some_and(|known| known.written() == handed);
        if is_mine(&stat) && is_file(&stat) && same {
            let _stays = rustix::fs::unlinkat(&own, copy.as_str(), AtFlags::empty());
        }
    }
    rustix::fs::unlinkat(&own, MARK, AtFlags::empty()).ok()?;
    // Not while something else is in there.
    let _stays = rustix::fs::unlinkat(CWD, folder.join(name), AtFlags::REMOVEDIR);
    Some(())
}

/// Files of the name that a copy has in its folder.
fn copies(own: &OwnedFd, name: &str) -> Vec<String> {
    let Ok(entries) = Dir::read_from(own.as_fd()) else { return Vec::new() };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_str().ok()?.to_owned()));
    let ours = |found: &String| {
        found.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')).is_some_and(outside::is_ending)
    };
    names.take(MOST).filter(ours).collect()
}

fn is_mine(stat: &Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw()
}

fn is_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

fn known(stat: &Stat) -> Option<Known> {
    let changed = (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).ok()?);
    Some(Known { len: u64::try_from(stat.st_size).ok()?, changed })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::path::PathBuf;

    use super::*;

    const NAME: &str = "conclave-0123abcd";

    /// A folder as a process left it that was killed, and the copy in it.
    fn left(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let own = folder.join(name);
        fs::create_dir(&own).unwrap();
        fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
        let copy = own.join(format!("{name}.pdf"));
        fs::write(&copy, "%PDF-1.7").unwrap();
        mark(&own, &copy);
        (own, copy)
    }

    fn mark(own: &Path, copy: &Path) {
        let known = fs::metadata(copy).unwrap();
        let known = Known { len: known.len(), changed: (known.mtime(), known.mtime_nsec()) };
        fs::write(own.join(MARK), known.written()).unwrap();
    }

    #[test]
    fn what_a_dead_process_left_goes_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (own, _) = left(folder.path(), NAME);
        let (half, copy) = left(folder.path(), "conclave-00000000");
        fs::write(half.join(MARK), "").unwrap();
        fs::write(copy, "%PDF-1.7 and a part of the re").unwrap();
        assert_eq!(withdraw(folder.path()), 2);
        assert!(!own.exists() && !half.exists());
        assert_eq!(withdraw(&folder.path().join("nowhere")), 0);
    }

    #[test]
    fn what_a_living_process_holds_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (own, copy) = left(folder.path(), NAME);
        let held = File::open(own.join(MARK)).unwrap();
        held.try_lock().unwrap();
        assert_eq!(withdraw(folder.path()), 0);
        assert!(copy.exists() && own.join(MARK).exists());
        drop(held);
        assert_eq!(withdraw(folder.path()), 1);
        assert!(!own.exists());
    }

    #[test]
    fn what_somebody_works_on_and_what_others_put_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (own, copy) = left(folder.path(), NAME);
        fs::write(&copy, "%PDF-1.7 and a page more").unwrap();
        let (beside, gone) = left(folder.path(), "conclave-ffffffff");
        fs::write(beside.join("notes.txt"), "notes").unwrap();
        withdraw(folder.path());
        assert!(copy.exists() && !own.join(MARK).exists(), "it is the person's from here on");
        assert!(!gone.exists() && beside.join("notes.txt").exists());
        assert_eq!(withdraw(folder.path()), 0);
    }

    #[test]
    fn no_link_leads_to_what_lies_elsewhere() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (theirs, kept) = left(elsewhere.path(), NAME);
        // The folder itself, the mark, and the copy as a link.
        symlink(&theirs, folder.path().join(NAME)).unwrap();
        let (marked, its) = left(folder.path(), "conclave-11111111");
        fs::remove_file(marked.join(MARK)).unwrap();
        symlink(theirs.join(MARK), marked.join(MARK)).unwrap();
        let (copied, link) = left(folder.path(), "conclave-22222222");
        fs::remove_file(&link).unwrap();
        symlink(&kept, &link).unwrap();
        mark(&copied, &kept);
        withdraw(folder.path());
        assert!(kept.exists() && theirs.join(MARK).exists());
        assert!(its.exists() && marked.join(MARK).is_symlink());
        assert!(link.is_symlink());
    }

    #[test]
    fn other_names_and_folders_that_others_enter_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["conclave-0123abc", "conclave-0123ABCD", "conclave-0123abcde", "report-0123abcd"] {
            left(folder.path(), name);
        }
        let (open, _) = left(folder.path(), NAME);
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        let (bare, _) = left(folder.path(), "conclave-33333333");
        fs::remove_file(bare.join(MARK)).unwrap();
        assert_eq!(withdraw(folder.path()), 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
    }
}
