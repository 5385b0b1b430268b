//! The one module, with what lies below it, that names the primitive crates. Everything else sees these wrappers, which
//! close the traps of the crates: a Diffie-Hellman result is checked for contribution, signatures verify strictly,
//! encapsulation keys pass the modulus check, key material is wiped.
//!
//! | primitive | standard |
//! |---|---|
//! | SHA-256, SHA-512 | FIPS 180-4 |
//! | HMAC, HKDF | RFC 2104, RFC 5869 |
//! | X25519 | RFC 7748 |
//! | Ed25519, strict | RFC 8032 |
//! | ChaCha20-Poly1305, XChaCha20-Poly1305 | RFC 8439, draft-irtf-cfrg-xchacha |
//! | ML-KEM-768, ML-KEM-1024 | FIPS 203 |
//! | Argon2id | RFC 9106 |

mod argon2id;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use ml_kem::kem::{Decapsulate, KeyExport};
use ml_kem::{DecapsulationKey, EncapsulationKey, FromSeed, MlKem768, MlKem1024};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256, Sha512};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

use crate::error::{BadSignature, InvalidKey, NonContributory, NotOpened};
use crate::secret::Secret;

pub use self::argon2id::argon2id;

/// Length of a Poly1305 tag, in bytes.
pub const TAG: usize = 16;

/// SHA-256 over the pieces.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// SHA-256 over `prefix ‖ label ‖ 0x00 ‖ parts`, without joining them first.
pub(crate) fn sha256_labelled(prefix: &[u8], label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(prefix);
    hash.update(label);
    hash.update([0]);
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// SHA-512 over the pieces.
#[must_use]
pub fn sha512(parts: &[&[u8]]) -> [u8; 64] {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// BLAKE3 over the pieces.
#[must_use]
pub fn blake3(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// BLAKE3 over a stream.
#[derive(Debug, Clone, Default)]
pub struct Blake3(blake3::Hasher);

impl Blake3 {
    /// Nothing hashed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hashes further bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of everything so far, 32 bytes.
    #[must_use]
    pub fn finish(&self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// HMAC-SHA256 over the pieces, under a key of any length.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Secret<32> {
    let mut mac = keyed_hmac(key);
    for part in parts {
        mac.update(part);
    }
    Secret::new(mac.finalize().into_bytes().into())
}

fn keyed_hmac(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of every length, so the error arm is never reached; it yields a MAC under the empty key.
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| <Hmac<Sha256> as hmac::KeyInit>::new(&Default::default()))
}

/// HKDF-Extract-SHA256.
#[must_use]
pub fn hkdf_extract(salt: &[u8], ikm: &[&[u8]]) -> Secret<32> {
    hmac_sha256(salt, ikm)
}

/// HKDF-Expand-SHA256 to `N` bytes, with `info` in pieces. More than 255 blocks (RFC 5869 §2.3) does not compile.
#[must_use]
pub fn hkdf_expand<const N: usize>(prk: &Secret<32>, info: &[&[u8]]) -> Secret<N> {
    const { assert!(N <= 255 * 32) }
    let mut out = [0; N];
    let keyed = keyed_hmac(prk.expose());
    let mut previous: Option<Secret<32>> = None;
    for (block, counter) in out.chunks_mut(32).zip(1_u8..=255) {
        let mut mac = keyed.clone();
        if let Some(previous) = &previous {
            mac.update(previous.expose());
        }
        for part in info {
            mac.update(part);
        }
        mac.update(&[counter]);
        let t = Secret::<32>::new(mac.finalize().into_bytes().into());
        for (to, from) in block.iter_mut().zip(t.expose()) {
            *to = *from;
        }
        previous = Some(t);
    }
    let secret = Secret::new(out);
    out.zeroize();
    secret
}

/// The X25519 public key of a secret (clamped in use).
#[must_use]
pub fn x25519_public(secret: &Secret<32>) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret.expose())).to_bytes()
}

/// X25519.
///
/// # Errors
/// [`NonContributory`] when the result is all zeros, which the crate itself does not report.
pub fn x25519(secret: &Secret<32>, public: &[u8; 32]) -> Result<Secret<32>, NonContributory> {
    let shared = StaticSecret::from(*secret.expose()).diffie_hellman(&PublicKey::from(*public));
    if shared.was_contributory() { Ok(Secret::new(shared.to_bytes())) } else { Err(NonContributory) }
}

/// The Ed25519 public key of a seed.
#[must_use]
pub fn ed25519_public(seed: &Secret<32>) -> [u8; 32] {
    SigningKey::from_bytes(seed.expose()).verifying_key().to_bytes()
}

/// An Ed25519 signature, 64 bytes.
#[must_use]
pub fn ed25519_sign(seed: &Secret<32>, message: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(seed.expose()).sign(message).to_bytes()
}

/// Checks that `public` is a usable Ed25519 key: a canonical point, not of small order.
///
/// # Errors
/// [`InvalidKey`].
pub fn ed25519_check(public: &[u8; 32]) -> Result<(), InvalidKey> {
    let key = VerifyingKey::from_bytes(public).map_err(|_| InvalidKey)?;
    if key.is_weak() || key.to_edwards().compress().to_bytes() != *public { Err(InvalidKey) } else { Ok(()) }
}

/// Verifies an Ed25519 signature strictly.
///
/// # Errors
/// [`BadSignature`].
pub fn ed25519_verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
    VerifyingKey::from_bytes(public)
        .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
        .map_err(|_| BadSignature)
}

/// ChaCha20-Poly1305: encrypts `data` in place and appends the tag. The key is for one use.
pub fn chacha_seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], data: &mut Vec<u8>) {
    let cipher = ChaCha20Poly1305::new(key.into());
    seal(&cipher, &(*nonce).into(), aad, data, 0);
}

/// Opens what [`chacha_seal`] made; returns the plaintext.
///
/// # Errors
/// [`NotOpened`].
pub fn chacha_open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    open(&ChaCha20Poly1305::new(key.into()), &(*nonce).into(), aad, sealed)
}

/// `X(k, aad, pt)`: XChaCha20-Poly1305 under a fresh random nonce; `nonce24 ‖ ct ‖ tag16`, 40 bytes longer than
/// `plaintext`. For long-lived keys.
pub fn x_seal<R: CryptoRng + ?Sized>(key: &Secret<32>, aad: &[u8], plaintext: &[u8], rng: &mut R) -> Vec<u8> {
    let mut nonce = [0; 24];
    rng.fill_bytes(&mut nonce);
    x_seal_with(key, nonce, aad, plaintext)
}

/// Apart from [`x_seal`] so that it is compiled here, optimised, and not in every crate that brings a generator.
fn x_seal_with(key: &Secret<32>, nonce: [u8; 24], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(24 + plaintext.len() + TAG);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plaintext);
    seal(&XChaCha20Poly1305::new(key.expose().into()), &nonce.into(), aad, &mut out, 24);
    out
}

/// Opens what [`x_seal`] made.
///
/// # Errors
/// [`NotOpened`].
pub fn x_open(key: &Secret<32>, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or(NotOpened)?;
    open(&XChaCha20Poly1305::new(key.expose().into()), &(*nonce).into(), aad, sealed)
}

/// A ChaCha20-Poly1305 key set up once for the many chunks of a file (PROTOCOL §2.9). Works in place; that no
/// nonce is used twice is the caller's duty.
pub(crate) struct ChunkCipher(ChaCha20Poly1305);

impl ChunkCipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(key.into()))
    }

    /// Encrypts `data` in place and returns the tag.
    pub(crate) fn seal(&self, nonce: &[u8; 12], data: &mut [u8]) -> Result<[u8; TAG], NotOpened> {
        let tag = self.0.encrypt_inout_detached(&(*nonce).into(), &[], InOutBuf::from(data));
        tag.map(Into::into).map_err(|_| NotOpened)
    }

    /// Decrypts `data` in place; it is unchanged if the tag is wrong.
    pub(crate) fn open(&self, nonce: &[u8; 12], data: &mut [u8], tag: &[u8; TAG]) -> Result<(), NotOpened> {
        self.0
            .decrypt_inout_detached(&(*nonce).into(), &[], InOutBuf::from(data), &(*tag).into())
            .map_err(|_| NotOpened)
    }
}

fn seal<C: AeadInOut>(
    cipher: &C,
    nonce: &chacha20poly1305::aead::Nonce<C>,
    aad: &[u8],
    data: &mut Vec<u8>,
    from: usize,
) {
    let body = data.get_mut(from..).unwrap_or_default();
    // Fails only above 256 GiB, far over every size limit; the bytes are then dropped, never sent in clear.
    match cipher.encrypt_inout_detached(nonce, aad, InOutBuf::from(body)) {
        Ok(tag) => data.extend_from_slice(&tag),
        Err(_) => data.zeroize(),
    }
}

fn open<C: AeadInOut>(
    cipher: &C,
    nonce: &chacha20poly1305::aead::Nonce<C>,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let at = sealed.len().checked_sub(TAG).ok_or(NotOpened)?;
    let (body, tag) = sealed.split_at_checked(at).ok_or(NotOpened)?;
    let tag = chacha20poly1305::aead::Tag::<C>::try_from(tag).map_err(|_| NotOpened)?;
    let mut plain = Zeroizing::new(body.to_vec());
    cipher
        .decrypt_inout_detached(nonce, aad, InOutBuf::from(plain.as_mut_slice()), &tag)
        .map_err(|_| NotOpened)?;
    Ok(plain)
}

macro_rules! ml_kem {
    ($secret:ident, $public:ident, $kem:ty, $ek:literal, $ct:literal, $name:literal) => {
        #[doc = concat!($name, " encapsulation key that passed the modulus check (FIPS 203 §7.2), expanded.")]
        pub struct $public(Box<EncapsulationKey<$kem>>);

        impl $public {
            /// Checks and expands an encapsulation key.
            ///
            /// # Errors
            /// [`InvalidKey`].
            pub fn parse(public: &[u8; $ek]) -> Result<Self, InvalidKey> {
                Ok(Self(Box::new(EncapsulationKey::<$kem>::new(public.into()).map_err(|_| InvalidKey)?)))
            }

            /// `Encaps` with `m` drawn from `rng` (32 bytes, one draw): the ciphertext and the shared key.
            pub fn encapsulate<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> ([u8; $ct], Secret<32>) {
                let m = Secret::<32>::random(rng);
                let (ciphertext, shared) = self.0.encapsulate_deterministic(m.expose().into());
                (ciphertext.into(), Secret::new(shared.into()))
            }
        }

        impl core::fmt::Debug for $public {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!($name, " public key"))
            }
        }

        #[doc = concat!($name, " decapsulation key (FIPS 203), kept as its 64-byte seed `d ‖ z` and expanded in memory.")]
        pub struct $secret(Box<DecapsulationKey<$kem>>);

        impl $secret {
            /// Length of the encapsulation key, in bytes.
            pub const PUBLIC: usize = $ek;
            /// Length of the ciphertext, in bytes.
            pub const CIPHERTEXT: usize = $ct;

            /// Expands the key of a seed.
            #[must_use]
            pub fn from_seed(seed: &Secret<64>) -> Self {
                Self(Box::new(<$kem>::from_seed(seed.expose().into()).0))
            }

            /// Draws 64 bytes and expands them.
            pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
                Self::from_seed(&Secret::random(rng))
            }

            /// The seed `d ‖ z`.
            #[must_use]
            pub fn seed(&self) -> Secret<64> {
                // A key made by `from_seed` always knows its seed.
                Secret::new(self.0.to_seed().map_or([0; 64], Into::into))
            }

            /// A second copy, named so that every one is seen in review.
            #[must_use]
            pub fn duplicate(&self) -> Self {
                Self(self.0.clone())
            }

            /// The encapsulation key.
            #[must_use]
            pub fn public(&self) -> [u8; $ek] {
                self.0.encapsulation_key().to_bytes().into()
            }

            /// `Decaps`: always yields 32 bytes; a false ciphertext gives an unrelated key (implicit rejection).
            #[must_use]
            pub fn decapsulate(&self, ciphertext: &[u8; $ct]) -> Secret<32> {
                Secret::new(self.0.decapsulate(ciphertext.into()).into())
            }

            /// Checks an encapsulation key (FIPS 203 §7.2, modulus check).
            ///
            /// # Errors
            /// [`InvalidKey`].
            pub fn check(public: &[u8; $ek]) -> Result<(), InvalidKey> {
                $public::parse(public).map(|_| ())
            }

            /// `Encaps` with `m` drawn from `rng` (32 bytes, one draw): the ciphertext and the shared key.
            ///
            /// # Errors
            /// [`InvalidKey`]; nothing is drawn then.
            pub fn encapsulate<R: CryptoRng + ?Sized>(
                public: &[u8; $ek],
                rng: &mut R,
            ) -> Result<([u8; $ct], Secret<32>), InvalidKey> {
                Ok($public::parse(public)?.encapsulate(rng))
            }
        }

        impl core::fmt::Debug for $secret {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!($name, "(redacted)"))
            }
        }
    };
}

ml_kem!(Kem768Secret, Kem768Public, MlKem768, 1184, 1088, "ML-KEM-768");
ml_kem!(Kem1024Secret, Kem1024Public, MlKem1024, 1568, 1568, "ML-KEM-1024");
