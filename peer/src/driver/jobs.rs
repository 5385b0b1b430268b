//! Jobs of the disk: sealing a file into the blob store, fetching an object, writing plaintext out.
//!
//! ```text
//! import   file ─16 KiB─► encrypt ─► draft ─► BLAKE3 and outboard ─► blobs/<content id>
//! fetch    peer ─verified groups─► blobs/<content id>.part ─► every 16 MiB: sync, then tell the core
//!          whole: plaintext hash checked ─► outboard ─► blobs/<content id>
//! ```
//!
//! Plaintext touches the disk only in `save`, where the person asked for it. Each job runs on a blocking thread or
//! beside one; dropping its handle stops it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::file::{
    CHUNK, FileDecryptor, FileEncryptor, FileKey, FileRef, HEAD, SEALED_CHUNK, padded_len,
};
use conclave_crypto::keys::TransportPublic;
use conclave_crypto::primitives::Blake3;
use conclave_proto::{ErrorCode, limits};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::core::Input;
use crate::core::effect::{Job, JobId};
use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::entropy;
use crate::model::Failure;
use crate::net::Net;
use crate::net::transfer::{FetchRequest, GroupRanges, hash_reader};
use crate::picture;
use crate::store::{BlobId, Blobs};

use super::online::Told;

/// Bytes of a fetch that are synced and told of together: a kill costs at most these again.
const STEP: u64 = 16 * 1024 * 1024;
/// Jobs at once; the core queues the rest.
const MOST: usize = 16;
/// Longest stretch of plaintext read in one call (LIBRARY §3).
const READ_MOST: usize = 262_144;

/// The jobs of one open profile.
pub(super) struct Jobs {
    blobs: Blobs,
    net: Net,
    told: mpsc::Sender<Told>,
    running: BTreeMap<JobId, Running>,
}

struct Running {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Jobs {
    pub(super) fn new(blobs: Blobs, net: Net, told: mpsc::Sender<Told>) -> Self {
        Self { blobs, net, told, running: BTreeMap::new() }
    }

    /// Starts a job; its news come as inputs.
    pub(super) fn start(&mut self, job: JobId, what: Job) -> Result<(), Failure> {
        self.running.retain(|_, running| !running.task.is_finished());
        if self.running.len() >= MOST {
            return Err(Failure::new(ErrorCode::ApiBusy));
        }
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work {
            job,
            blobs: self.blobs.clone(),
            net: self.net.clone(),
            told: self.told.clone(),
            stop: Arc::clone(&stop),
        };
        let task = tokio::spawn(work.run(what));
        self.running.insert(job, Running { stop, task });
        Ok(())
    }

    /// Stops a job; no news of it follow.
    pub(super) fn cancel(&mut self, job: JobId) {
        if let Some(running) = self.running.remove(&job) {
            running.stop.store(true, Ordering::Relaxed);
            running.task.abort();
        }
    }

    /// Stops all.
    pub(super) fn cancel_all(&mut self) {
        for job in self.running.keys().copied().collect::<Vec<_>>() {
            self.cancel(job);
        }
    }
}

/// One job and what it needs.
#[derive(Clone)]
struct Work {
    job: JobId,
    blobs: Blobs,
    net: Net,
    told: mpsc::Sender<Told>,
    stop: Arc<AtomicBool>,
}

impl Work {
    async fn run(self, what: Job) {
        let result = match what {
            Job::Import { path, name, limit, picture } => {
                self.blocking(move |work| work.import(&path, name.as_deref(), limit, picture)).await
            }
            Job::Fetch { peer, file_ref, have } => self.fetch(peer, &file_ref, have).await,
            Job::Save { file_ref, path, overwrite } => {
                self.blocking(move |work| work.save(&file_ref, &path, overwrite)).await
            }
            Job::Read { file_ref, offset, length } => {
                self.blocking(move |work| work.read(&file_ref, offset, length)).await
            }
            Job::Delete { file } => {
                let id = BlobId::new(file.0);
                if let Err(error) = self.blobs.delete(&id) {
                    tracing::warn!(%error, "a content file was not removed");
                }
                return;
            }
        };
        let news =
            result.unwrap_or_else(|failure| JobNews::Failed { code: failure.code, details: failure.details });
        self.tell(news).await;
    }

    async fn tell(&self, news: JobNews) {
        let input = Input::Job { job: self.job, news };
        // The loop has ended: nobody waits for the news.
        drop(self.told.send(Told::Input(Box::new(input))).await);
    }

    async fn blocking(
        &self,
        work: impl FnOnce(Self) -> Result<JobNews, Failure> + Send + 'static,
    ) -> Result<JobNews, Failure> {
        let this = self.clone();
        tokio::task::spawn_blocking(move || work(this))
            .await
            .unwrap_or_else(|_| Err(Failure::new(ErrorCode::Bug)))
    }

    fn import(self, path: &Path, name: Option<&str>, limit: u64, picture: bool) -> Result<JobNews, Failure> {
        let shown = name.map_or_else(|| file_name(path), str::to_owned);
        let opened = File::open(path).map_err(|_| unreadable(&shown))?;
        let metadata = opened.metadata().map_err(|_| unreadable(&shown))?;
        if !metadata.is_file() {
            return Err(unreadable(&shown));
        }
        if metadata.len() > limit {
            return Err(Failure::new(ErrorCode::FileTooLarge)
                .with("file", shown)
                .with("size", metadata.len())
                .with("max", limit));
        }
        if picture {
            let bytes = picture::profile_picture(opened).map_err(|_| unreadable(&shown))?;
            let length = bytes.len() as u64;
            return self.seal(&mut bytes.as_slice(), length, "picture.png", "image/png");
        }
        let mut source = io::BufReader::with_capacity(64 * CHUNK, opened);
        let start = io::BufRead::fill_buf(&mut source).map_err(|_| unreadable(&shown))?;
        let mime = infer::get(start).map_or("application/octet-stream", |kind| kind.mime_type());
        self.seal(&mut source, metadata.len(), &shown, mime)
    }

    /// Seals exactly `length` bytes of a source under a fresh key.
    fn seal(self, source: &mut impl Read, length: u64, name: &str, mime: &str) -> Result<JobNews, Failure> {
        let padded = padded_len(length).ok_or_else(|| Failure::new(ErrorCode::FileTooLarge))?;
        self.blobs.check_space(padded).map_err(|error| store_fault(&error))?;
        let key = FileKey::generate(&mut entropy::rng());
        let (mut encryptor, head) = FileEncryptor::start(&key, &mut entropy::rng());
        let draft = self.blobs.draft().map_err(|error| store_fault(&error))?;
        let mut out = io::BufWriter::with_capacity(64 * CHUNK, draft.file());
        let mut plain = Blake3::new();
        let written = (|| -> Result<u64, Failure> {
            out.write_all(&head).map_err(|error| full(&error))?;
            let (mut left, mut padding, mut object) = (length, padded - length, HEAD as u64);
            loop {
                if self.stop.load(Ordering::Relaxed) {
                    return Err(Failure::new(ErrorCode::FileStopped));
                }
                let mut chunk = Zeroizing::new([0_u8; SEALED_CHUNK]);
                let real = usize::try_from(left.min(CHUNK as u64)).unwrap_or(CHUNK);
                let Some(data) = chunk.get_mut(..real) else { return Err(Failure::new(ErrorCode::Bug)) };
                source.read_exact(data).map_err(|_| unreadable(name))?;
                plain.update(data);
                left -= real as u64;
                let zeros = usize::try_from(padding.min((CHUNK - real) as u64)).unwrap_or(0);
                padding -= zeros as u64;
                if real + zeros == CHUNK {
                    encryptor.chunk(&mut chunk).map_err(|_| Failure::new(ErrorCode::Bug))?;
                    out.write_all(chunk.as_slice()).map_err(|error| full(&error))?;
                    object += SEALED_CHUNK as u64;
                    continue;
                }
                let end = real + zeros + (SEALED_CHUNK - CHUNK);
                let Some(last) = chunk.get_mut(..end) else { return Err(Failure::new(ErrorCode::Bug)) };
                encryptor.finish(last).map_err(|_| Failure::new(ErrorCode::Bug))?;
                out.write_all(last).map_err(|error| full(&error))?;
                out.flush().map_err(|error| full(&error))?;
                return Ok(object + end as u64);
            }
        })();
        drop(out);
        let object = match written {
            Ok(object) => object,
            Err(failure) => {
                drop(draft.abandon());
                return Err(failure);
            }
        };
        let id = self.finish(draft, object)?;
        let file_ref = FileRef::new(*id.as_bytes(), length, key, plain.finish(), name, mime)
            .map_err(|_| unreadable(name))?;
        let mut encoded = Writer::new();
        file_ref.encode(&mut encoded);
        Ok(JobNews::Imported { file_ref: encoded.finish() })
    }

    /// Names a whole object after its content and puts its outboard beside it.
    fn finish(&self, writer: crate::store::BlobWriter, length: u64) -> Result<BlobId, Failure> {
        let hashes = writer.outboard();
        let id = hash_reader(io::BufReader::new(from_start(writer.file())?), length, &hashes)
            .map_err(|error| full(&error))?;
        let id = BlobId::new(id);
        fs::rename(&hashes, self.blobs.outboard(&id)).map_err(|error| full(&error))?;
        writer.finish(&id, length).map_err(|error| store_fault(&error))?;
        Ok(id)
    }

    async fn fetch(
        &self,
        peer: TransportPublic,
        file_ref: &[u8],
        have: Vec<(u64, u64)>,
    ) -> Result<JobNews, Failure> {
        let reference = parse(file_ref)?;
        let (id, length) = (BlobId::new(*reference.content_id()), reference.object_len());
        if self.blobs.contains(&id) {
            return Ok(JobNews::Fetched);
        }
        let groups = length.div_ceil(limits::GROUP);
        let mut held = have;
        while let Some(wanted) = missing(&held, groups) {
            let ranges =
                GroupRanges::new(length, wanted.clone()).map_err(|_| Failure::new(ErrorCode::FileDamaged))?;
            let mut part = self.blobs.part(&id, length).map_err(|error| store_fault(&error))?;
            let mut sync = self.blobs.part(&id, length).map_err(|error| store_fault(&error))?;
            let (stop, sink_told) = (Arc::clone(&self.stop), self.clone());
            let sink = move |offset: u64, bytes: &[u8]| -> io::Result<()> {
                if stop.load(Ordering::Relaxed) {
                    return Err(io::Error::from(io::ErrorKind::Interrupted));
                }
                part.write_at(offset, bytes).map_err(|error| io::Error::other(error.to_string()))?;
                sink_told.progress(offset + bytes.len() as u64);
                Ok(())
            };
            let request = FetchRequest { content_id: *id.as_bytes(), ranges };
            self.net
                .fetch(peer, request, sink)
                .await
                .map_err(|error| Failure::new(error.code()).with("why", error.to_string()))?;
            tokio::task::spawn_blocking(move || sync.sync())
                .await
                .map_err(|_| Failure::new(ErrorCode::Bug))?
                .map_err(|error| store_fault(&error))?;
            held = join(held, &wanted);
            let done = covered(&held, length);
            self.tell(JobNews::Progress { groups: held.clone(), done }).await;
        }
        let reference = reference.duplicate();
        self.blocking(move |work| work.complete(&id, length, &reference)).await
    }

    /// Bytes on their way, for the bar: not durable yet, so no bitmap goes with them.
    fn progress(&self, _offset: u64) {}

    /// Checks the plaintext hash of a whole object before it counts.
    fn complete(self, id: &BlobId, length: u64, reference: &FileRef) -> Result<JobNews, Failure> {
        let writer = self.blobs.part(id, length).map_err(|error| store_fault(&error))?;
        let mut plain = Blake3::new();
        let checked = each_chunk(from_start(writer.file())?, reference, &self.stop, |bytes| {
            plain.update(bytes);
            Ok(())
        });
        if checked.is_err() || plain.finish() != *reference.plaintext_hash() {
            drop(writer.abandon());
            return Err(Failure::new(ErrorCode::FileDamaged).with("file", reference.name()));
        }
        self.finish(writer, length)?;
        Ok(JobNews::Fetched)
    }

    fn save(self, file_ref: &[u8], path: &Path, overwrite: bool) -> Result<JobNews, Failure> {
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

    fn read(self, file_ref: &[u8], offset: u64, length: u32) -> Result<JobNews, Failure> {
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
        found.map(crate::store::BlobReader::into_file).ok_or_else(|| Failure::new(ErrorCode::FileGone))
    }
}

fn each_chunk(
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

/// The next stretch of groups that are not held, at most [`STEP`] bytes; `None` when all are.
#[expect(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]
fn missing(held: &[(u64, u64)], groups: u64) -> Option<Vec<Range<u64>>> {
    let mut from = 0;
    let mut to = groups;
    for (start, end) in held {
        if *start > from {
            to = *start;
            break;
        }
        from = from.max(*end);
    }
    let to = to.min(from + STEP / limits::GROUP);
    (from < groups).then(|| vec![from..to])
}

/// The union of what is held and what has come, ascending and joined.
fn join(held: Vec<(u64, u64)>, new: &[Range<u64>]) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> =
        held.into_iter().chain(new.iter().map(|range| (range.start, range.end))).collect();
    all.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (from, to) in all {
        match joined.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn covered(held: &[(u64, u64)], length: u64) -> u64 {
    held.iter()
        .map(|(from, to)| (to * limits::GROUP).min(length).saturating_sub((from * limits::GROUP).min(length)))
        .sum()
}

fn parse(file_ref: &[u8]) -> Result<FileRef, Failure> {
    Reader::all(file_ref, FileRef::decode).map_err(|_| Failure::new(ErrorCode::FileDamaged))
}

fn from_start(mut file: &File) -> Result<&File, Failure> {
    io::Seek::rewind(&mut file).map_err(|error| full(&error))?;
    Ok(file)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".conclave-part");
    PathBuf::from(name)
}

fn unreadable(name: &str) -> Failure {
    Failure::new(ErrorCode::FileUnreadable).with("file", name)
}

fn damaged(reference: &FileRef) -> Failure {
    Failure::new(ErrorCode::FileDamaged).with("file", reference.name())
}

fn full(error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::FileUnreadable,
    };
    Failure::new(code).with("why", error.to_string())
}
