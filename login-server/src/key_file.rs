//! Passphrase-sealed files of the organisation's root key and admin keys (PROTOCOL §2.2).
//!
//! JSON, so that a person can see what a file is without its passphrase:
//!
//! ```text
//! { "format": "conclave-key", "version": 1, "kind": "root" | "admin", "name": …, "ork": hex32, "public": hex32,
//!   "m_kib": 65536, "t": 3, "p": 4, "salt": hex16, "sealed": hex }
//! key    = Argon2id v1.3 (passphrase in NFKC UTF-8, salt, m, t, p) → 32 bytes
//! sealed = X(key, aad = "conclave key file 1" ‖ kind u8 ‖ name bytes8 ‖ ork ‖ public ‖ m u32 ‖ t u32 ‖ p u32 ‖ salt, seed)
//! ```
//!
//! Every field is authenticated, so a file cannot be passed off as another; the parameters are bounded when read, so
//! a forged file costs at most a gigabyte once.

use std::path::Path;

use conclave_crypto::encoding::Writer;
use conclave_crypto::keys::{AdminPublic, AdminSecret, OrkPublic, OrkSecret};
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{x_open, x_seal};
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::home::{HomeError, write_new};
use crate::stretch::Cost;

const FORMAT: &str = "conclave-key";
const VERSION: u32 = 1;
const AAD: &[u8] = b"conclave key file 1";

/// Which key a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyKind {
    /// ORK.
    Root,
    /// AK.
    Admin,
}

/// A sealed key as it lies on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    format: String,
    version: u32,
    kind: KeyKind,
    name: String,
    ork: String,
    public: String,
    m_kib: u32,
    t: u32,
    p: u32,
    salt: String,
    sealed: String,
}

/// Why a key file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum KeyFileError {
    /// It cannot be read or written.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// It is not such a file, of a newer version, or altered.
    #[error("{0} is not a key file of this version, or damaged")]
    Damaged(String),
    /// It is the other kind of key.
    #[error("{0} holds another kind of key")]
    Kind(String),
    /// The passphrase is wrong.
    #[error("wrong passphrase for key '{0}'")]
    Passphrase(String),
}

impl KeyFile {
    /// Seals the root key.
    pub(crate) fn root<R: CryptoRng + ?Sized>(
        ork: &OrkSecret,
        passphrase: &Password,
        rng: &mut R,
    ) -> Result<Self, KeyFileError> {
        let public = ork.public();
        Self::seal(KeyKind::Root, "root", &public, public.as_bytes(), ork.seed(), passphrase, rng)
    }

    /// Seals an admin key.
    pub(crate) fn admin<R: CryptoRng + ?Sized>(
        name: &str,
        ork: &OrkPublic,
        admin: &AdminSecret,
        passphrase: &Password,
        rng: &mut R,
    ) -> Result<Self, KeyFileError> {
        Self::seal(KeyKind::Admin, name, ork, admin.public().as_bytes(), admin.seed(), passphrase, rng)
    }

    fn seal<R: CryptoRng + ?Sized>(
        kind: KeyKind,
        name: &str,
        ork: &OrkPublic,
        public: &[u8; 32],
        seed: &Secret<32>,
        passphrase: &Password,
        rng: &mut R,
    ) -> Result<Self, KeyFileError> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let mut file = Self {
            format: FORMAT.into(),
            version: VERSION,
            kind,
            name: name.to_owned(),
            ork: HEXLOWER.encode(ork.as_bytes()),
            public: HEXLOWER.encode(public),
            m_kib: Cost::NEW.m_kib,
            t: Cost::NEW.t,
            p: Cost::NEW.p,
            salt: HEXLOWER.encode(&salt),
            sealed: String::new(),
        };
        let key = file.key(passphrase).ok_or_else(|| KeyFileError::Damaged(name.to_owned()))?;
        file.sealed = HEXLOWER.encode(&x_seal(&key, &file.aad(), seed.expose(), rng));
        Ok(file)
    }

    /// Writes a new file, mode 0600.
    pub(crate) fn write(&self, path: &Path) -> Result<(), KeyFileError> {
        let text =
            serde_json::to_vec_pretty(self).map_err(|_| KeyFileError::Damaged(path.display().to_string()))?;
        Ok(write_new(path, &text)?)
    }

    /// Reads a file and checks its form; nothing is opened.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyFileError> {
        let damaged = || KeyFileError::Damaged(path.display().to_string());
        let text = std::fs::read(path).map_err(|source| HomeError::Io { path: path.to_owned(), source })?;
        let file: Self = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let fits = file.format == FORMAT && file.version == VERSION && file.cost().is_acceptable();
        if fits { Ok(file) } else { Err(damaged()) }
    }

    /// The name given to the key.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The organisation's root key.
    pub(crate) fn ork(&self) -> Result<OrkPublic, KeyFileError> {
        hex32(&self.ork)
            .and_then(|bytes| OrkPublic::from_bytes(bytes).ok())
            .ok_or_else(|| KeyFileError::Damaged(self.name.clone()))
    }

    /// Opens an admin key.
    pub(crate) fn open_admin(&self, passphrase: &Password) -> Result<AdminSecret, KeyFileError> {
        if self.kind != KeyKind::Admin {
            return Err(KeyFileError::Kind(self.name.clone()));
        }
        let secret = AdminSecret::from_seed(self.open(passphrase)?);
        let stated = hex32(&self.public).and_then(|bytes| AdminPublic::from_bytes(bytes).ok());
        if stated == Some(secret.public()) {
            Ok(secret)
        } else {
            Err(KeyFileError::Damaged(self.name.clone()))
        }
    }

    /// The public half, in hex.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// Whether the passphrase opens it.
    pub(crate) fn check(&self, passphrase: &Password) -> Result<(), KeyFileError> {
        self.open(passphrase).map(|_| ())
    }

    /// The same key under another passphrase.
    pub(crate) fn resealed<R: CryptoRng + ?Sized>(
        &self,
        passphrase: &Password,
        new: &Password,
        rng: &mut R,
    ) -> Result<Self, KeyFileError> {
        let damaged = || KeyFileError::Damaged(self.name.clone());
        let seed = self.open(passphrase)?;
        let public = hex32(&self.public).ok_or_else(damaged)?;
        Self::seal(self.kind, &self.name, &self.ork()?, &public, &seed, new, rng)
    }

    /// Replaces the file of the same key; a crash leaves the old one or the new one.
    pub(crate) fn replace(&self, path: &Path) -> Result<(), KeyFileError> {
        let text =
            serde_json::to_vec_pretty(self).map_err(|_| KeyFileError::Damaged(path.display().to_string()))?;
        Ok(crate::home::replace(path, &text)
            .map_err(|source| HomeError::Io { path: path.to_owned(), source })?)
    }

    /// Opens the root key.
    pub(crate) fn open_root(&self, passphrase: &Password) -> Result<OrkSecret, KeyFileError> {
        if self.kind != KeyKind::Root {
            return Err(KeyFileError::Kind(self.name.clone()));
        }
        Ok(OrkSecret::from_seed(self.open(passphrase)?))
    }

    fn open(&self, passphrase: &Password) -> Result<Secret<32>, KeyFileError> {
        let damaged = || KeyFileError::Damaged(self.name.clone());
        let key = self.key(passphrase).ok_or_else(damaged)?;
        let sealed = HEXLOWER.decode(self.sealed.as_bytes()).map_err(|_| damaged())?;
        let seed =
            x_open(&key, &self.aad(), &sealed).map_err(|_| KeyFileError::Passphrase(self.name.clone()))?;
        Ok(Secret::new(seed.as_slice().try_into().map_err(|_| damaged())?))
    }

    fn key(&self, passphrase: &Password) -> Option<Secret<32>> {
        let salt: [u8; 16] = HEXLOWER.decode(self.salt.as_bytes()).ok()?.try_into().ok()?;
        self.cost().stretch(passphrase, &salt)
    }

    const fn cost(&self) -> Cost {
        Cost { m_kib: self.m_kib, t: self.t, p: self.p }
    }

    fn aad(&self) -> Vec<u8> {
        let kind = match self.kind {
            KeyKind::Root => 5,
            KeyKind::Admin => 4,
        };
        let mut writer = Writer::new();
        writer
            .raw(AAD)
            .u8(kind)
            .bytes8(self.name.as_bytes())
            .bytes8(self.ork.as_bytes())
            .bytes8(self.public.as_bytes());
        self.cost().write(&mut writer);
        writer.bytes8(self.salt.as_bytes()).finish()
    }
}

fn hex32(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rng;

    #[test]
    fn a_key_opens_with_its_passphrase_only_and_every_field_counts() {
        let directory = tempfile::tempdir().unwrap();
        let (ork, admin) = (OrkSecret::generate(&mut rng()), AdminSecret::generate(&mut rng()));
        let right = Password::new("correct horse");
        let file = KeyFile::admin("ops-1", &ork.public(), &admin, &right, &mut rng()).unwrap();
        let path = directory.path().join("ops-1.key");
        file.write(&path).unwrap();
        assert!(file.write(&path).is_err(), "never overwrites");
        let read = KeyFile::read(&path).unwrap();
        assert_eq!(read.open_admin(&right).unwrap().public(), admin.public());
        assert_eq!(read.ork().unwrap(), ork.public());
        assert!(matches!(read.open_admin(&Password::new("wrong")), Err(KeyFileError::Passphrase(_))));
        let renamed = KeyFile { name: "ops-2".into(), ..read.clone() };
        assert!(renamed.open_admin(&right).is_err());
        let moved = KeyFile { ork: HEXLOWER.encode(&[7; 32]), ..read };
        assert!(moved.open_admin(&right).is_err());
    }

    #[test]
    fn a_root_key_is_no_admin_key_and_costly_parameters_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let ork = OrkSecret::generate(&mut rng());
        let passphrase = Password::new("correct horse");
        let file = KeyFile::root(&ork, &passphrase, &mut rng()).unwrap();
        assert!(matches!(file.open_admin(&passphrase), Err(KeyFileError::Kind(_))));
        assert_eq!(file.open_root(&passphrase).unwrap().public(), ork.public());
        let path = directory.path().join("costly.key");
        KeyFile { m_kib: 4 * 1024 * 1024, ..file }.write(&path).unwrap();
        assert!(KeyFile::read(&path).is_err());
    }
}
