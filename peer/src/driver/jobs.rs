//! Jobs of the disk: sealing a file into the blob store, fetching an object, writing plaintext out.
//!
//! ```text
//! import   file ─► plain hash, encrypt (two threads) ─► draft, BLAKE3, outboard ─► blobs/<content id>
//! fetch    peer ─verified groups─► blobs/<content id>.part, outboard ─► every 16 MiB: sync, then the bitmap
//!                               └► decrypt, plain hash ─► right? ─► blobs/<content id>
//! ```
//!
//! Plaintext touches the disk only in `save`, where the person asked for it. Each job runs on a blocking thread or
//! beside one; dropping its handle stops it.

mod arrivals;
mod check;
mod content;
mod fetch;
mod import;
mod keeping;
mod syncing;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use conclave_crypto::encoding::Reader;
use conclave_crypto::file::FileRef;
use conclave_proto::ErrorCode;

use crate::core::Input;
use crate::core::effect::{Job, JobId};
use crate::core::file_name::cleaned;
use crate::core::input::JobNews;
use crate::model::{ConversationCounts, Failure};
use crate::net::Net;
use crate::search::{Cursor, DocumentKind, Filter, Query};
use crate::store::{BlobId, Blobs, Store, lacks_room};

use super::online::Teller;

/// Bytes that are made durable together while a file is written: a kill costs at most these again.
const STEP: u64 = 16 * 1024 * 1024;
/// Jobs at once; the core queues the rest.
const MOST: usize = 16;

/// The jobs of one open profile.
pub(super) struct Jobs {
    store: Arc<Store>,
    blobs: Blobs,
    net: Net,
    running: BTreeMap<JobId, Running>,
}

struct Running {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Jobs {
    pub(super) const fn new(store: Arc<Store>, blobs: Blobs, net: Net) -> Self {
        Self { store, blobs, net, running: BTreeMap::new() }
    }

    /// Starts a job; its news come as inputs.
    pub(super) fn start(&mut self, job: JobId, what: Job, teller: Teller) -> Result<(), Failure> {
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
            teller,
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
    teller: Teller,
    stop: Arc<AtomicBool>,
}

impl Work {
    async fn run(self, what: Job) {
        let result = match what {
            Job::Import { path, name, limit, picture } => {
                self.blocking(move |work| work.import(&path, name.as_deref(), limit, picture)).await
            }
            Job::Fetch { peer, file_ref, have } => self.fetch(peer, &file_ref, have).await,
            Job::Object { file, length } => {
                self.blocking(move |work| work.whole(&BlobId::new(file.0), length)).await
            }
            Job::Take { file_ref, object } => self.blocking(move |work| work.take(&file_ref, &object)).await,
            Job::Save { file_ref, path, overwrite } => {
                self.blocking(move |work| work.save(&file_ref, &path, overwrite)).await
            }
            Job::Read { file_ref, offset, length } => {
                self.blocking(move |work| work.read(&file_ref, offset, length)).await
            }
            Job::Export { path, what } => self.blocking(move |work| work.export(&path, &what)).await,
            Job::ExportData { path, overwrite, what } => {
                self.blocking(move |work| work.export_data(&path, overwrite, &what)).await
            }
            Job::ExportDirectory(file) => {
                self.blocking(move |_| {
                    keeping::written(&file.path, false, |write| file.text().try_for_each(|text| write(&text)))
                })
                .await
            }
            Job::Measure => self.blocking(|work| work.measure().map(JobNews::Measured)).await,
            Job::Compact => self.blocking(Self::compact).await,
            Job::Settle => {
                self.blocking(|work| {
                    work.store.settle();
                    Ok(JobNews::Settled)
                })
                .await
            }
            Job::Search { query, after, limit } => {
                self.blocking(move |work| work.search(&query, after, limit)).await
            }
            Job::Count { conversation } => self.blocking(move |work| work.count(conversation)).await,
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
        self.teller.tell(Input::Job { job: self.job, news }).await;
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

    fn search(self, query: &Query, after: Option<Cursor>, limit: u32) -> Result<JobNews, Failure> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.store.search(query, after, limit).map(JobNews::Found).map_err(Failure::from)
    }

    fn count(self, conversation: [u8; 16]) -> Result<JobNews, Failure> {
        let of = |kind| {
            let filter = Filter { conversation: Some(conversation), kind, ..Filter::default() };
            let query = Query::parse("", filter).ok_or_else(|| Failure::new(ErrorCode::Bug))?;
            self.store.count(&query).map_err(Failure::from)
        };
        Ok(JobNews::Counted(ConversationCounts {
            messages: of(None)?,
            files: of(Some(DocumentKind::File))?,
            media: of(Some(DocumentKind::Media))?,
            audio: of(Some(DocumentKind::Audio))?,
            documents: of(Some(DocumentKind::Document))?,
            links: of(Some(DocumentKind::Link))?,
        }))
    }
}

fn parse(file_ref: &[u8]) -> Result<FileRef, Failure> {
    Reader::all(file_ref, FileRef::decode).map_err(|_| Failure::new(ErrorCode::FileDamaged))
}

fn unreadable(name: &str) -> Failure {
    // The name comes from outside, and may be as long as a line.
    Failure::new(ErrorCode::FileUnreadable).with("file", cleaned(name))
}

fn damaged(reference: &FileRef) -> Failure {
    Failure::new(ErrorCode::FileDamaged).with("file", reference.name())
}

fn full(error: &io::Error) -> Failure {
    let code = if lacks_room(error) { ErrorCode::DiskFull } else { ErrorCode::FileUnreadable };
    Failure::new(code).with("why", error.to_string())
}
