//! The sealed file of the links that `user invite --csv` makes.
//!
//! ```text
//! { "format": "conclave-links", "version": 1, "m_kib": 65536, "t": 3, "p": 4, "salt": hex16, "sealed": hex }
//! key    = Argon2id v1.3 (passphrase in NFKC UTF-8, salt, m, t, p) → 32 bytes
//! sealed = X(key, aad = "conclave links 1" ‖ m u32 ‖ t u32 ‖ p u32 ‖ salt bytes8, JSON of [{user, expires, link}])
//! ```
//!
//! A link lets in whoever uses it first, so the file opens only for the one who has its passphrase.

use std::path::Path;

use conclave_crypto::encoding::Writer;
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{x_open, x_seal};
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::exit::{Exit, Failure};
use crate::home::{read_named, write_new};
use crate::stretch::Cost;
use crate::words::said;

const FORMAT: &str = "conclave-links";
const VERSION: u32 = 1;
const AAD: &[u8] = b"conclave links 1";
/// Longest file that is read, in bytes: 500 links in hex, and some more.
const LONGEST: u64 = 4 * 1024 * 1024;

/// One link.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// Whom it invites.
    pub(crate) user: String,
    /// Its end, milliseconds UTC.
    pub(crate) expires: u64,
    /// `conclave://…`
    pub(crate) link: String,
}

/// The file as it lies on the disk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    format: String,
    version: u32,
    m_kib: u32,
    t: u32,
    p: u32,
    salt: String,
    sealed: String,
}

/// Seals links into a new file, mode 0600.
pub(crate) fn write<R: CryptoRng + ?Sized>(
    path: &Path,
    links: &[Link],
    passphrase: &Password,
    rng: &mut R,
) -> Result<(), Failure> {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let cost = Cost::NEW;
    let key =
        cost.stretch(passphrase, &salt).ok_or_else(|| Failure::new(Exit::Failed, said("backup-sealing")))?;
    let text = Zeroizing::new(serde_json::to_vec(links).map_err(failed)?);
    let envelope = Envelope {
        format: FORMAT.into(),
        version: VERSION,
        m_kib: cost.m_kib,
        t: cost.t,
        p: cost.p,
        salt: HEXLOWER.encode(&salt),
        sealed: HEXLOWER.encode(&x_seal(&key, &aad(cost, &salt), &text, rng)),
    };
    write_new(path, &serde_json::to_vec_pretty(&envelope).map_err(failed)?)?;
    Ok(())
}

/// Opens a file.
pub(crate) fn read(path: &Path, passphrase: &Password) -> Result<Vec<Link>, Failure> {
    let name = path.display().to_string();
    let damaged = || Failure::new(Exit::Damaged, said("links-damaged").with("file", &name));
    let bytes = read_named(path, LONGEST)?;
    let found: Envelope = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
    let cost = Cost { m_kib: found.m_kib, t: found.t, p: found.p };
    if found.format != FORMAT || found.version != VERSION || !cost.is_acceptable() {
        return Err(damaged());
    }
    let salt = HEXLOWER.decode(found.salt.as_bytes()).ok().and_then(|salt| salt.try_into().ok());
    let salt: [u8; 16] = salt.ok_or_else(damaged)?;
    let sealed = HEXLOWER.decode(found.sealed.as_bytes()).map_err(|_| damaged())?;
    let key: Secret<32> = cost.stretch(passphrase, &salt).ok_or_else(damaged)?;
    let text = x_open(&key, &aad(cost, &salt), &sealed)
        .map_err(|_| Failure::new(Exit::Refused, said("backup-passphrase").with("file", &name)))?;
    serde_json::from_slice(&text).map_err(|_| damaged())
}

fn aad(cost: Cost, salt: &[u8; 16]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(AAD);
    cost.write(&mut writer);
    writer.bytes8(salt);
    writer.finish()
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
