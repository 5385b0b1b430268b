//! Jobs of the disk: sealing a file into the blob store, fetching an object, writing plaintext out.
//!
//! ```text
//! import   file ─16 KiB─► encrypt ─► draft ─► BLAKE3 and outboard ─► blobs/<content id>
//! fetch    peer ─verified groups─► blobs/<content id>.part ─► every 16 MiB: sync, then the bitmap
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
use std::time::Instant;

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
use crate::net::transfer::{FetchRequest, GroupRanges, Sink, hash_reader};
use crate::picture;
use crate::search::{Cursor, Query};
use crate::store::{BlobId, BlobWriter, Blobs, Store, StoreError};

use super::online::Told;

/// Bytes of a fetch that are synced and told of together: a kill costs at most these again.
const STEP: u64 = 16 * 1024 * 1024;
/// How often the bar moves between two syncs.
const BAR: std::time::Duration = std::time::Duration::from_millis(200);
/// Jobs at once; the core queues the rest.
const MOST: usize = 16;
/// Longest stretch of plaintext read in one call (LIBRARY §3).
const READ_MOST: usize = 262_144;

/// The jobs of one open profile.
pub(super) struct Jobs {
    store: Arc<Store>,
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
    pub(super) fn new(store: Arc<Store>, blobs: Blobs, net: Net, told: mpsc::Sender<Told>) -> Self {
        Self { store, blobs, net, told, running: BTreeMap::new() }
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
            store: Arc::clone(&self.store),
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
    store: Arc<Store>,
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
            Job::Search { query, after, limit } => {
                self.blocking(move |work| work.search(&query, after, limit)).await
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
    fn finish(&self, writer: BlobWriter, length: u64) -> Result<BlobId, Failure> {
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
        let wanted = missing(&have, length.div_ceil(limits::GROUP));
        if !wanted.is_empty() {
            let part = self.blobs.part(&id, length).map_err(|error| store_fault(&error))?;
            let sink = Arrivals::new(self.clone(), part, have, length);
            let ranges =
                GroupRanges::new(length, wanted).map_err(|_| Failure::new(ErrorCode::FileDamaged))?;
            let request = FetchRequest { content_id: *id.as_bytes(), ranges };
            self.net
                .fetch(peer, request, sink)
                .await
                .map_err(|error| Failure::new(error.code()).with("why", error.to_string()))?;
        }
        let reference = reference.duplicate();
        self.blocking(move |work| work.complete(&id, length, &reference)).await
    }

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

    fn search(self, query: &Query, after: Option<Cursor>, limit: u32) -> Result<JobNews, Failure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.store.search(query, after, limit).map(JobNews::Found).map_err(Failure::from)
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

/// Takes verified bytes to the disk. Every [`STEP`] they are synced and the bitmap told of; in between, the bar moves.
struct Arrivals {
    work: Work,
    part: BlobWriter,
    /// Groups on disk, durable.
    held: Vec<(u64, u64)>,
    /// Bytes since the last sync.
    fresh: Vec<Range<u64>>,
    length: u64,
    told: Instant,
}

impl Arrivals {
    fn new(work: Work, part: BlobWriter, held: Vec<(u64, u64)>, length: u64) -> Self {
        Self { work, part, held, fresh: Vec::new(), length, told: Instant::now() }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.part.sync().map_err(|error| io::Error::other(error.to_string()))?;
        let groups: Vec<Range<u64>> = std::mem::take(&mut self.fresh)
            .into_iter()
            .map(|bytes| bytes.start / limits::GROUP..bytes.end.div_ceil(limits::GROUP))
            .collect();
        self.held = join(std::mem::take(&mut self.held), &groups);
        Ok(())
    }

    /// The loop may be behind: a bar that skips a step is no loss, and the next sync tells all.
    fn tell(&mut self) {
        self.told = Instant::now();
        let done = covered(&self.held, self.length) + self.fresh_bytes();
        let news = JobNews::Progress { groups: self.held.clone(), done };
        drop(self.work.told.try_send(Told::Input(Box::new(Input::Job { job: self.work.job, news }))));
    }

    fn fresh_bytes(&self) -> u64 {
        self.fresh.iter().map(|range| range.end - range.start).sum()
    }
}

impl Sink for Arrivals {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if self.work.stop.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        self.part.write_at(offset, bytes).map_err(|error| match error {
            StoreError::DiskFull { .. } => io::Error::from(io::ErrorKind::StorageFull),
            other => io::Error::other(other.to_string()),
        })?;
        let end = offset + bytes.len() as u64;
        match self.fresh.last_mut() {
            Some(last) if last.end == offset => last.end = end,
            _ => self.fresh.push(offset..end),
        }
        if self.fresh_bytes() >= STEP {
            self.sync()?;
            self.tell();
        } else if self.told.elapsed() >= BAR {
            self.tell();
        }
        Ok(())
    }
}

impl Drop for Arrivals {
    /// What came before a cut counts too.
    fn drop(&mut self) {
        if !self.fresh.is_empty() && self.sync().is_ok() {
            self.tell();
        }
    }
}

/// The stretches of groups that are not held. Beyond what one request takes, the last one runs to the end.
fn missing(held: &[(u64, u64)], groups: u64) -> Vec<Range<u64>> {
    let mut wanted = Vec::new();
    let mut from = 0;
    for (start, end) in held.iter().copied().chain([(groups, groups)]) {
        if start > from {
            wanted.push(from..start);
        }
        from = from.max(end);
    }
    if let Some(rest) = wanted.get(limits::FILE_RANGES - 1..).filter(|rest| rest.len() > 1) {
        let rest = rest.first().map_or(0, |range| range.start)..groups;
        wanted.truncate(limits::FILE_RANGES - 1);
        wanted.push(rest);
    }
    wanted
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_and_what_is_held_make_the_whole() {
        assert_eq!(missing(&[], 5), vec![std::ops::Range { start: 0, end: 5 }]);
        assert_eq!(missing(&[(0, 5)], 5), []);
        assert_eq!(missing(&[(1, 2), (3, 4)], 5), [0..1, 2..3, 4..5]);
        assert_eq!(join(vec![(1, 2), (3, 4)], &[0..1, 2..3]), [(0, 4)]);
        let held: Vec<(u64, u64)> = (0..200).map(|n| (2 * n, 2 * n + 1)).collect();
        let wanted = missing(&held, 400);
        assert_eq!(wanted.len(), limits::FILE_RANGES);
        let all = join(held, &wanted);
        assert_eq!(all, [(0, 400)]);
    }

    #[test]
    fn the_last_group_is_shorter() {
        assert_eq!(covered(&[(0, 2)], limits::GROUP + 5), limits::GROUP + 5);
        assert_eq!(covered(&[(1, 2)], limits::GROUP + 5), 5);
    }
}
