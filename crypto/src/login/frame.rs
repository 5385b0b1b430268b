//! The nine frames of a login stream (PROTOCOL §2.11): `type u8 ‖ fields`.
//!
//! ```text
//! 1 REGISTER →   username bytes8  request[32]                                                  2 REGISTERED ←  response[64]
//! 3 RECORD →     upload[192]
//! 4 LOGIN →      username bytes8  record u8 (0 the stored one, 1 that of frame 3)  ke1[96]       5 CHALLENGE ←  ke2[320]
//! 6 PROOF →      ke3[64]  S{…}     7 RESULT ←  S{…}     8 CONFIRM →  S{…}      9 REFUSED ←  code u8 wait_ms u32
//! ```

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::login::LoginName;

/// Which record a login uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum RecordChoice {
    /// The stored one.
    Stored = 0,
    /// That of frame 3 on this connection.
    Fresh = 1,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginFrame {
    /// 1, client: begin a registration.
    Register {
        /// The name.
        name: LoginName,
        /// The OPAQUE registration request.
        request: [u8; 32],
    },
    /// 2, server: the OPAQUE registration response.
    Registered {
        /// The response.
        response: [u8; 64],
    },
    /// 3, client: the OPAQUE record, kept for this connection only.
    Record {
        /// The upload.
        upload: Box<[u8; 192]>,
    },
    /// 4, client: begin a login.
    Login {
        /// The name.
        name: LoginName,
        /// Which record.
        record: RecordChoice,
        /// KE1.
        ke1: Box<[u8; 96]>,
    },
    /// 5, server: KE2, for known and unknown names alike.
    Challenge {
        /// KE2.
        ke2: Box<[u8; 320]>,
    },
    /// 6, client: KE3 and the second factor.
    Proof {
        /// KE3.
        ke3: [u8; 64],
        /// A sealed [`Proof`](crate::login::Proof).
        sealed: Vec<u8>,
    },
    /// 7, server: logged in.
    Result {
        /// A sealed [`LoginResult`](crate::login::LoginResult).
        sealed: Vec<u8>,
    },
    /// 8, client: the new TOTP secret works.
    Confirm {
        /// A sealed [`Confirm`](crate::login::Confirm).
        sealed: Vec<u8>,
    },
    /// 9, server: the end of the stream.
    Refused {
        /// Why, as far as the client may know.
        code: u8,
        /// When to try again, in milliseconds.
        wait_ms: u32,
    },
}

impl LoginFrame {
    /// The longest frame, in bytes: a PROOF or RESULT whose sealed part is full.
    pub const LONGEST: usize = 1 + 64 + 2 + 65_535;

    /// The type byte.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Register { .. } => 1,
            Self::Registered { .. } => 2,
            Self::Record { .. } => 3,
            Self::Login { .. } => 4,
            Self::Challenge { .. } => 5,
            Self::Proof { .. } => 6,
            Self::Result { .. } => 7,
            Self::Confirm { .. } => 8,
            Self::Refused { .. } => 9,
        }
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.kind());
        match self {
            Self::Register { name, request } => writer.bytes8(name.as_bytes()).raw(request),
            Self::Registered { response } => writer.raw(response),
            Self::Record { upload } => writer.raw(upload.as_slice()),
            Self::Login { name, record, ke1 } => {
                writer.bytes8(name.as_bytes()).u8(*record as u8).raw(ke1.as_slice())
            }
            Self::Challenge { ke2 } => writer.raw(ke2.as_slice()),
            Self::Proof { ke3, sealed } => writer.raw(ke3).bytes16(sealed),
            Self::Result { sealed } | Self::Confirm { sealed } => writer.bytes16(sealed),
            Self::Refused { code, wait_ms } => writer.u8(*code).u32(*wait_ms),
        };
        writer.finish()
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown type, a name that is none, or another record choice is [`DecodeError::Range`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            Ok(match reader.u8()? {
                1 => Self::Register { name: LoginName::exact(reader.bytes8()?)?, request: reader.array()? },
                2 => Self::Registered { response: reader.array()? },
                3 => Self::Record { upload: Box::new(reader.array()?) },
                4 => Self::Login {
                    name: LoginName::exact(reader.bytes8()?)?,
                    record: if reader.flag()? { RecordChoice::Fresh } else { RecordChoice::Stored },
                    ke1: Box::new(reader.array()?),
                },
                5 => Self::Challenge { ke2: Box::new(reader.array()?) },
                6 => Self::Proof { ke3: reader.array()?, sealed: reader.bytes16()?.to_vec() },
                7 => Self::Result { sealed: reader.bytes16()?.to_vec() },
                8 => Self::Confirm { sealed: reader.bytes16()?.to_vec() },
                9 => Self::Refused { code: reader.u8()?, wait_ms: reader.u32()? },
                _ => return Err(DecodeError::Range),
            })
        })
    }
}
