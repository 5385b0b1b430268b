//! The secret keys of this device, as the vault holds them (PROTOCOL §2.2, §2.10).
//!
//! ```text
//! DIK_s seed[32] ‖ DIK_x[32] ‖ TPK seed[32]
//! ```

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::keys::{DeviceSignSecret, DhSecret, TransportSecret};
use crate::secret::Secret;

/// The three secrets of a device.
#[derive(Debug)]
pub struct DeviceKeys {
    /// DIK_s: signs for the device.
    pub dik_s: DeviceSignSecret,
    /// DIK_x: key agreement of the device.
    pub dik_x: DhSecret,
    /// TPK: the libp2p identity of the device.
    pub tpk: TransportSecret,
}

impl DeviceKeys {
    /// Draws three fresh keys.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self {
            dik_s: DeviceSignSecret::generate(rng),
            dik_x: DhSecret::generate(rng),
            tpk: TransportSecret::generate(rng),
        }
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; 96]> {
        let mut out = Zeroizing::new([0; 96]);
        let seeds = [self.dik_s.seed(), self.dik_x.secret(), self.tpk.seed()];
        for (to, from) in out.iter_mut().zip(seeds.iter().flat_map(|seed| seed.expose())) {
            *to = *from;
        }
        out
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (dik_s, rest) = bytes.split_first_chunk::<32>()?;
        let (dik_x, rest) = rest.split_first_chunk::<32>()?;
        let (tpk, rest) = rest.split_first_chunk::<32>()?;
        rest.is_empty().then(|| Self {
            dik_s: DeviceSignSecret::from_seed(Secret::new(*dik_s)),
            dik_x: DhSecret::from_secret(Secret::new(*dik_x)),
            tpk: TransportSecret::from_seed(Secret::new(*tpk)),
        })
    }
}
