//! Handshake PX between two devices: PQXDH with X25519 and ML-KEM-1024 (PROTOCOL §2.4).
//!
//! ```text
//! (ct, ss) = Encaps_1024(pqpk);   EK = fresh X25519
//! th  = H("px transcript", T)
//! ikm = 0xFF^32 ‖ DH(DIK_x^A, SPK^B) ‖ DH(EK, DIK_x^B) ‖ DH(EK, SPK^B) ‖ [DH(EK, OPK^B)] ‖ ss
//! okm = KDF(Ext(0^32, ikm), "px keys", th, 128) = rk0[32] ‖ hk_a[32] ‖ nhk_b[32] ‖ sid[32]
//! ```
//!
//! It takes only [`Verified`] parties and prekeys, so that every signature and the place in the log were checked
//! before the first Diffie-Hellman. Nothing here stores anything: [`crate::session`] decides when the result counts.
//! Authentication is classical; an active quantum attacker is not covered. The composition has not been audited.

mod party;
mod prekey_message;
mod transcript;

pub use party::{KeyMismatch, LocalDevice, Party, PartyError};
pub(crate) use prekey_message::{PREKEY_PREFIX, PREKEY_TYPE, Prefix, split};

use rand_core::CryptoRng;
use thiserror::Error;

use self::transcript::{Prekeyed, Transcript};
use crate::error::{InvalidKey, NonContributory};
use crate::kdf::{Label, ext, kdf};
use crate::keys::{DhPublic, DhSecret};
use crate::prekey::{OneTime, OneTimeKey, PrekeyBundle, PrekeySource};
use crate::primitives::Kem1024Public;
use crate::ratchet::Ratchet;
use crate::secret::Secret;
use crate::verified::Verified;

/// The only suite: X25519, ML-KEM-1024 and -768, ChaCha20-Poly1305, SHA-256.
pub const SUITE: u16 = 1;

/// A one-time pair of the peer: X25519 and ML-KEM-1024.
pub type OneTimePair = (Verified<OneTime>, Verified<OneTime>);

/// Why a handshake cannot be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The prekeys are of another device than the party.
    #[error("the prekeys are of another device")]
    Device,
    /// The bundle offers no suite that this version speaks; there is no fallback.
    #[error("there is no common suite")]
    Suite,
    /// The one-time prekeys are not one of each kind.
    #[error("the one-time prekeys are not one of each kind")]
    Kinds,
    /// A first handshake was asked for, but there was one before; a restart is needed.
    #[error("there was a handshake with this device before")]
    NotFirst,
    /// A key is not valid.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// A Diffie-Hellman was not contributory.
    #[error(transparent)]
    NonContributory(#[from] NonContributory),
}

/// What both sides derive.
pub(crate) struct Derived {
    pub(crate) th: [u8; 32],
    pub(crate) rk0: Secret<32>,
    pub(crate) hk_a: Secret<32>,
    pub(crate) nhk_b: Secret<32>,
    pub(crate) sid: Secret<32>,
}

/// The initiator's side, done.
pub(crate) struct Initiated {
    pub(crate) sid: Secret<32>,
    pub(crate) prefix: Vec<u8>,
    pub(crate) last_resort: bool,
    pub(crate) ratchet: Ratchet,
}

/// Starts as A. Draws the EK secret (32 bytes), the encapsulation's m (32), then INIT A's STEP-SEND.
pub(crate) fn initiate<R: CryptoRng + ?Sized>(
    me: &LocalDevice,
    peer: &Verified<Party>,
    bundle: &Verified<PrekeyBundle>,
    one_time: Option<&OneTimePair>,
    reset_time: u64,
    rng: &mut R,
) -> Result<Initiated, HandshakeError> {
    if bundle.device_id != peer.device_id {
        return Err(HandshakeError::Device);
    }
    if !bundle.suites.contains(&SUITE) {
        return Err(HandshakeError::Suite);
    }
    let (opk, pqpk_id, pqpk) = match one_time {
        None => (None, bundle.pqspk_id, &bundle.pqspk),
        Some((dh, kem)) => {
            if dh.device_id != peer.device_id || kem.device_id != peer.device_id {
                return Err(HandshakeError::Device);
            }
            let (OneTimeKey::Dh(opk), OneTimeKey::Kem(pqopk)) = (&dh.key, &kem.key) else {
                return Err(HandshakeError::Kinds);
            };
            (Some((dh.id, *opk)), kem.id, pqopk)
        }
    };
    let kem = Kem1024Public::parse(pqpk)?;
    let ek = DhSecret::generate(rng);
    let (ct, ss) = kem.encapsulate(rng);
    let prekeys = Prekeyed {
        spk_id: bundle.spk_id,
        spk: bundle.spk,
        opk,
        pqpk_id,
        one_time_kem: one_time.is_some(),
        pqpk,
    };
    let th = Transcript {
        reset_time,
        org: me.org(),
        a: me.party(),
        b: peer,
        prekeys: &prekeys,
        ek: ek.public(),
        ct: &ct,
    }
    .hash();
    let dh1 = me.dik_x().agree(&bundle.spk)?;
    let dh2 = ek.agree(&peer.dik_x)?;
    let dh3 = ek.agree(&bundle.spk)?;
    let dh4 = opk.map(|(_, opk)| ek.agree(&opk)).transpose()?;
    let derived = derive(th, &dh1, &dh2, &dh3, dh4.as_ref(), &ss);
    let prefix = Prefix {
        reset_time,
        user_id: me.party().user_id,
        device_id: me.party().device_id,
        devcert_hash: me.party().devcert_hash,
        spk_id: bundle.spk_id,
        opk_id: opk.map_or(0, |(id, _)| id),
        pqpk_id,
        one_time_kem: one_time.is_some(),
        ek: *ek.public(),
        ct: Box::new(ct),
    }
    .encode();
    let ratchet = Ratchet::initiator(derived.th, derived.rk0, derived.hk_a, derived.nhk_b, bundle.spk, rng)?;
    Ok(Initiated { sid: derived.sid, prefix, last_resort: one_time.is_none(), ratchet })
}

/// Why B cannot follow a PREKEY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RespondError {
    /// A prekey that it names is gone or never was.
    MissingPrekey,
    /// A key in it is of small order.
    Key,
}

/// The responder's side, done: INIT B. Draws nothing.
pub(crate) fn respond(
    me: &LocalDevice,
    peer: &Verified<Party>,
    prefix: &Prefix,
    source: &dyn PrekeySource,
) -> Result<(Secret<32>, Ratchet), RespondError> {
    let missing = RespondError::MissingPrekey;
    let spk = source.signed(prefix.spk_id).ok_or(missing)?;
    let opk = if prefix.opk_id == 0 { None } else { Some(source.one_time(prefix.opk_id).ok_or(missing)?) };
    let kem = if prefix.one_time_kem {
        source.one_time_kem(prefix.pqpk_id)
    } else {
        source.last_resort(prefix.pqpk_id)
    }
    .ok_or(missing)?;
    let derived = respond_with(me, peer, prefix, &spk, opk.as_ref(), &kem).map_err(|_| RespondError::Key)?;
    let ratchet = Ratchet::responder(derived.th, derived.rk0, derived.hk_a, derived.nhk_b, spk);
    Ok((derived.sid, ratchet))
}

fn respond_with(
    me: &LocalDevice,
    peer: &Verified<Party>,
    prefix: &Prefix,
    spk: &DhSecret,
    opk: Option<&DhSecret>,
    kem: &crate::primitives::Kem1024Secret,
) -> Result<Derived, NonContributory> {
    let pqpk = Box::new(kem.public());
    let prekeys = Prekeyed {
        spk_id: prefix.spk_id,
        spk: *spk.public(),
        opk: opk.map(|opk| (prefix.opk_id, *opk.public())),
        pqpk_id: prefix.pqpk_id,
        one_time_kem: prefix.one_time_kem,
        pqpk: &pqpk,
    };
    let th = Transcript {
        reset_time: prefix.reset_time,
        org: me.org(),
        a: peer,
        b: me.party(),
        prekeys: &prekeys,
        ek: &prefix.ek,
        ct: &prefix.ct,
    }
    .hash();
    let dh1 = spk.agree(&peer.dik_x)?;
    let dh2 = me.dik_x().agree(&prefix.ek)?;
    let dh3 = spk.agree(&prefix.ek)?;
    let dh4 = opk.map(|opk| opk.agree(&prefix.ek)).transpose()?;
    let ss = kem.decapsulate(&prefix.ct);
    Ok(derive(th, &dh1, &dh2, &dh3, dh4.as_ref(), &ss))
}

fn derive(
    th: [u8; 32],
    dh1: &Secret<32>,
    dh2: &Secret<32>,
    dh3: &Secret<32>,
    dh4: Option<&Secret<32>>,
    ss: &Secret<32>,
) -> Derived {
    let mut ikm: Vec<&[u8]> = vec![&[0xFF; 32], dh1.expose(), dh2.expose(), dh3.expose()];
    ikm.extend(dh4.map(|dh| dh.expose().as_slice()));
    ikm.push(ss.expose());
    let okm: Secret<128> = kdf(&ext(&[0; 32], &ikm), Label::PX_KEYS, &[&th]);
    let [rk0, hk_a, nhk_b, sid] = okm.split();
    Derived { th, rk0, hk_a, nhk_b, sid }
}

/// The ephemeral key that names a PREKEY's handshake.
pub(crate) type EphemeralKey = DhPublic;
