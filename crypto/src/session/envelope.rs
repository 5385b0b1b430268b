//! Env: a message of a session as it travels.

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::handshake::PREKEY_PREFIX;
use crate::kdf::{Label, h};
use crate::keys::MessageId;
use crate::padding;
use crate::ratchet::MSG_OVERHEAD;

/// Longest wire, in bytes: a PREKEY around a MSG of the largest size class.
pub const MAX_WIRE: usize = PREKEY_PREFIX + MSG_OVERHEAD + padding::LARGEST;

/// `msg_id[16] ‖ reset_time u64 ‖ wire bytes32`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The message inside; authenticated only once it has opened.
    pub msg_id: MessageId,
    /// `reset_time` of its session, unix seconds, 0 in a first handshake.
    pub reset_time: u64,
    /// MSG or PREKEY.
    pub wire: Vec<u8>,
}

impl Envelope {
    /// The encoded form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(16 + 8 + 4 + self.wire.len());
        out.raw(self.msg_id.as_bytes()).u64(self.reset_time).bytes32(&self.wire);
        out.finish()
    }

    /// Reads an encoded envelope.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Range`] for a wire longer than [`MAX_WIRE`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            let msg_id = MessageId::decode(reader)?;
            let reset_time = reader.u64()?;
            let wire = reader.bytes32()?;
            if wire.len() > MAX_WIRE {
                return Err(DecodeError::Range);
            }
            Ok(Self { msg_id, reset_time, wire: wire.to_vec() })
        })
    }

    /// `H("env", Env)`, 32 bytes: how a KEYDIST names it (PROTOCOL §2.7).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        h(Label::ENV, &[&self.encode()])
    }
}

/// Whether `msg` has the first byte and the length of a MSG.
pub(super) fn is_msg(msg: &[u8]) -> bool {
    let padded = msg.len().checked_sub(MSG_OVERHEAD);
    msg.first() == Some(&1)
        && padded
            .is_some_and(|len| len.is_power_of_two() && (padding::SMALLEST..=padding::LARGEST).contains(&len))
}
