//! A sealed object on disk and the file of hashes beside it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use bao_tree::BaoTree;
use bao_tree::io::outboard::PostOrderOutboard;
use bao_tree::io::sync::outboard_post_order;
use conclave_crypto::keys::TransportPublic;

use super::{BLOCK, OBJECT_MAX};

/// Bytes read at a time while hashing.
const READ: usize = 256 * 1024;

/// The objects that this device serves. Called on a blocking thread.
pub trait Shelf: Send + Sync + 'static {
    /// The object of this content id, if this peer may have it. "Not here" and "not for you" look alike.
    fn open(&self, peer: &TransportPublic, content_id: &[u8; 32]) -> Option<Object>;

    /// Whether the object is held back for now: it is refused as after a cut, and what is under way ends.
    fn withholds(&self, _content_id: &[u8; 32]) -> bool {
        false
    }
}

/// An open object.
#[derive(Debug)]
pub struct Object {
    /// The object.
    pub file: File,
    /// Its length, in bytes.
    pub length: u64,
    /// Its outboard: 64 bytes for every pair of subtrees of groups, in post order.
    pub outboard: File,
}

impl Object {
    /// Opens both files.
    ///
    /// # Errors
    /// Those of opening them.
    pub fn open(object: &Path, outboard: &Path) -> io::Result<Self> {
        let file = File::open(object)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length, outboard: File::open(outboard)? })
    }

    /// The outboard of this object under its name.
    pub(super) fn hashes<'a>(&'a self, content_id: &[u8; 32]) -> PostOrderOutboard<&'a File> {
        PostOrderOutboard {
            root: bao_tree::blake3::Hash::from_bytes(*content_id),
            tree: BaoTree::new(self.length, BLOCK),
            data: &self.outboard,
        }
    }
}

/// The content id (BLAKE3, 32 bytes) of `length` bytes as they stream by; writes their outboard, which is not synced.
///
/// # Errors
/// Those of reading and writing, `UnexpectedEof` when there are fewer bytes, and `InvalidInput` above [`OBJECT_MAX`].
pub fn hash_reader(object: impl Read, length: u64, outboard: &File) -> io::Result<[u8; 32]> {
    if length > OBJECT_MAX {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    let mut hashes = BufWriter::with_capacity(READ, outboard);
    let object = BufReader::with_capacity(READ, object);
    let root = outboard_post_order(object, BaoTree::new(length, BLOCK), &mut hashes)?;
    hashes.flush()?;
    Ok(*root.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_id_is_the_plain_hash() {
        for length in [0_usize, 1, 1024, 16_384, 16_385, 100_000, 1_000_003] {
            let outboard = tempfile::tempfile().unwrap();
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7 % 251) as u8).collect();
            let id = hash_reader(&bytes[..], length as u64, &outboard).unwrap();
            assert_eq!(id, *bao_tree::blake3::hash(&bytes).as_bytes(), "{length}");
            let pairs = length.div_ceil(16_384).saturating_sub(1);
            assert_eq!(outboard.metadata().unwrap().len(), 64 * pairs as u64, "{length}");
        }
        let outboard = tempfile::tempfile().unwrap();
        let short = hash_reader(&[0_u8; 10][..], 11, &outboard).unwrap_err();
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
    }
}
