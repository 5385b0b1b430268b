//! Records of the journal, the one file that means "durable" (PROTOCOL §2.10).
//!
//! ```text
//! rec  = seq u64 ‖ prev[32] ‖ bytes32(X(Kt of tree 7, aad = vault_id ‖ seq ‖ prev, operations))
//! prev = H("journal", previous rec), zeros at seq 1
//! ```
//!
//! The operations hold record keys and values that are already sealed. A torn last record is dropped by the shell;
//! any other break is shown to the user.

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::encoding::{Reader, Writer};
use crate::kdf::{Label, h};
use crate::primitives;
use crate::vault::{Tree, VaultKeys};

/// The hash that the first record names as its predecessor.
const FIRST_PREV: [u8; 32] = [0; 32];

/// Why a journal record is not the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BrokenJournal {
    /// The bytes end within the record: at the end of the file, a write that was cut short.
    #[error("the journal ends within a record")]
    Torn,
    /// The record does not follow the one before it.
    #[error("the journal breaks at record {seq}")]
    Chain {
        /// The number that the record states.
        seq: u64,
    },
    /// The record does not open: altered, or of another vault.
    #[error("record {seq} of the journal was altered")]
    Altered {
        /// The number that the record states.
        seq: u64,
    },
}

/// One record, still sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRecord {
    seq: u64,
    prev: [u8; 32],
    bytes: Vec<u8>,
}

impl JournalRecord {
    /// Bytes before the sealed operations.
    pub const HEAD: usize = 8 + 32 + 4;

    /// The `prev` of the record at seq 1.
    pub const FIRST_PREV: [u8; 32] = FIRST_PREV;

    /// The whole length of the record that starts with these 44 bytes, so that a shell can read it whole.
    #[must_use]
    pub fn length(head: &[u8; Self::HEAD]) -> u64 {
        let [.., a, b, c, d] = *head;
        u64::from(u32::from_be_bytes([a, b, c, d])) + 44
    }

    /// Takes one record off the front of `bytes`; returns it and the rest.
    ///
    /// # Errors
    /// [`BrokenJournal::Torn`].
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), BrokenJournal> {
        let mut reader = Reader::new(bytes);
        let parts = (reader.u64(), reader.array(), reader.bytes32());
        let (Ok(seq), Ok(prev), Ok(_)) = parts else { return Err(BrokenJournal::Torn) };
        let rest = reader.rest();
        let length = bytes.len().saturating_sub(rest.len());
        let record = bytes.get(..length).unwrap_or_default().to_vec();
        Ok((Self { seq, prev, bytes: record }, rest))
    }

    /// The record's number, from 1.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The hash it names as its predecessor's.
    #[must_use]
    pub const fn prev(&self) -> &[u8; 32] {
        &self.prev
    }

    /// The bytes as they lie in the file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// `H("journal", rec)`: the `prev` of the next record.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        h(Label::JOURNAL, &[&self.bytes])
    }
}

impl VaultKeys {
    /// Seals the record at `seq` after the record whose hash is `prev`. Draws the nonce (24 bytes).
    pub fn seal_journal<R: CryptoRng + ?Sized>(
        &self,
        seq: u64,
        prev: &[u8; 32],
        operations: &[u8],
        rng: &mut R,
    ) -> JournalRecord {
        let sealed = self
            .tree_key(Tree::Journal, 0)
            .map(|kt| primitives::x_seal(kt, &self.journal_aad(seq, prev), operations, rng))
            .unwrap_or_default();
        let bytes = Writer::new().u64(seq).raw(prev).bytes32(&sealed).finish();
        JournalRecord { seq, prev: *prev, bytes }
    }

    /// Opens a record that must be the one at `seq` after `prev`.
    ///
    /// # Errors
    /// [`BrokenJournal::Chain`] or [`BrokenJournal::Altered`].
    pub fn open_journal(
        &self,
        record: &JournalRecord,
        seq: u64,
        prev: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, BrokenJournal> {
        if record.seq != seq || record.prev != *prev {
            return Err(BrokenJournal::Chain { seq: record.seq });
        }
        let altered = BrokenJournal::Altered { seq };
        let sealed = record.bytes.get(JournalRecord::HEAD..).ok_or(altered)?;
        let kt = self.tree_key(Tree::Journal, 0).map_err(|_| altered)?;
        primitives::x_open(kt, &self.journal_aad(seq, prev), sealed).map_err(|_| altered)
    }

    fn journal_aad(&self, seq: u64, prev: &[u8; 32]) -> Vec<u8> {
        Writer::new().raw(self.vault().as_bytes()).u64(seq).raw(prev).finish()
    }
}
