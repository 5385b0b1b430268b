//! `journal/head`: what a cut-off end of the journal cannot take with it (BARS §1.1).
//!
//! ```text
//! head = sealed value of tree 7 at "head" (ver u8 (2) ‖ seq u64 ‖ first segment u64 ‖ schema u32)
//!                                            version 1 ends before the schema, which is 1
//! ```
//!
//! A chain proves that no record in the middle is missing; only a number outside proves it of the last ones. `head` is
//! replaced at open, at close and after every checkpoint, so it names a lower bound, not the newest record: that one
//! is also known to the index.

use std::io;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;

use crate::record::{Key, Tree};
use crate::store::disk::Disk;
use crate::store::sealing::Sealing;

const NAME: &str = "head";
const VERSION: u8 = 2;

/// A lower bound of what is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// This record was durable.
    pub(crate) seq: u64,
    /// Segments before this one were superseded.
    pub(crate) first_segment: u64,
    /// Of the records.
    pub(crate) schema: u32,
}

impl Head {
    /// Reads the file: nothing if it is not there; `InvalidData` if it is and does not open, `Unsupported` if it is of
    /// a version that this program does not know.
    pub(crate) fn read(disk: &dyn Disk, sealing: &Sealing) -> io::Result<Option<Self>> {
        let sealed = match disk.read(NAME, 0) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the journal's head is damaged");
        let opened = sealing.open(Tree::Journal, &key(sealing), &sealed).map_err(|_| damaged())?;
        let parsed = Reader::all(&opened, |reader| {
            let version = reader.u8()?;
            if version > VERSION {
                // What follows is not for this program.
                reader.take(reader.rest().len())?;
                return Ok(None);
            }
            let (seq, first_segment) = (reader.u64()?, reader.u64()?);
            let schema = if version == 1 { 1 } else { reader.u32()? };
            if version == 0 {
                Err(DecodeError::Version)
            } else {
                Ok(Some(Self { seq, first_segment, schema }))
            }
        });
        let newer = || io::Error::new(io::ErrorKind::Unsupported, "the journal is of a newer program");
        parsed.map_err(|_| damaged())?.ok_or_else(newer).map(Some)
    }

    pub(super) fn write(&self, disk: &dyn Disk, sealing: &Sealing) -> io::Result<()> {
        let bytes = Writer::new().u8(VERSION).u64(self.seq).u64(self.first_segment).u32(self.schema).finish();
        disk.replace(NAME, &sealing.seal(Tree::Journal, &key(sealing), &bytes))
    }
}

fn key(sealing: &Sealing) -> Vec<u8> {
    sealing.record_key(Tree::Journal, &Key::named(*b"head"))
}
