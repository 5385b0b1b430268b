//! Sealing a file of this computer into the blob store, in one pass over its bytes.
//!
//! ```text
//! this thread    read ─► plain hash ─► encrypt, half of it on a second thread ─┐ 1 MiB at a time
//! another        draft ◄─ write ◄─ BLAKE3 and outboard ◄───────────────────────┘
//! a third        sync the draft every 16 MiB
//! ```

use std::fs::File;
use std::io::{self, BufRead as _, Read, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use conclave_crypto::encoding::Writer;
use conclave_crypto::file::{
    CHUNK, FileEncryptor, FileError, FileKey, FileRef, SEALED_CHUNK, object_len, padded_len,
};
use conclave_crypto::primitives::Blake3;
use conclave_proto::ErrorCode;

use crate::core::file_name::cleaned;
use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::entropy;
use crate::media_type::media_type;
use crate::model::Failure;
use crate::net::transfer::hash_reader;
use crate::ordinary_file;
use crate::picture;
use crate::store::{BlobId, BlobWriter};

use super::syncing::Syncing;
use super::{STEP, Work, full, unreadable};

/// Chunks that are read, encrypted and handed on together: 1 MiB.
const BATCH: usize = 64;
/// Batches that may wait to be hashed and written.
const WAITING: usize = 2;
/// A run of fewer chunks is not worth a second thread.
const WORTH_SPLITTING: usize = 8;

impl Work {
    pub(super) fn import(
        self,
        path: &Path,
        name: Option<&str>,
        limit: u64,
        picture: bool,
    ) -> Result<JobNews, Failure> {
        let shown = name.map_or_else(|| file_name(path), str::to_owned);
        let (opened, metadata) = ordinary_file::open(path).map_err(|_| unreadable(&shown))?;
        if metadata.len() > limit {
            return Err(Failure::new(ErrorCode::FileTooLarge)
                .with("file", cleaned(&shown))
                .with("size", metadata.len())
                .with("max", limit));
        }
        if picture {
            let bytes = picture::profile_picture(opened).map_err(|_| unreadable(&shown))?;
            let length = bytes.len() as u64;
            return self.seal(&mut bytes.as_slice(), length, "picture.png", "image/png");
        }
        let mut source = io::BufReader::with_capacity(CHUNK, opened);
        let start = source.fill_buf().map_err(|_| unreadable(&shown))?;
        let mime = media_type(start);
        self.seal(&mut source, metadata.len(), &shown, mime)
    }

    /// Seals exactly `length` bytes of a source under a fresh key.
    fn seal(self, source: &mut impl Read, length: u64, name: &str, mime: &str) -> Result<JobNews, Failure> {
        let padded = padded_len(length).ok_or_else(|| Failure::new(ErrorCode::FileTooLarge))?;
        self.blobs.check_space(padded).map_err(|error| store_fault(&error))?;
        let key = FileKey::generate(&mut entropy::rng());
        let draft = self.blobs.draft().map_err(|error| store_fault(&error))?;
        let (id, plain) = match self.fill(&draft, source, length, padded, &key, name) {
            Ok(found) => found,
            Err(failure) => {
                drop(draft.abandon());
                return Err(failure);
            }
        };
        draft.finish(&id, object_len(padded)).map_err(|error| store_fault(&error))?;
        let file_ref =
            FileRef::new(*id.as_bytes(), length, key, plain, name, mime).map_err(|_| unreadable(name))?;
        let mut encoded = Writer::new();
        file_ref.encode(&mut encoded);
        Ok(JobNews::Imported { file_ref: encoded.finish() })
    }

    /// Writes the object and its outboard; the content id and the hash of the plaintext.
    fn fill(
        &self,
        draft: &BlobWriter,
        source: &mut impl Read,
        length: u64,
        padded: u64,
        key: &FileKey,
        name: &str,
    ) -> Result<(BlobId, [u8; 32]), Failure> {
        let outboard = draft.outboard().map_err(|error| store_fault(&error))?;
        let (sealed, waiting) = sync_channel(WAITING);
        std::thread::scope(|scope| {
            let hashing = scope.spawn(|| {
                let mut object = Written::new(draft.file(), waiting)?;
                let id = hash_reader(&mut object, object_len(padded), &outboard)?;
                object.finish()?;
                Ok::<_, io::Error>(id)
            });
            let mut sealing =
                Sealing { source, left: length, padding: padded - length, plain: Blake3::new() };
            let done = sealing.run(key, sealed, name, &self.stop);
            let written = hashing.join().map_err(|_| Failure::new(ErrorCode::Bug))?;
            match (done, written) {
                (Ok(()), Ok(id)) => Ok((BlobId::new(id), sealing.plain.finish())),
                // The reader of the pipe failed first, and closed it.
                (Ok(()) | Err(Stopped::Closed), Err(error)) => Err(full(&error)),
                (Err(Stopped::Closed), Ok(_)) => Err(Failure::new(ErrorCode::Bug)),
                (Err(Stopped::Because(failure)), _) => Err(failure),
            }
        })
    }
}

/// Why no more is sealed.
enum Stopped {
    Closed,
    Because(Failure),
}

impl From<FileError> for Stopped {
    fn from(_: FileError) -> Self {
        Self::Because(Failure::new(ErrorCode::Bug))
    }
}

/// Plaintext and padding on the way into the object.
struct Sealing<'a, R> {
    source: &'a mut R,
    left: u64,
    padding: u64,
    plain: Blake3,
}

impl<R: Read> Sealing<'_, R> {
    fn run(
        &mut self,
        key: &FileKey,
        sealed: SyncSender<Vec<u8>>,
        name: &str,
        stop: &AtomicBool,
    ) -> Result<(), Stopped> {
        let (mut encryptor, head) = FileEncryptor::start(key, &mut entropy::rng());
        let hand_on = |bytes: Vec<u8>| sealed.send(bytes).map_err(|_| Stopped::Closed);
        hand_on(head.to_vec())?;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(Stopped::Because(Failure::new(ErrorCode::FileStopped)));
            }
            let full_chunks = (self.left + self.padding) / CHUNK as u64;
            let count = usize::try_from(full_chunks).map_or(BATCH, |count| count.min(BATCH));
            if count == 0 {
                let rest = usize::try_from(self.left + self.padding).unwrap_or_default();
                let mut last = vec![0; rest + (SEALED_CHUNK - CHUNK)];
                self.read(last.get_mut(..rest).unwrap_or_default(), name)?;
                encryptor.finish(&mut last)?;
                return hand_on(last);
            }
            let mut batch = vec![0; count * SEALED_CHUNK];
            for chunk in batch.as_chunks_mut::<SEALED_CHUNK>().0 {
                self.read(chunk.get_mut(..CHUNK).unwrap_or_default(), name)?;
            }
            encrypt(&mut encryptor, count, &mut batch)?;
            hand_on(batch)?;
        }
    }

    /// Fills a zeroed buffer with what is left of the source; the rest of it is padding.
    fn read(&mut self, buffer: &mut [u8], name: &str) -> Result<(), Stopped> {
        let real = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let (data, zeros) = buffer.split_at_mut(real);
        self.source.read_exact(data).map_err(|_| Stopped::Because(unreadable(name)))?;
        self.plain.update(data);
        self.left -= real as u64;
        self.padding = self.padding.saturating_sub(zeros.len() as u64);
        Ok(())
    }
}

/// Encrypts whole chunks in place, on two threads when there are enough of them.
fn encrypt(encryptor: &mut FileEncryptor, count: usize, batch: &mut [u8]) -> Result<(), FileError> {
    let run = encryptor.run(count)?;
    if count < WORTH_SPLITTING {
        return run.seal(batch);
    }
    let half = count / 2;
    let (one, two) = run.split(half);
    let (left, right) = batch.split_at_mut(half * SEALED_CHUNK);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| two.seal(right));
        one.seal(left)?;
        other.join().unwrap_or(Err(FileError::Buffer))
    })
}

/// The object as it is hashed: what passes is written to the draft on the way.
struct Written<'a> {
    file: &'a File,
    batches: Receiver<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
    syncing: Syncing<()>,
    fresh: u64,
}

impl<'a> Written<'a> {
    fn new(file: &'a File, batches: Receiver<Vec<u8>>) -> io::Result<Self> {
        let syncing = Syncing::start(file.try_clone()?)?;
        Ok(Self { file, batches, current: io::Cursor::default(), syncing, fresh: 0 })
    }

    /// Waits for the disk; a sync that failed on the way is an error here.
    fn finish(self) -> io::Result<()> {
        self.syncing.finish().map(|_| ())
    }
}

impl Read for Written<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.current.position() == self.current.get_ref().len() as u64 {
            let Ok(batch) = self.batches.recv() else { return Ok(0) };
            self.file.write_all(&batch)?;
            self.fresh += batch.len() as u64;
            if self.fresh >= STEP && self.syncing.ask(()).is_none() {
                self.fresh = 0;
            }
            self.syncing.done()?;
            self.current = io::Cursor::new(batch);
        }
        self.current.read(into)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned())
}
