//! What follows OPAQUE on the stream: sealed payloads of frames 6 to 8 (PROTOCOL §2.11).
//!
//! ```text
//! key  = KDF(Ext(org_id, session_key[64]), "login c" (→) or "login s" (←), client PeerId key[32] ‖ server_tpk[32], 32)
//! S{x} = bytes16(Seal1(key, "login", aad = type u8, x))
//! ```
//!
//! The two transport keys tie the login to the connection it runs on. The same key seals more than one frame in a
//! direction; the random salt of `Seal1` and the frame type keep them apart.

use zeroize::{Zeroize, Zeroizing};

use rand_core::CryptoRng;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::kdf::{Label, ext, kdf};
use crate::keys::{DeviceId, OrgId, TransportPublic, UserId};
use crate::login::Refused;
use crate::seal::{MessageKey, open1, seal1};
use crate::secret::Secret;

/// Longest proof, in bytes: the login token is 16, a recovery code 10, a TOTP code 6.
const PROOF_MAX: usize = 16;
/// Longest lease with its signature that is accepted, in bytes (PROTOCOL §2.3: it is 161).
const LEASE_MAX: usize = 512;
/// Recovery codes in a result: none or ten.
const CODES: usize = 10;

/// The type byte of a frame with a sealed payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SealedFrame {
    /// PROOF, client to server.
    Proof = 6,
    /// RESULT, server to client.
    Result = 7,
    /// CONFIRM, client to server.
    Confirm = 8,
}

/// The 64 bytes both sides hold after OPAQUE.
#[derive(Debug, PartialEq, Eq)]
pub struct SessionKey(Secret<64>);

impl SessionKey {
    /// Takes the bytes over.
    #[must_use]
    pub const fn new(key: Secret<64>) -> Self {
        Self(key)
    }

    /// The channel on the connection between these two transport keys.
    #[must_use]
    pub fn channel(self, org: &OrgId, client: &TransportPublic, server: &TransportPublic) -> ChannelKeys {
        let prk = ext(org.as_bytes(), &[self.0.expose()]);
        let peers: [&[u8]; 2] = [client.as_bytes(), server.as_bytes()];
        ChannelKeys {
            from_client: kdf(&prk, Label::LOGIN_C, &peers),
            from_server: kdf(&prk, Label::LOGIN_S, &peers),
        }
    }
}

/// The keys of both directions.
#[derive(Debug)]
pub struct ChannelKeys {
    from_client: Secret<32>,
    from_server: Secret<32>,
}

impl ChannelKeys {
    /// Seals a payload for its frame. Draws the salt (16 bytes).
    pub fn seal<P: Payload, R: CryptoRng + ?Sized>(&self, payload: &P, rng: &mut R) -> Vec<u8> {
        let plain = Zeroizing::new(payload.encode());
        seal1(self.key(P::FRAME), Label::LOGIN, &[&[P::FRAME as u8]], &plain, rng)
    }

    /// Opens a payload of its frame.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn open<P: Payload>(&self, sealed: &[u8]) -> Result<P, Refused> {
        let plain =
            open1(self.key(P::FRAME), Label::LOGIN, &[&[P::FRAME as u8]], sealed).map_err(|_| Refused)?;
        Reader::all(&plain, P::decode).map_err(|_| Refused)
    }

    fn key(&self, frame: SealedFrame) -> MessageKey {
        MessageKey::new(match frame {
            SealedFrame::Proof | SealedFrame::Confirm => self.from_client.duplicate(),
            SealedFrame::Result => self.from_server.duplicate(),
        })
    }
}

/// A payload that travels sealed.
pub trait Payload: Sized {
    /// Its frame.
    const FRAME: SealedFrame;

    /// The plaintext.
    fn encode(&self) -> Vec<u8>;

    /// Reads the plaintext.
    ///
    /// # Errors
    /// [`DecodeError`].
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// The second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Factor {
    /// Six digits of a TOTP.
    Totp = 1,
    /// A single-use recovery code of ten characters.
    RecoveryCode = 2,
    /// The 16 bytes of a login token, from an invite or a reset code.
    LoginToken = 3,
}

/// Payload of frame 6.
#[derive(PartialEq, Eq)]
pub struct Proof {
    /// Which factor.
    pub factor: Factor,
    /// Its value, at most 16 bytes.
    pub proof: Zeroizing<Vec<u8>>,
    /// This device; zeros while it has none.
    pub device: DeviceId,
    /// `H("devcert", DeviceCert)` of this device; zeros while it has none.
    pub devcert_hash: [u8; 32],
}

impl Payload for Proof {
    const FRAME: SealedFrame = SealedFrame::Proof;

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.factor as u8).bytes8(&self.proof).raw(self.device.as_bytes());
        writer.raw(&self.devcert_hash).finish()
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let factor = match reader.u8()? {
            1 => Factor::Totp,
            2 => Factor::RecoveryCode,
            3 => Factor::LoginToken,
            _ => return Err(DecodeError::Range),
        };
        let proof = Zeroizing::new(reader.bytes8()?.to_vec());
        if proof.len() > PROOF_MAX {
            return Err(DecodeError::Range);
        }
        Ok(Self { factor, proof, device: DeviceId::decode(reader)?, devcert_hash: reader.array()? })
    }
}

impl core::fmt::Debug for Proof {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Proof")
            .field("factor", &self.factor)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Payload of frame 7.
#[derive(PartialEq, Eq)]
pub struct LoginResult {
    /// My account; zeros while it is not in the log.
    pub user: UserId,
    /// The server's time, in milliseconds UTC.
    pub now: u64,
    /// `Lease ‖ sig`, or empty.
    pub lease: Vec<u8>,
    /// The new TOTP secret after a login token: 20 bytes, or empty.
    pub totp_secret: Zeroizing<Vec<u8>>,
    /// Ten recovery codes after CONFIRM, or none.
    pub codes: Zeroizing<Vec<Vec<u8>>>,
}

impl Payload for LoginResult {
    const FRAME: SealedFrame = SealedFrame::Result;

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(self.user.as_bytes()).u64(self.now).bytes16(&self.lease).bytes8(&self.totp_secret);
        writer.list8(&self.codes, |writer, code| {
            writer.bytes8(code);
        });
        writer.finish()
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let result = Self {
            user: UserId::decode(reader)?,
            now: reader.u64()?,
            lease: reader.bytes16()?.to_vec(),
            totp_secret: Zeroizing::new(reader.bytes8()?.to_vec()),
            codes: Zeroizing::new(reader.list8(|reader| Ok(reader.bytes8()?.to_vec()))?),
        };
        let fits = result.lease.len() <= LEASE_MAX && matches!(result.totp_secret.len(), 0 | 20);
        let counts = result.codes.is_empty() || result.codes.len() == CODES;
        if fits && counts { Ok(result) } else { Err(DecodeError::Range) }
    }
}

impl core::fmt::Debug for LoginResult {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LoginResult")
            .field("user", &self.user)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// Payload of frame 8: the first code of the new TOTP secret.
#[derive(PartialEq, Eq)]
pub struct Confirm {
    /// Six digits.
    pub totp: Zeroizing<Vec<u8>>,
}

impl Payload for Confirm {
    const FRAME: SealedFrame = SealedFrame::Confirm;

    fn encode(&self) -> Vec<u8> {
        Writer::new().bytes8(&self.totp).finish()
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut totp = reader.bytes8()?.to_vec();
        if totp.len() > PROOF_MAX {
            totp.zeroize();
            return Err(DecodeError::Range);
        }
        Ok(Self { totp: Zeroizing::new(totp) })
    }
}

impl core::fmt::Debug for Confirm {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Confirm(redacted)")
    }
}
