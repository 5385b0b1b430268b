//! The open vault: VMK, the epoch keys, and every key derived from them, made once (PROTOCOL §2.10).
//!
//! ```text
//! Kt = KDF(base, "vault tree", vault_id ‖ tree u8 ‖ epoch u32, 32)      base = the epoch key for tree 1, else VMK, epoch 0
//! Ki = KDF(VMK, "vault index", vault_id ‖ tree u8, 32)
//! ```

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::encoding::Reader;
use crate::error::{DecodeError, NotOpened};
use crate::kdf::{Label, kdf, lab, mac};
use crate::keys::VaultId;
use crate::primitives;
use crate::secret::Secret;
use crate::vault::Tree;

/// Epoch keys held at a time: the live one and those whose records are still being encrypted again.
const MAX_EPOCHS: usize = 16;

/// The keys of an open vault. Dropping it locks the vault.
#[derive(Debug)]
pub struct VaultKeys {
    vault: VaultId,
    vmk: Secret<32>,
    epochs: BTreeMap<u32, Secret<32>>,
    trees: BTreeMap<(Tree, u32), Secret<32>>,
    indexes: BTreeMap<Tree, Secret<32>>,
}

impl VaultKeys {
    pub(super) fn new(vault: VaultId, vmk: Secret<32>, epochs: BTreeMap<u32, Secret<32>>) -> Self {
        let kt = |base: &Secret<32>, tree: Tree, epoch: u32| {
            let context: [&[u8]; 3] = [vault.as_bytes(), &[tree.id()], &epoch.to_be_bytes()];
            ((tree, epoch), kdf::<32>(base, Label::VAULT_TREE, &context))
        };
        let steady = Tree::ALL.iter().filter(|tree| **tree != Tree::State).map(|tree| kt(&vmk, *tree, 0));
        let state = epochs.iter().map(|(epoch, key)| kt(key, Tree::State, *epoch));
        let trees = steady.chain(state).collect();
        let ki =
            |tree: &Tree| (*tree, kdf::<32>(&vmk, Label::VAULT_INDEX, &[vault.as_bytes(), &[tree.id()]]));
        let indexes = Tree::ALL.iter().map(ki).collect();
        Self { vault, vmk, epochs, trees, indexes }
    }

    /// Takes a master key over with the epoch keys of tree `state`, as [`crate::vault::VaultHeader::unlock`] does.
    /// For tools and tests that hold the keys themselves.
    #[must_use]
    pub fn from_keys(vault: VaultId, vmk: Secret<32>, epochs: BTreeMap<u32, Secret<32>>) -> Self {
        Self::new(vault, vmk, epochs)
    }

    /// The vault these keys are of.
    #[must_use]
    pub const fn vault(&self) -> &VaultId {
        &self.vault
    }

    /// VMK, for an encrypted backup of this vault and nothing else.
    #[must_use]
    pub const fn master(&self) -> &Secret<32> {
        &self.vmk
    }

    /// The epoch that new records of a tree are sealed under: the newest for `state`, 0 for the others.
    #[must_use]
    pub fn epoch(&self, tree: Tree) -> u32 {
        if tree == Tree::State { self.epochs.keys().next_back().copied().unwrap_or(0) } else { 0 }
    }

    /// Every epoch whose key is held, oldest first.
    pub fn epochs(&self) -> impl Iterator<Item = u32> + '_ {
        self.epochs.keys().copied()
    }

    /// `Kt` of a tree in an epoch.
    pub(super) fn tree_key(&self, tree: Tree, epoch: u32) -> Result<&Secret<32>, NotOpened> {
        self.trees.get(&(tree, epoch)).ok_or(NotOpened)
    }

    /// `Ki` of a tree.
    pub(super) fn index_key(&self, tree: Tree) -> Result<&Secret<32>, NotOpened> {
        self.indexes.get(&tree).ok_or(NotOpened)
    }

    pub(super) fn device_key(&self) -> Secret<32> {
        kdf(&self.vmk, Label::VAULT_DEVICE, &[self.vault.as_bytes()])
    }

    /// `hdr_mac` over everything before it.
    pub(super) fn header_mac(&self, before: &[u8]) -> Secret<32> {
        header_mac(&self.vmk, &self.vault, before)
    }

    /// `epoch_blob` of these keys.
    pub(super) fn seal_epochs<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> Vec<u8> {
        // Reserved in full, so that no key is left behind by growth.
        let mut list = Zeroizing::new(Vec::with_capacity(1 + 36 * self.epochs.len()));
        list.push(u8::try_from(self.epochs.len()).unwrap_or(u8::MAX));
        for (epoch, key) in &self.epochs {
            list.extend_from_slice(&epoch.to_be_bytes());
            list.extend_from_slice(key.expose());
        }
        let aad = lab(Label::VAULT_EPOCH, &[self.vault.as_bytes()]);
        primitives::x_seal(&epoch_key(&self.vmk, &self.vault), &aad, &list, rng)
    }

    /// These keys with one more epoch, the newest. Nothing is sealed under it before the header that holds it is on
    /// disk.
    pub(super) fn with_new_epoch<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> Option<Self> {
        let next = self.epoch(Tree::State).checked_add(1)?;
        if self.epochs.len() >= MAX_EPOCHS {
            return None;
        }
        let mut epochs = self.copy_epochs(|_| true);
        epochs.insert(next, Secret::random(rng));
        Some(Self::new(self.vault, self.vmk.duplicate(), epochs))
    }

    /// These keys with the newest epoch alone.
    pub(super) fn with_newest_epoch(&self) -> Self {
        let newest = self.epoch(Tree::State);
        Self::new(self.vault, self.vmk.duplicate(), self.copy_epochs(|epoch| epoch == newest))
    }

    fn copy_epochs(&self, keep: impl Fn(u32) -> bool) -> BTreeMap<u32, Secret<32>> {
        let kept = self.epochs.iter().filter(|(epoch, _)| keep(**epoch));
        kept.map(|(epoch, key)| (*epoch, key.duplicate())).collect()
    }
}

/// Opens `epoch_blob`: the epochs strictly ascend, and there is at least one.
pub(super) fn open_epochs(
    vmk: &Secret<32>,
    vault: &VaultId,
    sealed: &[u8],
) -> Result<BTreeMap<u32, Secret<32>>, NotOpened> {
    let aad = lab(Label::VAULT_EPOCH, &[vault.as_bytes()]);
    let list = primitives::x_open(&epoch_key(vmk, vault), &aad, sealed)?;
    let read = |reader: &mut Reader<'_>| Ok((reader.u32()?, Secret::new(reader.array()?)));
    let entries = Reader::all(&list, |reader| {
        let entries = reader.list8(read)?;
        let sorted = entries.is_sorted_by(|(a, _), (b, _)| a < b);
        if sorted && !entries.is_empty() && entries.len() <= MAX_EPOCHS {
            Ok(entries)
        } else {
            Err(DecodeError::Range)
        }
    });
    entries.map(|entries| entries.into_iter().collect()).map_err(|_| NotOpened)
}

pub(super) fn header_mac(vmk: &Secret<32>, vault: &VaultId, before: &[u8]) -> Secret<32> {
    mac(kdf::<32>(vmk, Label::VAULT_HDR, &[vault.as_bytes()]).expose(), &[before])
}

fn epoch_key(vmk: &Secret<32>, vault: &VaultId) -> Secret<32> {
    kdf(vmk, Label::VAULT_EPOCH, &[vault.as_bytes()])
}
