//! The client's half of OPAQUE: each step takes itself and gives the message to send.

use core::fmt;

use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse,
};
use rand_core::CryptoRng;

use crate::kdf::{Label, lab};
use crate::keys::OrgId;
use crate::login::suite::{OldRng, Stretching, Suite, identifiers};
use crate::login::{LoginName, Refused, SessionKey};
use crate::password::Password;
use crate::secret::Secret;

/// A registration of which the request is sent.
pub struct Registering(ClientRegistration<Suite>);

impl Registering {
    /// Begins; the second value is the request of frame 1.
    ///
    /// # Errors
    /// [`Refused`], for a password that cannot be hashed to the curve (none is known).
    pub fn start<R: CryptoRng + ?Sized>(
        password: &Password,
        rng: &mut R,
    ) -> Result<(Self, [u8; 32]), Refused> {
        let started =
            ClientRegistration::<Suite>::start(&mut OldRng(rng), password.as_bytes()).map_err(|_| Refused)?;
        let request = started.message.serialize().as_slice().try_into().map_err(|_| Refused)?;
        Ok((Self(started.state), request))
    }

    /// Takes the response of frame 2; gives the upload of frame 3. Costs one Argon2id of 64 MiB.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn finish<R: CryptoRng + ?Sized>(
        self,
        password: &Password,
        org: &OrgId,
        name: &LoginName,
        response: &[u8; 64],
        rng: &mut R,
    ) -> Result<[u8; 192], Refused> {
        let response = RegistrationResponse::deserialize(response).map_err(|_| Refused)?;
        let stretching = Stretching;
        let parameters = ClientRegistrationFinishParameters::new(identifiers(org, name), Some(&stretching));
        let finished = self
            .0
            .finish(&mut OldRng(rng), password.as_bytes(), response, parameters)
            .map_err(|_| Refused)?;
        finished.message.serialize().as_slice().try_into().map_err(|_| Refused)
    }
}

impl fmt::Debug for Registering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registering(redacted)")
    }
}

/// A login of which KE1 is sent.
pub struct LoggingIn(ClientLogin<Suite>);

/// What a login gives the client.
#[derive(Debug)]
pub struct LoggedIn {
    /// KE3, for frame 6.
    pub ke3: [u8; 64],
    /// The key shared with the server.
    pub session: SessionKey,
}

impl LoggingIn {
    /// Begins; the second value is KE1 of frame 4.
    ///
    /// # Errors
    /// [`Refused`], for a password that cannot be hashed to the curve (none is known).
    pub fn start<R: CryptoRng + ?Sized>(
        password: &Password,
        rng: &mut R,
    ) -> Result<(Self, [u8; 96]), Refused> {
        let started =
            ClientLogin::<Suite>::start(&mut OldRng(rng), password.as_bytes()).map_err(|_| Refused)?;
        let ke1 = started.message.serialize().as_slice().try_into().map_err(|_| Refused)?;
        Ok((Self(started.state), ke1))
    }

    /// Takes KE2 of frame 5. Costs one Argon2id of 64 MiB.
    ///
    /// # Errors
    /// [`Refused`] for a wrong password and a name that is not registered alike.
    pub fn finish<R: CryptoRng + ?Sized>(
        self,
        password: &Password,
        org: &OrgId,
        name: &LoginName,
        ke2: &[u8; 320],
        rng: &mut R,
    ) -> Result<LoggedIn, Refused> {
        let ke2 = CredentialResponse::deserialize(ke2).map_err(|_| Refused)?;
        let context = lab(Label::OPAQUE, &[]);
        let stretching = Stretching;
        let parameters =
            ClientLoginFinishParameters::new(Some(&context), identifiers(org, name), Some(&stretching));
        let finished =
            self.0.finish(&mut OldRng(rng), password.as_bytes(), ke2, parameters).map_err(|_| Refused)?;
        Ok(LoggedIn {
            ke3: finished.message.serialize().as_slice().try_into().map_err(|_| Refused)?,
            session: SessionKey::new(Secret::new(
                finished.session_key.as_slice().try_into().map_err(|_| Refused)?,
            )),
        })
    }
}

impl fmt::Debug for LoggingIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoggingIn(redacted)")
    }
}
