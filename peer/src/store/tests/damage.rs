//! F4: flipped bits and missing files are harmless or reported, and never a panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::store::disk::Folder;

const RECORDS: u64 = 400;
const GROUP: [u8; 16] = [9; 16];

fn value(n: u64) -> Vec<u8> {
    format!("the {n}th message of this conversation").into_bytes().repeat(6)
}

fn folder_parts(profile: &Path) -> Parts {
    let disk = Folder::open(profile.join("journal")).unwrap();
    parts(Arc::new(disk), &profile.join("index"), 64 << 10)
}

/// A closed profile with one record per journal entry or so, one compaction behind it.
fn profile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = begin(&folder_parts(folder.path()));
    for n in 0..RECORDS {
        let mut batch = Batch::new();
        batch.put(Tree::History, Key::ordered(GROUP, n), value(n));
        batch.put(Tree::State, Key::named(*b"session"), n.to_be_bytes().to_vec());
        store.stage(batch, n + 1).unwrap();
        if n % 4 == 0 {
            wait_for(&receiver, n + 1);
        }
        if n == RECORDS / 2 {
            store.compact().unwrap();
        }
    }
    store.close();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.metadata().unwrap().len() > 0 {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn missing(store: &Store) -> u64 {
    let whole = |n: &u64| {
        let found = store.get(Tree::History, &Key::ordered(GROUP, *n));
        found.is_ok_and(|found| found.is_some_and(|found| found.as_slice() == value(*n)))
    };
    let session = store.get(Tree::State, &Key::named(*b"session"));
    let current = (RECORDS - 1).to_be_bytes();
    let session = session.is_ok_and(|found| found.is_some_and(|found| found.as_slice() == current));
    (0..RECORDS).filter(|n| !whole(n)).count() as u64 + u64::from(!session)
}

/// Opens, reads everything, and checks that what is missing was reported. Gives back what was reported, whether at
/// opening or when the rows were first read.
fn judge(profile: &Path, what: &str) -> Recovery {
    let (store, mut recovery, _receiver) = match reopen(&folder_parts(profile)) {
        Ok(opened) => opened,
        Err(error) => panic!("{what}: does not open: {error}"),
    };
    let missing = missing(&store);
    let stats = store.stats();
    if stats.rebuilds > 0 {
        recovery.rebuilt.get_or_insert(Rebuilt::Short);
    }
    if stats.lost > 0 {
        recovery.damage.get_or_insert(Damage { safe: stats.live_records, lost: 0 }).lost += stats.lost;
    }
    let lost = recovery.damage.map_or(0, |damage| damage.lost);
    assert!(missing == 0 || lost > 0, "{what}: {missing} missing in silence, {recovery:?}");
    store.close();
    let (store, again, _receiver) = reopen(&folder_parts(profile)).unwrap();
    assert_eq!(again.damage, None, "{what}: reported once, then mended");
    assert_eq!(super::damage::missing(&store), missing, "{what}: stays as it was");
    recovery
}

fn flip(path: &Path, dice: &mut Dice) -> u64 {
    let mut bytes = fs::read(path).unwrap();
    let bit = dice.roll(bytes.len() as u64 * 8);
    bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
    fs::write(path, bytes).unwrap();
    bit
}

#[test]
fn no_flipped_bit_is_silent() {
    let whole = profile();
    let mut rebuilt = 0;
    for seed in 0..times(150, 1000) {
        let mut dice = Dice(seed);
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let part = if seed % 2 == 0 { "journal" } else { "index" };
        let files = files(&folder.path().join(part));
        let file = &files[dice.roll(files.len() as u64) as usize];
        let bit = flip(file, &mut dice);
        let recovery = judge(folder.path(), &format!("seed {seed}, bit {bit} of {}", file.display()));
        rebuilt += u64::from(recovery.rebuilt.is_some());
        assert_eq!(
            recovery.damage.map_or(0, |damage| damage.lost),
            0,
            "seed {seed}: the other half has everything"
        );
    }
    println!("index rebuilt after {rebuilt} flips");
    assert!(rebuilt > 10);
}

#[test]
fn a_flipped_bit_in_the_journal_without_an_index_costs_one_entry_and_is_reported() {
    let whole = profile();
    fs::remove_dir_all(whole.path().join("index")).unwrap();
    let (mut reported, mut most) = (0, 0);
    for seed in 0..times(100, 1000) {
        let mut dice = Dice(seed + 5000);
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let files = files(&folder.path().join("journal"));
        let segments: Vec<_> = files.iter().filter(|path| path.extension().is_some()).collect();
        let file = segments[dice.roll(segments.len() as u64) as usize];
        let bit = flip(file, &mut dice);
        let what = format!("seed {seed}, bit {bit} of {}", file.display());
        let recovery = judge(folder.path(), &what);
        let damage = recovery.damage.unwrap_or_else(|| panic!("{what}: not reported, {recovery:?}"));
        reported += 1;
        most = most.max(damage.lost);
        assert!(damage.safe > 0, "{what}: healthy records still open");
    }
    println!("{reported} reported; at most {most} entries lost");
    assert!(most <= 2, "{most}");
}

#[test]
fn a_cut_off_journal_is_reported() {
    let whole = profile();
    for (index, expected) in [(true, 0), (false, 1)] {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        if !index {
            fs::remove_dir_all(folder.path().join("index")).unwrap();
        }
        let files = files(&folder.path().join("journal"));
        let last = files.iter().rfind(|path| path.extension().is_some()).unwrap();
        let length = last.metadata().unwrap().len();
        fs::OpenOptions::new().write(true).open(last).unwrap().set_len(length * 2 / 3).unwrap();
        let recovery = judge(folder.path(), &format!("index {index}"));
        let damage = recovery.damage.expect("reported");
        assert_eq!(u64::from(damage.lost > 0), expected, "{damage:?}");
    }
}

#[test]
fn missing_files_are_rebuilt_or_reported() {
    let whole = profile();
    for path in files(whole.path()) {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let inner = path.strip_prefix(whole.path()).unwrap();
        fs::remove_file(folder.path().join(inner)).unwrap();
        judge(folder.path(), &inner.display().to_string());
    }
}

#[test]
fn an_older_index_is_caught_up_and_a_rotten_segment_is_written_anew() {
    let whole = profile();
    let older = tempfile::tempdir().unwrap();
    copy(&whole.path().join("index"), older.path());
    let (store, _, receiver) = reopen(&folder_parts(whole.path())).unwrap();
    let mut batch = Batch::new();
    batch.put(Tree::Settings, Key::named(*b"newer"), b"value".to_vec());
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);
    store.close();
    fs::remove_dir_all(whole.path().join("index")).unwrap();
    copy(older.path(), &whole.path().join("index"));
    let (store, recovery, _receiver) = reopen(&folder_parts(whole.path())).unwrap();
    assert_eq!((recovery.replayed, recovery.rebuilt, recovery.damage), (1, None, None));
    assert!(store.get(Tree::Settings, &Key::named(*b"newer")).unwrap().is_some());
    assert_eq!(missing(&store), 0);

    let files = files(&whole.path().join("journal"));
    let segment = files.iter().find(|path| path.extension().is_some()).unwrap();
    flip(segment, &mut Dice(7));
    store.scrub().unwrap();
    assert_eq!(store.stats().compactions, 1, "the scrub found it");
    store.close();
    fs::remove_dir_all(whole.path().join("index")).unwrap();
    let (store, recovery, _receiver) = reopen(&folder_parts(whole.path())).unwrap();
    assert_eq!(recovery.damage, None);
    assert_eq!(missing(&store), 0);

    // An index from before a checkpoint stands at a segment that is gone.
    store.close();
    fs::remove_dir_all(whole.path().join("index")).unwrap();
    copy(older.path(), &whole.path().join("index"));
    let (store, recovery, _receiver) = reopen(&folder_parts(whole.path())).unwrap();
    assert_eq!((recovery.rebuilt, recovery.damage), (Some(Rebuilt::Stale), None));
    assert_eq!(missing(&store), 0);
}

#[test]
fn a_row_that_is_missing_or_old_is_noticed_although_the_database_is_sound() {
    let whole = profile();
    let sealing = crate::store::sealing::Sealing::new(keys());
    let record = sealing.record_key(Tree::State, &Key::named(*b"session"));
    let session = operations::place(Tree::State, &record);
    let older = sealing.seal(Tree::State, &record, &3_u64.to_be_bytes());
    for removed in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let rows = bare_index(folder.path());
        if removed {
            let (place, _) = rows.range([2_u8]..).next().unwrap().unwrap();
            rows.remove(place).unwrap();
        } else {
            rows.insert(&session, older.as_slice()).unwrap();
        }
        rows.flush().unwrap();
        drop(rows);
        let recovery = judge(folder.path(), &format!("removed: {removed}"));
        assert_eq!((recovery.rebuilt, recovery.damage), (Some(Rebuilt::Short), None), "removed: {removed}");
    }
}

#[test]
fn a_cut_or_holed_index_is_noticed() {
    let whole = profile();
    let mut rebuilt = 0;
    for seed in 0..40 {
        let mut dice = Dice(seed + 9000);
        let folder = tempfile::tempdir().unwrap();
        copy(whole.path(), folder.path());
        let files = files(&folder.path().join("index"));
        let file = files.iter().find(|path| path.ends_with("db")).unwrap();
        let mut bytes = fs::read(file).unwrap();
        let length = bytes.len();
        if seed % 2 == 0 {
            bytes.truncate(length / 2 + dice.roll(length as u64 / 2) as usize);
        } else {
            let from = 4096 * dice.roll(length as u64 / 4096) as usize;
            bytes[from..(from + 4096).min(length)].fill(0);
        }
        fs::write(file, bytes).unwrap();
        let recovery = judge(folder.path(), &format!("seed {seed}"));
        assert_eq!(recovery.damage, None, "seed {seed}: the journal has everything");
        rebuilt += u64::from(recovery.rebuilt.is_some());
    }
    println!("40 cuts and holes, index rebuilt in {rebuilt}");
    assert!(rebuilt > 0);
}
