//! Parcels: what waits for a device in the drop box, or rides with a carrier (PROTOCOL §2.7, Drop box and parcels).
//!
//! ```text
//! auth   = MAC(KDF(Ext(0^32, DH(DIK_x^S, DIK_x^R)), "box auth", org_id ‖ S.device_id ‖ R.device_id, 32), E ‖ kind ‖ payload)
//! inner  = S.device_id[16] ‖ auth[32] ‖ kind u8 ‖ payload bytes32
//! box    = E ‖ Seal1(KDF(Ext(0^32, DH(e, DIK_x^R)), "box key", org_id ‖ R.device_id ‖ dik_x^R ‖ E, 32), "box seal",
//!                    aad = R.device_id ‖ E, pad(inner))
//! Parcel = to[16] ‖ box bytes32;   item_id = H("box item", Parcel)[0..16]
//! ```
//!
//! ```text
//! Parcel ──unseal──► Unsealed (names a sender) ──authenticate with that sender's keys──► Opened (kind, payload)
//! ```
//!
//! The layer hides the sender, the kind and the size up to its class. Its X25519 is classical: the post-quantum
//! envelope inside alone protects the message. It does not know whether a sender may write, nor what was seen before.

mod receipt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::encoding::{Reader, Writer};
use crate::error::{DecodeError, NonContributory};
use crate::handshake::{LocalDevice, Party};
use crate::kdf::{Label, ext, h, kdf, mac};
use crate::keys::{DeviceId, DhPublic, DhSecret, ItemId, OrgId};
use crate::padding;
use crate::seal::{self, MessageKey, open1, seal1};
use crate::secret::Secret;
use crate::verified::Verified;

pub use receipt::{BoxReceipt, SignedReceipt};

/// Bytes before the payload inside: sender, `auth`, kind and the payload's length.
pub const INNER: usize = 16 + 32 + 1 + 4;
/// Bytes of a parcel besides the padded inside: `to`, a length, `E`, and what sealing adds.
pub const OUTER: usize = 16 + 4 + 32 + seal::OVERHEAD;
/// The smallest parcel, in bytes.
pub const SMALLEST: usize = OUTER + padding::SMALLEST;
/// The longest parcel that is read, in bytes: far above what a Policy can sensibly allow, and it fits a `bytes32`.
pub const LONGEST: usize = 1 << 30;

/// What a parcel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParcelKind {
    /// An envelope of a session between two people.
    Envelope,
    /// An entry of a room.
    RoomEntry,
    /// A sealed file object of PROTOCOL §2.9.
    FileObject,
}

impl ParcelKind {
    const fn code(self) -> u8 {
        match self {
            Self::Envelope => 1,
            Self::RoomEntry => 2,
            Self::FileObject => 3,
        }
    }

    const fn of(code: u8) -> Result<Self, DecodeError> {
        match code {
            1 => Ok(Self::Envelope),
            2 => Ok(Self::RoomEntry),
            3 => Ok(Self::FileObject),
            _ => Err(DecodeError::Range),
        }
    }
}

/// Why a parcel cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParcelError {
    /// The payload does not fit [`LONGEST`].
    #[error("{0} bytes do not fit a parcel")]
    TooLong(usize),
    /// The recipient's key yields nothing.
    #[error(transparent)]
    NonContributory(#[from] NonContributory),
}

/// Why a parcel is dropped. All look alike to whoever left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParcelRefused {
    /// It is for another device.
    #[error("the parcel is for another device")]
    NotForMe,
    /// It does not open, or what is inside is no parcel's inside.
    #[error("the parcel does not open")]
    NotOpened,
    /// The sender it names is not the one whose keys were given.
    #[error("the parcel names another sender")]
    Sender,
    /// The sender did not make it.
    #[error("the parcel is not authentic")]
    Auth,
}

/// A parcel as it is stored and handed over. Only its addressee can tell more of it than `to` and the length.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    to: DeviceId,
    bytes: Vec<u8>,
}

impl core::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Parcel({} bytes for {})", self.bytes.len(), self.to)
    }
}

impl Parcel {
    /// Seals a payload for a device. Draws the secret of `e` (32 bytes), then a salt (16).
    ///
    /// # Errors
    /// [`ParcelError`].
    pub fn seal<R: CryptoRng + ?Sized>(
        me: &LocalDevice,
        to: &Verified<Party>,
        kind: ParcelKind,
        payload: &[u8],
        rng: &mut R,
    ) -> Result<Self, ParcelError> {
        if payload.len() > LONGEST - OUTER - INNER - padding::LARGEST {
            return Err(ParcelError::TooLong(payload.len()));
        }
        let e = DhSecret::generate(rng);
        let shared = me.dik_x().agree(&to.dik_x)?;
        let from = me.party().device_id;
        let auth = auth(me.org(), &shared, &from, &to.device_id, e.public(), kind, payload);
        let mut inner = Zeroizing::new(
            Writer::with_capacity(padded_len(INNER + payload.len()))
                .raw(from.as_bytes())
                .raw(auth.expose())
                .u8(kind.code())
                .bytes32(payload)
                .finish(),
        );
        pad(&mut inner);
        let key = box_key(me.org(), &e.agree(&to.dik_x)?, &to.device_id, &to.dik_x, e.public());
        let aad: [&[u8]; 2] = [to.device_id.as_bytes(), e.public().as_bytes()];
        let sealed = seal1(key, Label::BOX_SEAL, &aad, &inner, rng);
        let size = u32::try_from(32 + sealed.len()).map_err(|_| ParcelError::TooLong(payload.len()))?;
        let bytes = Writer::with_capacity(OUTER + inner.len())
            .raw(to.device_id.as_bytes())
            .u32(size)
            .raw(e.public().as_bytes())
            .raw(&sealed)
            .finish();
        Ok(Self { to: to.device_id, bytes })
    }

    /// Reads a parcel; nothing inside is looked at.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Range`] for a length that no parcel has.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        let to = Reader::all(&bytes, |reader| {
            let to = DeviceId::decode(reader)?;
            let _box = reader.bytes32()?;
            Ok(to)
        })?;
        if bytes.len() > LONGEST || !bytes.len().checked_sub(OUTER).is_some_and(is_padded_len) {
            return Err(DecodeError::Range);
        }
        Ok(Self { to, bytes })
    }

    /// For which device it is.
    #[must_use]
    pub const fn to(&self) -> DeviceId {
        self.to
    }

    /// The encoded form.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The encoded form.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// `H("box item", Parcel)[0..16]`.
    #[must_use]
    pub fn item_id(&self) -> ItemId {
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = h(Label::BOX_ITEM, &[&self.bytes]);
        ItemId::new(id)
    }

    /// Length of the parcel around a payload of `payload` bytes.
    #[must_use]
    pub const fn len_of(payload: usize) -> usize {
        OUTER.saturating_add(padded_len(INNER.saturating_add(payload)))
    }

    /// Opens the seal. Whom it names as its sender is not proven yet.
    ///
    /// # Errors
    /// [`ParcelRefused`].
    pub fn unseal(&self, me: &LocalDevice) -> Result<Unsealed, ParcelRefused> {
        let own = me.party();
        if self.to != own.device_id {
            return Err(ParcelRefused::NotForMe);
        }
        let (e, sealed) = Reader::all(&self.bytes, |reader| {
            let _to = DeviceId::decode(reader)?;
            let mut sealed = Reader::new(reader.bytes32()?);
            Ok((DhPublic::new(sealed.array()?), sealed.rest()))
        })
        .map_err(|_| ParcelRefused::NotOpened)?;
        let shared = me.dik_x().agree(&e).map_err(|_| ParcelRefused::NotOpened)?;
        let key = box_key(me.org(), &shared, &own.device_id, &own.dik_x, &e);
        let aad: [&[u8]; 2] = [own.device_id.as_bytes(), e.as_bytes()];
        let padded = open1(key, Label::BOX_SEAL, &aad, sealed).map_err(|_| ParcelRefused::NotOpened)?;
        let inner = unpad(&padded).ok_or(ParcelRefused::NotOpened)?;
        Reader::all(inner, |reader| {
            Ok(Unsealed {
                e,
                sender: DeviceId::decode(reader)?,
                auth: Secret::new(reader.array()?),
                kind: ParcelKind::of(reader.u8()?)?,
                payload: reader.bytes32()?.to_vec(),
            })
        })
        .map_err(|_| ParcelRefused::NotOpened)
    }
}

/// A parcel whose seal is open and whose sender is only claimed: the payload cannot be reached from here.
pub struct Unsealed {
    e: DhPublic,
    sender: DeviceId,
    auth: Secret<32>,
    kind: ParcelKind,
    payload: Vec<u8>,
}

impl core::fmt::Debug for Unsealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Unsealed({} bytes, says it is from {})", self.payload.len(), self.sender)
    }
}

impl Unsealed {
    /// The device it says it is from.
    #[must_use]
    pub const fn sender(&self) -> DeviceId {
        self.sender
    }

    /// Checks that the device it names has made it.
    ///
    /// # Errors
    /// [`ParcelRefused::Sender`] or [`ParcelRefused::Auth`]: the parcel is dropped.
    pub fn authenticate(self, me: &LocalDevice, sender: &Verified<Party>) -> Result<Opened, ParcelRefused> {
        if sender.device_id != self.sender {
            return Err(ParcelRefused::Sender);
        }
        let shared = me.dik_x().agree(&sender.dik_x).map_err(|_| ParcelRefused::Auth)?;
        let to = me.party().device_id;
        let expected = auth(me.org(), &shared, &self.sender, &to, &self.e, self.kind, &self.payload);
        if bool::from(expected.expose().ct_eq(self.auth.expose())) {
            Ok(Opened { kind: self.kind, payload: self.payload })
        } else {
            Err(ParcelRefused::Auth)
        }
    }
}

/// What its sender put into a parcel.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What it is.
    pub kind: ParcelKind,
    /// The bytes, an object of their own encryption.
    pub payload: Vec<u8>,
}

impl core::fmt::Debug for Opened {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Opened({:?}, {} bytes)", self.kind, self.payload.len())
    }
}

fn auth(
    org: &OrgId,
    shared: &Secret<32>,
    from: &DeviceId,
    to: &DeviceId,
    e: &DhPublic,
    kind: ParcelKind,
    payload: &[u8],
) -> Secret<32> {
    let prk = ext(&[0; 32], &[shared.expose()]);
    let ctx: [&[u8]; 3] = [org.as_bytes(), from.as_bytes(), to.as_bytes()];
    let key: Secret<32> = kdf(&prk, Label::BOX_AUTH, &ctx);
    mac(key.expose(), &[e.as_bytes(), &[kind.code()], payload])
}

fn box_key(org: &OrgId, shared: &Secret<32>, to: &DeviceId, dik_x: &DhPublic, e: &DhPublic) -> MessageKey {
    let prk = ext(&[0; 32], &[shared.expose()]);
    let ctx: [&[u8]; 4] = [org.as_bytes(), to.as_bytes(), dik_x.as_bytes(), e.as_bytes()];
    MessageKey::new(kdf(&prk, Label::BOX_KEY, &ctx))
}

// Beyond the largest size class: multiples of it.
const fn padded_len(len: usize) -> usize {
    let with_mark = len.saturating_add(1);
    if with_mark > padding::LARGEST {
        return with_mark.div_ceil(padding::LARGEST).saturating_mul(padding::LARGEST);
    }
    let class = with_mark.next_power_of_two();
    if class < padding::SMALLEST { padding::SMALLEST } else { class }
}

const fn is_padded_len(len: usize) -> bool {
    len >= padding::SMALLEST
        && (if len > padding::LARGEST { len.is_multiple_of(padding::LARGEST) } else { len.is_power_of_two() })
}

fn pad(data: &mut Vec<u8>) {
    let len = padded_len(data.len());
    data.push(0x80);
    data.resize(len, 0);
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let (data, tail) = padded.split_at_checked(end)?;
    (tail.first() == Some(&0x80) && padded.len() == padded_len(end)).then_some(data)
}
