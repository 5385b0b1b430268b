//! `blobs/`: file content, already sealed (PROTOCOL §2.9), by the BLAKE3 hash of its sealed form.
//!
//! ```text
//! blobs/<64 hex>         a whole object
//! blobs/<64 hex>.part    one that is being received, written in any order and resumed after a restart
//! blobs/<n>.draft        one that is being sealed, whose hash is not known yet; removed at open
//! ```
//!
//! Nothing here checks content: ranges are verified as they arrive, before they are written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data_encoding::HEXLOWER;

use crate::store::StoreError;
use crate::store::disk::{free_space, make_folder, private, sync_folder};

const PART: &str = "part";
const DRAFT: &str = "draft";
/// The ending of the hashes beside an object.
const OUTBOARD: &str = "obao";

/// Free space that content must leave, in bytes: the journal must still be able to say so.
const RESERVE: u64 = 64 * 1024 * 1024;

/// The content id of an object: BLAKE3 over all its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// Takes the hash as it is.
    #[must_use]
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn name(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    fn parse(name: &str) -> Option<Self> {
        let bytes = HEXLOWER.decode(name.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// The content files of a profile.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
    drafts: Arc<AtomicU64>,
}

impl Blobs {
    /// Opens the folder of a profile whose lock is held, and removes drafts that a crash left.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(profile: &Path) -> Result<Self, StoreError> {
        let folder = profile.join("blobs");
        make_folder(&folder).map_err(opening())?;
        let blobs = Self { folder, drafts: Arc::default() };
        for (path, _) in blobs.files()? {
            if path.extension().is_some_and(|end| end == DRAFT) {
                fs::remove_file(path).map_err(opening())?;
            }
        }
        Ok(blobs)
    }

    /// Starts an object whose id is not known yet.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn draft(&self) -> Result<BlobWriter, StoreError> {
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.{DRAFT}"));
        let file = private(OpenOptions::new().read(true).write(true).create_new(true)).open(&path);
        Ok(BlobWriter { file: file.map_err(writing())?, path, folder: self.folder.clone() })
    }

    /// Starts, or goes on with, an object that is being received; `length` bytes must find room.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn part(&self, id: &BlobId, length: u64) -> Result<BlobWriter, StoreError> {
        let path = self.part_path(id);
        let mut options = OpenOptions::new();
        let file = private(options.read(true).write(true).create(true).truncate(false)).open(&path);
        let file = file.map_err(writing())?;
        let there = file.metadata().map_err(writing())?.len();
        self.check_space(length.saturating_sub(there))?;
        Ok(BlobWriter { file, path, folder: self.folder.clone() })
    }

    /// Opens a whole object, or nothing if it is not here.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn read(&self, id: &BlobId) -> Result<Option<BlobReader>, StoreError> {
        match File::open(self.path(id)) {
            Ok(file) => Ok(Some(BlobReader(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(opening()(error)),
        }
    }

    /// Whether the whole object is here.
    #[must_use]
    pub fn contains(&self, id: &BlobId) -> bool {
        self.path(id).is_file()
    }

    /// Removes an object and its unfinished part; one that is not here is fine.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn delete(&self, id: &BlobId) -> Result<(), StoreError> {
        let doing = || StoreError::io("removing a content file");
        for path in [self.path(id), self.part_path(id), self.outboard(id)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(doing()(error)),
                _ => {}
            }
        }
        sync_folder(&self.folder).map_err(doing())
    }

    /// The ids of the whole objects, in order.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn list(&self) -> Result<Vec<BlobId>, StoreError> {
        let files = self.files()?;
        let name = |path: &PathBuf| BlobId::parse(path.file_name()?.to_str()?);
        let mut found: Vec<BlobId> = files.iter().filter_map(|(path, _)| name(path)).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Bytes of all content files, unfinished ones included.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn size(&self) -> Result<u64, StoreError> {
        Ok(self.files()?.into_iter().fold(0, |all, (_, length)| all.saturating_add(length)))
    }

    /// Refuses if `need` more bytes would leave less than 64 MiB free.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Io`].
    pub fn check_space(&self, need: u64) -> Result<(), StoreError> {
        let free = free_space(&self.folder).map_err(StoreError::io("asking for free space"))?;
        let need = need.saturating_add(RESERVE);
        if free < need { Err(StoreError::DiskFull { need, free }) } else { Ok(()) }
    }

    pub(crate) fn path(&self, id: &BlobId) -> PathBuf {
        self.folder.join(id.name())
    }

    /// Where the outboard of an object lies: the hashes from which verified ranges are served.
    pub(crate) fn outboard(&self, id: &BlobId) -> PathBuf {
        self.folder.join(format!("{}.{OUTBOARD}", id.name()))
    }

    fn part_path(&self, id: &BlobId) -> PathBuf {
        self.folder.join(format!("{}.{PART}", id.name()))
    }

    /// What is in the folder, with its length. Files come and go meanwhile; one that is gone is not told.
    fn files(&self) -> Result<Vec<(PathBuf, u64)>, StoreError> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(opening())? {
            let entry = entry.map_err(opening())?;
            match entry.metadata() {
                Ok(file) => found.push((entry.path(), file.len())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(opening()(error)),
            }
        }
        Ok(found)
    }
}

/// An object that is not finished. Dropping it keeps what was written.
#[derive(Debug)]
pub struct BlobWriter {
    file: File,
    path: PathBuf,
    folder: PathBuf,
}

impl BlobWriter {
    /// Writes bytes at an offset; a hole before it reads as zeros.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.seek(SeekFrom::Start(offset)).map_err(writing())?;
        self.file.write_all(bytes).map_err(writing())
    }

    /// Makes what was written durable, so that a bitmap may count it.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(writing())
    }

    /// The file, for verified ranges that are written by position.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// An empty file for the outboard of this object, until [`finish`](Self::finish) gives it its name.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::DiskFull`].
    pub fn outboard(&self) -> Result<File, StoreError> {
        let mut options = OpenOptions::new();
        let file = private(options.read(true).write(true).create(true).truncate(true));
        file.open(self.outboard_draft()).map_err(writing())
    }

    /// Ends the object: syncs it and its outboard, gives them their names and syncs the folder. It must have exactly
    /// `length` bytes.
    ///
    /// # Errors
    /// [`StoreError::Blob`] with another length, [`StoreError::Io`] also without an outboard, [`StoreError::DiskFull`].
    pub fn finish(self, id: &BlobId, length: u64) -> Result<(), StoreError> {
        self.file.sync_all().map_err(writing())?;
        if self.file.metadata().map_err(writing())?.len() != length {
            return Err(StoreError::Blob);
        }
        let outboard = self.outboard_draft();
        File::open(&outboard).and_then(|hashes| hashes.sync_all()).map_err(writing())?;
        fs::rename(outboard, self.folder.join(format!("{}.{OUTBOARD}", id.name()))).map_err(writing())?;
        fs::rename(&self.path, self.folder.join(id.name())).map_err(writing())?;
        sync_folder(&self.folder).map_err(writing())
    }

    fn outboard_draft(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(DRAFT);
        PathBuf::from(name)
    }

    /// Gives the object up and removes its file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn abandon(self) -> Result<(), StoreError> {
        match fs::remove_file(self.outboard_draft()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::remove_file(&self.path),
        }
        .map_err(StoreError::io("removing a content file"))
    }
}

/// A whole object.
#[derive(Debug)]
pub struct BlobReader(File);

impl BlobReader {
    /// Its length, in bytes.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn length(&self) -> Result<u64, StoreError> {
        self.0.metadata().map(|found| found.len()).map_err(reading())
    }

    /// Reads at most `length` bytes at an offset; fewer only at the end.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn read_at(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        self.0.seek(SeekFrom::Start(offset)).map_err(reading())?;
        let mut bytes = Vec::new();
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        (&mut self.0).take(limit).read_to_end(&mut bytes).map_err(reading())?;
        Ok(bytes)
    }

    /// The file, for readers by position.
    #[must_use]
    pub fn into_file(self) -> File {
        self.0
    }
}

fn opening() -> impl FnOnce(io::Error) -> StoreError {
    StoreError::io("opening a content file")
}

fn writing() -> impl FnOnce(io::Error) -> StoreError {
    StoreError::io("writing a content file")
}

fn reading() -> impl FnOnce(io::Error) -> StoreError {
    StoreError::io("reading a content file")
}
