//! Jobs of the store: measuring and rewriting it, writing out what is in it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use conclave_proto::ErrorCode;

use super::{Work, full};
use crate::core::effect::Export;
use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::model::{Failure, Sizes};
use crate::record::{Order, Read as _, Tree};

impl Work {
    pub(super) fn export(self, export: &Export) -> Result<JobNews, Failure> {
        /// Messages read at a time.
        const PAGE: usize = 200;
        written(&export.path, |write| {
            write(&export.head())?;
            let (mut from, mut first) = (0, true);
            loop {
                let range = from..u64::MAX;
                let page =
                    self.store.scan(Tree::History, &export.conversation, range, Order::Ascending, PAGE)?;
                for (_, record) in &page {
                    if let Some(message) = export.message(record, first)? {
                        write(&message)?;
                        first = false;
                    }
                }
                match page.last() {
                    Some((last, _)) if page.len() == PAGE && !self.stop.load(Ordering::Relaxed) => {
                        from = last.saturating_add(1);
                    }
                    _ => break,
                }
            }
            write(export.tail())
        })
    }

    pub(super) fn measure(&self) -> Result<Sizes, Failure> {
        let (journal, index) = self.store.sizes();
        let blobs = self.blobs.size().map_err(|error| store_fault(&error))?;
        Ok(Sizes { total: journal.saturating_add(index).saturating_add(blobs), journal, index, blobs })
    }

    pub(super) fn compact(self) -> Result<JobNews, Failure> {
        let before = self.measure()?.total;
        self.store.compact().map_err(|error| store_fault(&error))?;
        Ok(JobNews::Compacted { freed: before.saturating_sub(self.measure()?.total) })
    }
}

/// Fills a new file and syncs it; one that is not whole does not stay.
pub(super) fn written(
    path: &Path,
    fill: impl FnOnce(&mut dyn FnMut(&str) -> Result<(), Failure>) -> Result<(), Failure>,
) -> Result<JobNews, Failure> {
    let name = path.display().to_string();
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(ErrorCode::ApiConflict).with("path", name),
        _ => full(&error),
    })?;
    let mut out = io::BufWriter::new(file);
    let mut bytes = 0;
    let filled = fill(&mut |text: &str| {
        bytes += text.len() as u64;
        out.write_all(text.as_bytes()).map_err(|error| full(&error))
    });
    let synced = filled.and_then(|()| {
        let flushed = out.flush().and_then(|()| out.get_ref().sync_all());
        flushed.map_err(|error| full(&error))
    });
    match synced {
        Ok(()) => Ok(JobNews::Saved { bytes }),
        Err(failure) => {
            drop(fs::remove_file(path));
            Err(failure)
        }
    }
}
