//! Calls of the API, each answered once: at once, or when a job of the disk ends.

use super::Core;
use super::effect::Effect;
use super::files::Turn;
use super::gate::Step;
use super::input::CallId;
use crate::model::{Answer, Call, Failure};
use crate::record::Read;

impl<R: Read> Core<R> {
    /// Carries out a call and answers it; events that it causes come after the answer.
    pub(super) fn call(&mut self, step: &mut Step<'_>, call: CallId, what: Call) {
        let events = self.events;
        let result = match self.carry_out(step, call, what) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => return,
            Err(failure) => {
                step.forget();
                self.events = events;
                Err(failure)
            }
        };
        step.answer_first(Effect::Reply { call, result });
    }

    fn carry_out(&mut self, step: &mut Step<'_>, id: CallId, what: Call) -> Result<Option<Answer>, Failure> {
        let answer = match what {
            Call::ContactList(call) => self.contact_list(call.filter.as_deref())?,
            Call::ContactGet(call) => {
                Answer::Contact { contact: self.contact(&self.resolve_user(&call.user)?)? }
            }
            Call::ContactBlock(call) => self.contact_block(step, &self.resolve_user(&call.user)?, true)?,
            Call::ContactUnblock(call) => self.contact_block(step, &self.resolve_user(&call.user)?, false)?,
            Call::PresenceGet => self.presence_get(step.now),
            Call::PresenceSet(call) => self.presence_set(step, call)?,
            Call::ProfileGet(call) => self.profile_get(&self.resolve_user(&call.user)?),
            Call::ProfileRequest(call) => self.profile_request(step, &self.resolve_user(&call.user)?)?,
            Call::ProfileSet(call) => return self.profile_set(step, id, call),
            Call::ConversationList => self.conversation_list(step)?,
            Call::ConversationCount(call) => return self.conversation_count(step, id, &call),
            Call::MessageSend(call) => self.message_send(step, call)?,
            Call::MessageList(call) => self.message_list(step, &call)?,
            Call::MessageGet(call) => self.message_get(step, &call.id)?,
            Call::MessageSearch(call) => return self.message_search(step, id, &call),
            Call::ExportConversation(call) => return self.export_conversation(step, id, call),
            Call::ExportData(call) => return self.export_data(step, id, call),
            Call::DirectoryExport(call) => return self.export_directory(step, id, call.path),
            Call::DirectoryActs(call) => self.directory_acts(&call)?,
            Call::StorageGet => {
                self.storage_get(step, id, false);
                return Ok(None);
            }
            Call::StorageCompact => {
                self.storage_get(step, id, true);
                return Ok(None);
            }
            Call::EraseConversation(call) => return self.erase_conversation(step, id, &call.conversation),
            Call::MessageCustody(call) => self.message_custody(step, &call.id)?,
            Call::MarkRead(call) => self.mark_read(step, &call)?,
            Call::MessageRetry(call) => self.message_retry(step, &call.id)?,
            Call::MessageEdit(call) => self.message_edit(step, call)?,
            Call::MessageDelete(call) => self.message_delete(step, &call)?,
            Call::MessageReact(call) => self.message_react(step, &call)?,
            Call::MessageCancel(call) => self.message_cancel(step, &call.id)?,
            Call::MessageTyping(call) => self.message_typing(step, &call)?,
            Call::TimerSet(call) => self.timer_set(step, &call)?,
            Call::DraftGet(call) => self.draft_get(step, &call)?,
            Call::DraftSet(call) => self.draft_set(step, call)?,
            Call::ConversationSet(call) => self.conversation_set(step, &call)?,
            Call::ContactRequest(call) => self.contact_request(step, call)?,
            Call::ContactRequests => self.contact_requests(),
            Call::ContactAnswer(call) => self.contact_answer(step, &call)?,
            Call::SessionRekey(call) => self.session_rekey(step, &self.resolve_user(&call.user)?)?,
            Call::DeviceList => self.device_list(),
            Call::SettingsGet => self.settings_get(),
            Call::SettingsSet(call) => self.settings_set(step, &call)?,
            Call::PreferencesGet => self.preferences_get(step)?,
            Call::PreferencesSet(call) => Self::preferences_set(step, call)?,
            Call::FileSend(call) => return self.file_send(step, id, call),
            Call::FileAccept(call) => self.file_turn(step, &call.file, Turn::Accept)?,
            Call::FileDecline(call) => self.file_turn(step, &call.file, Turn::Decline)?,
            Call::FilePause(call) => self.file_turn(step, &call.file, Turn::Pause)?,
            Call::FileResume(call) => self.file_turn(step, &call.file, Turn::Resume)?,
            Call::FileCancel(call) => self.file_turn(step, &call.file, Turn::Cancel)?,
            Call::FileSave(call) => return self.file_save(step, id, call),
            Call::FileList(call) => self.file_list(step, &call)?,
            Call::FileRead(call) => return self.file_read(step, id, &call),
            Call::SafetyGet(call) => self.safety_get(&self.resolve_user(&call.user)?)?,
            Call::SafetyVerify(call) => self.safety_verify(step, &self.resolve_user(&call.user)?, &call)?,
            Call::SafetyUnverify(call) => self.safety_unverify(step, &self.resolve_user(&call.user)?),
            Call::SafetyAccept(call) => self.safety_accept(step, &self.resolve_user(&call.user)?)?,
            Call::PathGet(call) => self.path_get(&self.resolve_user(&call.user)?),
            Call::StatsGet(call) => self.stats_get(&call)?,
            Call::EventsSubscribe(_) => Answer::Subscribed { next: self.events.next() },
            Call::EventsAck(call) => {
                self.acknowledge_events(step, call.seq);
                Answer::Done {}
            }
            Call::Status => self.status(step.now),
        };
        Ok(Some(answer))
    }
}
