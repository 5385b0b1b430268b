//! The frame codec: `len u32 ‖ kind u16 ‖ flags u8 ‖ body`, big-endian, with a limit checked before anything is kept.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use thiserror::Error;

/// Bytes before the body: length, kind and flags.
pub const HEADER: usize = 4 + 2 + 1;
const OPTIONAL: u8 = 1;
/// Room made at once for a frame whose length is stated but whose bytes are not there: a claim alone costs no more.
pub const ROOM: usize = 64 * 1024;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameKind(pub u16);

impl FrameKind {
    /// `schema::Opening`, first frame each way.
    pub const OPENING: Self = Self(1);
    /// `schema::Refusal`, last frame.
    pub const REFUSAL: Self = Self(2);
    /// A login frame of PROTOCOL §2.11, as it is.
    pub const LOGIN: Self = Self(16);
    /// `schema::Request`.
    pub const REQUEST: Self = Self(32);
    /// `schema::Response`.
    pub const RESPONSE: Self = Self(33);
    /// `schema::Push`.
    pub const PUSH: Self = Self(34);
    /// Hello of PROTOCOL §2.3, as it is.
    pub const HELLO: Self = Self(48);
    /// Env of PROTOCOL §2.5, as it is.
    pub const ENVELOPE: Self = Self(49);
    /// `schema::PrekeyRequest`.
    pub const PREKEY_REQUEST: Self = Self(50);
    /// `schema::PrekeyReply`.
    pub const PREKEY_REPLY: Self = Self(51);
    /// `schema::LeavesRequest`.
    pub const LEAVES_REQUEST: Self = Self(52);
    /// `schema::Leaves`.
    pub const LEAVES: Self = Self(53);
    /// `schema::Resend`.
    pub const RESEND: Self = Self(54);
    /// `schema::FileRequest`.
    pub const FILE_REQUEST: Self = Self(64);
    /// `schema::FileAnswer`.
    pub const FILE_ANSWER: Self = Self(65);
    /// Bytes of a verified range stream, or of a parcel, as they are.
    pub const DATA: Self = Self(66);
    /// `schema::BoxRequest`.
    pub const BOX_REQUEST: Self = Self(80);
    /// `schema::BoxResponse`.
    pub const BOX_RESPONSE: Self = Self(81);
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What the body is.
    pub kind: FrameKind,
    /// Whether a receiver that does not know the kind skips it.
    pub optional: bool,
    /// The body, without the header.
    pub body: Bytes,
}

/// Why a frame is refused. The stream is closed after it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Longer than this stream allows.
    #[error("a frame of {length} bytes; at most {limit} are allowed")]
    TooLong {
        /// Stated length.
        length: usize,
        /// The limit of this stream.
        limit: usize,
    },
    /// Shorter than a header.
    #[error("a frame of {0} bytes is shorter than its header")]
    TooShort(usize),
    /// A flag that version 1 does not define.
    #[error("a frame has unknown flags {0:#04x}")]
    Flags(u8),
    /// A kind that this stream does not know, not marked optional.
    #[error("a frame of unknown kind {}", .0.0)]
    Unknown(FrameKind),
    /// A frame that is known but must not come now.
    #[error("a frame of kind {} out of order", .0.0)]
    OutOfOrder(FrameKind),
    /// A body that is not the message its kind says.
    #[error("a frame of kind {} does not parse", .0.0)]
    Body(FrameKind),
}

impl Frame {
    /// A frame around opaque bytes.
    #[must_use]
    pub fn raw(kind: FrameKind, body: impl Into<Bytes>) -> Self {
        Self { kind, optional: false, body: body.into() }
    }

    /// A frame around a schema message.
    #[must_use]
    pub fn message(kind: FrameKind, message: &impl Message) -> Self {
        Self::raw(kind, message.encode_to_vec())
    }

    /// The body as a schema message.
    ///
    /// # Errors
    /// [`FrameError::Body`].
    pub fn parse<M: Message + Default>(&self) -> Result<M, FrameError> {
        M::decode(self.body.clone()).map_err(|_| FrameError::Body(self.kind))
    }

    /// Length on the wire, in bytes.
    #[must_use]
    pub const fn wire_len(&self) -> usize {
        HEADER + self.body.len()
    }

    /// Appends the frame to `out`.
    ///
    /// # Errors
    /// [`FrameError::TooLong`]; nothing is written then.
    pub fn encode(&self, out: &mut BytesMut, limit: usize) -> Result<(), FrameError> {
        let length = self.body.len() + HEADER - 4;
        let too_long = FrameError::TooLong { length, limit };
        if length > limit {
            return Err(too_long);
        }
        let stated = u32::try_from(length).map_err(|_| too_long)?;
        out.reserve(self.wire_len());
        out.put_u32(stated);
        out.put_u16(self.kind.0);
        out.put_u8(if self.optional { OPTIONAL } else { 0 });
        out.put_slice(&self.body);
        Ok(())
    }

    /// Takes the next whole frame from the front of `input`, or `None` while bytes are missing. The length is
    /// judged as soon as its four bytes are there, so an oversized frame is never buffered.
    ///
    /// # Errors
    /// [`FrameError`]; the stream cannot be read further.
    pub fn decode(input: &mut BytesMut, limit: usize) -> Result<Option<Self>, FrameError> {
        let Some(stated) = input.first_chunk::<4>() else { return Ok(None) };
        let stated = u32::from_be_bytes(*stated);
        let length = usize::try_from(stated).unwrap_or(usize::MAX);
        if length > limit {
            return Err(FrameError::TooLong { length, limit });
        }
        if length < HEADER - 4 {
            return Err(FrameError::TooShort(length));
        }
        if input.len() < 4 + length {
            input.reserve((4 + length - input.len()).min(ROOM));
            return Ok(None);
        }
        input.advance(4);
        let mut frame = input.split_to(length);
        let kind = FrameKind(frame.get_u16());
        let flags = frame.get_u8();
        if flags & !OPTIONAL != 0 {
            return Err(FrameError::Flags(flags));
        }
        Ok(Some(Self { kind, optional: flags & OPTIONAL != 0, body: frame.freeze() }))
    }
}
