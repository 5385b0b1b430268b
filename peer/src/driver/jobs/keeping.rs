//! Jobs of the store: measuring and rewriting it, writing out what is in it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use conclave_proto::ErrorCode;

use super::content::temporary;
use super::{Work, full};
use crate::core::effect::{DataExport, Export};
use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::model::{Failure, Sizes};
use crate::record::{Order, Read as _, Tree};

/// Takes the next piece of a file that is written out.
type Write<'a> = &'a mut dyn FnMut(&str) -> Result<(), Failure>;

impl Work {
    pub(super) fn export(self, path: &Path, what: &Export) -> Result<JobNews, Failure> {
        written(path, false, |write| self.conversation(what, write))
    }

    pub(super) fn export_data(
        self,
        path: &Path,
        overwrite: bool,
        what: &DataExport,
    ) -> Result<JobNews, Failure> {
        written(path, overwrite, |write| {
            write(&what.head())?;
            for (place, conversation) in what.conversations.iter().enumerate() {
                write(DataExport::between(place == 0))?;
                self.conversation(conversation, write)?;
            }
            write(DataExport::tail())
        })
    }

    /// A conversation, a page at a time.
    fn conversation(&self, export: &Export, write: Write<'_>) -> Result<(), Failure> {
        /// Messages read at a time.
        const PAGE: usize = 200;
        write(&export.head())?;
        let (mut from, mut first) = (0, true);
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Failure::new(ErrorCode::FileStopped));
            }
            let range = from..u64::MAX;
            let page = self.store.scan(Tree::History, &export.conversation, range, Order::Ascending, PAGE)?;
            for (_, record) in &page {
                if let Some(message) = export.message(self.store.as_ref(), record, first)? {
                    write(&message)?;
                    first = false;
                }
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE => from = last.saturating_add(1),
                _ => return write(export.tail()),
            }
        }
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

/// Who may read and write what is written out: the owner.
const MODE: u32 = 0o600;

/// Fills a file and syncs it. It has its name only when it is whole; what is not whole does not stay.
pub(super) fn written(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(Write<'_>) -> Result<(), Failure>,
) -> Result<JobNews, Failure> {
    // Whatever is there, a link that leads nowhere too.
    let free = || match fs::symlink_metadata(path) {
        Ok(_) if !overwrite => {
            Err(Failure::new(ErrorCode::ApiConflict).with("path", path.display().to_string()))
        }
        _ => Ok(()),
    };
    free()?;
    let beside = temporary(path);
    // Of a run that was killed.
    drop(fs::remove_file(&beside));
    let opened = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&beside);
    let mut out = io::BufWriter::new(opened.map_err(|error| full(&error))?);
    let mut bytes = 0;
    let filled = fill(&mut |text: &str| {
        bytes += text.len() as u64;
        out.write_all(text.as_bytes()).map_err(|error| full(&error))
    });
    let kept = filled.and_then(|()| {
        let flushed = out.flush().and_then(|()| out.get_ref().sync_all());
        flushed.map_err(|error| full(&error))?;
        free()?;
        fs::rename(&beside, path).map_err(|error| full(&error))
    });
    match kept {
        Ok(()) => Ok(JobNews::Saved { bytes }),
        Err(failure) => {
            drop(fs::remove_file(&beside));
            Err(failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nobody_else_reads_what_is_written_and_what_is_there_stays_unless_it_may_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        fs::write(folder.path().join("data.json.conclave-part"), "of a run that was killed").unwrap();
        written(&path, false, |write| write("{}")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        let refused = written(&path, false, |write| write("[]")).unwrap_err();
        assert_eq!(refused.code, ErrorCode::ApiConflict);
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        written(&path, true, |write| write("[]")).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            MODE,
            "its rights are not kept"
        );
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("[]", vec!["data.json".to_owned()])
        );
    }

    #[test]
    fn what_is_not_whole_does_not_stay_and_takes_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        let stopped = |write: Write<'_>| {
            write("{\"half\":")?;
            Err(Failure::new(ErrorCode::FileStopped))
        };
        assert_eq!(written(&path, true, stopped).unwrap_err().code, ErrorCode::FileStopped);
        assert!(names(folder.path()).is_empty());
        fs::write(&path, "what was there").unwrap();
        assert!(written(&path, true, stopped).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "what was there");
    }

    #[test]
    fn a_file_that_came_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        let refused = written(&path, false, |write| {
            fs::write(&path, "meanwhile").unwrap();
            write("{}")
        });
        assert_eq!(refused.unwrap_err().code, ErrorCode::ApiConflict);
        assert_eq!(fs::read_to_string(&path).unwrap(), "meanwhile");
        assert_eq!(names(folder.path()), ["data.json"]);
    }
}
