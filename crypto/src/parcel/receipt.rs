//! The server's signed word that it holds a parcel.
//!
//! `BoxReceipt = HDR item_id[16] stored u64 expires u64 ‖ sig[64] by DSK "boxreceipt"`: 113 bytes.

use crate::directory::ServerKey;
use crate::encoding::{Exact, Reader, Writer};
use crate::error::{BadSignature, DecodeError};
use crate::kdf::SigLabel;
use crate::keys::{DirectorySecret, ItemId, OrgId, Signature, VerifyingKey};

/// What a receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxReceipt {
    /// Of which parcel.
    pub item_id: ItemId,
    /// Since when it is held, ms UTC.
    pub stored: u64,
    /// When it is erased if nobody collects it, ms UTC.
    pub expires: u64,
}

/// A receipt and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    receipt: Exact<BoxReceipt>,
    signature: Signature,
}

impl BoxReceipt {
    /// Length with the signature, in bytes.
    pub const SIGNED_LEN: usize = 113;

    /// Signs the receipt with a directory key: the same values give the same bytes.
    #[must_use]
    pub fn sign(self, org: &OrgId, dsk: &DirectorySecret) -> SignedReceipt {
        let bytes =
            Writer::header(org).raw(self.item_id.as_bytes()).u64(self.stored).u64(self.expires).finish();
        SignedReceipt {
            signature: dsk.sign(SigLabel::BOXRECEIPT, &bytes),
            receipt: Exact::encoded(self, bytes),
        }
    }

    /// Reads `BoxReceipt ‖ sig`; the signature is not verified yet.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Range`] for one that ends before it begins.
    pub fn parse(org: &OrgId, bytes: &[u8]) -> Result<SignedReceipt, DecodeError> {
        let at = bytes.len().checked_sub(64).ok_or(DecodeError::Truncated)?;
        let (object, signature) = bytes.split_at_checked(at).ok_or(DecodeError::Truncated)?;
        let receipt = Exact::parse(object, |reader| {
            reader.header(org)?;
            let receipt =
                Self { item_id: ItemId::decode(reader)?, stored: reader.u64()?, expires: reader.u64()? };
            if receipt.stored < receipt.expires { Ok(receipt) } else { Err(DecodeError::Range) }
        })?;
        Ok(SignedReceipt { receipt, signature: Signature::new(Reader::new(signature).array()?) })
    }
}

impl SignedReceipt {
    /// `BoxReceipt ‖ sig`, 113 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.receipt.bytes(), self.signature.as_bytes()].concat()
    }

    /// What it says, if a directory key that was valid when the parcel was stored has signed it.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, keys: &[ServerKey]) -> Result<BoxReceipt, BadSignature> {
        let receipt = *self.receipt.value();
        let signed = |key: &ServerKey| {
            key.covers(receipt.stored)
                && key.key.verify(SigLabel::BOXRECEIPT, self.receipt.bytes(), &self.signature).is_ok()
        };
        if keys.iter().any(signed) { Ok(receipt) } else { Err(BadSignature) }
    }
}
