//! The append-only file of the directory log.
//!
//! ```text
//! file   = "conclave-log" ‖ version u32 (1) ‖ org_id[16] ‖ record*
//! record = len u32 ‖ leaf[len] ‖ chain[32]        chain = SHA-256(previous chain ‖ len ‖ leaf), zeros at first
//! ```
//!
//! A leaf is acknowledged only after `fdatasync`, and after that the number of durable leaves is written beside the
//! log (see the checkpoint file of the directory). So a record that does not check is a **torn tail** when it comes
//! after the durable leaves: nobody was told of it, and it is cut off. Anywhere else it is **damage**, and the
//! server does not start (exit code 12).

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use conclave_crypto::keys::OrgId;
use conclave_crypto::primitives::sha256;
use thiserror::Error;

const MAGIC: &[u8; 12] = b"conclave-log";
const VERSION: u32 = 1;
const HEADER: usize = 12 + 4 + 16;
/// Longest leaf: a RoomOrg of 300 members and its lists stays far below.
pub(crate) const LEAF_MAX: usize = 256 * 1024;

/// Why the log file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum LogFileError {
    /// The disk failed.
    #[error("the directory log {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The bytes are not those that were written.
    #[error("the directory log {} is damaged at byte {offset} (leaf {leaf})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: usize,
        /// Which leaf.
        leaf: usize,
    },
    /// A leaf longer than [`LEAF_MAX`].
    #[error("a leaf of {0} bytes is too long")]
    TooLong(usize),
}

/// The open file.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    file: File,
    chain: [u8; 32],
    end: u64,
}

/// What opening found.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The file, ready to append.
    pub(crate) file: LogFile,
    /// All leaves.
    pub(crate) leaves: Vec<Bytes>,
    /// Bytes of a torn tail that were cut off.
    pub(crate) torn: usize,
}

impl LogFile {
    /// Makes an empty log; the file must not exist.
    pub(crate) fn create(path: &Path, org: &OrgId) -> Result<Self, LogFileError> {
        let io = io(path);
        let mut file =
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).map_err(&io)?;
        let header = [MAGIC.as_slice(), &VERSION.to_be_bytes(), org.as_bytes()].concat();
        file.write_all(&header).map_err(&io)?;
        file.sync_all().map_err(&io)?;
        Ok(Self { path: path.to_owned(), file, chain: [0; 32], end: HEADER as u64 })
    }

    /// Reads and checks the whole log. `durable` is the number of leaves that were acknowledged.
    pub(crate) fn open(path: &Path, org: &OrgId, durable: usize) -> Result<Opened, LogFileError> {
        let (scan, bytes) = Self::scan(path, org, durable)?;
        let io = io(path);
        let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(&io)?;
        let torn = bytes - scan.end;
        if torn > 0 {
            file.set_len(scan.end as u64).map_err(&io)?;
            file.sync_all().map_err(&io)?;
        }
        file.seek(SeekFrom::Start(scan.end as u64)).map_err(&io)?;
        let file = Self { path: path.to_owned(), file, chain: scan.chain, end: scan.end as u64 };
        Ok(Opened { file, leaves: scan.leaves, torn })
    }

    /// Reads and checks the whole log without touching it.
    pub(crate) fn verify(path: &Path, org: &OrgId, durable: usize) -> Result<Vec<Bytes>, LogFileError> {
        Ok(Self::scan(path, org, durable)?.0.leaves)
    }

    fn scan(path: &Path, org: &OrgId, durable: usize) -> Result<(Scan, usize), LogFileError> {
        let mut bytes = Vec::new();
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(io(path))?;
        let scan = Scan::of(&bytes, org).filter(|scan| scan.leaves.len() >= durable);
        let scan = scan.ok_or_else(|| {
            let found = Scan::of(&bytes, org);
            LogFileError::Damaged {
                path: path.to_owned(),
                offset: found.as_ref().map_or(0, |scan| scan.end),
                leaf: found.map_or(0, |scan| scan.leaves.len()),
            }
        })?;
        Ok((scan, bytes.len()))
    }

    /// Appends a leaf; on return it is on the disk. After an error the file is cut back to its last good end.
    pub(crate) fn append(&mut self, leaf: &[u8]) -> Result<(), LogFileError> {
        if leaf.len() > LEAF_MAX {
            return Err(LogFileError::TooLong(leaf.len()));
        }
        let length = u32::try_from(leaf.len()).map_err(|_| LogFileError::TooLong(leaf.len()))?.to_be_bytes();
        let chain = sha256(&[&self.chain, &length, leaf]);
        let record = [length.as_slice(), leaf, &chain].concat();
        let written = self.file.write_all(&record).and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // Best effort: what cannot be cut off now is a torn tail at the next start.
            let _ = self.file.set_len(self.end);
            let _ = self.file.seek(SeekFrom::Start(self.end));
            return Err(LogFileError::Io { path: self.path.clone(), source });
        }
        self.end += record.len() as u64;
        self.chain = chain;
        Ok(())
    }
}

struct Scan {
    leaves: Vec<Bytes>,
    chain: [u8; 32],
    end: usize,
}

impl Scan {
    /// All records that check, from the front; `None` when not even the header does.
    fn of(bytes: &[u8], org: &OrgId) -> Option<Self> {
        let (header, mut rest) = bytes.split_at_checked(HEADER)?;
        if header != [MAGIC.as_slice(), &VERSION.to_be_bytes(), org.as_bytes()].concat() {
            return None;
        }
        let mut scan = Self { leaves: Vec::new(), chain: [0; 32], end: HEADER };
        while let Some((leaf, chain, tail)) = next(rest, &scan.chain) {
            scan.end += rest.len() - tail.len();
            scan.chain = chain;
            scan.leaves.push(leaf);
            rest = tail;
        }
        Some(scan)
    }
}

fn next<'a>(bytes: &'a [u8], previous: &[u8; 32]) -> Option<(Bytes, [u8; 32], &'a [u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|&size| size <= LEAF_MAX)?;
    let (leaf, rest) = rest.split_at_checked(size)?;
    let (stated, rest) = rest.split_first_chunk::<32>()?;
    let chain = sha256(&[previous, length, leaf]);
    (chain == *stated).then(|| (Bytes::copy_from_slice(leaf), chain, rest))
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> LogFileError {
    let path = path.to_owned();
    move |source| LogFileError::Io { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: OrgId = OrgId::new([7; 16]);

    fn three(path: &Path) {
        let mut log = LogFile::create(path, &ORG).unwrap();
        for leaf in [b"one".as_slice(), b"two", b"three"] {
            log.append(leaf).unwrap();
        }
    }

    #[test]
    fn leaves_come_back_and_more_follow() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        three(&path);
        let mut opened = LogFile::open(&path, &ORG, 3).unwrap();
        assert_eq!((opened.leaves.len(), opened.torn), (3, 0));
        opened.file.append(b"four").unwrap();
        drop(opened);
        let again = LogFile::open(&path, &ORG, 4).unwrap();
        assert_eq!(again.leaves, [&b"one"[..], b"two", b"three", b"four"]);
        assert!(LogFile::create(&path, &ORG).is_err());
    }

    #[test]
    fn a_tail_torn_at_any_byte_is_cut_off_and_the_log_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        three(&path);
        let whole = std::fs::read(&path).unwrap();
        let last = 4 + 5 + 32;
        for cut in 1..last {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut opened = LogFile::open(&path, &ORG, 2).unwrap();
            assert_eq!((opened.leaves.len(), opened.torn), (2, last - cut));
            opened.file.append(b"three").unwrap();
            drop(opened);
            assert_eq!(std::fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn every_flipped_bit_of_an_acknowledged_leaf_is_damage() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        three(&path);
        let whole = std::fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).unwrap();
            assert!(matches!(LogFile::open(&path, &ORG, 3), Err(LogFileError::Damaged { .. })), "bit {bit}");
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "a damaged log is left as it is");
        }
    }

    #[test]
    fn a_log_of_another_organisation_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        three(&path);
        assert!(LogFile::open(&path, &OrgId::new([8; 16]), 0).is_err());
    }
}
