//! The root step (PROTOCOL §2.5).
//!
//! ```text
//! bind(s_dh, s_ek, ct, r_dh, r_ek) = H("dr step", s_dh ‖ s_ek ‖ ct ‖ r_dh ‖ r_ek)
//! ROOT(RK, dh, kem, b) = KDF(Ext(RK, dh ‖ kem), "dr root", th ‖ b, 96) → RK'[32], CK[32], NHK[32]
//! ```

use super::chain::ChainKey;
use super::header::HeaderKey;
use crate::kdf::{Label, ext, h, kdf};
use crate::keys::DhPublic;
use crate::secret::Secret;

/// What a step binds: the sender's new values and the receiver's current ones. Absent values are zeros.
pub(crate) struct Bound<'a> {
    pub(crate) sender_dh: &'a DhPublic,
    pub(crate) sender_ek: &'a [u8; 1184],
    pub(crate) ct: &'a [u8; 1088],
    pub(crate) receiver_dh: &'a DhPublic,
    pub(crate) receiver_ek: &'a [u8; 1184],
}

/// The keys of a step.
pub(crate) struct Rooted {
    pub(crate) rk: Secret<32>,
    pub(crate) ck: ChainKey,
    pub(crate) nhk: HeaderKey,
}

/// `ROOT`.
pub(crate) fn root(
    rk: &Secret<32>,
    dh: &Secret<32>,
    kem: &Secret<32>,
    th: &[u8; 32],
    bound: &Bound<'_>,
) -> Rooted {
    let bind = h(
        Label::DR_STEP,
        &[
            bound.sender_dh.as_bytes(),
            bound.sender_ek,
            bound.ct,
            bound.receiver_dh.as_bytes(),
            bound.receiver_ek,
        ],
    );
    let prk = ext(rk.expose(), &[dh.expose(), kem.expose()]);
    let okm: Secret<96> = kdf(&prk, Label::DR_ROOT, &[th, &bind]);
    let [rk, ck, nhk] = okm.split();
    Rooted { rk, ck: ChainKey::new(ck), nhk: HeaderKey::new(nhk) }
}
