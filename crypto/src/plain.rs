//! Plaintexts of messages (PROTOCOL §2.5, Plaintext).
//!
//! ```text
//! Plain = ct_ver u8 (1) ‖ kind u8 ‖ msg_id[16] ‖ conv_id[16] ‖ clock u64 ‖ sent_at u64
//!         ‖ own_list_ver u32 ‖ peer_list_ver u32 ‖ body bytes32
//! Ack   = msg_id[16] ‖ digest[16],   digest = H("ack", Plain, both list versions 0)[0..16]
//! ```
//!
//! A [`Plain`] keeps its body as bytes: encrypted again it keeps every byte but the two list versions, unknown kinds
//! are kept whole, and the kinds of rooms are read elsewhere. [`Plain::content`] reads the rest; a body that does not
//! read is the sender's fault and no reason to restart a session, since the session has authenticated it.

mod ack;
mod body;
mod codec;
mod file;
mod profile;

use core::fmt;

pub use ack::{Ack, MAX_ACKS};
pub use body::{Body, Delete, Edit, Format, Kind, Mention, Reaction, Text};
pub use file::FileOffer;
pub use profile::Profile;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::kdf::{Label, h};
use crate::keys::{ConversationId, MessageId};
use crate::padding;

/// Version byte of a plaintext.
pub const PLAIN_VERSION: u8 = 1;
/// Length of a plaintext beyond its body, in bytes.
pub const PLAIN_HEAD: usize = 1 + 1 + 16 + 16 + 8 + 8 + 4 + 4 + 4;
/// Largest body, in bytes: the plaintext and one byte of padding fill the largest size class.
pub const MAX_BODY: usize = padding::LARGEST - 1 - PLAIN_HEAD;
/// A clock this far above the highest known one is refused by the conversation.
pub const MAX_CLOCK_LEAP: u64 = 1 << 20;

/// One plaintext, without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain {
    /// What the body is; see [`Kind`].
    pub kind: u8,
    /// Random id of the message.
    pub msg_id: MessageId,
    /// The conversation, or a room's id.
    pub conv_id: ConversationId,
    /// Logical clock; 0 in rooms.
    pub clock: u64,
    /// When it was sent by the sender's clock, ms; only displayed.
    pub sent_at: u64,
    /// Version of the sender's device list as the sender knows it; 0 in rooms.
    pub own_list_ver: u32,
    /// Version of the receiver's device list as the sender knows it; 0 in rooms.
    pub peer_list_ver: u32,
    /// The encoded body, at most [`MAX_BODY`] bytes.
    pub body: Vec<u8>,
}

impl Plain {
    /// Puts `body` into a plaintext, with both list versions 0.
    #[must_use]
    pub fn new(msg_id: MessageId, conv_id: ConversationId, clock: u64, sent_at: u64, body: &Body) -> Self {
        Self {
            kind: body.kind(),
            msg_id,
            conv_id,
            clock,
            sent_at,
            own_list_ver: 0,
            peer_list_ver: 0,
            body: body.encode(),
        }
    }

    /// Sets the versions of both device lists.
    #[must_use]
    pub const fn with_lists(mut self, own: u32, peer: u32) -> Self {
        self.own_list_ver = own;
        self.peer_list_ver = peer;
        self
    }

    /// Reads the body. Kinds of rooms and unknown ones come as [`Body::Other`].
    ///
    /// # Errors
    /// [`DecodeError`] if a known body does not parse.
    pub fn content(&self) -> Result<Body, DecodeError> {
        Body::decode(self.kind, &self.body)
    }

    /// The encoded form, without padding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with(self.own_list_ver, self.peer_list_ver)
    }

    /// Reads an encoded plaintext.
    ///
    /// # Errors
    /// [`DecodeError`]: another version, or bytes missing or left.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            if reader.u8()? != PLAIN_VERSION {
                return Err(DecodeError::Version);
            }
            Ok(Self {
                kind: reader.u8()?,
                msg_id: MessageId::decode(reader)?,
                conv_id: ConversationId::decode(reader)?,
                clock: reader.u64()?,
                sent_at: reader.u64()?,
                own_list_ver: reader.u32()?,
                peer_list_ver: reader.u32()?,
                body: reader.bytes32()?.to_vec(),
            })
        })
    }

    /// What its receiver acknowledges; the same however often it is encrypted.
    #[must_use]
    pub fn ack(&self) -> Ack {
        let hash = h(Label::ACK, &[&self.encode_with(0, 0)]);
        let mut digest = [0; 16];
        digest.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
        Ack { msg_id: self.msg_id, digest }
    }

    fn encode_with(&self, own: u32, peer: u32) -> Vec<u8> {
        let mut out = Writer::with_capacity(PLAIN_HEAD + self.body.len());
        out.u8(PLAIN_VERSION).u8(self.kind);
        self.msg_id.encode(&mut out);
        self.conv_id.encode(&mut out);
        out.u64(self.clock).u64(self.sent_at).u32(own).u32(peer).bytes32(&self.body);
        out.finish()
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain")
            .field("kind", &self.kind)
            .field("msg_id", &self.msg_id)
            .field("body", &format_args!("{} bytes (redacted)", self.body.len()))
            .finish_non_exhaustive()
    }
}
