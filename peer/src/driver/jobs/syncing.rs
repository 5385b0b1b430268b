//! Making a growing file durable beside the writing of it: the disk works while the processor does, and what is left for
//! the end is short.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Stretches that may wait for the disk; with one waiting and one being synced the writer is never held up.
const WAITING: usize = 1;

/// A thread that syncs one file. `T` says what a sync covers, and comes back when it is durable.
pub(super) struct Syncing<T> {
    asked: SyncSender<T>,
    done: Receiver<io::Result<T>>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Syncing<T> {
    /// Starts the thread.
    pub(super) fn start(file: File) -> io::Result<Self> {
        let (asked, waiting) = sync_channel::<T>(WAITING);
        let (told, done) = sync_channel(WAITING + 2);
        let thread = Builder::new().name("file sync".to_owned()).spawn(move || {
            for covered in waiting {
                let synced = file.sync_data().map(|()| covered);
                let failed = synced.is_err();
                // A writer that has gone needs no word; after a failure nothing more is promised.
                if told.send(synced).is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Self { asked, done, thread })
    }

    /// Asks for a sync of what was written; gives `covered` back when two are under way already.
    pub(super) fn ask(&self, covered: T) -> Option<T> {
        match self.asked.try_send(covered) {
            Ok(()) => None,
            // A thread that has ended failed; the failure waits in `done`.
            Err(TrySendError::Full(covered) | TrySendError::Disconnected(covered)) => Some(covered),
        }
    }

    /// What has become durable since the last look.
    pub(super) fn done(&self) -> io::Result<Vec<T>> {
        self.done.try_iter().collect()
    }

    /// Waits for all that was asked. A failed sync is an error, for the system tells of it only once.
    pub(super) fn finish(self) -> io::Result<Vec<T>> {
        drop(self.asked);
        let all = self.done.iter().collect();
        self.thread.join().map_err(|_| io::Error::other("the syncing thread panicked"))?;
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_asked_comes_back_in_order() {
        let file = tempfile::tempfile().unwrap();
        let syncing = Syncing::start(file).unwrap();
        let (mut asked, mut back) = (0, Vec::new());
        while asked < 50 {
            if syncing.ask(asked).is_none() {
                asked += 1;
            }
            back.extend(syncing.done().unwrap());
        }
        back.extend(syncing.finish().unwrap());
        assert_eq!(back, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_that_cannot_be_synced_is_an_error_at_the_end() {
        // A pipe has nothing to sync, and says so.
        let (reader, writer) = io::pipe().unwrap();
        let syncing = Syncing::start(File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
        assert_eq!(syncing.ask(1), None);
        assert!(syncing.finish().is_err());
        drop(reader);
    }
}
