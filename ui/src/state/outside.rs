//! Files that leave the window: which ones another program is handed, and where those lie that were written out.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use conclave_peer::model::FileId;

/// Types that other programs open, by their content, with the ending of their names. None of them is run by
/// being opened.
const OPENED: [(&str, &str); 25] = [
    ("application/pdf", "pdf"),
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("audio/mpeg", "mp3"),
    ("audio/x-wav", "wav"),
    ("audio/ogg", "ogg"),
    ("audio/opus", "opus"),
    ("audio/x-flac", "flac"),
    ("audio/m4a", "m4a"),
    ("video/mp4", "mp4"),
    ("video/webm", "webm"),
    ("video/x-matroska", "mkv"),
    ("video/quicktime", "mov"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/rtf", "rtf"),
    ("application/zip", "zip"),
    ("application/gzip", "gz"),
    ("application/x-7z-compressed", "7z"),
];

/// Places remembered: a person looks for what was saved a moment ago.
const MOST: usize = 256;

/// The ending of the name of a file of a type, if another program may be handed it.
#[must_use]
pub fn ending(mime: &str) -> Option<&'static str> {
    OPENED.into_iter().find(|(known, _)| *known == mime).map(|(_, ending)| ending)
}

/// Whether a name that a copy was given may end like this.
#[must_use]
pub fn is_ending(ending: &str) -> bool {
    OPENED.into_iter().any(|(_, known)| known == ending)
}

/// Where files lie that were written out in this run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outside {
    /// The newest last.
    written: VecDeque<(FileId, PathBuf)>,
    /// Where a copy would go, when it was told.
    pub folder: Option<PathBuf>,
}

impl Outside {
    /// Where a file was written to last.
    #[must_use]
    pub fn at(&self, file: FileId) -> Option<&Path> {
        self.written.iter().find(|(known, _)| *known == file).map(|(_, path)| path.as_path())
    }

    pub(super) fn wrote(&mut self, file: FileId, path: PathBuf) {
        self.written.retain(|(known, _)| *known != file);
        self.written.push_back((file, path));
        if self.written.len() > MOST {
            self.written.pop_front();
        }
    }
}
