//! The account identity, kept by the server under the recovery code (PROTOCOL §2.11).
//!
//! ```text
//! backup (88) = salt[16] ‖ X(KDF(Ext(salt, code), "uik backup", org_id ‖ user_id, 32), aad = org_id ‖ user_id, UIK seed[32])
//! ```
//!
//! The code is 32 random bytes, so the server has nothing to guess.

use rand_core::CryptoRng;

use crate::error::NotOpened;
use crate::kdf::{Label, ext, kdf};
use crate::keys::{OrgId, UikSecret, UserId};
use crate::primitives;
use crate::secret::Secret;
use crate::vault::RecoveryCode;

/// Length of a backup, in bytes.
pub const LEN: usize = 16 + 24 + 32 + primitives::TAG;

/// Seals `uik` under the recovery code. Draws the salt (16 bytes), then the nonce (24).
pub fn seal<R: CryptoRng + ?Sized>(
    org: &OrgId,
    user: &UserId,
    code: &RecoveryCode,
    uik: &UikSecret,
    rng: &mut R,
) -> [u8; LEN] {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let sealed = primitives::x_seal(&key(org, user, code, &salt), &aad(org, user), uik.seed().expose(), rng);
    let mut out = [0; LEN];
    for (to, from) in out.iter_mut().zip(salt.iter().chain(&sealed)) {
        *to = *from;
    }
    out
}

/// Opens a backup.
///
/// # Errors
/// [`NotOpened`] for another code, another user or altered bytes.
pub fn open(
    org: &OrgId,
    user: &UserId,
    code: &RecoveryCode,
    backup: &[u8; LEN],
) -> Result<UikSecret, NotOpened> {
    let (salt, sealed) = backup.split_first_chunk::<16>().ok_or(NotOpened)?;
    let seed = primitives::x_open(&key(org, user, code, salt), &aad(org, user), sealed)?;
    Ok(UikSecret::from_seed(Secret::new(*seed.first_chunk().ok_or(NotOpened)?)))
}

fn key(org: &OrgId, user: &UserId, code: &RecoveryCode, salt: &[u8; 16]) -> Secret<32> {
    let prk = ext(salt, &[code.secret().expose()]);
    kdf(&prk, Label::UIK_BACKUP, &[org.as_bytes(), user.as_bytes()])
}

fn aad(org: &OrgId, user: &UserId) -> Vec<u8> {
    [org.as_bytes().as_slice(), user.as_bytes()].concat()
}
