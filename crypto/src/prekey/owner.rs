//! The secrets of this device's prekeys, their rotation, and their codec for the sealed store (PROTOCOL §2.2).
//!
//! | key | life |
//! |---|---|
//! | SPK, PQSPK | replaced after 7 days, secret kept 30 days more |
//! | OPK, PQOPK | stock 50 + 50, refill below 20; one use, 30 days at most |

use core::fmt;
use std::collections::BTreeMap;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{OneTime, OneTimeKey, PrekeyBundle, SignedBundle, SignedOneTime};
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::handshake::SUITE;
use crate::keys::{DeviceId, DeviceSignSecret, DhSecret, OrgId};
use crate::primitives::Kem1024Secret;
use crate::secret::Secret;

const DAY: u64 = 24 * 3600 * 1000;
/// The standing prekeys are replaced after this time, ms.
pub const ROTATE: u64 = 7 * DAY;
/// Their secrets are kept this much longer, ms.
pub const KEEP_RETIRED: u64 = 30 * DAY;
/// How long a bundle is valid, ms: as long as its secrets are kept.
pub const BUNDLE_LIFE: u64 = ROTATE + KEEP_RETIRED;
/// One-time prekeys of each kind that are handed to the server.
pub const ONE_TIME_STOCK: usize = 50;
/// Below this many of a kind, new ones are made.
pub const ONE_TIME_REFILL: usize = 20;
/// A one-time prekey nobody used is dropped after this time, ms.
pub const ONE_TIME_LIFE: u64 = 30 * DAY;

/// Where a handshake finds the secrets of the prekeys that a PREKEY names.
pub trait PrekeySource {
    /// The secret of a signed prekey.
    fn signed(&self, id: u32) -> Option<DhSecret>;
    /// The secret of a last-resort KEM prekey.
    fn last_resort(&self, id: u32) -> Option<Kem1024Secret>;
    /// The secret of a one-time prekey.
    fn one_time(&self, id: u32) -> Option<DhSecret>;
    /// The secret of a one-time KEM prekey.
    fn one_time_kem(&self, id: u32) -> Option<Kem1024Secret>;
}

struct Dated<const N: usize> {
    made: u64,
    secret: Secret<N>,
}

type Keys<const N: usize> = BTreeMap<u32, Dated<N>>;

/// All prekey secrets of this device. About 6 KB when encoded; written only when a prekey changes.
#[derive(Default)]
pub struct Prekeys {
    bundle_seq: u32,
    last_id: u32,
    signed: Keys<32>,
    last_resort: Keys<64>,
    one_time: Keys<32>,
    one_time_kem: Keys<64>,
}

impl Prekeys {
    /// No prekeys yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether new standing prekeys are due.
    #[must_use]
    pub fn rotation_due(&self, now: u64) -> bool {
        self.signed.last_key_value().is_none_or(|(_, key)| now.saturating_sub(key.made) >= ROTATE)
    }

    /// Makes new standing prekeys and signs their bundle. Draws the SPK secret (32 bytes), then the PQSPK seed (64).
    pub fn rotate<R: CryptoRng + ?Sized>(
        &mut self,
        org: &OrgId,
        device_id: DeviceId,
        dik_s: &DeviceSignSecret,
        now: u64,
        rng: &mut R,
    ) -> SignedBundle {
        let id = self.next_id();
        self.signed.insert(id, Dated { made: now, secret: Secret::random(rng) });
        self.last_resort.insert(id, Dated { made: now, secret: Secret::random(rng) });
        self.bundle_seq += 1;
        self.sign_bundle(org, device_id, dik_s, id, now)
    }

    /// Makes one-time prekeys up to the stock when fewer than 20 of `on_server` (or of the held ones) are left.
    /// `on_server` is what the server says it has of the rarer kind; each pair draws 32, then 64 bytes.
    pub fn refill<R: CryptoRng + ?Sized>(
        &mut self,
        on_server: usize,
        org: &OrgId,
        device_id: DeviceId,
        dik_s: &DeviceSignSecret,
        now: u64,
        rng: &mut R,
    ) -> Vec<SignedOneTime> {
        let mut out = Vec::new();
        if on_server >= ONE_TIME_REFILL {
            return out;
        }
        for _ in on_server..ONE_TIME_STOCK {
            let (dh, kem) = self.one_time_pair(org, device_id, dik_s, now, rng);
            out.push(dh);
            out.push(kem);
        }
        out
    }

    /// One fresh pair, for a peer that asks directly. Draws 32, then 64 bytes.
    pub fn one_time_pair<R: CryptoRng + ?Sized>(
        &mut self,
        org: &OrgId,
        device_id: DeviceId,
        dik_s: &DeviceSignSecret,
        now: u64,
        rng: &mut R,
    ) -> (SignedOneTime, SignedOneTime) {
        let id = self.next_id();
        let dh = DhSecret::generate(rng);
        let seed = Secret::random(rng);
        let kem = OneTimeKey::Kem(Box::new(Kem1024Secret::from_seed(&seed).public()));
        let public = OneTimeKey::Dh(*dh.public());
        self.one_time.insert(id, Dated { made: now, secret: dh.secret().duplicate() });
        self.one_time_kem.insert(id, Dated { made: now, secret: seed });
        let sign = |key| SignedOneTime::sign(org, OneTime { device_id, id, key }, dik_s);
        (sign(public), sign(kem))
    }

    /// Deletes one-time prekeys, in the batch that creates the session which used them.
    pub fn consume(&mut self, one_time: Option<u32>, one_time_kem: Option<u32>) {
        if let Some(id) = one_time {
            self.one_time.remove(&id);
        }
        if let Some(id) = one_time_kem {
            self.one_time_kem.remove(&id);
        }
    }

    /// Deletes what is past its life; the newest standing prekeys always stay. Returns whether anything went.
    pub fn expire(&mut self, now: u64) -> bool {
        fn drop_old<const N: usize>(keys: &mut Keys<N>, life: u64, now: u64, keep: Option<u32>) -> bool {
            let before = keys.len();
            keys.retain(|id, key| Some(*id) == keep || now.saturating_sub(key.made) <= life);
            keys.len() != before
        }
        let newest = self.signed.last_key_value().map(|(id, _)| *id);
        let newest_kem = self.last_resort.last_key_value().map(|(id, _)| *id);
        let gone = [
            drop_old(&mut self.signed, BUNDLE_LIFE, now, newest),
            drop_old(&mut self.last_resort, BUNDLE_LIFE, now, newest_kem),
            drop_old(&mut self.one_time, ONE_TIME_LIFE, now, None),
            drop_old(&mut self.one_time_kem, ONE_TIME_LIFE, now, None),
        ];
        gone.contains(&true)
    }

    /// The secrets as bytes, to be sealed by the caller.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        fn write<const N: usize>(out: &mut Writer, keys: &Keys<N>) {
            let keys: Vec<_> = keys.iter().collect();
            out.list16(&keys, |out, (id, key)| {
                out.u32(**id).u64(key.made).raw(key.secret.expose());
            });
        }
        let size = |dh: &Keys<32>, kem: &Keys<64>| 44 * dh.len() + 76 * kem.len();
        let room = 32 + size(&self.signed, &self.last_resort) + size(&self.one_time, &self.one_time_kem);
        let mut out = Writer::with_capacity(room);
        out.u8(1).u32(self.bundle_seq).u32(self.last_id);
        write(&mut out, &self.signed);
        write(&mut out, &self.last_resort);
        write(&mut out, &self.one_time);
        write(&mut out, &self.one_time_kem);
        Zeroizing::new(out.finish())
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        fn read<const N: usize>(reader: &mut Reader<'_>) -> Result<Keys<N>, DecodeError> {
            let keys = reader.list16(|reader| {
                Ok((reader.u32()?, Dated { made: reader.u64()?, secret: Secret::new(reader.array()?) }))
            })?;
            Ok(keys.into_iter().collect())
        }
        Reader::all(bytes, |reader| {
            if reader.u8()? != 1 {
                return Err(DecodeError::Version);
            }
            Ok(Self {
                bundle_seq: reader.u32()?,
                last_id: reader.u32()?,
                signed: read(reader)?,
                last_resort: read(reader)?,
                one_time: read(reader)?,
                one_time_kem: read(reader)?,
            })
        })
    }

    /// How many one-time prekeys are held, of the rarer kind.
    #[must_use]
    pub fn one_time_held(&self) -> usize {
        self.one_time.len().min(self.one_time_kem.len())
    }

    // One series of ids for all kinds: an id never means two keys.
    const fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    fn sign_bundle(
        &self,
        org: &OrgId,
        device_id: DeviceId,
        dik_s: &DeviceSignSecret,
        id: u32,
        now: u64,
    ) -> SignedBundle {
        let spk = self.signed(id).map_or(crate::keys::DhPublic::new([0; 32]), |key| *key.public());
        let pqspk = self.last_resort(id).map_or([0; Kem1024Secret::PUBLIC], |key| key.public());
        let bundle = PrekeyBundle {
            device_id,
            bundle_seq: self.bundle_seq,
            suites: vec![SUITE],
            spk_id: id,
            spk,
            pqspk_id: id,
            pqspk: Box::new(pqspk),
            nbf: now,
            naf: now.saturating_add(BUNDLE_LIFE),
        };
        SignedBundle::sign(org, bundle, dik_s)
    }
}

impl PrekeySource for Prekeys {
    fn signed(&self, id: u32) -> Option<DhSecret> {
        self.signed.get(&id).map(|key| DhSecret::from_secret(key.secret.duplicate()))
    }

    fn last_resort(&self, id: u32) -> Option<Kem1024Secret> {
        self.last_resort.get(&id).map(|key| Kem1024Secret::from_seed(&key.secret))
    }

    fn one_time(&self, id: u32) -> Option<DhSecret> {
        self.one_time.get(&id).map(|key| DhSecret::from_secret(key.secret.duplicate()))
    }

    fn one_time_kem(&self, id: u32) -> Option<Kem1024Secret> {
        self.one_time_kem.get(&id).map(|key| Kem1024Secret::from_seed(&key.secret))
    }
}

impl fmt::Debug for Prekeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prekeys")
            .field("signed", &self.signed.len())
            .field("one_time", &self.one_time.len())
            .field("one_time_kem", &self.one_time_kem.len())
            .finish_non_exhaustive()
    }
}
