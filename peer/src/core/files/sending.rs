//! Files of mine: sealed, offered, served.

use conclave_crypto::file::FileRef;
use conclave_crypto::keys::{TransportPublic, UserId};
use conclave_crypto::plain::{Body, FileOffer};
use conclave_proto::ErrorCode;

use crate::core::effect::{Effect, Job, JobId};
use crate::core::gate::{Staged, Step};
use crate::core::input::CallId;
use crate::core::profiles::file_ref;
use crate::core::records::damaged;
use crate::core::{Core, Pending};
use crate::model::{Answer, Failure, FileId, FileSend, FileState};
use crate::record::Read;

/// What may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectGrant {
    /// Length of the sealed object, bytes.
    pub length: u64,
}

impl<R: Read> Core<R> {
    /// `file.send`: answered when the file is sealed here.
    pub(in crate::core) fn file_send(
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

    pub(in crate::core) fn imported(
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
        self.begin_with_timer(step, user)?;
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
    pub(in crate::core) fn keep_own_picture(
        &mut self,
        step: &mut Step<'_>,
        picture: &FileRef,
    ) -> Result<(), Failure> {
        if self.file_record(step, &FileId(*picture.content_id()))?.is_none() {
            let me = self.setup.user;
            self.new_file(step, &me, picture, true, true, FileState::Done);
        }
        Ok(())
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
        if !record.outgoing || !record.is_whole() || !theirs {
            return None;
        }
        Some(ObjectGrant { length: file_ref(&record.file_ref)?.object_len() })
    }
}
