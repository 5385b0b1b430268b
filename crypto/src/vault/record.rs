//! Records of the database: keys that tell nothing, values bound to their place (PROTOCOL §2.10).
//!
//! ```text
//! record key = MAC(Ki, tree u8 ‖ logical_key)            or, for ordered scans, MAC(Ki, 0xFF ‖ conv_id)[0..16] ‖ seq u64
//! value      = ver u8 (1) ‖ epoch u32 ‖ X(Kt, aad = vault_id ‖ tree u8 ‖ bytes16(record key) ‖ epoch u32 ‖ ver u8,
//!                                         pt ‖ 0x80 ‖ zeros to a multiple of 64)
//! ```
//!
//! A value moved to another key, tree or vault does not open. Its length tells the size of the content to 64 bytes.

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::encoding::{Reader, Writer};
use crate::kdf::mac;
use crate::keys::ConversationId;
use crate::primitives;
use crate::vault::VaultKeys;

const VERSION: u8 = 1;
/// Sizes of values are rounded up to this, in bytes.
const BLOCK: usize = 64;

/// A tree of the database. Ids stay below 128, so that 0xFF can mark ordered keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tree {
    /// Sessions, prekeys, sender keys: the only tree under epoch keys.
    State = 1,
    /// Messages.
    History = 2,
    /// The directory log and contacts.
    Directory = 3,
    /// What waits to be sent.
    Outbox = 4,
    /// File references and transfer bitmaps.
    Files = 5,
    /// Settings.
    Settings = 6,
    /// The journal; its records are sealed by [`VaultKeys::seal_journal`].
    Journal = 7,
    /// Rooms.
    Rooms = 8,
}

impl Tree {
    /// Every tree.
    pub const ALL: [Self; 8] = [
        Self::State,
        Self::History,
        Self::Directory,
        Self::Outbox,
        Self::Files,
        Self::Settings,
        Self::Journal,
        Self::Rooms,
    ];

    /// The tree's id in the format.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The tree of an id.
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|tree| tree.id() == id)
    }
}

/// A stored value that is not what was written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BadValue {
    /// The bytes are not a value of this version.
    #[error("the stored value is not of this version")]
    Format,
    /// The key of this epoch is gone: the value was erased on purpose.
    #[error("the key of epoch {0} is gone")]
    Erased(u32),
    /// The value was altered, or moved from another place.
    #[error("the stored value was altered")]
    Altered,
}

impl VaultKeys {
    /// The database key of a logical key: 32 bytes.
    #[must_use]
    pub fn record_key(&self, tree: Tree, logical: &[u8]) -> [u8; 32] {
        self.index_mac(tree, &[&[tree.id()], logical])
    }

    /// The database key of an ordered record: 24 bytes that sort by `seq` within a conversation.
    #[must_use]
    pub fn ordered_key(&self, tree: Tree, conversation: &ConversationId, seq: u64) -> [u8; 24] {
        let mut key = [0; 24];
        let tail = seq.to_be_bytes();
        let bytes = self.ordered_prefix(tree, conversation).into_iter().chain(tail);
        for (to, from) in key.iter_mut().zip(bytes) {
            *to = from;
        }
        key
    }

    /// The first 16 bytes of every ordered key of a conversation.
    #[must_use]
    pub fn ordered_prefix(&self, tree: Tree, conversation: &ConversationId) -> [u8; 16] {
        let [prefix @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            self.index_mac(tree, &[&[0xff], conversation.as_bytes()]);
        prefix
    }

    /// Seals a value for its place, under the tree's current epoch. Draws the nonce (24 bytes).
    pub fn seal_value<R: CryptoRng + ?Sized>(
        &self,
        tree: Tree,
        key: &[u8],
        plaintext: &[u8],
        rng: &mut R,
    ) -> Vec<u8> {
        let epoch = self.epoch(tree);
        let size = (plaintext.len() + 1).next_multiple_of(BLOCK);
        let mut padded = Zeroizing::new(Vec::with_capacity(size));
        padded.extend_from_slice(plaintext);
        padded.push(0x80);
        padded.resize(size, 0);
        // `new` derives a key for every tree and held epoch, so it is always found.
        let Ok(kt) = self.tree_key(tree, epoch) else { return Vec::new() };
        let sealed = primitives::x_seal(kt, &self.aad(tree, key, epoch), &padded, rng);
        Writer::new().u8(VERSION).u32(epoch).raw(&sealed).finish()
    }

    /// Opens the value stored at `key` of a tree.
    ///
    /// # Errors
    /// [`BadValue`].
    pub fn open_value(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadValue> {
        let mut reader = Reader::new(value);
        let (Ok(VERSION), Ok(epoch)) = (reader.u8(), reader.u32()) else {
            return Err(BadValue::Format);
        };
        let kt = self.tree_key(tree, epoch).map_err(|_| BadValue::Erased(epoch))?;
        let mut padded = primitives::x_open(kt, &self.aad(tree, key, epoch), reader.rest())
            .map_err(|_| BadValue::Altered)?;
        let end = padded.iter().rposition(|byte| *byte != 0).ok_or(BadValue::Format)?;
        let minimal = (end + 1).next_multiple_of(BLOCK) == padded.len();
        if padded.get(end) != Some(&0x80) || !minimal {
            return Err(BadValue::Format);
        }
        padded.truncate(end);
        Ok(padded)
    }

    fn aad(&self, tree: Tree, key: &[u8], epoch: u32) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(self.vault().as_bytes()).u8(tree.id()).bytes16(key).u32(epoch).u8(VERSION);
        writer.finish()
    }

    fn index_mac(&self, tree: Tree, x: &[&[u8]]) -> [u8; 32] {
        // `new` derives an index key for every tree, so it is always found.
        self.index_key(tree).map_or([0; 32], |ki| *mac(ki.expose(), x).expose())
    }
}
