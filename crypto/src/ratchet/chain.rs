//! Chain keys: `mk = MAC(CK, 0x01)`, `CK' = MAC(CK, 0x02)` (PROTOCOL §2.5).

use crate::kdf::mac;
use crate::seal::MessageKey;
use crate::secret::Secret;

/// The key of one chain at one number.
pub(crate) struct ChainKey(Secret<32>);

impl ChainKey {
    pub(crate) const fn new(key: Secret<32>) -> Self {
        Self(key)
    }

    /// The message key of this number, and the chain key of the next.
    pub(crate) fn advance(&self) -> (MessageKey, Self) {
        (MessageKey::new(mac(self.0.expose(), &[&[1]])), Self(mac(self.0.expose(), &[&[2]])))
    }

    pub(crate) const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}
