//! A backup brings everything back but session state, and nothing that is no whole backup is taken for one.

use std::fs;
use std::path::Path;

use conclave_crypto::keys::UikSecret;
use conclave_crypto::password::Password;
use conclave_crypto::vault::{Credential, DeviceKeys, KdfParams, NewVault, RecoveryCode, VaultHeader};
use getrandom::SysRng;
use rand_core::UnwrapErr;

use super::*;

const PASSWORD: &str = "correct horse battery staple";

fn passphrase() -> Password {
    Password::new("another horse, another battery")
}

/// A profile with records of every kind and a content file, and its open store.
fn profile(path: &Path) -> (Store, VaultHeader, Blobs) {
    let rng = &mut UnwrapErr(SysRng);
    let (password, device) = (Password::new(PASSWORD), DeviceKeys::generate(rng));
    let (recovery, uik) = (RecoveryCode::generate(rng), UikSecret::generate(rng));
    let new = NewVault {
        password: &password,
        cost: KdfParams::FLOOR,
        recovery: &recovery,
        uik: &uik,
        device: &device,
    };
    let (header, keys) = VaultHeader::create(&new, rng).unwrap();
    let (report, receiver) = reports();
    let lock = ProfileLock::take(path).unwrap();
    let store = Store::create(path, lock, &header, keys, Format::PLAIN, report).unwrap();
    let mut batch = Batch::new();
    for n in 0..3000 {
        batch.put(Tree::History, Key::ordered([1; 16], n), vec![n as u8; 700]);
    }
    for tree in [Tree::State, Tree::Directory, Tree::Outbox, Tree::Files, Tree::Settings] {
        batch.put(tree, Key::named(*b"canary of the tree"), vec![tree.id(); 10]);
    }
    batch.put(Tree::Settings, Key::named(*b"account"), b"mine".to_vec());
    store.stage(batch, 1).unwrap();
    wait_for(&receiver, 1);
    let blobs = Blobs::open(path).unwrap();
    let content = vec![5_u8; 2_500_000];
    let mut hash = conclave_crypto::primitives::Blake3::new();
    hash.update(&content);
    let id = BlobId::new(hash.finish());
    let mut writer = blobs.part(&id, content.len() as u64).unwrap();
    writer.write_at(0, &content).unwrap();
    drop(writer.outboard().unwrap());
    writer.finish(&id, content.len() as u64).unwrap();
    (store, header, blobs)
}

fn mark(account: &[u8]) -> Option<Vec<u8>> {
    Some([account, b", restored"].concat())
}

fn restore(to: &Path, path: &Path) -> Result<Contents, BackupError> {
    let lock = ProfileLock::take(to).unwrap();
    restore_backup(to, &lock, path, &passphrase(), Format::PLAIN, mark)
}

fn code(result: Result<Contents, BackupError>) -> &'static str {
    match result {
        Ok(_) => "fine",
        Err(BackupError::Passphrase) => "passphrase",
        Err(BackupError::Damaged) => "damaged",
        Err(BackupError::Newer) => "newer",
        Err(BackupError::Exists) => "exists",
        Err(BackupError::Unreadable(_)) => "unreadable",
        Err(BackupError::Unwritable(_)) => "unwritable",
        Err(BackupError::Store(_)) => "store",
    }
}

#[test]
fn everything_comes_back_but_sessions_and_only_whole_backups_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup");
    let (store, header, blobs) = profile(&folder.path().join("old"));
    let made = store.back_up(&header, &blobs, &path, &passphrase(), KdfParams::FLOOR).unwrap();
    assert_eq!((made.messages, made.files, made.bytes), (0, 1, fs::metadata(&path).unwrap().len()));
    assert_eq!(verify_backup(&path, &passphrase()).unwrap(), made);
    let again = store.back_up(&header, &blobs, &path, &passphrase(), KdfParams::FLOOR);
    assert_eq!(code(again), "exists");
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &link).unwrap();
        assert_eq!(code(store.back_up(&header, &blobs, &link, &passphrase(), KdfParams::FLOOR)), "exists");
        assert!(!folder.path().join("elsewhere").exists(), "a link is not followed");
    }
    let nowhere = folder.path().join("no/such/folder");
    assert_eq!(code(store.back_up(&header, &blobs, &nowhere, &passphrase(), KdfParams::FLOOR)), "unwritable");
    store.close();
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(18).any(|window| window == b"canary of the tree"));

    let to = folder.path().join("new");
    assert_eq!(restore(&to, &path).unwrap(), made);
    assert_eq!(code(restore(&to, &path)), "store", "there is a profile now");
    let found = HeaderFiles::of(&to).load().unwrap();
    let unlocked = found[0].1.unlock(Credential::Password(&Password::new(PASSWORD))).unwrap();
    assert!(found[0].1.uik(Credential::Password(&Password::new(PASSWORD))).is_ok(), "the identity is in it");
    let lock = ProfileLock::take(&to).unwrap();
    let (store, recovery) = Store::open(&to, lock, unlocked.keys, Format::PLAIN, reports().0).unwrap();
    assert_eq!(recovery.damage, None);
    for n in 0..3000 {
        let found = store.get(Tree::History, &Key::ordered([1; 16], n)).unwrap().unwrap();
        assert_eq!(found.as_slice(), vec![n as u8; 700]);
    }
    let canary =
        |tree| store.get(tree, &Key::named(*b"canary of the tree")).unwrap().map(|found| found.to_vec());
    for tree in [Tree::Directory, Tree::Outbox, Tree::Files, Tree::Settings] {
        assert_eq!(canary(tree), Some(vec![tree.id(); 10]), "{tree:?}");
    }
    assert_eq!(canary(Tree::State), None, "session state is in no backup");
    let account = store.get(Tree::Settings, &Key::named(*b"account")).unwrap().unwrap();
    assert_eq!(account.as_slice(), b"mine, restored");
    assert_eq!(Blobs::open(&to).unwrap().list().unwrap(), blobs.list().unwrap());

    // Everything that is no whole, unaltered backup under this passphrase.
    let bad = folder.path().join("bad");
    let tried = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        code(verify_backup(&bad, &passphrase()))
    };
    assert_eq!(code(verify_backup(&path, &Password::new("wrong, but long"))), "passphrase");
    assert_eq!(code(verify_backup(folder.path(), &passphrase())), "unreadable");
    assert_eq!(code(verify_backup(&folder.path().join("gone"), &passphrase())), "unreadable");
    assert_eq!(tried(b""), "damaged");
    assert_eq!(tried(b"CNCLBAK1\x02"), "damaged");
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(tried(&newer), "newer");
    let mut dice = Dice(3);
    for _ in 0..6 {
        let end = 209 + dice.roll(bytes.len() as u64 - 210) as usize;
        assert_eq!(tried(&bytes[..end]), "damaged", "cut at {end}");
        let mut flipped = bytes.clone();
        flipped[end] ^= 1;
        assert_eq!(tried(&flipped), "damaged", "flipped at {end}");
    }
    assert_eq!(tried(&[&bytes[..], b"more"].concat()), "damaged");
    // A length that promises what no memory holds.
    let mut bomb = bytes.clone();
    bomb[208 + 40..208 + 44].fill(0xff);
    assert_eq!(tried(&bomb), "damaged");
    let empty = folder.path().join("empty");
    assert_eq!(code(restore(&empty, &bad)), "damaged");
    assert!(!HeaderFiles::of(&empty).exist(), "what failed is no profile");
}
