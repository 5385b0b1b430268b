//! DeviceList: the whole list of a user's devices, chained by the hash of the list before.

use crate::certificate::SignedCert;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{OrgId, UserId};

/// Most devices a user may list in version 1; the format allows four.
pub const MOST_DEVICES: usize = 1;

/// `HDR user_id[16] list_ver u32 prev[32] at u64 devices list8<SignedCert>`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceList {
    /// The account.
    pub user_id: UserId,
    /// 1, 2, 3…
    pub list_ver: u32,
    /// `H("devlist", previous DeviceList object)`; zeros at first.
    pub prev: [u8; 32],
    /// When it was signed, ms UTC.
    pub at: u64,
    /// The devices.
    pub devices: Vec<SignedCert>,
}

impl DeviceList {
    pub(crate) fn decode(reader: &mut Reader<'_>, org: &OrgId) -> Result<Self, DecodeError> {
        reader.header(org)?;
        Ok(Self {
            user_id: UserId::decode(reader)?,
            list_ver: reader.u32()?,
            prev: reader.array()?,
            at: reader.u64()?,
            devices: reader.list8(|reader| SignedCert::decode(reader, org))?,
        })
    }

    pub(crate) fn encode(&self, org: &OrgId) -> Vec<u8> {
        Writer::header(org)
            .raw(self.user_id.as_bytes())
            .u32(self.list_ver)
            .raw(&self.prev)
            .u64(self.at)
            .list8(&self.devices, |writer, device| device.encode(writer))
            .finish()
    }
}
