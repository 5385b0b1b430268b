//! Identifiers and keys as types that cannot be mixed up (PROTOCOL §2.2). There are no conversions between them.

use core::fmt;
use core::str::FromStr;

use data_encoding::HEXLOWER;
use rand_core::CryptoRng;

use crate::encoding::{Reader, Writer};
use crate::error::{BadSignature, DecodeError, InvalidKey, NonContributory};
use crate::kdf::{Label, SigLabel, h};
use crate::primitives;
use crate::secret::Secret;

macro_rules! id {
    ($name:ident, $len:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length, in bytes.
            pub const LEN: usize = $len;

            /// Takes the bytes as they are.
            #[must_use]
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Draws a fresh one.
            pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
                let mut bytes = [0; $len];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Whether all bytes are zero, which stands for "none" in the formats.
            #[must_use]
            pub fn is_zero(&self) -> bool {
                self.0 == [0; $len]
            }

            /// Reads the raw bytes.
            ///
            /// # Errors
            /// [`DecodeError::Truncated`].
            pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self(reader.array()?))
            }

            /// Writes the raw bytes.
            pub fn encode(&self, writer: &mut Writer) {
                writer.raw(&self.0);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), HEXLOWER.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = DecodeError;

            fn from_str(text: &str) -> Result<Self, DecodeError> {
                let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| DecodeError::Range)?;
                Ok(Self(bytes.try_into().map_err(|_| DecodeError::Range)?))
            }
        }
    };
}

id!(OrgId, 16, "An organisation: `SHA-256(ORK_pub)[0..16]`.");
id!(UserId, 16, "An account; random, never used again.");
id!(DeviceId, 16, "A device; random, never used again.");
id!(RoomId, 16, "A room.");
id!(MessageId, 16, "A message; random.");
id!(ConversationId, 16, "A conversation of two people, or a room's id (PROTOCOL §2.5).");
id!(KeyId, 8, "`H(\"key id\", public key)[0..8]`.");
id!(VaultId, 16, "A vault; random.");
id!(ItemId, 16, "A parcel: `H(\"box item\", Parcel)[0..16]`.");

impl OrgId {
    /// The organisation of a root key.
    #[must_use]
    pub fn of(ork: &OrkPublic) -> Self {
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = primitives::sha256(&[ork.as_bytes()]);
        Self(id)
    }
}

impl ConversationId {
    /// `H("conv", org_id ‖ lower user_id ‖ higher user_id)[0..16]`.
    #[must_use]
    pub fn between(org: &OrgId, one: &UserId, other: &UserId) -> Self {
        let (low, high) = if one <= other { (one, other) } else { (other, one) };
        let hash = h(Label::CONV, &[org.as_bytes(), low.as_bytes(), high.as_bytes()]);
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash;
        Self(id)
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", HEXLOWER.encode(&self.0))
    }
}

/// What every public signing key can do; the kinds stay separate types.
pub trait VerifyingKey {
    /// The key, 32 bytes.
    fn as_bytes(&self) -> &[u8; 32];

    /// Verifies `Sign(sk, label, message)` strictly.
    ///
    /// # Errors
    /// [`BadSignature`].
    fn verify(&self, label: SigLabel, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        primitives::ed25519_verify(self.as_bytes(), &label.signed_bytes(message), &signature.0)
    }

    /// `H("key id", public key)[0..8]`.
    fn key_id(&self) -> KeyId {
        key_id(self.as_bytes())
    }
}

/// `H("key id", public key)[0..8]`.
#[must_use]
pub fn key_id(public: &[u8; 32]) -> KeyId {
    let hash = h(Label::KEY_ID, &[public]);
    let mut id = [0; 8];
    id.copy_from_slice(hash.first_chunk::<8>().unwrap_or(&[0; 8]));
    KeyId(id)
}

macro_rules! signing_key {
    ($public:ident, $secret:ident, $doc:literal) => {
        #[doc = concat!($doc, " Public half, 32 bytes, checked when parsed.")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $public([u8; 32]);

        impl $public {
            /// Checks and takes a public key.
            ///
            /// # Errors
            /// [`InvalidKey`] for weak and non-canonical keys.
            pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, InvalidKey> {
                primitives::ed25519_check(&bytes)?;
                Ok(Self(bytes))
            }

            /// The key, 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Reads and checks a key.
            ///
            /// # Errors
            /// [`DecodeError::Truncated`] or [`DecodeError::Key`].
            pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(Self::from_bytes(reader.array()?)?)
            }
        }

        impl VerifyingKey for $public {
            fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $public {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($public), HEXLOWER.encode(&self.0))
            }
        }

        #[doc = concat!($doc, " Secret half: a 32-byte seed.")]
        #[derive(Debug)]
        pub struct $secret(Secret<32>);

        impl $secret {
            /// The key of a seed.
            #[must_use]
            pub const fn from_seed(seed: Secret<32>) -> Self {
                Self(seed)
            }

            /// Draws a fresh key.
            pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
                Self(Secret::random(rng))
            }

            /// The public half.
            #[must_use]
            pub fn public(&self) -> $public {
                $public(primitives::ed25519_public(&self.0))
            }

            /// `Sign(sk, label, message)` (PROTOCOL §2.1).
            #[must_use]
            pub fn sign(&self, label: SigLabel, message: &[u8]) -> Signature {
                Signature(primitives::ed25519_sign(&self.0, &label.signed_bytes(message)))
            }

            /// The seed, for the vault codec.
            #[must_use]
            pub const fn seed(&self) -> &Secret<32> {
                &self.0
            }
        }
    };
}

signing_key!(OrkPublic, OrkSecret, "Organisation root key (ORK).");
signing_key!(AdminPublic, AdminSecret, "Admin key (AK).");
signing_key!(GrantPublic, GrantSecret, "Grant key: of an invite (IGK) or of an admin reset.");
signing_key!(EnrolPublic, EnrolSecret, "Enrolment key, only when Policy says `auto`.");
signing_key!(DirectoryPublic, DirectorySecret, "Directory key of the login server (DSK).");
signing_key!(UikPublic, UikSecret, "Account identity key (UIK).");
signing_key!(DeviceSignPublic, DeviceSignSecret, "Device signing key (DIK_s).");
signing_key!(TransportPublic, TransportSecret, "Transport key, the PeerId of a device or server (TPK).");

/// X25519 public key, 32 bytes. Every use checks that the result is contributory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DhPublic([u8; 32]);

impl DhPublic {
    /// Takes the bytes; X25519 accepts every string, and [`DhSecret::agree`] refuses what yields nothing.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key, 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DhPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DhPublic({})", HEXLOWER.encode(&self.0))
    }
}

/// X25519 secret, 32 bytes as drawn (clamped in use), beside its public key.
#[derive(Debug)]
pub struct DhSecret {
    secret: Secret<32>,
    public: DhPublic,
}

impl DhSecret {
    /// The key pair of a secret.
    #[must_use]
    pub fn from_secret(secret: Secret<32>) -> Self {
        let public = DhPublic(primitives::x25519_public(&secret));
        Self { secret, public }
    }

    /// Draws a fresh pair (32 bytes, one draw).
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_secret(Secret::random(rng))
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &DhPublic {
        &self.public
    }

    /// The secret, for the vault codec.
    #[must_use]
    pub const fn secret(&self) -> &Secret<32> {
        &self.secret
    }

    /// A second copy, named so that every one is seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self { secret: self.secret.duplicate(), public: self.public }
    }

    /// `DH(sk, pk)`.
    ///
    /// # Errors
    /// [`NonContributory`]: the caller aborts.
    pub fn agree(&self, public: &DhPublic) -> Result<Secret<32>, NonContributory> {
        primitives::x25519(&self.secret, &public.0)
    }
}
