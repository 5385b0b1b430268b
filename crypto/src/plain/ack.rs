//! Acknowledgements: which message, and what it said.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::MessageId;

/// Most acknowledgements in one message: 512 fill half of the 32 KiB size class.
pub const MAX_ACKS: usize = 512;

/// `msg_id[16] ‖ digest[16]`. A sender ignores one whose digest is not its own message's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ack {
    /// The message.
    pub msg_id: MessageId,
    /// `H("ack", Plain with both list versions 0)[0..16]`.
    pub digest: [u8; 16],
}

impl Ack {
    /// Length of the encoded form, in bytes.
    pub const LEN: usize = 32;

    pub(super) fn encode(&self, out: &mut Writer) {
        out.raw(self.msg_id.as_bytes()).raw(&self.digest);
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { msg_id: MessageId::decode(reader)?, digest: reader.array()? })
    }
}
