//! F20: older records are brought up to date, newer ones refused, and a crash in between costs nothing.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::disk::SimDisk;
use super::*;
use crate::store::journal::Head;

/// Doubles what begins with a 1; done twice it changes nothing more.
fn double(_records: &dyn Read, tree: Tree, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    (tree == Tree::History && value.first() == Some(&1))
        .then(|| vec![2, *value.last().unwrap_or(&0) * 2].into())
}

/// Looks another record up.
fn follow(records: &dyn Read, tree: Tree, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let found = records.get(Tree::Settings, &Key::named(*b"five")).unwrap().unwrap();
    (tree == Tree::History && value == [2, 4]).then(|| vec![3, *found.first().unwrap()].into())
}

const SECOND: Format = Format { migrations: &[double], ..Format::PLAIN };
const THIRD: Format = Format { migrations: &[double, follow], ..Format::PLAIN };

fn schema(parts: &Parts) -> u32 {
    Head::read(parts.disk.as_ref(), &parts.sealing).unwrap().unwrap().schema
}

#[test]
fn records_are_brought_from_each_schema_to_the_newest_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut parts = parts(Arc::new(SimDisk::default()), &folder.path().join("index"), 64 << 10);
    let (store, receiver) = begin(&parts);
    let mut batch = Batch::new();
    for n in 0..3000 {
        batch.put(Tree::History, Key::ordered([1; 16], n), vec![1, (n % 100) as u8]);
    }
    batch.put(Tree::Outbox, Key::named(*b"other"), vec![1, 7]);
    batch.put(Tree::Settings, Key::named(*b"five"), vec![5]);
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);
    store.close();
    assert_eq!(schema(&parts), 1);
    let value =
        |store: &Store, n| store.get(Tree::History, &Key::ordered([1; 16], n)).unwrap().unwrap().to_vec();

    parts.format = SECOND;
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.damage, value(&store, 2), value(&store, 203)), (None, vec![2, 4], vec![2, 6]));
    assert_eq!(store.get(Tree::Outbox, &Key::named(*b"other")).unwrap().unwrap().as_slice(), [1, 7]);
    store.close();
    assert_eq!(schema(&parts), 2);

    // Also when the index is gone, and over a journal that was compacted.
    parts.format = THIRD;
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (store, _, _) = reopen(&parts).unwrap();
    store.compact().unwrap();
    assert_eq!((value(&store, 2), value(&store, 3)), (vec![3, 5], vec![2, 6]));
    store.close();
    assert_eq!(schema(&parts), 3);
    let (store, _, _) = reopen(&parts).unwrap();
    assert_eq!(value(&store, 102), vec![3, 5]);
    drop(store);

    for older in [SECOND, Format::PLAIN] {
        parts.format = older;
        assert!(matches!(reopen(&parts), Err(StoreError::Newer)), "a newer store is refused");
    }
    parts.format = THIRD;
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.damage, value(&store, 2)), (None, vec![3, 5]), "and was not touched");
}

#[test]
fn a_header_of_a_newer_program_is_refused_as_newer_and_not_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    for bytes in [b"CNCLVLT1\x02rest".as_slice(), b"CNCLVLT2\x01rest"] {
        for name in ["vault.hdr.a", "vault.hdr.b"] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        assert!(matches!(HeaderFiles::of(folder.path()).load(), Err(StoreError::Newer)));
    }
    std::fs::write(folder.path().join("vault.hdr.b"), b"CNCLVLT1\x01rest").unwrap();
    std::fs::write(folder.path().join("vault.hdr.a"), b"rot").unwrap();
    assert!(matches!(HeaderFiles::of(folder.path()).load(), Err(StoreError::Header)));
}
