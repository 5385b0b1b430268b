//! TYPING (PROTOCOL §2.5): to people who are linked, kept nowhere, and only between two who both want it.

use conclave_crypto::keys::{ConversationId, UserId};
use conclave_crypto::plain::Body;

use super::Core;
use super::gate::Step;
use super::timers::Timer;
use crate::model::{Answer, Event, Failure, MessageTyping, Target, Time};
use crate::record::Read;

/// A client may call at every key; so often it is sent at most.
const SEND_EVERY: Time = 4_000;
/// Without another word somebody has stopped writing.
const LASTS: Time = 10_000;

impl<R: Read> Core<R> {
    /// `message.typing`.
    pub(super) fn message_typing(
        &mut self,
        step: &mut Step<'_>,
        call: &MessageTyping,
    ) -> Result<Answer, Failure> {
        let user = self.resolve_target(&call.conversation)?;
        if !self.settings.typing || self.stopped(&user).is_some() || !self.may_talk(&user) {
            return Ok(Answer::Done {});
        }
        let sent = self.peers.get(&user).and_then(|peer| peer.typing_sent);
        let due = match sent {
            None => call.on,
            Some(at) => !call.on || step.now.saturating_sub(at) >= SEND_EVERY,
        };
        if due {
            let conv_id = self.conversation_with(&user);
            let went = self.send_control(step, &user, &Body::Typing { conv_id, on: call.on })?;
            self.peers.entry(user).or_default().typing_sent = (went && call.on).then_some(step.now);
        }
        Ok(Answer::Done {})
    }

    /// TYPING came.
    pub(super) fn on_typing(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        conversation: ConversationId,
        on: bool,
    ) {
        if !self.settings.typing || conversation != self.conversation_with(user) {
            return;
        }
        let was = std::mem::replace(&mut self.peers.entry(*user).or_default().typing, on);
        if on {
            self.timers.set(Timer::Typing(*user), step.now + LASTS);
        }
        if was != on {
            self.tell_typing(step, user, on);
        }
    }

    /// Nothing more was heard of somebody who wrote: time is up, their message is here, or the link is gone.
    pub(super) fn stop_typing(&mut self, step: &mut Step<'_>, user: &UserId) {
        self.timers.clear(Timer::Typing(*user));
        if let Some(peer) = self.peers.get_mut(user) {
            peer.typing_sent = None;
            if std::mem::take(&mut peer.typing) {
                self.tell_typing(step, user, false);
            }
        }
    }

    fn tell_typing(&self, step: &mut Step<'_>, user: &UserId, on: bool) {
        self.ephemeral(step, Event::Typing { conversation: Target::User(*user), user: *user, on });
    }
}
