//! Files of mine while somebody fetches them, and holding them back: what the sender of a large file sees and decides.
//!
//! A file that is held back stays whole here. Its recipient is told what it is told after a cut, and asks again.

use conclave_crypto::keys::TransportPublic;

use super::record::FileRecord;
use super::speed::Speed;
use crate::core::Core;
use crate::core::effect::Effect;
use crate::core::gate::Step;
use crate::model::{Event, Failure, FileId, FileState, Time};
use crate::record::Read;

/// A file of mine that is being fetched.
#[derive(Debug)]
pub(super) struct Serving {
    /// Bytes that are there, or on their way.
    pub(super) done: u64,
    pub(super) speed: Speed,
}

impl Serving {
    const fn new(done: u64, now: Time) -> Self {
        Self { done, speed: Speed::from(done, now) }
    }
}

impl<R: Read> Core<R> {
    /// A file of mine moves, or has stopped moving. Nothing of it is written: the next start knows of no stream.
    pub(in crate::core) fn on_serving(
        &mut self,
        step: &mut Step<'_>,
        peer: &TransportPublic,
        id: FileId,
        done: u64,
        ended: bool,
    ) -> Result<(), Failure> {
        let Some((_, record)) = self.file_record(step, &id)? else { return Ok(()) };
        let theirs = self.log.user_of(peer).is_some_and(|user| record.with == user.as_bytes());
        if !theirs || !record.outgoing || record.picture || record.state() != FileState::Done {
            return Ok(());
        }
        if ended {
            if self.files.serving.remove(&id).is_some() {
                self.tell_moving(step, id, &record);
            }
            return Ok(());
        }
        let (done, size) = (done.min(record.size), record.size);
        let begins = !self.files.serving.contains_key(&id);
        let serving = self.files.serving.entry(id).or_insert_with(|| Serving::new(done, step.now));
        serving.done = done;
        let speed = serving.speed.at(done, step.now);
        if begins {
            self.tell_moving(step, id, &record);
        }
        let seconds_left = (size - done).checked_div(speed);
        let progress = Event::FileProgress { file: id, done, size, bytes_per_second: speed, seconds_left };
        self.ephemeral(step, progress);
        Ok(())
    }

    /// Whether it moves is not durable, and told so.
    fn tell_moving(&mut self, step: &mut Step<'_>, id: FileId, record: &FileRecord) {
        let file = self.shown_file(id, record);
        self.ephemeral(step, Event::FileStateChanged { file });
    }

    /// Bytes of a file of mine that its recipient is known to have.
    pub(super) fn served(&self, id: &FileId) -> u64 {
        self.files.serving.get(id).map_or(0, |serving| serving.done)
    }

    /// What was held back before stays so.
    pub(in crate::core) fn withhold_paused(&mut self, step: &mut Step<'_>) {
        for file in std::mem::take(&mut self.files.paused) {
            step.after(Effect::Withhold { file, on: true });
        }
    }

    /// A file of mine goes from a state to another one.
    pub(super) fn withhold_by(&mut self, step: &mut Step<'_>, file: FileId, from: FileState, to: FileState) {
        self.files.serving.remove(&file);
        if (from == FileState::Paused) != (to == FileState::Paused) {
            step.after(Effect::Withhold { file, on: to == FileState::Paused });
        }
    }

    /// A file of mine is erased.
    pub(super) fn stop_serving(&mut self, step: &mut Step<'_>, file: FileId, record: &FileRecord) {
        if record.outgoing {
            self.withhold_by(step, file, record.state(), FileState::Gone);
        }
    }
}
