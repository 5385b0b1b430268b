//! Cut: the last entry of an author's log that still counts.

use std::collections::BTreeSet;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::DeviceId;

/// `device_id[16] log_id[8] seq u64`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The author's device.
    pub device_id: DeviceId,
    /// The log.
    pub log_id: [u8; 8],
    /// Sequence number of the last entry that counts.
    pub seq: u64,
}

impl Cut {
    /// Reads one cut.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { device_id: DeviceId::decode(reader)?, log_id: reader.array()?, seq: reader.u64()? })
    }

    /// Writes one cut.
    pub fn encode(&self, writer: &mut Writer) {
        writer.raw(self.device_id.as_bytes()).raw(&self.log_id).u64(self.seq);
    }

    /// Whether every log appears at most once.
    #[must_use]
    pub fn all_distinct(cuts: &[Self]) -> bool {
        let logs: BTreeSet<_> = cuts.iter().map(|cut| (cut.device_id, cut.log_id)).collect();
        logs.len() == cuts.len()
    }
}
