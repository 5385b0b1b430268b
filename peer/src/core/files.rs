//! Files (PROTOCOL §2.9, DESIGN §4): offers, transfers, resuming, progress. The bytes themselves are the driver's.
//!
//! ```text
//! out: file.send ─► Import ─► Done (served to its recipient) ─► FILE through the outbox
//!                          Done ⇄ Paused: held back from those who fetch it; Active while somebody does
//! in : FILE ─► Offered ─accept─► Queued ─link─► Active ─► Done      ≤ the limit: Queued at once
//!                 └decline─► Gone    ▲    └link lost, damaged┘        the bitmap is kept, so a kill resumes
//! ```

mod calls;
mod fetching;
mod record;
mod sending;
mod serving;
mod speed;

pub(super) use self::calls::Turn;
pub(super) use self::record::FileRecord;
pub use self::sending::ObjectGrant;
use self::serving::Serving;
use self::speed::Speed;

use std::collections::BTreeMap;

use conclave_crypto::file::FileRef;
use conclave_crypto::keys::UserId;
use conclave_proto::ErrorCode;

use super::effect::{Effect, Job, JobId};
use super::file_name::cleaned;
use super::gate::{Staged, Step};
use super::records::{damaged, name, parse};
use super::{Core, Pending};
use crate::model::{Direction, Event, Failure, File, FileId, FileState, Target, Time};
use crate::record::{Key, Order, Read, Tree};

/// Files looked through by `file.list`, and in one go at start.
const MOST_LISTED: usize = 1000;

pub(super) const GROUP: [u8; 16] = *b"files by number\0";

/// A running transfer.
#[derive(Debug)]
struct Active {
    job: JobId,
    told: Time,
    kept: Time,
    speed: Speed,
}

/// Transfers that are not ended.
#[derive(Debug, Default)]
pub(super) struct Files {
    next: u64,
    /// With the length of the parcel that would hold their object.
    queued: BTreeMap<FileId, u64>,
    active: BTreeMap<FileId, Active>,
    /// When a queued file that its sender did not give is asked for again, and the wait before that.
    resting: BTreeMap<FileId, (Time, Time)>,
    /// Files of mine that are being fetched; the network serves a bounded number at a time.
    serving: BTreeMap<FileId, Serving>,
    /// Files of mine that were held back when the core was opened.
    paused: Vec<FileId>,
}

impl Files {
    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        for active in self.active.values_mut() {
            for time in [&mut active.told, &mut active.kept] {
                *time = time.saturating_sub(by);
            }
            active.speed.set_back(by);
        }
        for (again, _) in self.resting.values_mut() {
            *again = again.saturating_sub(by);
        }
        for serving in self.serving.values_mut() {
            serving.speed.set_back(by);
        }
    }

    /// Reads which transfers are not ended, and what is held back; what was active is queued again.
    pub(super) fn open(records: &impl Read) -> Result<Self, Failure> {
        let mut files = Self { next: 1, ..Self::default() };
        let mut end = u64::MAX;
        loop {
            let page = records.scan(Tree::Files, &GROUP, 0..end, Order::Descending, MOST_LISTED)?;
            for (number, bytes) in &page {
                files.next = files.next.max(number + 1);
                files.take(&parse(bytes)?);
            }
            match page.last() {
                Some((oldest, _)) if page.len() == MOST_LISTED => end = *oldest,
                _ => return Ok(files),
            }
        }
    }

    fn take(&mut self, record: &FileRecord) {
        let Ok(id) = <[u8; 32]>::try_from(record.id.as_slice()).map(FileId) else { return };
        match (record.state(), record.outgoing) {
            (FileState::Queued, _) => drop(self.queued.insert(id, record.parcel_len())),
            (FileState::Paused, true) => self.paused.push(id),
            _ => {}
        }
    }
}

/// What is kept of a file, outside of any step.
pub(super) fn kept_file(records: &impl Read, id: &FileId) -> Result<Option<FileRecord>, Failure> {
    let Some(number) = records.get(Tree::Files, &name(b'f', &[&id.0]))? else { return Ok(None) };
    let number = u64::from_be_bytes(number.as_slice().try_into().map_err(|_| damaged())?);
    records.get(Tree::Files, &Key::ordered(GROUP, number))?.map(|bytes| parse(&bytes)).transpose()
}

impl<R: Read> Core<R> {
    pub(super) fn file_record(
        &self,
        step: &Staged,
        id: &FileId,
    ) -> Result<Option<(u64, FileRecord)>, Failure> {
        let Some(number) = self.get(step, Tree::Files, &name(b'f', &[&id.0]))? else { return Ok(None) };
        let number = u64::from_be_bytes(number.as_slice().try_into().map_err(|_| damaged())?);
        let record = self.load(step, Tree::Files, &Key::ordered(GROUP, number))?;
        Ok(record.map(|record| (number, record)))
    }

    fn known_file(&self, step: &Staged, id: &FileId) -> Result<(u64, FileRecord), Failure> {
        self.file_record(step, id)?.ok_or_else(|| Failure::new(ErrorCode::ApiNotFound))
    }

    fn shown_file(&self, id: FileId, record: &FileRecord) -> File {
        let serving = self.files.serving.get(&id);
        let active = serving.is_some() || self.files.active.contains_key(&id);
        File {
            file: id,
            name: record.name.clone(),
            size: record.size,
            mime: record.mime.clone(),
            direction: if record.outgoing { Direction::Out } else { Direction::In },
            state: if active { FileState::Active } else { record.state() },
            done: serving.map_or(record.done, |serving| serving.done).min(record.size),
            conversation: super::history::id16(&record.with, UserId::new).ok().map(Target::User),
            error: Some(record.error.clone()).filter(|error| !error.is_empty()),
        }
    }

    /// A file as every face of the product shows it.
    pub(super) fn file(&self, step: &Staged, id: &FileId) -> Result<Option<File>, Failure> {
        Ok(self.file_record(step, id)?.map(|(_, record)| self.shown_file(*id, &record)))
    }

    fn new_file(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        file: &FileRef,
        outgoing: bool,
        picture: bool,
        state: FileState,
    ) -> File {
        let id = FileId(*file.content_id());
        let mut encoded = conclave_crypto::encoding::Writer::new();
        file.encode(&mut encoded);
        let mut record = FileRecord {
            file_ref: encoded.finish(),
            with: user.as_bytes().to_vec(),
            outgoing,
            done: if outgoing { file.plaintext_len() } else { 0 },
            picture,
            id: id.0.to_vec(),
            size: file.plaintext_len(),
            name: cleaned(file.name()),
            mime: file.mime().chars().filter(char::is_ascii_graphic).take(100).collect(),
            ..FileRecord::default()
        };
        record.set(state);
        let number = self.files.next;
        self.files.next += 1;
        step.put(Tree::Files, name(b'f', &[&id.0]), number.to_be_bytes().to_vec().into());
        step.save(Tree::Files, Key::ordered(GROUP, number), &record);
        if state == FileState::Queued {
            self.files.queued.insert(id, record.parcel_len());
        }
        self.shown_file(id, &record)
    }

    fn save_file(&mut self, step: &mut Step<'_>, id: FileId, number: u64, record: &FileRecord) {
        step.save(Tree::Files, Key::ordered(GROUP, number), record);
        if record.state() == FileState::Queued {
            self.files.queued.insert(id, record.parcel_len());
        } else {
            self.files.queued.remove(&id);
            self.files.resting.remove(&id);
        }
    }

    fn tell_file(&mut self, step: &mut Step<'_>, id: FileId, record: &FileRecord) -> File {
        let file = self.shown_file(id, record);
        if !record.picture {
            self.event(step, Event::FileStateChanged { file: file.clone() });
        }
        file
    }

    /// The content of a message with a file is taken away: file, key and name go with it. A file of another message,
    /// which a hostile peer may name, stays.
    pub(super) fn erase_file(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        id: &FileId,
        outgoing: bool,
    ) -> Result<(), Failure> {
        let Some((number, record)) = self.file_record(step, id)? else { return Ok(()) };
        if record.with != user.as_bytes() || record.outgoing != outgoing || record.picture {
            return Ok(());
        }
        self.stop_fetch(step, id);
        self.stop_serving(step, *id, &record);
        self.files.queued.remove(id);
        self.files.resting.remove(id);
        self.erase_kept(step, id);
        step.delete(Tree::Files, name(b'f', &[&id.0]));
        step.delete(Tree::Files, Key::ordered(GROUP, number));
        let job = JobId(self.pend(Pending::Nothing));
        step.after(Effect::Job { job, what: Job::Delete { file: *id } });
        let mut gone = FileRecord { name: String::new(), ..record };
        gone.set(FileState::Gone);
        let file = self.shown_file(*id, &gone);
        self.event(step, Event::FileStateChanged { file });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Batch, MemoryRecords};

    #[test]
    fn transfers_that_are_not_ended_are_found_behind_any_number_of_others() {
        let mut batch = Batch::new();
        for number in 1..=2 * MOST_LISTED as u64 + 1 {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_be_bytes());
            let mut record = FileRecord { id: id.to_vec(), outgoing: number == 1, ..FileRecord::default() };
            record.set(match number {
                1 => FileState::Paused,
                2 => FileState::Queued,
                _ => FileState::Done,
            });
            batch.put(Tree::Files, Key::ordered(GROUP, number), prost::Message::encode_to_vec(&record));
        }
        let mut records = MemoryRecords::new();
        records.apply(&batch);
        let files = Files::open(&records).unwrap();
        assert_eq!((files.paused.len(), files.queued.len()), (1, 1));
        assert_eq!(files.next, 2 * MOST_LISTED as u64 + 2);
    }
}
