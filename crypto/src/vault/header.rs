//! `vault.hdr`: the slots and what hangs from them (PROTOCOL §2.10).
//!
//! ```text
//! "CNCLVLT1" ver u8 gen u64 vault_id[16] slots list8<Slot> uik_blob bytes16 dev_blob bytes16 epoch_blob bytes16 hdr_mac[32]
//! uik_blob   = X(UWK, lab("vault uik", vault_id), UIK seed[32])
//! dev_blob   = X(KDF(VMK, "vault device", vault_id, 32), lab("vault device", vault_id), device keys[96])
//! epoch_blob = X(KDF(VMK, "vault epoch", vault_id, 32), lab("vault epoch", vault_id), list8<{epoch u32 key[32]}>)
//! hdr_mac    = MAC(KDF(VMK, "vault hdr", vault_id, 32), all bytes before)
//! ```

use std::collections::BTreeMap;

use rand_core::CryptoRng;

use crate::encoding::{Reader, Writer};
use crate::error::{DecodeError, NotOpened};
use crate::kdf::{Label, lab};
use crate::keys::{UikSecret, VaultId};
use crate::password::Password;
use crate::primitives;
use crate::secret::Secret;
use crate::vault::keys::{header_mac, open_epochs};
use crate::vault::{
    Credential, DeviceKeys, KdfParams, MasterKeys, RecoveryCode, Slot, SlotKind, UnlockError, VaultKeys,
};

const MAGIC: &[u8; 8] = b"CNCLVLT1";
const VERSION: u8 = 1;
/// Slots in a header: each may cost an Argon2id at unlock, so there are few.
const MAX_SLOTS: usize = 8;
/// Length of the sealed UIK, in bytes.
const UIK_BLOB: usize = 24 + 32 + primitives::TAG;
/// Length of the sealed device keys, in bytes.
const DEVICE_BLOB: usize = 24 + 96 + primitives::TAG;

/// The first epoch of tree `state`.
const FIRST_EPOCH: u32 = 1;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderCopy {
    /// The first file.
    A,
    /// The second file.
    B,
}

/// What a new vault is made of.
#[derive(Debug)]
pub struct NewVault<'a> {
    /// The vault password.
    pub password: &'a Password,
    /// What guessing it costs.
    pub cost: KdfParams,
    /// The recovery code, for the second slot.
    pub recovery: &'a RecoveryCode,
    /// The account identity.
    pub uik: &'a UikSecret,
    /// The keys of this device.
    pub device: &'a DeviceKeys,
}

/// An opened vault.
#[derive(Debug)]
pub struct Unlocked {
    /// The keys of the records.
    pub keys: VaultKeys,
    /// The place of the slot that opened.
    pub slot: usize,
}

/// A header, parsed and bounded. Whether it is genuine shows at [`Self::unlock`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultHeader {
    generation: u64,
    vault: VaultId,
    slots: Vec<Slot>,
    uik_blob: Vec<u8>,
    dev_blob: Vec<u8>,
    epoch_blob: Vec<u8>,
    mac: [u8; 32],
}

impl VaultHeader {
    /// Makes a vault with fresh keys and a password slot and a recovery slot; generation 1.
    ///
    /// # Errors
    /// [`UnlockError::Damaged`] if Argon2id refuses the cost, which bounded parameters exclude.
    pub fn create<R: CryptoRng + ?Sized>(
        new: &NewVault<'_>,
        rng: &mut R,
    ) -> Result<(Self, VaultKeys), UnlockError> {
        let vault = VaultId::random(rng);
        let master = MasterKeys { vmk: Secret::random(rng), uwk: Secret::random(rng) };
        let epochs = BTreeMap::from([(FIRST_EPOCH, Secret::random(rng))]);
        let keys = VaultKeys::new(vault, master.vmk.duplicate(), epochs);
        let slots = vec![
            Slot::with_password(&vault, &master, new.password, new.cost, rng).map_err(damaged)?,
            Slot::with_recovery(&vault, &master, new.recovery, rng).map_err(damaged)?,
        ];
        let header = Self {
            generation: 0,
            vault,
            slots,
            uik_blob: seal_uik(&vault, &master.uwk, new.uik, rng),
            dev_blob: seal_device(&keys, new.device, rng),
            epoch_blob: keys.seal_epochs(rng),
            mac: [0; 32],
        };
        Ok((header.next(&master.vmk), keys))
    }

    /// Reads a header file.
    ///
    /// # Errors
    /// [`DecodeError`]; costs out of bounds, more than eight slots or none are [`DecodeError::Range`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            if reader.array()? != *MAGIC || reader.u8()? != VERSION {
                return Err(DecodeError::Version);
            }
            let generation = reader.u64()?;
            let vault = VaultId::decode(reader)?;
            let slots = reader.list8(|reader| Slot::decode(reader, &vault))?;
            let header = Self {
                generation,
                vault,
                slots,
                uik_blob: reader.bytes16()?.to_vec(),
                dev_blob: reader.bytes16()?.to_vec(),
                epoch_blob: reader.bytes16()?.to_vec(),
                mac: reader.array()?,
            };
            let sizes = header.uik_blob.len() == UIK_BLOB && header.dev_blob.len() == DEVICE_BLOB;
            let slots = !header.slots.is_empty() && header.slots.len() <= MAX_SLOTS;
            if sizes && slots { Ok(header) } else { Err(DecodeError::Range) }
        })
    }

    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.before_mac();
        bytes.extend_from_slice(&self.mac);
        bytes
    }

    /// The generation: of two copies the higher one counts.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The vault's id.
    #[must_use]
    pub const fn vault(&self) -> &VaultId {
        &self.vault
    }

    /// The slots, oldest first.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Opens the vault. UWK is wiped before this returns.
    ///
    /// # Errors
    /// [`UnlockError::Refused`] if no slot opens; [`UnlockError::Damaged`] if one does and the header is not whole.
    pub fn unlock(&self, credential: Credential<'_>) -> Result<Unlocked, UnlockError> {
        let (slot, master) = self.open_slot(credential)?;
        let epochs = open_epochs(&master.vmk, &self.vault, &self.epoch_blob).map_err(damaged)?;
        Ok(Unlocked { keys: VaultKeys::new(self.vault, master.vmk, epochs), slot })
    }

    /// The account identity. It always takes the password or the recovery code, also while the vault is open.
    ///
    /// # Errors
    /// As [`Self::unlock`].
    pub fn uik(&self, credential: Credential<'_>) -> Result<UikSecret, UnlockError> {
        let (_, master) = self.open_slot(credential)?;
        let aad = lab(Label::VAULT_UIK, &[self.vault.as_bytes()]);
        let seed = primitives::x_open(&master.uwk, &aad, &self.uik_blob).map_err(damaged)?;
        let seed = seed.first_chunk::<32>().ok_or(UnlockError::Damaged)?;
        Ok(UikSecret::from_seed(Secret::new(*seed)))
    }

    /// The keys of this device.
    ///
    /// # Errors
    /// [`UnlockError::Damaged`].
    pub fn device_keys(&self, keys: &VaultKeys) -> Result<DeviceKeys, UnlockError> {
        let aad = lab(Label::VAULT_DEVICE, &[self.vault.as_bytes()]);
        let bytes = primitives::x_open(&keys.device_key(), &aad, &self.dev_blob).map_err(damaged)?;
        DeviceKeys::from_bytes(&bytes).ok_or(UnlockError::Damaged)
    }

    /// A header with one more slot, for a new password or a new recovery code, opened with what opens it now.
    ///
    /// # Errors
    /// As [`Self::unlock`]; [`UnlockError::Full`] with eight slots.
    pub fn add_slot<R: CryptoRng + ?Sized>(
        &self,
        current: Credential<'_>,
        new: Credential<'_>,
        cost: KdfParams,
        rng: &mut R,
    ) -> Result<Self, UnlockError> {
        if self.slots.len() >= MAX_SLOTS {
            return Err(UnlockError::Full);
        }
        let (_, master) = self.open_slot(current)?;
        let slot = match new {
            Credential::Password(password) => Slot::with_password(&self.vault, &master, password, cost, rng),
            Credential::Recovery(code) => Slot::with_recovery(&self.vault, &master, code, rng),
        };
        let mut header = self.clone();
        header.slots.push(slot.map_err(damaged)?);
        Ok(header.next(&master.vmk))
    }

    /// A header without the slot at a place, or nothing if it is the last password slot or there is none there.
    #[must_use]
    pub fn remove_slot(&self, keys: &VaultKeys, place: usize) -> Option<Self> {
        let mut header = self.clone();
        if place >= header.slots.len() {
            return None;
        }
        header.slots.remove(place);
        let password = |slot: &Slot| matches!(slot.kind(), SlotKind::Password(_));
        header.slots.iter().any(password).then(|| header.sealed_by(keys))
    }

    /// A header with another account identity (after a UikReset).
    ///
    /// # Errors
    /// As [`Self::unlock`].
    pub fn with_uik<R: CryptoRng + ?Sized>(
        &self,
        current: Credential<'_>,
        uik: &UikSecret,
        rng: &mut R,
    ) -> Result<Self, UnlockError> {
        let (_, master) = self.open_slot(current)?;
        let uik_blob = seal_uik(&self.vault, &master.uwk, uik, rng);
        Ok(Self { uik_blob, ..self.clone() }.next(&master.vmk))
    }

    /// A header with other device keys.
    #[must_use]
    pub fn with_device_keys<R: CryptoRng + ?Sized>(
        &self,
        keys: &VaultKeys,
        device: &DeviceKeys,
        rng: &mut R,
    ) -> Self {
        Self { dev_blob: seal_device(keys, device, rng), ..self.clone() }.sealed_by(keys)
    }

    /// First half of secure deletion: a header and keys with one more epoch. Write the header, then use the keys,
    /// then encrypt the live records of tree `state` again. `None` with 16 epochs: finish an earlier deletion first.
    #[must_use]
    pub fn begin_epoch<R: CryptoRng + ?Sized>(
        &self,
        keys: &VaultKeys,
        rng: &mut R,
    ) -> Option<(Self, VaultKeys)> {
        let keys = keys.with_new_epoch(rng)?;
        let header = Self { epoch_blob: keys.seal_epochs(rng), ..self.clone() }.sealed_by(&keys);
        Some((header, keys))
    }

    /// Second half of secure deletion: a header and keys with the newest epoch alone. What was sealed under an older
    /// one is gone once *both* copies of the header are written.
    #[must_use]
    pub fn drop_old_epochs<R: CryptoRng + ?Sized>(&self, keys: &VaultKeys, rng: &mut R) -> (Self, VaultKeys) {
        let keys = keys.with_newest_epoch();
        let header = Self { epoch_blob: keys.seal_epochs(rng), ..self.clone() }.sealed_by(&keys);
        (header, keys)
    }

    /// The same header one generation on, to bring the other copy up to date.
    #[must_use]
    pub fn again(&self, keys: &VaultKeys) -> Self {
        self.clone().sealed_by(keys)
    }

    fn open_slot(&self, credential: Credential<'_>) -> Result<(usize, MasterKeys), UnlockError> {
        // The newest slot first: after a password change it is the one in use.
        let mut slots = self.slots.iter().enumerate().rev();
        let opened = slots.find_map(|(place, slot)| slot.open(credential).ok().map(|keys| (place, keys)));
        let (place, master) = opened.ok_or(UnlockError::Refused)?;
        let genuine = header_mac(&master.vmk, &self.vault, &self.before_mac()) == Secret::new(self.mac);
        if genuine { Ok((place, master)) } else { Err(UnlockError::Damaged) }
    }

    fn next(mut self, vmk: &Secret<32>) -> Self {
        self.generation = self.generation.saturating_add(1);
        self.mac = *header_mac(vmk, &self.vault, &self.before_mac()).expose();
        self
    }

    fn sealed_by(mut self, keys: &VaultKeys) -> Self {
        self.generation = self.generation.saturating_add(1);
        self.mac = *keys.header_mac(&self.before_mac()).expose();
        self
    }

    fn before_mac(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(MAGIC).u8(VERSION).u64(self.generation).raw(self.vault.as_bytes());
        writer.list8(&self.slots, |writer, slot| {
            writer.raw(slot.as_bytes());
        });
        writer.bytes16(&self.uik_blob).bytes16(&self.dev_blob).bytes16(&self.epoch_blob);
        writer.finish()
    }
}

/// The copies that parse, the one to try first at the front: the higher generation, A if they are equal. The next
/// header is written over the *other* copy.
#[must_use]
pub fn choose(a: Option<&[u8]>, b: Option<&[u8]>) -> Vec<(HeaderCopy, VaultHeader)> {
    let parse = |copy, bytes: Option<&[u8]>| Some((copy, VaultHeader::decode(bytes?).ok()?));
    let mut found: Vec<_> =
        [parse(HeaderCopy::A, a), parse(HeaderCopy::B, b)].into_iter().flatten().collect();
    found.sort_by_key(|(_, header)| core::cmp::Reverse(header.generation));
    found
}

fn seal_uik<R: CryptoRng + ?Sized>(
    vault: &VaultId,
    uwk: &Secret<32>,
    uik: &UikSecret,
    rng: &mut R,
) -> Vec<u8> {
    primitives::x_seal(uwk, &lab(Label::VAULT_UIK, &[vault.as_bytes()]), uik.seed().expose(), rng)
}

fn seal_device<R: CryptoRng + ?Sized>(keys: &VaultKeys, device: &DeviceKeys, rng: &mut R) -> Vec<u8> {
    let aad = lab(Label::VAULT_DEVICE, &[keys.vault().as_bytes()]);
    primitives::x_seal(&keys.device_key(), &aad, device.to_bytes().as_slice(), rng)
}

fn damaged(_: NotOpened) -> UnlockError {
    UnlockError::Damaged
}
