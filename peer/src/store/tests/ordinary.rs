//! A profile as the program uses it: header, lock, erasing, content files, and nothing readable on disk.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, DeviceKeys, KdfParams, NewVault, RecoveryCode};
use getrandom::SysRng;
use rand_core::UnwrapErr;

use super::*;

fn new_vault() -> (VaultHeader, VaultKeys, Password) {
    let rng = &mut UnwrapErr(SysRng);
    let password = Password::new("correct horse battery staple");
    let cost = KdfParams::FLOOR;
    let vault = NewVault {
        password: &password,
        cost,
        recovery: &RecoveryCode::generate(rng),
        uik: &UikSecret::generate(rng),
        device: &DeviceKeys::generate(rng),
    };
    let (header, keys) = VaultHeader::create(&vault, rng).unwrap();
    (header, keys, password)
}

fn all_bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_bytes(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

fn contains(bytes: &[u8], canary: &[u8]) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary)
}

#[test]
fn a_profile_is_made_locked_opened_with_its_password_and_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile");
    let (header, keys, password) = new_vault();
    let (report, receiver) = reports();
    let lock = ProfileLock::take(&profile).unwrap();
    let store = Store::create(&profile, lock.clone(), &header, keys, Format::PLAIN, report).unwrap();
    let canaries: [&[u8]; 3] = [b"CANARY-VALUE-8a61", b"CANARY-NAME-77f0", b"CANARYGROUP-3c2b"];
    let group: [u8; 16] = canaries[2].try_into().unwrap();
    let mut batch = Batch::new();
    batch.put(Tree::History, Key::named(canaries[1]), canaries[0].repeat(50));
    batch.put(Tree::State, Key::ordered(group, 7), canaries[0].to_vec());
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);

    assert!(matches!(ProfileLock::take(&profile), Err(StoreError::InUse)));
    store.close();
    let other = new_vault();
    let again = Store::create(&profile, lock.clone(), &other.0, other.1, Format::PLAIN, reports().0);
    assert!(matches!(again, Err(StoreError::Exists)));
    assert!(matches!(store.stage(Batch::new(), 2), Err(StoreError::Closed)));
    assert!(store.get(Tree::Settings, &Key::named(*b"x")).is_err(), "a closed store reads nothing");
    drop(store);

    for (path, bytes) in all_bytes(&profile) {
        for canary in canaries {
            assert!(!contains(&bytes, canary), "{} in {}", String::from_utf8_lossy(canary), path.display());
        }
    }

    let found = HeaderFiles::of(&profile).load().unwrap();
    let keys = found[0].1.unlock(Credential::Password(&password)).unwrap().keys;
    let (store, recovery) = Store::open(&profile, lock, keys, Format::PLAIN, reports().0).unwrap();
    assert_eq!(recovery, Recovery::default());
    let read = store.get(Tree::History, &Key::named(canaries[1])).unwrap().unwrap();
    assert_eq!(read.as_slice(), canaries[0].repeat(50));
}

#[test]
fn an_index_that_was_opened_before_the_password_was_right_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().to_owned();
    let lock = ProfileLock::take(&profile).unwrap();
    let (header, keys, password) = new_vault();
    // Nothing is there yet: there is nothing to open.
    drop(Store::ahead(&profile));
    assert!(!profile.join("index").exists());
    let (report, receiver) = reports();
    let store = Store::create(&profile, lock.clone(), &header, keys, Format::PLAIN, report).unwrap();
    let key = Key::named(*b"kept");
    let mut batch = Batch::new();
    batch.put(Tree::History, key.clone(), b"a message".to_vec());
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);
    store.close();
    drop(store);
    // A wrong password: what was opened is closed again, and the next try finds it free.
    drop(Store::ahead(&profile));
    for _ in 0..2 {
        let ahead = Store::ahead(&profile);
        let keys = header.unlock(Credential::Password(&password)).unwrap().keys;
        let opened = Store::open_after(ahead, &profile, lock.clone(), keys, Format::PLAIN, reports().0);
        let (store, recovery) = opened.unwrap();
        assert_eq!(recovery, Recovery::default());
        assert_eq!(store.get(Tree::History, &key).unwrap().unwrap().as_slice(), b"a message");
    }
    // A folder that sled cannot read is left to the open, which makes the index anew.
    let index = profile.join("index");
    let newest = fs::read_dir(&index).unwrap().next().unwrap().unwrap().path();
    fs::remove_dir_all(&newest).unwrap();
    fs::write(&newest, b"no folder").unwrap();
    let keys = header.unlock(Credential::Password(&password)).unwrap().keys;
    let opened = Store::open_after(Store::ahead(&profile), &profile, lock, keys, Format::PLAIN, reports().0);
    let (store, recovery) = opened.unwrap();
    assert_eq!(recovery.rebuilt, Some(Rebuilt::Unreadable));
    assert_eq!(store.get(Tree::History, &key).unwrap().unwrap().as_slice(), b"a message");
}

#[test]
fn one_copy_of_the_header_is_enough_and_the_newer_counts() {
    let folder = tempfile::tempdir().unwrap();
    let files = HeaderFiles::of(folder.path());
    assert!(matches!(files.load(), Err(StoreError::Missing)));
    let (header, keys, _) = new_vault();
    files.write(&header).unwrap();
    let newer = header.again(&keys);
    for name in ["vault.hdr.a", "vault.hdr.b"] {
        fs::write(folder.path().join(name), newer.encode()).unwrap();
        let found = files.load().unwrap();
        assert_eq!(found[0].1.generation(), newer.generation());
        files.write(&header).unwrap();
    }
    fs::write(folder.path().join("vault.hdr.a"), b"rot").unwrap();
    assert_eq!(files.load().unwrap().len(), 1);
    fs::remove_file(folder.path().join("vault.hdr.b")).unwrap();
    assert!(matches!(files.load(), Err(StoreError::Header)));
}

#[test]
fn batches_that_the_store_does_not_take_are_refused_and_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::open(folder.path().join("journal")).unwrap();
    let (store, _receiver) = begin(&parts(Arc::new(disk), &folder.path().join("index"), SEGMENT));
    let mut reserved = Batch::new();
    reserved.put(Tree::Journal, Key::named(*b"head"), vec![1]);
    assert!(matches!(store.stage(reserved, 1), Err(StoreError::BadKey)));
    let mut long = Batch::new();
    long.put(Tree::State, Key::named(*b"fine"), vec![1]);
    long.put(Tree::State, Key::named(vec![0; MAX_NAME + 1]), vec![1]);
    assert!(matches!(store.stage(long, 1), Err(StoreError::BadKey)));
    assert!(store.get(Tree::State, &Key::named(*b"fine")).unwrap().is_none());
    let mut large = Batch::new();
    large.put(Tree::State, Key::named(*b"fine"), vec![0; MAX_BATCH + 1]);
    assert!(matches!(store.stage(large, 1), Err(StoreError::TooLarge { .. })));
}

#[test]
fn dropping_an_epoch_key_erases_state_and_compaction_seals_what_lives_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Folder::open(folder.path().join("journal")).unwrap();
    let parts = parts(Arc::new(disk), &folder.path().join("index"), SEGMENT);
    let (store, receiver) = begin(&parts);
    let mut batch = Batch::new();
    batch.put(Tree::State, Key::named(*b"live"), b"session".to_vec());
    batch.put(Tree::History, Key::named(*b"text"), b"message".to_vec());
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);
    store.change_keys(keys_with_epochs(&[1, 2]));
    store.compact().unwrap();
    store.change_keys(keys_with_epochs(&[2]));
    assert_eq!(store.get(Tree::State, &Key::named(*b"live")).unwrap().unwrap().as_slice(), b"session");

    // Without the compaction between, what lay under the old key is gone, and nothing else is.
    store.change_keys(keys_with_epochs(&[3]));
    assert_eq!(store.get(Tree::State, &Key::named(*b"live")).unwrap(), None);
    assert_eq!(store.get(Tree::History, &Key::named(*b"text")).unwrap().unwrap().as_slice(), b"message");
    store.compact().unwrap();
    assert_eq!(store.stats().live_records, 1);
}

#[test]
fn content_files_are_written_in_any_order_and_named_when_whole() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    let id = BlobId::new([0xab; 32]);
    let mut part = blobs.part(&id, 10).unwrap();
    part.write_at(5, b"world").unwrap();
    part.sync().unwrap();
    drop(part);
    assert!(!blobs.contains(&id) && blobs.read(&id).unwrap().is_none());
    let mut part = blobs.part(&id, 10).unwrap();
    part.write_at(0, b"hello").unwrap();
    part.outboard().unwrap().write_all(b"hashes").unwrap();
    part.finish(&id, 10).unwrap();
    assert_eq!(std::fs::read(blobs.outboard(&id)).unwrap(), b"hashes");
    let mut reader = blobs.read(&id).unwrap().unwrap();
    assert_eq!((reader.length().unwrap(), reader.read_at(3, 4).unwrap()), (10, b"lowo".to_vec()));
    assert_eq!(reader.read_at(8, 100).unwrap(), b"ld");
    let mut draft = blobs.draft().unwrap();
    draft.write_at(0, b"abc").unwrap();
    let short = BlobId::new([1; 32]);
    assert!(matches!(draft.finish(&short, 4), Err(StoreError::Blob)));
    assert_eq!(blobs.size().unwrap(), 19);
    // An outboard without its object, and an object without its outboard, are no content file.
    let draft = blobs.draft().unwrap();
    assert!(draft.finish(&short, 0).is_err() && !blobs.contains(&short));
    blobs.part(&short, 5).unwrap().outboard().unwrap().write_all(b"cut short").unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    assert_eq!((blobs.size().unwrap(), blobs.list().unwrap()), (16, vec![id]));
    assert!(matches!(blobs.check_space(u64::MAX / 2), Err(StoreError::DiskFull { .. })));
    blobs.delete(&id).unwrap();
    blobs.delete(&id).unwrap();
    assert_eq!(blobs.size().unwrap(), 0);
}

#[test]
fn content_files_are_counted_while_others_go() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path()).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let stopped = || stop.load(std::sync::atomic::Ordering::Relaxed);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stopped() {
                for n in 0..64 {
                    drop(blobs.part(&BlobId::new([n; 32]), 0).unwrap());
                }
                for n in 0..64 {
                    blobs.delete(&BlobId::new([n; 32])).unwrap();
                }
            }
        });
        let counted = (0..2_000).try_for_each(|_| blobs.size().map(drop));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        counted.unwrap();
    });
}
