//! Plaintext out of a sealed object: a stretch of it for a viewer, all of it where the person wants it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use conclave_crypto::file::{CHUNK, FileDecryptor, FileRef, HEAD};
use conclave_proto::ErrorCode;
use zeroize::Zeroizing;

use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::model::Failure;
use crate::store::{BlobId, BlobReader};

use super::{Work, damaged, full, parse};

/// Longest stretch of plaintext read in one call (LIBRARY §3).
const READ_MOST: usize = 262_144;

impl Work {
    pub(super) fn save(self, file_ref: &[u8], path: &Path, overwrite: bool) -> Result<JobNews, Failure> {
        let reference = parse(file_ref)?;
        let object = self.object(&reference)?;
        let name = path.display().to_string();
        let mut options = OpenOptions::new();
        options.write(true);
        let target = if overwrite { temporary(path) } else { path.to_owned() };
        options.create_new(true);
        let mut out = options.open(&target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::new(ErrorCode::ApiConflict).with("path", name.clone()),
            _ => full(&error),
        })?;
        let mut bytes = 0;
        let written = each_chunk(object, &reference, &self.stop, |plain| {
            bytes += plain.len() as u64;
            out.write_all(plain).map_err(|error| full(&error))
        })
        .and_then(|()| out.sync_all().map_err(|error| full(&error)))
        .and_then(|()| {
            if overwrite { fs::rename(&target, path).map_err(|error| full(&error)) } else { Ok(()) }
        });
        if let Err(failure) = written {
            drop(fs::remove_file(&target));
            return Err(failure);
        }
        Ok(JobNews::Saved { bytes })
    }

    pub(super) fn read(self, file_ref: &[u8], offset: u64, length: u32) -> Result<JobNews, Failure> {
        let reference = parse(file_ref)?;
        let mut object = self.object(&reference)?;
        let size = reference.plaintext_len();
        let wanted = usize::try_from(length).unwrap_or(READ_MOST).min(READ_MOST) as u64;
        let end = offset.saturating_add(wanted).min(size);
        let mut bytes = Vec::new();
        let decryptor = open_head(&mut object, &reference)?;
        let (first, _) = FileDecryptor::locate(offset);
        let mut index = first;
        while index * (CHUNK as u64) < end && offset < size {
            let place = decryptor.place(index);
            let plain = read_chunk(&mut object, &decryptor, index, &place)?;
            let start = index * CHUNK as u64;
            let from = usize::try_from(offset.saturating_sub(start)).unwrap_or(0);
            let to = usize::try_from(end - start).unwrap_or(CHUNK).min(plain.len());
            bytes.extend_from_slice(plain.get(from.min(to)..to).unwrap_or_default());
            index += 1;
        }
        Ok(JobNews::Read { bytes, eof: end >= size })
    }

    fn object(&self, reference: &FileRef) -> Result<File, Failure> {
        let id = BlobId::new(*reference.content_id());
        let found = self.blobs.read(&id).map_err(|error| store_fault(&error))?;
        found.map(BlobReader::into_file).ok_or_else(|| Failure::new(ErrorCode::FileGone))
    }
}

/// Opens an object chunk by chunk.
pub(super) fn each_chunk(
    mut object: impl Read + io::Seek,
    reference: &FileRef,
    stop: &AtomicBool,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let decryptor = open_head(&mut object, reference)?;
    for index in 0..decryptor.chunks() {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::new(ErrorCode::FileStopped));
        }
        let place = decryptor.place(index);
        take(&read_chunk(&mut object, &decryptor, index, &place)?)?;
    }
    Ok(())
}

fn open_head(object: &mut (impl Read + io::Seek), reference: &FileRef) -> Result<FileDecryptor, Failure> {
    let mut head = [0; HEAD];
    object.rewind().and_then(|()| object.read_exact(&mut head)).map_err(|_| damaged(reference))?;
    reference.decryptor(&head).map_err(|_| damaged(reference))
}

fn read_chunk(
    object: &mut (impl Read + io::Seek),
    decryptor: &FileDecryptor,
    index: u64,
    place: &Range<u64>,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let fault = || Failure::new(ErrorCode::FileDamaged);
    let length = usize::try_from(place.end - place.start).map_err(|_| fault())?;
    let mut buffer = Zeroizing::new(vec![0; length]);
    object
        .seek(io::SeekFrom::Start(place.start))
        .and_then(|_| object.read_exact(&mut buffer))
        .map_err(|_| fault())?;
    let kept = decryptor.open(index, &mut buffer).map_err(|_| fault())?.len();
    buffer.truncate(kept);
    Ok(buffer)
}

/// Where a file is written before it has its name.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".conclave-part");
    PathBuf::from(name)
}
