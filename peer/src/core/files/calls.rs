//! What a person decides about a transfer, and what they read of files.

use conclave_crypto::keys::UserId;
use conclave_crypto::plain::Body;
use conclave_proto::ErrorCode;

use super::record::FileRecord;
use super::{GROUP, MOST_LISTED};
use crate::core::effect::{Effect, Job, JobId};
use crate::core::gate::{Staged, Step};
use crate::core::history::id16;
use crate::core::input::CallId;
use crate::core::records::{damaged, parse};
use crate::core::{Core, Pending};
use crate::model::{Answer, Failure, FileId, FileList, FileRead, FileSave, FileState};
use crate::record::{Order, Read, Tree};

/// `file.read` (LIBRARY §3).
const MOST_READ: u32 = 262_144;

/// What a person decides about a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core) enum Turn {
    Accept,
    Decline,
    Pause,
    Resume,
    Cancel,
}

impl<R: Read> Core<R> {
    /// `file.accept`, `.decline`, `.pause`, `.resume`, `.cancel`.
    pub(in crate::core) fn file_turn(
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
            | (Turn::Cancel, FileState::Done | FileState::Paused, true) => FileState::Gone,
            (Turn::Pause, FileState::Queued, false) => FileState::Paused,
            (Turn::Pause, FileState::Done, true) if !record.picture => FileState::Paused,
            (Turn::Resume, FileState::Paused, true) => FileState::Done,
            _ => return Err(wrong()),
        };
        if next != state {
            self.stop_fetch(step, id);
            if record.outgoing {
                // A file that is held back shows how far it had come.
                record.done = if next == FileState::Paused { self.served(id) } else { record.size };
                self.withhold_by(step, *id, state, next);
            }
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
            if next == FileState::Gone {
                self.erase_kept(step, id);
            }
            if record.outgoing && state == FileState::Paused && next == FileState::Done {
                // Who was refused for a while asks seldom: an answer is due, so they ask again at once.
                self.send_control(step, &id16(&record.with, UserId::new)?, &Body::Nudge)?;
            }
            self.look_for_object(step, id);
            self.start_fetches(step)?;
        }
        Ok(Answer::File { file: self.shown_file(*id, &record) })
    }

    fn whole_file(&self, step: &Staged, id: &FileId) -> Result<FileRecord, Failure> {
        let (_, record) = self.known_file(step, id)?;
        if record.is_whole() {
            Ok(record)
        } else {
            let state = serde_json::to_value(record.state()).unwrap_or_default();
            Err(Failure::new(ErrorCode::ApiState).with("state", state))
        }
    }

    /// `file.save`: only a whole and verified file is written out.
    pub(in crate::core) fn file_save(
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
    pub(in crate::core) fn file_read(
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
    pub(in crate::core) fn file_list(&self, step: &Staged, call: &FileList) -> Result<Answer, Failure> {
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
}
