//! The server's own online keys: transport (its PeerId), directory (DSK), enrolment and OPAQUE secrets.
//!
//! One JSON file, mode 0600, not sealed: the server has to start without a person. Whoever reads it is the server
//! towards clients, but opens no message and adds no member or device (PROTOCOL §5). The enrolment key counts only
//! while Policy names it.

use std::path::Path;

use conclave_crypto::keys::{DirectorySecret, EnrolSecret, OrgId, OrkPublic, TransportSecret};
use conclave_crypto::login::LoginServer;
use conclave_crypto::secret::Secret;
use data_encoding::HEXLOWER;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::home::{HomeError, write_new};

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
    /// EnrolKey, of use only while Policy says `auto`.
    pub(crate) enrol: EnrolSecret,
    /// OPAQUE secrets.
    pub(crate) login: LoginServer,
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
    enrol: String,
    opaque: String,
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
            enrol: EnrolSecret::generate(rng),
            login: LoginServer::generate(OrgId::of(&ork), rng)
                .map_err(|_| ServerKeysError::Damaged("the new OPAQUE set-up".into()))?,
        })
    }

    /// Writes the file; it must not exist.
    pub(crate) fn write(&self, path: &Path) -> Result<(), ServerKeysError> {
        let damaged = || ServerKeysError::Damaged(path.display().to_string());
        let opaque = self.login.to_bytes().map_err(|_| damaged())?;
        let stored = Stored {
            format: FORMAT.into(),
            version: VERSION,
            ork: HEXLOWER.encode(self.ork.as_bytes()),
            transport: HEXLOWER.encode(self.transport.seed().expose()),
            directory: HEXLOWER.encode(self.directory.seed().expose()),
            enrol: HEXLOWER.encode(self.enrol.seed().expose()),
            opaque: HEXLOWER.encode(opaque.expose()),
        };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&stored).map_err(|_| damaged())?);
        Ok(write_new(path, &text)?)
    }

    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self, ServerKeysError> {
        let text = match std::fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let directory = path.parent().unwrap_or(path);
                return Err(ServerKeysError::Missing(directory.display().to_string()));
            }
            Err(source) => return Err(HomeError::Io { path: path.to_owned(), source }.into()),
        };
        Self::parse(&text, path)
    }

    /// Reads the contents of such a file; `path` is for the words of an error.
    pub(crate) fn parse(text: &[u8], path: &Path) -> Result<Self, ServerKeysError> {
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
            enrol: EnrolSecret::from_seed(secret(&stored.enrol).ok_or_else(damaged)?),
            login: LoginServer::from_bytes(OrgId::of(&ork), &secret(&stored.opaque).ok_or_else(damaged)?)
                .map_err(|_| damaged())?,
            ork,
        })
    }
}

fn public(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

fn secret<const N: usize>(hex: &str) -> Option<Secret<N>> {
    let bytes = Zeroizing::new(HEXLOWER.decode(hex.as_bytes()).ok()?);
    Some(Secret::new(bytes.as_slice().try_into().ok()?))
}
