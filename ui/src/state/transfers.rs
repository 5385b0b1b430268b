//! Files that move: what the engine knows of them, and how fast they go (UI §3.G).

use std::collections::{BTreeMap, BTreeSet};

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

/// How fast everything moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Bytes a second of what comes in, when something does.
    pub receiving: Option<u64>,
    /// Bytes a second of what goes out, when something does.
    pub sending: Option<u64>,
    /// Seconds until all of it is done.
    pub left: Option<u64>,
}

/// Everything that moves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transfers {
    files: Vec<File>,
    progress: BTreeMap<FileId, Progress>,
    /// Received ones that are not listed any more in this run.
    cleared: BTreeSet<FileId>,
}

impl Transfers {
    /// All files, newest first.
    pub fn set(&mut self, files: Vec<File>) {
        self.files = files;
        let files = &self.files;
        self.cleared.retain(|cleared| files.iter().any(|file| file.file == *cleared));
    }

    /// Lists those no more that were received so far; the files stay where they are.
    pub fn clear(&mut self) {
        let received = self.received_all().into_iter();
        self.cleared.extend(received.map(|moving| moving.file.file));
    }

    /// Those that an error stopped.
    #[must_use]
    pub fn failed(&self) -> Vec<FileId> {
        let failed = self.files.iter().filter(|file| file.direction == Direction::In);
        failed.filter(|file| file.state == FileState::Failed).map(|file| file.file).collect()
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
        let mut done = self.received_all();
        done.retain(|moving| !self.cleared.contains(&moving.file.file));
        done.truncate(ENDED);
        done
    }

    fn received_all(&self) -> Vec<Moving> {
        self.with(|file| file.direction == Direction::In && file.state == FileState::Done)
    }

    /// How fast all of it moves.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let running = self.with(|file| file.state == FileState::Active);
        let speed = |direction| {
            let mut these = running.iter().filter(|moving| moving.file.direction == direction).peekable();
            these.peek()?;
            Some(these.filter_map(|moving| moving.progress).map(|progress| progress.speed).sum())
        };
        let left = running.iter().filter_map(|moving| moving.progress?.left).max();
        Totals { receiving: speed(Direction::In), sending: speed(Direction::Out), left }
    }

    fn with(&self, wanted: impl Fn(&File) -> bool) -> Vec<Moving> {
        let wanted = self.files.iter().filter(|file| wanted(file));
        wanted.map(|file| Moving { file: file.clone(), progress: self.progress(file.file) }).collect()
    }
}
