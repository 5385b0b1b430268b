use super::*;
use crate::clock;

#[test]
fn what_is_no_backup_is_told_from_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.backup");
    assert!(matches!(Header::read(&path), Err(BackupError::Io { .. })));
    for bad in [&b""[..], b"\n", b"{}\n", b"{\"format\":\"conclave-backup\"}\n", &[0xFF; 5_000]] {
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(Header::read(&path), Err(BackupError::Damaged(..))), "{bad:?}");
    }
    assert!(all(directory.path()).is_empty());
}

#[test]
fn keys_of_one_passphrase_differ_by_their_salt() {
    let passphrase = Password::new("correct horse");
    let one = SealKey::new(&passphrase, &mut clock::rng()).unwrap();
    let two = SealKey::new(&passphrase, &mut clock::rng()).unwrap();
    assert_ne!(one.key.expose(), two.key.expose());
}
