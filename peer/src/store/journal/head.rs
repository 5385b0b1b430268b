//! `journal/head`: what a cut-off end of the journal cannot take with it (BARS §1.1).
//!
//! ```text
//! head = sealed value of tree 7 at "head" (ver u8 (1) ‖ seq u64 ‖ first segment u64)
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
const VERSION: u8 = 1;

/// A lower bound of what is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// This record was durable.
    pub(crate) seq: u64,
    /// Segments before this one were superseded.
    pub(crate) first_segment: u64,
}

impl Head {
    /// Reads the file: nothing if it is not there, an error if it is and does not open.
    pub(crate) fn read(disk: &dyn Disk, sealing: &Sealing) -> io::Result<Option<Self>> {
        let sealed = match disk.read(NAME, 0) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the journal's head is damaged");
        let opened = sealing.open(Tree::Journal, &key(sealing), &sealed).map_err(|_| damaged())?;
        let parsed = Reader::all(&opened, |reader| {
            if reader.u8()? != VERSION {
                return Err(DecodeError::Version);
            }
            Ok(Self { seq: reader.u64()?, first_segment: reader.u64()? })
        });
        parsed.map(Some).map_err(|_| damaged())
    }

    pub(super) fn write(&self, disk: &dyn Disk, sealing: &Sealing) -> io::Result<()> {
        let bytes = Writer::new().u8(VERSION).u64(self.seq).u64(self.first_segment).finish();
        disk.replace(NAME, &sealing.seal(Tree::Journal, &key(sealing), &bytes))
    }
}

fn key(sealing: &Sealing) -> Vec<u8> {
    sealing.record_key(Tree::Journal, &Key::named(*b"head"))
}
