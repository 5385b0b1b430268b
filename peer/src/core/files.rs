//! Files (PROTOCOL §2.9, DESIGN §4): offers, transfers, resuming, progress. The bytes themselves are the driver's.
//!
//! ```text
//! out: file.send ─► Import ─► Done (served to its recipient) ─► FILE through the outbox
//! in : FILE ─► Offered ─accept─► Queued ─link─► Active ─► Done      ≤ 10 MiB: Queued at once
//!                 └decline─► Gone    ▲    └link lost, damaged┘        the bitmap is kept, so a kill resumes
//! ```

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::file::FileRef;
use conclave_crypto::keys::{TransportPublic, UserId};
use conclave_crypto::plain::{Body, FileOffer};
use conclave_proto::ErrorCode;
use serde_json::{Map, Value};

use super::effect::{Effect, Job, JobId};
use super::file_name::cleaned;
use super::gate::{Staged, Step};
use super::input::{CallId, JobNews};
use super::profiles::file_ref;
use super::records::{damaged, name, parse};
use super::timers::Timer;
use super::{Core, Pending};
use crate::model::{
    Answer, Direction, Event, Failure, File, FileId, FileList, FileRead, FileSave, FileSend, FileState,
    Target, Time,
};
use crate::record::{Key, Order, Read, Tree};

/// Files up to this size are fetched without asking.
pub(super) const AUTO_ACCEPT: u64 = 10 << 20;
/// Transfers at once: more would only share the same path.
const MOST_ACTIVE: usize = 4;
/// Files looked through by `file.list` and at start.
const MOST_LISTED: usize = 1000;
/// `file.progress` at most 4 times a second per file (LIBRARY §3).
const PROGRESS_EVERY: Time = 250;
/// How often the bitmap of a running transfer is written.
const KEEP_EVERY: Time = 1_000;
/// A queued transfer is tried again after this long.
const RETRY: Time = 3_000;
/// A file that arrives damaged this often has failed.
const MOST_TRIES: u32 = 3;
/// `file.read` (LIBRARY §3).
const MOST_READ: u32 = 262_144;
/// Chunk groups kept of a bitmap, as ranges: fragments beyond are fetched again.
const MOST_RANGES: usize = 4096;

pub(super) const GROUP: [u8; 16] = *b"files by number\0";

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct FileRecord {
    #[prost(bytes = "vec", tag = "1")]
    file_ref: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    with: Vec<u8>,
    #[prost(bool, tag = "3")]
    outgoing: bool,
    #[prost(uint32, tag = "4")]
    state: u32,
    #[prost(uint64, tag = "5")]
    done: u64,
    /// `from, to` of the chunk groups held.
    #[prost(uint64, repeated, tag = "6")]
    groups: Vec<u64>,
    #[prost(string, tag = "7")]
    error: String,
    /// A profile picture: not listed, and mine is served to everybody.
    #[prost(bool, tag = "8")]
    picture: bool,
    #[prost(uint32, tag = "9")]
    tries: u32,
    #[prost(bytes = "vec", tag = "10")]
    id: Vec<u8>,
    #[prost(uint64, tag = "11")]
    size: u64,
    #[prost(string, tag = "12")]
    pub(super) name: String,
    #[prost(string, tag = "13")]
    mime: String,
}

const STATES: [FileState; 7] = [
    FileState::Offered,
    FileState::Queued,
    FileState::Active,
    FileState::Paused,
    FileState::Done,
    FileState::Failed,
    FileState::Gone,
];

impl FileRecord {
    fn state(&self) -> FileState {
        usize::try_from(self.state).ok().and_then(|at| STATES.get(at)).copied().unwrap_or(FileState::Failed)
    }

    fn set(&mut self, state: FileState) {
        self.state = STATES
            .iter()
            .position(|other| *other == state)
            .and_then(|at| u32::try_from(at).ok())
            .unwrap_or(5);
    }
}

/// A running transfer.
#[derive(Debug)]
struct Active {
    job: JobId,
    told: Time,
    kept: Time,
    /// Bytes done and time of a while ago, for the speed.
    mark: (u64, Time),
    speed: u64,
}

/// What may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectGrant {
    /// Length of the sealed object, bytes.
    pub length: u64,
}

/// Transfers that are not ended.
#[derive(Debug, Default)]
pub(super) struct Files {
    next: u64,
    queued: BTreeSet<FileId>,
    active: BTreeMap<FileId, Active>,
}

impl Files {
    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        for active in self.active.values_mut() {
            for time in [&mut active.told, &mut active.kept, &mut active.mark.1] {
                *time = time.saturating_sub(by);
            }
        }
    }

    /// Reads which transfers are not ended; what was active is queued again.
    pub(super) fn open(records: &impl Read) -> Result<Self, Failure> {
        let mut files = Self { next: 1, ..Self::default() };
        for (number, bytes) in
            records.scan(Tree::Files, &GROUP, 0..u64::MAX, Order::Descending, MOST_LISTED)?
        {
            files.next = files.next.max(number + 1);
            let record: FileRecord = parse(&bytes)?;
            if record.state() == FileState::Queued
                && let Ok(id) = <[u8; 32]>::try_from(record.id.as_slice())
            {
                files.queued.insert(FileId(id));
            }
        }
        Ok(files)
    }
}

impl<R: Read> Core<R> {
    fn file_record(&self, step: &Staged, id: &FileId) -> Result<Option<(u64, FileRecord)>, Failure> {
        let Some(number) = self.get(step, Tree::Files, &name(b'f', &[&id.0]))? else { return Ok(None) };
        let number = u64::from_be_bytes(number.as_slice().try_into().map_err(|_| damaged())?);
        let record = self.load(step, Tree::Files, &Key::ordered(GROUP, number))?;
        Ok(record.map(|record| (number, record)))
    }

    fn known_file(&self, step: &Staged, id: &FileId) -> Result<(u64, FileRecord), Failure> {
        self.file_record(step, id)?.ok_or_else(|| Failure::new(ErrorCode::ApiNotFound))
    }

    fn shown_file(&self, id: FileId, record: &FileRecord) -> File {
        let active = self.files.active.contains_key(&id);
        File {
            file: id,
            name: record.name.clone(),
            size: record.size,
            mime: record.mime.clone(),
            direction: if record.outgoing { Direction::Out } else { Direction::In },
            state: if active { FileState::Active } else { record.state() },
            done: record.done.min(record.size),
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
            self.files.queued.insert(id);
        }
        self.shown_file(id, &record)
    }

    fn save_file(&mut self, step: &mut Step<'_>, id: FileId, number: u64, record: &FileRecord) {
        step.save(Tree::Files, Key::ordered(GROUP, number), record);
        if record.state() == FileState::Queued {
            self.files.queued.insert(id);
        } else {
            self.files.queued.remove(&id);
        }
    }

    fn tell_file(&mut self, step: &mut Step<'_>, id: FileId, record: &FileRecord) -> File {
        let file = self.shown_file(id, record);
        if !record.picture {
            self.event(step, Event::FileStateChanged { file: file.clone() });
        }
        file
    }

    /// `file.send`: answered when the file is sealed here.
    pub(super) fn file_send(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        send: FileSend,
    ) -> Result<Option<Answer>, Failure> {
        let user = self.resolve_target(&send.to)?;
        if let Some(id) = &send.id
            && let Some(message) = self.sent_before(step, id, &user, |stored| {
                !stored.file.is_empty()
                    && stored.sent_text() == send.caption.as_deref().unwrap_or_default()
                    && stored.gone == 0
            })?
        {
            let file = message.file.clone().ok_or_else(damaged)?;
            return Ok(Some(Answer::Sent { message, file }));
        }
        self.may_write_to(&user)?;
        /// Bytes: what a caption's length prefix holds.
        const MOST_CAPTION: usize = 16 << 10;
        if send.caption.as_ref().is_some_and(|caption| caption.len() > MOST_CAPTION) {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "caption"));
        }
        let limit = self.log.directory.policy().map_or(0, |policy| policy.file_max);
        let what = Job::Import { path: send.path.clone(), name: send.name.clone(), limit, picture: false };
        let pending = Pending::Import { call, cause: step.cause.clone(), user, send: Box::new(send) };
        let job = JobId(self.pend(pending));
        step.soon(Effect::Job { job, what });
        Ok(None)
    }

    fn imported(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        send: &FileSend,
        bytes: &[u8],
    ) -> Result<Answer, Failure> {
        let file = file_ref(bytes).ok_or_else(|| Failure::new(ErrorCode::Bug))?;
        self.may_write_to(user)?;
        if self.file_record(step, &FileId(*file.content_id()))?.is_some() {
            return Err(Failure::new(ErrorCode::ApiConflict));
        }
        let shown = self.new_file(step, user, &file, true, false, FileState::Done);
        let mut conversation = self.conversation(user);
        conversation.file_bytes += file.plaintext_len();
        self.save_conversation(step, user, conversation);
        let offer = FileOffer {
            file,
            reply_to: None,
            timer_s: self.conversation(user).timer_s,
            caption: send.caption.clone().unwrap_or_default(),
        };
        let message = self.write_message(step, user, send.id, &Body::File(offer))?;
        Ok(Answer::Sent { message, file: shown })
    }

    /// My own profile picture was imported: served to every colleague.
    pub(super) fn keep_own_picture(&mut self, step: &mut Step<'_>, picture: &FileRef) -> Result<(), Failure> {
        if self.file_record(step, &FileId(*picture.content_id()))?.is_none() {
            let me = self.setup.user;
            self.new_file(step, &me, picture, true, true, FileState::Done);
        }
        Ok(())
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
        self.files.queued.remove(id);
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

    /// A FILE came: kept, and fetched at once when it is small.
    pub(super) fn on_offer(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        file: &FileRef,
    ) -> Result<File, Failure> {
        let id = FileId(*file.content_id());
        if let Some((_, record)) = self.file_record(step, &id)? {
            return Ok(self.shown_file(id, &record));
        }
        let state = if file.plaintext_len() <= AUTO_ACCEPT { FileState::Queued } else { FileState::Offered };
        let shown = self.new_file(step, user, file, false, false, state);
        self.timers.sooner(Timer::Files, step.now);
        Ok(shown)
    }

    /// A PROFILE names a picture.
    pub(super) fn on_picture(
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
    pub(super) fn start_fetches(&mut self, step: &mut Step<'_>) -> Result<(), Failure> {
        let queued: Vec<FileId> = self.files.queued.iter().copied().collect();
        for id in queued {
            if self.files.active.len() >= MOST_ACTIVE {
                break;
            }
            if self.files.active.contains_key(&id) {
                continue;
            }
            let Some((_, record)) = self.file_record(step, &id)? else {
                self.files.queued.remove(&id);
                continue;
            };
            let user = super::history::id16(&record.with, UserId::new)?;
            let (Some(party), Some(_)) = (self.party_of(&user), self.link_to(&user)) else { continue };
            let have = record
                .groups
                .chunks_exact(2)
                .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
                .collect();
            let job = JobId(self.pend(Pending::Fetch(id)));
            let what = Job::Fetch { peer: party.tpk, file_ref: record.file_ref.clone(), have };
            step.after(Effect::Job { job, what });
            let active = Active { job, told: 0, kept: step.now, mark: (record.done, step.now), speed: 0 };
            self.files.active.insert(id, active);
            self.tell_file(step, id, &record);
        }
        if !self.files.queued.is_empty() && self.files.active.len() < MOST_ACTIVE {
            self.timers.sooner(Timer::Files, step.now + RETRY);
        }
        Ok(())
    }

    /// News of a job.
    pub(super) fn on_job(&mut self, step: &mut Step<'_>, job: JobId, news: JobNews) -> Result<(), Failure> {
        if let JobNews::Progress { groups, done } = news {
            if let Some(Pending::Fetch(id)) = self.pending.get(&job.0) {
                let id = *id;
                self.on_progress(step, id, &groups, done)?;
            }
            return Ok(());
        }
        let Some(pending) = self.pending.remove(&job.0) else { return Ok(()) };
        let bug = || Failure::new(ErrorCode::Bug);
        let (call, result) = match (pending, news) {
            (Pending::Fetch(id), JobNews::Fetched) => return self.fetched(step, id),
            (Pending::Fetch(id), JobNews::Failed { code, .. }) => return self.fetch_failed(step, id, code),
            (Pending::Import { call, cause, user, send }, news) => {
                step.cause = cause;
                let result = match news {
                    JobNews::Imported { file_ref } => self.imported(step, &user, &send, &file_ref),
                    news => Err(failed(news)),
                };
                (call, result)
            }
            (Pending::Picture { call, cause, fields }, news) => {
                step.cause = cause;
                let result = match news {
                    JobNews::Imported { file_ref: bytes } => match file_ref(&bytes) {
                        Some(picture) => self.change_profile(step, *fields, Some(picture)),
                        None => Err(bug()),
                    },
                    news => Err(failed(news)),
                };
                (call, result)
            }
            (Pending::Save { call, path }, JobNews::Saved { bytes }) => {
                (call, Ok(Answer::Saved { path, bytes }))
            }
            (Pending::Read(call), JobNews::Read { bytes, eof }) => {
                (call, Ok(Answer::Bytes { base64: data_encoding::BASE64.encode(&bytes), eof }))
            }
            (Pending::Storage(call), JobNews::Measured(sizes)) => (call, Ok(self.storage(sizes))),
            (Pending::Compact(call), JobNews::Compacted { freed }) => (call, Ok(Answer::Freed { freed })),
            (Pending::Erase { call, user, left: true }, JobNews::Settled) => {
                return self.erase_some(step, call, &user);
            }
            (Pending::Erase { call, left: false, .. }, JobNews::Compacted { .. }) => {
                (call, Ok(Answer::Done {}))
            }
            (Pending::Search(call), JobNews::Found(found)) => (call, self.found(step, found)),
            (
                Pending::Save { call, .. }
                | Pending::Read(call)
                | Pending::Search(call)
                | Pending::Storage(call)
                | Pending::Compact(call)
                | Pending::Erase { call, .. },
                news,
            ) => (call, Err(failed(news))),
            _ => return Ok(()),
        };
        step.answer_first(Effect::Reply { call, result });
        Ok(())
    }

    fn on_progress(
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
        let elapsed = step.now.saturating_sub(active.mark.1);
        if elapsed >= PROGRESS_EVERY {
            let now = done.saturating_sub(active.mark.0).saturating_mul(1000) / elapsed;
            active.speed = if active.speed == 0 { now } else { (active.speed * 3 + now) / 4 };
            active.mark = (done, step.now);
        }
        let speed = active.speed;
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

    fn fetched(&mut self, step: &mut Step<'_>, id: FileId) -> Result<(), Failure> {
        self.files.active.remove(&id);
        let Some((number, mut record)) = self.file_record(step, &id)? else { return Ok(()) };
        record.set(FileState::Done);
        record.done = record.size;
        record.groups.clear();
        record.error.clear();
        self.save_file(step, id, number, &record);
        let user = super::history::id16(&record.with, UserId::new)?;
        if record.picture {
            self.picture_here(step, &user);
        } else {
            let mut conversation = self.conversation(&user);
            conversation.file_bytes += record.size;
            self.save_conversation(step, &user, conversation);
        }
        self.tell_file(step, id, &record);
        self.start_fetches(step)
    }

    fn fetch_failed(&mut self, step: &mut Step<'_>, id: FileId, code: ErrorCode) -> Result<(), Failure> {
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
        code.text().clone_into(&mut record.error);
        self.save_file(step, id, number, &record);
        self.tell_file(step, id, &record);
        self.timers.sooner(Timer::Files, step.now + RETRY);
        Ok(())
    }

    fn stop_fetch(&mut self, step: &mut Step<'_>, id: &FileId) {
        if let Some(active) = self.files.active.remove(id) {
            self.pending.remove(&active.job.0);
            step.soon(Effect::CancelJob(active.job));
        }
    }

    /// `file.accept`, `.decline`, `.pause`, `.resume`, `.cancel`.
    pub(super) fn file_turn(
        &mut self,
        step: &mut Step<'_>,
        id: &FileId,
        turn: Turn,
    ) -> Result<Answer, Failure> {
        let (number, mut record) = self.known_file(step, id)?;
        let state = record.state();
        let wrong = || {
            Failure::new(ErrorCode::ApiState).with("state", serde_json::to_value(state).unwrap_or_default())
        };
        let next = match (turn, state, record.outgoing) {
            (Turn::Accept, FileState::Offered | FileState::Failed | FileState::Gone, false)
            | (Turn::Resume, FileState::Paused | FileState::Failed, false) => FileState::Queued,
            (Turn::Accept, FileState::Queued | FileState::Done, false) => state,
            (Turn::Decline, FileState::Offered, false)
            | (
                Turn::Cancel,
                FileState::Offered | FileState::Queued | FileState::Paused | FileState::Failed,
                false,
            )
            | (Turn::Cancel, FileState::Done, true) => FileState::Gone,
            (Turn::Pause, FileState::Queued, false) => FileState::Paused,
            _ => return Err(wrong()),
        };
        if next != state {
            self.stop_fetch(step, id);
            record.set(next);
            record.error.clear();
            record.tries = 0;
            if next == FileState::Gone {
                record.groups.clear();
                record.done = 0;
                step.after(Effect::Job {
                    job: JobId(self.pend(Pending::Nothing)),
                    what: Job::Delete { file: *id },
                });
            }
            self.save_file(step, *id, number, &record);
            self.tell_file(step, *id, &record);
            self.start_fetches(step)?;
        }
        Ok(Answer::File { file: self.shown_file(*id, &record) })
    }

    fn whole_file(&self, step: &Staged, id: &FileId) -> Result<FileRecord, Failure> {
        let (_, record) = self.known_file(step, id)?;
        if record.state() == FileState::Done {
            Ok(record)
        } else {
            let state = serde_json::to_value(record.state()).unwrap_or_default();
            Err(Failure::new(ErrorCode::ApiState).with("state", state))
        }
    }

    /// `file.save`: only a whole and verified file is written out.
    pub(super) fn file_save(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        save: FileSave,
    ) -> Result<Option<Answer>, Failure> {
        let record = self.whole_file(step, &save.file)?;
        let job = JobId(self.pend(Pending::Save { call, path: save.path.clone() }));
        step.soon(Effect::Job {
            job,
            what: Job::Save { file_ref: record.file_ref, path: save.path, overwrite: save.overwrite },
        });
        Ok(None)
    }

    /// `file.read`.
    pub(super) fn file_read(
        &mut self,
        step: &mut Step<'_>,
        call: CallId,
        read: &FileRead,
    ) -> Result<Option<Answer>, Failure> {
        if read.length > MOST_READ {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "length"));
        }
        let record = self.whole_file(step, &read.file)?;
        let job = JobId(self.pend(Pending::Read(call)));
        step.soon(Effect::Job {
            job,
            what: Job::Read { file_ref: record.file_ref, offset: read.offset, length: read.length },
        });
        Ok(None)
    }

    /// `file.list`: newest first.
    pub(super) fn file_list(&self, step: &Staged, call: &FileList) -> Result<Answer, Failure> {
        let only = call.conversation.as_ref().map(|target| self.resolve_target(target)).transpose()?;
        let kind = call.kind.as_deref().unwrap_or_default();
        let mut files = Vec::new();
        for (_, bytes) in self.scan(step, Tree::Files, &GROUP, 0..u64::MAX, Order::Descending, MOST_LISTED)? {
            let record: FileRecord = parse(&bytes)?;
            let id = FileId(record.id.as_slice().try_into().map_err(|_| damaged())?);
            if record.picture
                || only.is_some_and(|only| record.with != only.as_bytes())
                || !record.mime.starts_with(kind)
            {
                continue;
            }
            let file = self.shown_file(id, &record);
            let ended = matches!(file.state, FileState::Done | FileState::Failed | FileState::Gone);
            if call.active.is_none_or(|active| active != ended) {
                files.push(file);
            }
        }
        Ok(Answer::Files { files })
    }

    /// Whether this peer may fetch this object, and how long it is: it was sent to them, or is my own picture.
    #[must_use]
    pub fn object_for(&self, peer: &TransportPublic, file: &FileId) -> Option<ObjectGrant> {
        let user = self.log.user_of(peer)?;
        if self.stopped(&user).is_some() || self.party_of(&user)?.tpk != *peer {
            return None;
        }
        let (_, record) = self.file_record(&Staged::default(), file).ok()??;
        let theirs = record.picture || record.with == user.as_bytes();
        if !record.outgoing || record.state() != FileState::Done || !theirs {
            return None;
        }
        Some(ObjectGrant { length: file_ref(&record.file_ref)?.object_len() })
    }
}

/// What a person decides about a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Accept,
    Decline,
    Pause,
    Resume,
    Cancel,
}

fn failed(news: JobNews) -> Failure {
    let (code, details): (ErrorCode, Map<String, Value>) = match news {
        JobNews::Failed { code, details } => (code, details),
        _ => (ErrorCode::Bug, Map::new()),
    };
    Failure { code, retry_after_ms: None, details }
}
