//! What opening a file that a passphrase seals costs (BARS §4, Argon2): key files, the server's keys, backups, links.

use std::ops::RangeInclusive;

use conclave_crypto::encoding::Writer;
use conclave_crypto::password::Password;
use conclave_crypto::primitives::argon2id;
use conclave_crypto::secret::Secret;

/// Below, guessing is cheap; above, opening a forged file is an attack: it costs at most a gigabyte once.
const M_RANGE: RangeInclusive<u32> = 19 * 1024..=1024 * 1024;
const PASSES: RangeInclusive<u32> = 2..=16;
const LANES: RangeInclusive<u32> = 1..=16;

/// Parameters of Argon2id v1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Memory, in KiB.
    pub(crate) m_kib: u32,
    /// Passes.
    pub(crate) t: u32,
    /// Lanes.
    pub(crate) p: u32,
}

impl Cost {
    /// Of a new file; as the OPAQUE client's (PROTOCOL §2.11).
    pub(crate) const NEW: Self = Self { m_kib: 64 * 1024, t: 3, p: 4 };

    /// Whether a file that was read may ask for this.
    pub(crate) fn is_acceptable(self) -> bool {
        M_RANGE.contains(&self.m_kib) && PASSES.contains(&self.t) && LANES.contains(&self.p)
    }

    /// The key of a passphrase (NFKC UTF-8) under a salt.
    pub(crate) fn stretch(self, passphrase: &Password, salt: &[u8; 16]) -> Option<Secret<32>> {
        argon2id(passphrase.as_bytes(), salt, self.m_kib, self.t, self.p).ok()
    }

    /// The bytes that are authenticated with what is sealed: `m u32 ‖ t u32 ‖ p u32`.
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.u32(self.m_kib).u32(self.t).u32(self.p);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cheap_and_ruinous_parameters_are_refused() {
        assert!(Cost::NEW.is_acceptable());
        for cost in [
            Cost { m_kib: 19 * 1024 - 1, ..Cost::NEW },
            Cost { m_kib: 1024 * 1024 + 1, ..Cost::NEW },
            Cost { t: 1, ..Cost::NEW },
            Cost { t: 17, ..Cost::NEW },
            Cost { p: 0, ..Cost::NEW },
            Cost { p: 17, ..Cost::NEW },
        ] {
            assert!(!cost.is_acceptable(), "{cost:?}");
        }
    }
}
