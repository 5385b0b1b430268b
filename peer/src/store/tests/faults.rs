//! F5 and F6: a full disk, and a sync that fails.

use std::sync::Arc;

use super::disk::SimDisk;
use super::*;

fn put(n: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(Tree::History, Key::ordered([1; 16], n), vec![n as u8; 400]);
    batch.put(Tree::State, Key::named(*b"state"), n.to_be_bytes().to_vec());
    batch
}

fn state(store: &Store) -> Option<u64> {
    let value = store.get(Tree::State, &Key::named(*b"state")).unwrap()?;
    Some(u64::from_be_bytes(value.as_slice().try_into().unwrap()))
}

/// Stages until a failure is reported; gives back the last durable token and the error.
fn run_into_failure(store: &Store, receiver: &Receiver<Durable>, from: u64) -> (u64, StoreError) {
    let mut durable = from - 1;
    for n in from.. {
        if store.stage(put(n), n).is_err() {
            break;
        }
        match receiver.recv().unwrap() {
            Durable::UpTo(token) => durable = token,
            Durable::Failed(error) => return (durable, error),
        }
    }
    match receiver.recv().unwrap() {
        Durable::Failed(error) => (durable, error),
        Durable::UpTo(token) => panic!("{token} after a refusal"),
    }
}

#[test]
fn a_full_disk_refuses_writing_keeps_reading_and_recovers() {
    let disk = SimDisk::default();
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(Arc::new(disk.clone()), &folder.path().join("index"), 16 << 10);
    let (store, receiver) = begin(&parts);
    disk.limit(Some(100_000));
    let (durable, error) = run_into_failure(&store, &receiver, 1);
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert!(durable > 50);
    assert_eq!(state(&store), Some(durable), "what is not durable is not read either");
    assert!(matches!(store.stage(put(9999), 9999), Err(StoreError::Failed)));
    assert_eq!(
        store.scan(Tree::History, &[1; 16], 0..10_000, Order::Ascending, 9999).unwrap().len() as u64,
        durable
    );

    disk.limit(None);
    store.reopen().unwrap();
    store.stage(put(durable + 1), durable + 1).unwrap();
    wait_for(&receiver, durable + 1);
    store.close();
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.damage, recovery.torn_bytes), (None, 0));
    assert_eq!(state(&store), Some(durable + 1));
    assert_eq!(
        store.scan(Tree::History, &[1; 16], 0..10_000, Order::Ascending, 9999).unwrap().len() as u64,
        durable + 1
    );
}

#[test]
fn a_failed_sync_is_never_an_acknowledgement() {
    let disk = SimDisk::default();
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(Arc::new(disk.clone()), &folder.path().join("index"), 16 << 10);
    let (store, receiver) = begin(&parts);
    let mut last = 0;
    for _ in 0..10 {
        for n in last + 1..=last + 20 {
            store.stage(put(n), n).unwrap();
        }
        last += 20;
        wait_for(&receiver, last);
        disk.fail_syncs(1);
        let (durable, error) = run_into_failure(&store, &receiver, last + 1);
        assert_eq!(durable, last);
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
        assert_eq!(state(&store), Some(last));
        store.reopen().unwrap();
        assert_eq!(state(&store), Some(last));
    }
    store.close();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.damage, recovery.torn_bytes), (None, 0));
    assert_eq!(state(&store), Some(last), "the record whose sync failed is not there");
}

#[test]
fn reopening_fails_while_the_disk_does() {
    let disk = SimDisk::default();
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(Arc::new(disk.clone()), &folder.path().join("index"), 16 << 10);
    let (store, receiver) = begin(&parts);
    store.stage(put(1), 1).unwrap();
    wait_for(&receiver, 1);
    disk.fail_syncs(3);
    assert_eq!(run_into_failure(&store, &receiver, 2).0, 1);
    assert!(store.reopen().is_err());
    assert!(store.reopen().is_err());
    assert!(matches!(store.stage(put(3), 3), Err(StoreError::Failed)));
    store.reopen().unwrap();
    store.stage(put(4), 4).unwrap();
    wait_for(&receiver, 4);
    assert!(disk.used() > 0);
    assert_eq!(state(&store), Some(4));
}

#[test]
fn an_index_that_died_for_want_of_room_is_made_anew_once_there_is_some_and_lacks_nothing() {
    let disk = SimDisk::default();
    let folder = tempfile::tempdir().unwrap();
    let parts = parts(Arc::new(disk.clone()), &folder.path().join("index"), 16 << 10);
    let (store, receiver) = begin(&parts);
    let count = |store: &Store| {
        let found = store.scan(Tree::History, &[1; 16], 0..10_000, Order::Ascending, 9999);
        found.unwrap().len() as u64
    };
    let away = |store: &Store| store.get(Tree::State, &Key::named(*b"away"));
    let mut last = 0;
    // More often than an index is made anew because it was damaged.
    for _ in 0..6 {
        for reads_first in [true, false] {
            // Durable, and not yet in the index when it dies.
            last += 1;
            store.stage(put(last), last).unwrap();
            wait_for(&receiver, last);
            disk.say_free(Some(0));
            assert!(store.index.rebuild().is_err(), "there is no room for another");
            store.settle();
            assert_eq!(away(&store), Err(ReadError::Unavailable));
            assert_eq!(state(&store), Some(last), "it is read from memory");
            disk.say_free(None);
            if reads_first {
                assert_eq!(away(&store), Ok(None));
            }
            last += 1;
            store.stage(put(last), last).unwrap();
            wait_for(&receiver, last);
            store.settle();
            assert_eq!((state(&store), count(&store)), (Some(last), last));
        }
    }
    // Nothing is taken that the index cannot follow, and a reopening makes it anew.
    disk.say_free(Some(0));
    assert!(store.index.rebuild().is_err());
    assert!(
        matches!(run_into_failure(&store, &receiver, last + 1), (durable, StoreError::Index) if durable == last)
    );
    assert!(store.reopen().is_err());
    disk.say_free(None);
    store.reopen().unwrap();
    assert_eq!((state(&store), count(&store)), (Some(last), last));
    disk.say_free(Some(0));
    assert!(store.index.rebuild().is_err());
    disk.say_free(None);
    store.reopen().unwrap();
    assert!(!store.index.is_given_up(), "also when no write has failed");
    store.close();
    let (store, recovery, _) = reopen(&parts).unwrap();
    assert_eq!((recovery.damage, recovery.rebuilt, recovery.replayed), (None, None, 0), "{recovery:?}");
    assert_eq!((state(&store), count(&store)), (Some(last), last), "the index on the disk lacks nothing");
}
