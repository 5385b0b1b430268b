//! Accounts sealed on the disk: they hold what the person's phone knows.
//!
//! `value = 2 u8 ‖ X(key, aad = "conclave record 1" ‖ the row's key, the account)`; without a store key the account
//! itself. The row's key is authenticated, so an account cannot be put under another name.

use conclave_crypto::primitives::{x_open, x_seal};
use conclave_crypto::secret::Secret;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::store::StoreError;

const VERSION: u8 = 2;
const AAD: &[u8] = b"conclave record 1";

/// Seals and opens records, or leaves them as they are.
pub(crate) struct RecordSeal(Option<Secret<32>>);

impl RecordSeal {
    /// With the key of the records, if there is one.
    pub(crate) fn of(key: Option<&Secret<32>>) -> Self {
        Self(key.map(Secret::duplicate))
    }

    /// What goes to the disk.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(&self, row: &[u8], record: &[u8], rng: &mut R) -> Vec<u8> {
        match &self.0 {
            None => record.to_vec(),
            Some(key) => [&[VERSION], x_seal(key, &aad(row), record, rng).as_slice()].concat(),
        }
    }

    /// What came from it. A record in the clear is refused where records are sealed: it was put there by others.
    pub(crate) fn open(&self, row: &[u8], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let refused = || StoreError::Damaged("a record is not sealed with the key of this store".into());
        match (&self.0, value.split_first()) {
            (None, _) => Ok(Zeroizing::new(value.to_vec())),
            (Some(key), Some((&VERSION, sealed))) => x_open(key, &aad(row), sealed).map_err(|_| refused()),
            (Some(_), _) => Err(refused()),
        }
    }
}

fn aad(row: &[u8]) -> Vec<u8> {
    [AAD, row].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rng;

    #[test]
    fn a_record_opens_under_its_own_row_and_key_only() {
        let seal = RecordSeal::of(Some(&Secret::random(&mut rng())));
        let value = seal.seal(b"account/alice", b"secret of a phone", &mut rng());
        assert!(!value.windows(6).any(|part| part == b"secret"));
        assert_eq!(*seal.open(b"account/alice", &value).unwrap(), b"secret of a phone");
        assert!(seal.open(b"account/bob", &value).is_err(), "under another name");
        assert!(seal.open(b"account/alice", b"\x01in the clear").is_err(), "put there by others");
        assert!(seal.open(b"account/alice", b"").is_err());
        let other = RecordSeal::of(Some(&Secret::random(&mut rng())));
        assert!(other.open(b"account/alice", &value).is_err());
        for at in 0..value.len() {
            let mut flipped = value.clone();
            flipped[at] ^= 1;
            assert!(seal.open(b"account/alice", &flipped).is_err(), "byte {at}");
        }
        assert_eq!(*RecordSeal::of(None).open(b"account/alice", b"as it is").unwrap(), b"as it is");
    }
}
