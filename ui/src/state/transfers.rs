//! Files that move: what the engine knows of them, and how fast they go (UI §3.G).

use std::collections::BTreeMap;

use conclave_peer::model::{Direction, File, FileId, FileState};

/// A transfer of which so much is done is not ended without a question, bytes (UI §3.G).
pub const ASK_ABOVE: u64 = 50 * 1000 * 1000;
/// Ended transfers shown.
const ENDED: usize = 20;

/// How a transfer moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes done.
    pub done: u64,
    /// Bytes a second.
    pub speed: u64,
    /// Seconds left at that speed.
    pub left: Option<u64>,
}

/// A transfer and how it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    /// The file.
    pub file: File,
    /// Its movement, when told.
    pub progress: Option<Progress>,
}

/// Everything that moves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transfers {
    files: Vec<File>,
    progress: BTreeMap<FileId, Progress>,
}

impl Transfers {
    /// All files, newest first.
    pub fn set(&mut self, files: Vec<File>) {
        self.files = files;
    }

    /// One file anew.
    pub fn file(&mut self, file: &File) {
        if file.state != FileState::Active {
            self.progress.remove(&file.file);
        }
        match self.files.iter_mut().find(|known| known.file == file.file) {
            Some(known) => *known = file.clone(),
            None => self.files.insert(0, file.clone()),
        }
    }

    /// Bytes moved.
    pub fn moved(&mut self, file: FileId, progress: Progress) {
        if self.files.iter().any(|known| known.file == file) {
            self.progress.insert(file, progress);
        }
    }

    /// How a file moves.
    #[must_use]
    pub fn progress(&self, file: FileId) -> Option<Progress> {
        self.progress.get(&file).copied()
    }

    /// One file.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&File> {
        self.files.iter().find(|known| known.file == file)
    }

    /// Those that wait for an answer of this person.
    #[must_use]
    pub fn offered(&self) -> Vec<Moving> {
        self.with(|file| file.direction == Direction::In && file.state == FileState::Offered)
    }

    /// Those under way, or stopped by this person.
    #[must_use]
    pub fn running(&self) -> Vec<Moving> {
        self.with(|file| matches!(file.state, FileState::Active | FileState::Paused))
    }

    /// Those that wait for a path, or stopped by themselves.
    #[must_use]
    pub fn waiting(&self) -> Vec<Moving> {
        self.with(|file| {
            matches!(file.state, FileState::Queued | FileState::Failed)
                || file.direction == Direction::Out && file.state == FileState::Offered
        })
    }

    /// Those received whole, newest first.
    #[must_use]
    pub fn received(&self) -> Vec<Moving> {
        let mut done = self.with(|file| file.direction == Direction::In && file.state == FileState::Done);
        done.truncate(ENDED);
        done
    }

    /// Bytes a second of everything that comes in, and seconds until all of it is here.
    #[must_use]
    pub fn totals(&self) -> (u64, Option<u64>) {
        let running = self.with(|file| file.direction == Direction::In && file.state == FileState::Active);
        let moving = running.iter().filter_map(|moving| moving.progress);
        (
            moving.clone().map(|progress| progress.speed).sum(),
            moving.filter_map(|progress| progress.left).max(),
        )
    }

    fn with(&self, wanted: impl Fn(&File) -> bool) -> Vec<Moving> {
        let wanted = self.files.iter().filter(|file| wanted(file));
        wanted.map(|file| Moving { file: file.clone(), progress: self.progress(file.file) }).collect()
    }
}
