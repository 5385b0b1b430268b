//! The keys and counters of a session: all of the state but the record of its receiving chains.

use std::sync::Arc;

use super::chain::ChainKey;
use super::header::{HEADER, HeaderKey};
use crate::keys::{DhPublic, DhSecret};
use crate::primitives::Kem768Secret;
use crate::secret::Secret;

/// Stands for an absent encapsulation key.
pub(crate) const Z_EK: [u8; 1184] = [0; 1184];
/// Stands for an absent ciphertext.
pub(crate) const Z_CT: [u8; 1088] = [0; 1088];

/// My keys of the current turn: large, made once per turn and shared by the copies of [`Core`].
pub(crate) struct OwnKeys {
    pub(crate) dh: Option<DhSecret>,
    pub(crate) kem: Option<OwnKem>,
    pub(crate) ct: Option<Box<[u8; 1088]>>,
}

/// The expanded decapsulation key beside its public half, so that neither is computed again in a turn.
pub(crate) struct OwnKem {
    pub(crate) secret: Kem768Secret,
    pub(crate) public: Box<[u8; 1184]>,
}

impl OwnKem {
    pub(crate) fn new(secret: Kem768Secret) -> Self {
        let public = Box::new(secret.public());
        Self { secret, public }
    }
}

/// The peer's keys of the current turn.
pub(crate) struct PeerKeys {
    pub(crate) dh: DhPublic,
    pub(crate) ek: Option<Box<[u8; 1184]>>,
}

impl OwnKeys {
    pub(crate) const fn none() -> Self {
        Self { dh: None, kem: None, ct: None }
    }

    pub(crate) fn dh_public(&self) -> DhPublic {
        self.dh.as_ref().map_or(DhPublic::new([0; 32]), |dh| *dh.public())
    }

    pub(crate) fn ek(&self) -> &[u8; 1184] {
        self.kem.as_ref().map_or(&Z_EK, |kem| &kem.public)
    }

    pub(crate) fn ct(&self) -> &[u8; 1088] {
        self.ct.as_deref().unwrap_or(&Z_CT)
    }
}

impl PeerKeys {
    /// INIT B: zeros stand for the absent DHr.
    pub(crate) const fn none() -> Self {
        Self { dh: DhPublic::new([0; 32]), ek: None }
    }

    pub(crate) fn ek(&self) -> &[u8; 1184] {
        self.ek.as_deref().unwrap_or(&Z_EK)
    }
}

/// `th, RK, DHs, KEMs?, ct_s?, DHr?, ekr?, CKs?, CKr?, Ns, Nr, PN, HKs?, HKr?, NHKs?, NHKr`.
pub(crate) struct Core {
    pub(crate) th: [u8; 32],
    pub(crate) rk: Secret<32>,
    pub(crate) own: Arc<OwnKeys>,
    pub(crate) peer: Arc<PeerKeys>,
    pub(crate) cks: Option<ChainKey>,
    pub(crate) ckr: Option<ChainKey>,
    pub(crate) ns: u32,
    pub(crate) nr: u32,
    pub(crate) pn: u32,
    pub(crate) hks: Option<HeaderKey>,
    pub(crate) hkr: Option<HeaderKey>,
    pub(crate) nhks: Option<HeaderKey>,
    pub(crate) nhkr: HeaderKey,
}

impl Core {
    /// The staged copy: about 300 bytes of keys, the large ones shared.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            th: self.th,
            rk: self.rk.duplicate(),
            own: Arc::clone(&self.own),
            peer: Arc::clone(&self.peer),
            cks: self.cks.as_ref().map(ChainKey::duplicate),
            ckr: self.ckr.as_ref().map(ChainKey::duplicate),
            ns: self.ns,
            nr: self.nr,
            pn: self.pn,
            hks: self.hks.as_ref().map(HeaderKey::duplicate),
            hkr: self.hkr.as_ref().map(HeaderKey::duplicate),
            nhks: self.nhks.as_ref().map(HeaderKey::duplicate),
            nhkr: self.nhkr.duplicate(),
        }
    }

    /// The header of the next message of the sending chain.
    pub(crate) fn sending_header(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend_from_slice(self.own.dh_public().as_bytes());
        out.extend_from_slice(self.own.ek());
        out.extend_from_slice(self.own.ct());
        out.push(u8::from(self.own.ct.is_some()));
        out.extend_from_slice(&self.pn.to_be_bytes());
        out.extend_from_slice(&self.ns.to_be_bytes());
        out
    }
}
