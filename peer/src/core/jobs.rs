//! News of the disk's jobs: each answers the call or goes on with the transfer that asked for it.

use conclave_proto::ErrorCode;
use serde_json::{Map, Value};

use super::effect::{Effect, JobId};
use super::gate::Step;
use super::input::JobNews;
use super::profiles::file_ref;
use super::{Core, Pending};
use crate::model::{Answer, Failure};
use crate::record::Read;

impl<R: Read> Core<R> {
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
            (Pending::Object { user, seq }, news) => return self.object_read(step, &user, seq, news),
            (Pending::TakeObject { item, file }, news) => return self.object_taken(step, file, item, news),
            (Pending::Fetch(id), JobNews::Failed { code, .. }) => return self.not_fetched(step, id, code),
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
            (Pending::Count(call), JobNews::Counted(counts)) => (call, Ok(Answer::Counted(counts))),
            (
                Pending::Save { call, .. }
                | Pending::Count(call)
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
}

fn failed(news: JobNews) -> Failure {
    let (code, details): (ErrorCode, Map<String, Value>) = match news {
        JobNews::Failed { code, details } => (code, details),
        _ => (ErrorCode::Bug, Map::new()),
    };
    Failure { code, retry_after_ms: None, details }
}
