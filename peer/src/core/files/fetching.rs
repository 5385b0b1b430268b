//! Files of others: offered, queued, fetched over a link, resumed from the bitmap that is kept.

use std::collections::BTreeSet;

use conclave_crypto::file::FileRef;
use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;

use super::record::FileRecord;
use super::speed::{PROGRESS_EVERY, Speed};
use super::{Active, GROUP, MOST_LISTED};
use crate::core::effect::{Effect, Job, JobId};
use crate::core::gate::{Staged, Step};
use crate::core::history::id16;
use crate::core::records::parse;
use crate::core::timers::Timer;
use crate::core::{Core, Pending};
use crate::model::{Event, Failure, File, FileId, FileState, Time};
use crate::record::{Order, Read, Tree};

/// Transfers at once: more would only share the same path.
const MOST_ACTIVE: usize = 4;
/// How often the bitmap of a running transfer is written.
const KEEP_EVERY: Time = 1_000;
/// A queued transfer is tried again after this long.
const RETRY: Time = 3_000;
/// The longest wait for a file that is not given though its sender is there: they hold it back.
const LONGEST_REST: Time = 60_000;
/// A file that arrives damaged this often has failed.
const MOST_TRIES: u32 = 3;
/// Chunk groups kept of a bitmap, as ranges: fragments beyond are fetched again.
const MOST_RANGES: usize = 4096;

impl<R: Read> Core<R> {
    /// A FILE came: kept, and fetched at once up to the size that is not asked for.
    pub(in crate::core) fn on_offer(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        file: &FileRef,
    ) -> Result<File, Failure> {
        let id = FileId(*file.content_id());
        if let Some((_, record)) = self.file_record(step, &id)? {
            return Ok(self.shown_file(id, &record));
        }
        // An empty file counts as one byte: at a limit of 0 nothing comes unasked.
        let unasked = file.plaintext_len().max(1) <= self.settings.accept_up_to;
        let state = if unasked { FileState::Queued } else { FileState::Offered };
        let shown = self.new_file(step, user, file, false, false, state);
        self.timers.sooner(Timer::Files, step.now);
        Ok(shown)
    }

    /// A PROFILE names a picture.
    pub(in crate::core) fn on_picture(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        file: &FileRef,
    ) -> Result<(), Failure> {
        if self.file_record(step, &FileId(*file.content_id()))?.is_none() {
            self.new_file(step, user, file, false, true, FileState::Queued);
            self.timers.sooner(Timer::Files, step.now);
        }
        Ok(())
    }

    /// Starts queued transfers whose sender is linked, as many as may run.
    pub(in crate::core) fn start_fetches(&mut self, step: &mut Step<'_>) -> Result<(), Failure> {
        let queued: Vec<FileId> = self.files.queued.keys().copied().collect();
        for id in queued {
            if self.files.active.len() >= MOST_ACTIVE {
                break;
            }
            let rests = self.files.resting.get(&id).is_some_and(|(again, _)| *again > step.now);
            if rests || !self.awaits(&id) || self.comes_by_the_box(&id) {
                continue;
            }
            let Some((_, record)) = self.file_record(step, &id)? else {
                self.files.queued.remove(&id);
                continue;
            };
            let user = id16(&record.with, UserId::new)?;
            let (Some(party), Some(_)) = (self.party_of(&user), self.link_to(&user)) else { continue };
            let have = record
                .groups
                .chunks_exact(2)
                .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
                .collect();
            let job = JobId(self.pend(Pending::Fetch(id)));
            let what = Job::Fetch { peer: party.tpk, file_ref: record.file_ref.clone(), have };
            step.after(Effect::Job { job, what });
            let speed = Speed::from(record.done, step.now);
            let active = Active { job, told: 0, kept: step.now, speed };
            self.files.active.insert(id, active);
            self.tell_file(step, id, &record);
        }
        if !self.files.queued.is_empty() && self.files.active.len() < MOST_ACTIVE {
            self.timers.sooner(Timer::Files, step.now + RETRY);
        }
        Ok(())
    }

    /// Whether a file of others is wanted, and nothing brings it.
    pub(in crate::core) fn awaits(&self, id: &FileId) -> bool {
        self.files.queued.contains_key(id) && !self.files.active.contains_key(id)
    }

    /// Whether a parcel of so many bytes may hold such a file.
    pub(in crate::core) fn awaits_length(&self, length: u64) -> bool {
        self.files.queued.iter().any(|(id, parcel)| *parcel == length && self.awaits(id))
    }

    /// Lengths of parcels that, of the newest files, can only hold such as are here already.
    pub(in crate::core) fn superfluous_lengths(&self, step: &Staged) -> Result<BTreeSet<u64>, Failure> {
        let (mut here, mut wanted) = (BTreeSet::new(), BTreeSet::new());
        for (_, bytes) in self.scan(step, Tree::Files, &GROUP, 0..u64::MAX, Order::Descending, MOST_LISTED)? {
            let record: FileRecord = parse(&bytes)?;
            match (record.outgoing, record.state()) {
                (true, _) | (false, FileState::Gone) => {}
                (false, FileState::Done) => drop(here.insert(record.parcel_len())),
                (false, _) => drop(wanted.insert(record.parcel_len())),
            }
        }
        here.retain(|length| !wanted.contains(length));
        Ok(here)
    }

    /// Bytes of the parcel that would hold a file that is wanted.
    pub(in crate::core) fn parcel_of(&self, id: &FileId) -> Option<u64> {
        self.files.queued.get(id).copied()
    }

    /// A job has the whole object: no link is asked for it.
    pub(in crate::core) fn fetching_by(&mut self, step: &Step<'_>, id: FileId, job: JobId) {
        let active = Active { job, told: step.now, kept: step.now, speed: Speed::from(0, step.now) };
        self.files.active.insert(id, active);
    }

    pub(in crate::core) fn on_progress(
        &mut self,
        step: &mut Step<'_>,
        id: FileId,
        groups: &[(u64, u64)],
        done: u64,
    ) -> Result<(), Failure> {
        let Some((number, mut record)) = self.file_record(step, &id)? else { return Ok(()) };
        let Some(active) = self.files.active.get_mut(&id) else { return Ok(()) };
        let size = record.size;
        let done = done.min(size);
        self.files.resting.remove(&id);
        let speed = active.speed.at(done, step.now);
        let tell = step.now.saturating_sub(active.told) >= PROGRESS_EVERY;
        let keep = step.now.saturating_sub(active.kept) >= KEEP_EVERY;
        if tell {
            active.told = step.now;
        }
        if keep {
            active.kept = step.now;
        }
        if tell && !record.picture {
            let seconds_left = (size - done).checked_div(speed);
            self.ephemeral(
                step,
                Event::FileProgress { file: id, done, size, bytes_per_second: speed, seconds_left },
            );
        }
        if keep {
            record.done = done;
            record.groups = groups.iter().take(MOST_RANGES).flat_map(|(from, to)| [*from, *to]).collect();
            self.save_file(step, id, number, &record);
        }
        Ok(())
    }

    pub(in crate::core) fn fetched(&mut self, step: &mut Step<'_>, id: FileId) -> Result<(), Failure> {
        self.files.active.remove(&id);
        let Some((number, mut record)) = self.file_record(step, &id)? else { return Ok(()) };
        record.set(FileState::Done);
        record.done = record.size;
        record.groups.clear();
        record.error.clear();
        self.save_file(step, id, number, &record);
        let user = id16(&record.with, UserId::new)?;
        if record.picture {
            self.picture_here(step, &user);
        } else {
            let mut conversation = self.conversation(&user);
            conversation.file_bytes += record.size;
            self.save_conversation(step, &user, conversation);
        }
        self.tell_file(step, id, &record);
        self.erase_kept(step, &id);
        self.collect(step);
        self.start_fetches(step)
    }

    /// A link did not bring it: the box may.
    pub(in crate::core) fn not_fetched(
        &mut self,
        step: &mut Step<'_>,
        id: FileId,
        code: ErrorCode,
    ) -> Result<(), Failure> {
        self.fetch_failed(step, id, code)?;
        self.look_for_object(step, &id);
        Ok(())
    }

    pub(in crate::core) fn fetch_failed(
        &mut self,
        step: &mut Step<'_>,
        id: FileId,
        code: ErrorCode,
    ) -> Result<(), Failure> {
        self.files.active.remove(&id);
        let Some((number, mut record)) = self.file_record(step, &id)? else { return Ok(()) };
        match code {
            // The path broke: goes on when there is one again.
            ErrorCode::FileStopped | ErrorCode::PeerNoPath | ErrorCode::PeerOffline => {
                record.set(FileState::Queued)
            }
            ErrorCode::FileDamaged if record.tries + 1 < MOST_TRIES => {
                record.tries += 1;
                record.groups.clear();
                record.done = 0;
                record.set(FileState::Queued);
            }
            ErrorCode::FileGone => record.set(FileState::Gone),
            _ => record.set(FileState::Failed),
        }
        self.rest(step, id, &record, code)?;
        code.text().clone_into(&mut record.error);
        self.save_file(step, id, number, &record);
        self.tell_file(step, id, &record);
        self.timers.sooner(Timer::Files, step.now + RETRY);
        Ok(())
    }

    /// A sender who is there and does not give a file is asked less and less often.
    fn rest(
        &mut self,
        step: &Step<'_>,
        id: FileId,
        record: &FileRecord,
        code: ErrorCode,
    ) -> Result<(), Failure> {
        let user = id16(&record.with, UserId::new)?;
        if code == ErrorCode::FileStopped && self.link_to(&user).is_some() {
            let wait = self.files.resting.get(&id).map_or(RETRY, |(_, wait)| (wait * 2).min(LONGEST_REST));
            self.files.resting.insert(id, (step.now + wait, wait));
        } else {
            self.files.resting.remove(&id);
        }
        Ok(())
    }

    /// A sender has spoken up: what they did not give for a while may be had again.
    pub(in crate::core) fn rest_no_longer(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
    ) -> Result<(), Failure> {
        let resting: Vec<FileId> = self.files.resting.keys().copied().collect();
        for id in resting {
            if self.file_record(step, &id)?.is_none_or(|(_, record)| record.with == user.as_bytes()) {
                self.files.resting.remove(&id);
                self.timers.sooner(Timer::Files, step.now);
            }
        }
        Ok(())
    }

    pub(in crate::core) fn stop_fetch(&mut self, step: &mut Step<'_>, id: &FileId) {
        if let Some(active) = self.files.active.remove(id) {
            self.pending.remove(&active.job.0);
            step.soon(Effect::CancelJob(active.job));
        }
    }
}
