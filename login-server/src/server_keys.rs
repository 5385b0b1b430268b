//! The server's own online keys: transport (its PeerId), directory (DSK), enrolment and OPAQUE secrets.
//!
//! One JSON file, mode 0600, sealed when there is a store key, and in the clear when there is none: then the server
//! starts without anything else. Whoever reads it is the server towards clients, but opens no message and adds no
//! member or device (PROTOCOL §5). The enrolment key counts only while Policy names it. A key that is to follow lies beside the one in force until the log names it, so a crash at
//! any step of `key rotate` leaves a server that signs with a key its clients know.

mod sealed;

use std::path::Path;
use std::sync::Arc;

use conclave_crypto::directory::{Directory, Enrolment};

use conclave_crypto::keys::{
    DirectoryPublic, DirectorySecret, EnrolPublic, EnrolSecret, OrgId, OrkPublic, TransportSecret,
};
use conclave_crypto::login::LoginServer;
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use self::sealed::{Envelope, Seal};
use crate::home::{HomeError, replace, write_new};

const FORMAT: &str = "conclave-server-keys";
const VERSION: u32 = 1;

/// The keys.
#[derive(Debug)]
pub(crate) struct ServerKeys {
    /// The organisation's root key, public half.
    pub(crate) ork: OrkPublic,
    /// TPK: the libp2p identity.
    pub(crate) transport: TransportSecret,
    /// DSK: heads, leases and bans.
    pub(crate) directory: DirectorySecret,
    /// The DSK that follows, once a ServerKey leaf names it.
    pub(crate) next_directory: Option<DirectorySecret>,
    /// EnrolKey, of use only while Policy says `auto`.
    pub(crate) enrol: EnrolSecret,
    /// The EnrolKey that follows, once Policy names it.
    pub(crate) next_enrol: Option<EnrolSecret>,
    /// OPAQUE secrets.
    pub(crate) login: Arc<LoginServer>,
    /// Seals the private records that hold secrets; there is one exactly when the file itself is sealed.
    pub(crate) records: Option<Secret<32>>,
    seal: Option<Seal>,
}

/// The keys of servers that the log names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    directory: Vec<DirectoryPublic>,
    enrol: Option<EnrolPublic>,
}

impl Named {
    pub(crate) fn of(fold: &Directory) -> Self {
        Self {
            directory: fold.server_keys().iter().map(|named| named.key).collect(),
            enrol: fold.policy().and_then(|policy| match policy.enrolment {
                Enrolment::Auto(key) => Some(key),
                Enrolment::Manual | Enrolment::Grant => None,
            }),
        }
    }
}

/// Why the file of keys cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ServerKeysError {
    /// It cannot be read or written.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// It is not there.
    #[error("there is no organisation in {0}")]
    Missing(String),
    /// It is not such a file, or altered.
    #[error("{0} is damaged")]
    Damaged(String),
    /// It is sealed, and there is no store key.
    #[error("{0} is sealed and no store key was given")]
    Sealed(String),
    /// It is sealed to another store key.
    #[error("the store key does not open {0}")]
    StoreKey(String),
}

#[derive(Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    ork: String,
    transport: String,
    directory: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_directory: Option<String>,
    enrol: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_enrol: Option<String>,
    opaque: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    records: Option<String>,
}

impl ServerKeys {
    /// Draws new keys for the organisation of a root key.
    pub(crate) fn generate<R: CryptoRng + ?Sized>(
        ork: OrkPublic,
        rng: &mut R,
    ) -> Result<Self, ServerKeysError> {
        Ok(Self {
            ork,
            transport: TransportSecret::generate(rng),
            directory: DirectorySecret::generate(rng),
            next_directory: None,
            enrol: EnrolSecret::generate(rng),
            next_enrol: None,
            login: LoginServer::generate(OrgId::of(&ork), rng)
                .map(Arc::new)
                .map_err(|_| ServerKeysError::Damaged("the new OPAQUE set-up".into()))?,
            records: None,
            seal: None,
        })
    }

    /// Seals the file from the next write on, and draws the key of the records.
    pub(crate) fn seal_with<R: CryptoRng + ?Sized>(
        &mut self,
        store_key: &Password,
        rng: &mut R,
    ) -> Result<(), ServerKeysError> {
        let seal = Seal::new(store_key, rng).ok_or_else(|| ServerKeysError::StoreKey("anything".into()))?;
        self.seal = Some(seal);
        self.records = Some(Secret::random(rng));
        Ok(())
    }

    /// Whether the file is sealed.
    pub(crate) const fn is_sealed(&self) -> bool {
        self.seal.is_some()
    }

    /// Puts the keys in force that the log names by now. Whether that changed anything.
    pub(crate) fn settle(&mut self, named: &Named) -> bool {
        let directory = self.next_directory.take_if(|next| named.directory.contains(&next.public()));
        let enrol = self.next_enrol.take_if(|next| named.enrol == Some(next.public()));
        let changed = directory.is_some() || enrol.is_some();
        if let Some(next) = directory {
            self.directory = next;
        }
        if let Some(next) = enrol {
            self.enrol = next;
        }
        changed
    }

    /// Writes the file; it must not exist.
    pub(crate) fn write(&self, path: &Path) -> Result<(), ServerKeysError> {
        Ok(write_new(path, &self.text(path)?)?)
    }

    /// Replaces the file; a crash leaves the old one or the new one.
    pub(crate) fn replace(&self, path: &Path) -> Result<(), ServerKeysError> {
        replace(path, &self.text(path)?)
            .map_err(|source| HomeError::Io { path: path.to_owned(), source }.into())
    }

    fn text(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, ServerKeysError> {
        let damaged = || ServerKeysError::Damaged(path.display().to_string());
        let opaque = self.login.to_bytes().map_err(|_| damaged())?;
        let stored = Stored {
            format: FORMAT.into(),
            version: VERSION,
            ork: HEXLOWER.encode(self.ork.as_bytes()),
            transport: HEXLOWER.encode(self.transport.seed().expose()),
            directory: HEXLOWER.encode(self.directory.seed().expose()),
            next_directory: self.next_directory.as_ref().map(|next| HEXLOWER.encode(next.seed().expose())),
            enrol: HEXLOWER.encode(self.enrol.seed().expose()),
            next_enrol: self.next_enrol.as_ref().map(|next| HEXLOWER.encode(next.seed().expose())),
            opaque: HEXLOWER.encode(opaque.expose()),
            records: self.records.as_ref().map(|key| HEXLOWER.encode(key.expose())),
        };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&stored).map_err(|_| damaged())?);
        match &self.seal {
            None => Ok(text),
            Some(seal) => {
                let envelope = seal.seal(stored.ork.clone(), &text, &mut crate::clock::rng());
                Ok(Zeroizing::new(serde_json::to_vec_pretty(&envelope).map_err(|_| damaged())?))
            }
        }
    }

    /// Reads the file; a sealed one with its store key.
    pub(crate) fn read(path: &Path, store_key: Option<&Password>) -> Result<Self, ServerKeysError> {
        Self::parse(&text(path)?, store_key, path)
    }

    /// Reads whose keys they are; this is never sealed.
    pub(crate) fn organisation(path: &Path) -> Result<OrkPublic, ServerKeysError> {
        Self::parse_organisation(&text(path)?, path)
    }

    /// The same of the contents of such a file; `path` is for the words of an error.
    pub(crate) fn parse_organisation(text: &[u8], path: &Path) -> Result<OrkPublic, ServerKeysError> {
        let damaged = || ServerKeysError::Damaged(path.display().to_string());
        match Envelope::parse(text) {
            Some(envelope) => {
                public(&envelope.ork).and_then(|bytes| OrkPublic::from_bytes(bytes).ok()).ok_or_else(damaged)
            }
            None => Ok(Self::parse(text, None, path)?.ork),
        }
    }

    fn parse(text: &[u8], store_key: Option<&Password>, path: &Path) -> Result<Self, ServerKeysError> {
        let name = || path.display().to_string();
        match (Envelope::parse(text), store_key) {
            (None, _) => Self::parse_open(text, None, path),
            (Some(_), None) => Err(ServerKeysError::Sealed(name())),
            (Some(envelope), Some(store_key)) => {
                let opened = envelope.open(store_key).ok_or_else(|| ServerKeysError::StoreKey(name()))?;
                let keys = Self::parse_open(&opened.0, Some(opened.1), path)?;
                if HEXLOWER.encode(keys.ork.as_bytes()) != envelope.ork || keys.records.is_none() {
                    return Err(ServerKeysError::Damaged(name()));
                }
                Ok(keys)
            }
        }
    }

    fn parse_open(text: &[u8], seal: Option<Seal>, path: &Path) -> Result<Self, ServerKeysError> {
        let damaged = || ServerKeysError::Damaged(path.display().to_string());
        let stored: Stored = serde_json::from_slice(text).map_err(|_| damaged())?;
        if stored.format != FORMAT || stored.version != VERSION {
            return Err(damaged());
        }
        let ork =
            public(&stored.ork).and_then(|bytes| OrkPublic::from_bytes(bytes).ok()).ok_or_else(damaged)?;
        Ok(Self {
            transport: TransportSecret::from_seed(secret(&stored.transport).ok_or_else(damaged)?),
            directory: DirectorySecret::from_seed(secret(&stored.directory).ok_or_else(damaged)?),
            next_directory: match &stored.next_directory {
                Some(hex) => Some(DirectorySecret::from_seed(secret(hex).ok_or_else(damaged)?)),
                None => None,
            },
            enrol: EnrolSecret::from_seed(secret(&stored.enrol).ok_or_else(damaged)?),
            next_enrol: match &stored.next_enrol {
                Some(hex) => Some(EnrolSecret::from_seed(secret(hex).ok_or_else(damaged)?)),
                None => None,
            },
            login: LoginServer::from_bytes(OrgId::of(&ork), &secret(&stored.opaque).ok_or_else(damaged)?)
                .map(Arc::new)
                .map_err(|_| damaged())?,
            records: match &stored.records {
                Some(hex) => Some(secret(hex).ok_or_else(damaged)?),
                None => None,
            },
            seal,
            ork,
        })
    }
}

fn text(path: &Path) -> Result<Zeroizing<Vec<u8>>, ServerKeysError> {
    match std::fs::read(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let directory = path.parent().unwrap_or(path);
            Err(ServerKeysError::Missing(directory.display().to_string()))
        }
        Err(source) => Err(HomeError::Io { path: path.to_owned(), source }.into()),
    }
}

fn public(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

fn secret<const N: usize>(hex: &str) -> Option<Secret<N>> {
    let bytes = Zeroizing::new(HEXLOWER.decode(hex.as_bytes()).ok()?);
    Some(Secret::new(bytes.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use conclave_crypto::keys::OrkSecret;

    use super::*;
    use crate::clock::rng;

    #[test]
    fn a_key_that_follows_counts_once_the_log_names_it_and_survives_a_crash_before_that() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.keys");
        let mut keys = ServerKeys::generate(OrkSecret::generate(&mut rng()).public(), &mut rng()).unwrap();
        keys.write(&path).unwrap();
        let first = keys.directory.public();
        let next = DirectorySecret::generate(&mut rng());
        let second = next.public();
        keys.next_directory = Some(next);
        keys.next_enrol = Some(EnrolSecret::generate(&mut rng()));
        keys.replace(&path).unwrap();

        // Killed before the leaf was written: the first key goes on.
        let mut read = ServerKeys::read(&path, None).unwrap();
        assert!(!read.settle(&Named { directory: vec![first], enrol: None }));
        assert_eq!(read.directory.public(), first);
        // Killed after it, and before the file was changed: the second one, once.
        let mut read = ServerKeys::read(&path, None).unwrap();
        let named = Named { directory: vec![first, second], enrol: None };
        assert!(read.settle(&named) && !read.settle(&named));
        assert_eq!(read.directory.public(), second);
        read.replace(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&HEXLOWER.encode(keys.directory.seed().expose())), "the former key is erased");
        assert!(text.contains("next_enrol"), "the other one waits for its own leaf");
    }

    #[test]
    fn a_sealed_file_opens_with_its_store_key_only_and_every_field_counts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.keys");
        let mut keys = ServerKeys::generate(OrkSecret::generate(&mut rng()).public(), &mut rng()).unwrap();
        let right = Password::new("kept on another disk");
        keys.seal_with(&right, &mut rng()).unwrap();
        keys.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for secret in [keys.transport.seed(), keys.directory.seed(), keys.records.as_ref().unwrap()] {
            assert!(!text.contains(&HEXLOWER.encode(secret.expose())));
        }
        assert_eq!(ServerKeys::organisation(&path).unwrap(), keys.ork);
        let mut read = ServerKeys::read(&path, Some(&right)).unwrap();
        assert_eq!(read.directory.public(), keys.directory.public());
        assert!(read.is_sealed() && read.records == keys.records);
        // What is written later is sealed too, to the same key.
        read.next_directory = Some(DirectorySecret::generate(&mut rng()));
        read.replace(&path).unwrap();
        assert!(ServerKeys::read(&path, Some(&right)).unwrap().next_directory.is_some());

        let refused = |text: &str, key: Option<&Password>| {
            std::fs::write(&path, text).unwrap();
            ServerKeys::read(&path, key).unwrap_err()
        };
        assert!(matches!(refused(&text, None), ServerKeysError::Sealed(_)));
        let wrong = Password::new("kept on another desk");
        assert!(matches!(refused(&text, Some(&wrong)), ServerKeysError::StoreKey(_)));
        let other = HEXLOWER.encode(OrkSecret::generate(&mut rng()).public().as_bytes());
        let moved = text.replace(&HEXLOWER.encode(keys.ork.as_bytes()), &other);
        assert!(matches!(refused(&moved, Some(&right)), ServerKeysError::StoreKey(_)));
        for costly in ["\"m_kib\": 4194304", "\"m_kib\": 1024"] {
            let bad = text.replace("\"m_kib\": 65536", costly);
            assert!(matches!(refused(&bad, Some(&right)), ServerKeysError::Damaged(_)));
        }
        assert!(matches!(refused("{}", Some(&right)), ServerKeysError::Damaged(_)));
    }
}
