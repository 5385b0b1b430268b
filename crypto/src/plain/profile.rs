//! The body of PROFILE (PROTOCOL §2.5): what a person tells of themselves. It goes from peer to peer, never to a server.

use super::codec::text;
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::file::FileRef;

/// PROFILE: the sender's own card.
#[derive(PartialEq, Eq)]
pub struct Profile {
    /// Rises with every change.
    pub profile_ver: u32,
    /// When it was changed, ms.
    pub updated: u64,
    /// At most 255 bytes.
    pub full_name: String,
    /// At most 255 bytes.
    pub position: String,
    /// Free text.
    pub description: String,
    /// At most 255 bytes.
    pub location: String,
    /// The picture, if any.
    pub avatar: Option<FileRef>,
}

impl Profile {
    pub(super) fn encode(&self, out: &mut Writer) {
        out.u32(self.profile_ver).u64(self.updated).bytes8(self.full_name.as_bytes());
        out.bytes8(self.position.as_bytes()).bytes16(self.description.as_bytes());
        out.bytes8(self.location.as_bytes());
        let mut avatar = Writer::new();
        if let Some(file) = &self.avatar {
            file.encode(&mut avatar);
        }
        out.bytes16(&avatar.finish());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            profile_ver: reader.u32()?,
            updated: reader.u64()?,
            full_name: text(reader.bytes8()?)?,
            position: text(reader.bytes8()?)?,
            description: text(reader.bytes16()?)?,
            location: text(reader.bytes8()?)?,
            avatar: match reader.bytes16()? {
                [] => None,
                bytes => Some(Reader::all(bytes, FileRef::decode)?),
            },
        })
    }
}
