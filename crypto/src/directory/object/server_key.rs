//! ServerKey: ORK certifies a directory key (DSK) of the login server for at most 400 days.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DirectoryPublic, OrgId};

/// Longest life of a directory key: 400 days, ms.
pub const LONGEST_SERVER_KEY_LIFE: u64 = 400 * 86_400_000;

/// `HDR dsk[32] nbf u64 naf u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerKey {
    /// The key (DSK).
    pub key: DirectoryPublic,
    /// Valid from, ms UTC, inclusive.
    pub nbf: u64,
    /// Valid until, ms UTC, inclusive.
    pub naf: u64,
}

impl ServerKey {
    /// Whether the key may sign something made at `at` (ms UTC): `nbf ≤ at ≤ naf`.
    #[must_use]
    pub const fn covers(&self, at: u64) -> bool {
        self.nbf <= at && at <= self.naf
    }

    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        let this = Self { key: DirectoryPublic::decode(reader)?, nbf: reader.u64()?, naf: reader.u64()? };
        match this.naf.checked_sub(this.nbf) {
            Some(1..=LONGEST_SERVER_KEY_LIFE) => Ok(this),
            _ => Err(DecodeError::Range),
        }
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org).raw(self.key.as_bytes()).u64(self.nbf).u64(self.naf).finish()
    }
}
