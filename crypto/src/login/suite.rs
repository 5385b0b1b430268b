//! The OPAQUE configuration (PROTOCOL §2.11), and the bridges to the older crates that `opaque-ke` stands on.

use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::rand::{CryptoRng as OldCryptoRng, Error, RngCore};
use opaque_ke::{Identifiers, Ristretto255, TripleDh, errors::InternalError};
use rand_core::CryptoRng;

use crate::keys::OrgId;
use crate::login::{LoginName, Refused};
use crate::primitives;
use crate::secret::Secret;

/// Memory of the login's key stretching: 64 MiB, in KiB.
const MEMORY: u32 = 64 * 1024;
/// Its passes.
const PASSES: u32 = 3;
/// Its lanes.
const LANES: u32 = 4;

/// OPAQUE-3DH, ristretto255-SHA512.
pub(super) struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2_old::Sha512>;
    type Ksf = Stretching;
}

/// [`stretch`] in the shape `opaque-ke` asks for; it has no parameters to get wrong.
#[derive(Default)]
pub(super) struct Stretching;

impl opaque_ke::ksf::Ksf for Stretching {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let input: &[u8; 64] = input.as_slice().try_into().map_err(|_| InternalError::KsfError)?;
        let stretched = stretch(input).map_err(|_| InternalError::KsfError)?;
        GenericArray::from_exact_iter(stretched.expose().iter().copied()).ok_or(InternalError::KsfError)
    }
}

/// The key stretching function: Argon2id v1.3, 64 MiB, 3 passes, 4 lanes, salt 16 zero bytes, over the 64-byte OPRF
/// output, to 64 bytes.
///
/// # Errors
/// [`Refused`] if Argon2id cannot run, for want of memory.
pub fn stretch(oprf_output: &[u8; 64]) -> Result<Secret<64>, Refused> {
    primitives::argon2id(oprf_output, &[0; 16], MEMORY, PASSES, LANES).map_err(|_| Refused)
}

/// Both identifiers, the same at the client and the server.
pub(super) fn identifiers<'a>(org: &'a OrgId, name: &'a LoginName) -> Identifiers<'a> {
    Identifiers { client: Some(name.as_bytes()), server: Some(org.as_bytes()) }
}

/// Our generator as the older trait.
pub(super) struct OldRng<'a, R: ?Sized>(pub(super) &'a mut R);

impl<R: CryptoRng + ?Sized> RngCore for OldRng<'_, R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl<R: CryptoRng + ?Sized> OldCryptoRng for OldRng<'_, R> {}
