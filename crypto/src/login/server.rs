//! The server's half of OPAQUE.
//!
//! A name without a record gets a stand-in (RFC 9807 §10.9): a random masking key, a fixed public key, an empty
//! envelope. It is drawn and read for known names too, and goes through the same steps, so the answer to an unknown
//! name has the same form and costs the same here. The look-up before it is the caller's.

use core::fmt;

use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, ServerLogin, ServerLoginParameters,
    ServerRegistration, ServerSetup,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::DecodeError;
use crate::kdf::{Label, lab};
use crate::keys::OrgId;
use crate::login::suite::{OldRng, Suite, identifiers};
use crate::login::{LoginName, Refused, SessionKey};
use crate::secret::Secret;

/// The server's long-term OPAQUE secrets: without them no account can log in again.
pub struct LoginServer {
    org: OrgId,
    setup: ServerSetup<Suite>,
    stand_in_key: [u8; 32],
}

impl LoginServer {
    /// Length of the serialised secrets, in bytes: OPRF seed, private key, public key of the stand-in.
    pub const SETUP: usize = 128;

    /// Draws fresh secrets.
    ///
    /// # Errors
    /// [`Refused`] if the serialisation of `opaque-ke` had another length, which its pinned version excludes.
    pub fn generate<R: CryptoRng + ?Sized>(org: OrgId, rng: &mut R) -> Result<Self, Refused> {
        Self::new(org, ServerSetup::new(&mut OldRng(rng)))
    }

    /// Reads the secrets back.
    ///
    /// # Errors
    /// [`DecodeError::Key`].
    pub fn from_bytes(org: OrgId, setup: &Secret<128>) -> Result<Self, DecodeError> {
        let setup = ServerSetup::deserialize(setup.expose()).map_err(|_| DecodeError::Key)?;
        Self::new(org, setup).map_err(|_| DecodeError::Key)
    }

    /// The secrets, to be kept sealed.
    ///
    /// # Errors
    /// As [`Self::generate`].
    pub fn to_bytes(&self) -> Result<Secret<128>, Refused> {
        let bytes = Zeroizing::new(self.setup.serialize().to_vec());
        Ok(Secret::new(bytes.as_slice().try_into().map_err(|_| Refused)?))
    }

    /// Answers the request of frame 1 with the response of frame 2. Keeps nothing.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn register(&self, name: &LoginName, request: &[u8; 32]) -> Result<[u8; 64], Refused> {
        let request = RegistrationRequest::deserialize(request).map_err(|_| Refused)?;
        let started =
            ServerRegistration::<Suite>::start(&self.setup, request, name.as_bytes()).map_err(|_| Refused)?;
        started.message.serialize().as_slice().try_into().map_err(|_| Refused)
    }

    /// Answers KE1 of frame 4 with KE2 of frame 5; `record` is `None` for an unknown name, at the same cost.
    ///
    /// # Errors
    /// [`Refused`], only for a KE1 that is not one.
    pub fn start<R: CryptoRng + ?Sized>(
        &self,
        name: &LoginName,
        record: Option<&LoginRecord>,
        ke1: &[u8; 96],
        rng: &mut R,
    ) -> Result<(Challenged, [u8; 320]), Refused> {
        let ke1 = CredentialRequest::deserialize(ke1).map_err(|_| Refused)?;
        let stand_in = LoginRecord::stand_in(&self.stand_in_key, rng);
        let record = record.unwrap_or(&stand_in);
        let record = ServerRegistration::<Suite>::deserialize(record.as_bytes()).map_err(|_| Refused)?;
        let context = lab(Label::OPAQUE, &[]);
        let started = ServerLogin::start(
            &mut OldRng(rng),
            &self.setup,
            Some(record),
            ke1,
            name.as_bytes(),
            ServerLoginParameters { context: Some(&context), identifiers: identifiers(&self.org, name) },
        )
        .map_err(|_| Refused)?;
        let ke2 = started.message.serialize().as_slice().try_into().map_err(|_| Refused)?;
        Ok((Challenged { org: self.org, name: name.clone(), state: started.state }, ke2))
    }

    fn new(org: OrgId, setup: ServerSetup<Suite>) -> Result<Self, Refused> {
        let bytes = Zeroizing::new(setup.serialize());
        let stand_in_key = *bytes.as_slice().last_chunk().ok_or(Refused)?;
        Ok(Self { org, setup, stand_in_key })
    }
}

impl fmt::Debug for LoginServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginServer({}, redacted)", self.org)
    }
}

/// What the server stores of an account: 192 bytes. Guessing the password from it costs an Argon2id each, and needs
/// the secrets of [`LoginServer`] too.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginRecord([u8; Self::LEN]);

impl LoginRecord {
    /// Length, in bytes.
    pub const LEN: usize = 192;

    /// Checks the upload of frame 3, or a stored record.
    ///
    /// # Errors
    /// [`DecodeError::Key`].
    pub fn parse(bytes: &[u8; Self::LEN]) -> Result<Self, DecodeError> {
        ServerRegistration::<Suite>::deserialize(bytes).map_err(|_| DecodeError::Key)?;
        Ok(Self(*bytes))
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    // Public key ‖ masking key ‖ envelope, as an upload has them.
    fn stand_in<R: CryptoRng + ?Sized>(public: &[u8; 32], rng: &mut R) -> Self {
        let masking = Secret::<64>::random(rng);
        let mut bytes = [0; Self::LEN];
        for (to, from) in bytes.iter_mut().zip(public.iter().chain(masking.expose())) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Debug for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginRecord(redacted)")
    }
}

/// A login of which KE2 is sent.
pub struct Challenged {
    org: OrgId,
    name: LoginName,
    state: ServerLogin<Suite>,
}

impl Challenged {
    /// Takes KE3 of frame 6. An error counts as a failed guess; so does a frame 6 that never comes.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn finish(self, ke3: &[u8; 64]) -> Result<SessionKey, Refused> {
        let ke3 = CredentialFinalization::deserialize(ke3).map_err(|_| Refused)?;
        let context = lab(Label::OPAQUE, &[]);
        let parameters = ServerLoginParameters {
            context: Some(&context),
            identifiers: identifiers(&self.org, &self.name),
        };
        let finished = self.state.finish(ke3, parameters).map_err(|_| Refused)?;
        Ok(SessionKey::new(Secret::new(finished.session_key.as_slice().try_into().map_err(|_| Refused)?)))
    }
}

impl fmt::Debug for Challenged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenged({}, redacted)", self.name)
    }
}
