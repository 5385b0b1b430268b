//! Lines of a conversation that nobody wrote: kept between the messages, shown on request, told as events.

use conclave_crypto::keys::{DeviceId, MessageId, UserId};
use serde_json::Value;

use super::Core;
use super::conversation::clock_of;
use super::gate::Step;
use super::history::StoredMessage;
use crate::model::{Event, Failure, Target};
use crate::record::Read;

/// Sorts after every message of the same clock value.
const LAST_DEVICE: [u8; 16] = [0xff; 16];

impl<R: Read> Core<R> {
    /// Keeps a line in the conversation with a person, after what is there now, and tells of it.
    pub(super) fn line(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        kind: &str,
        data: Value,
    ) -> Result<(), Failure> {
        let conversation = self.conversation_with(user);
        let clock = self.conversation(user).clock;
        // Key 0 says "none"; a conversation without messages begins after it. A clock value without room for more is
        // the work of a hostile peer: then the event alone tells.
        if let Some(key) = self.free_key(step, &conversation, clock)?.map(|key| key.max(1)) {
            let mut id = *MessageId::random(step.rng).as_bytes();
            // Lines of one clock value keep their order.
            let slot = u32::try_from(key - (clock_of(key) << 8)).unwrap_or(u32::MAX);
            if let Some(first) = id.first_chunk_mut::<4>() {
                *first = slot.to_be_bytes();
            }
            let line = StoredMessage {
                id: id.to_vec(),
                with: user.as_bytes().to_vec(),
                device: DeviceId::new(LAST_DEVICE).as_bytes().to_vec(),
                time: step.now,
                at: step.now,
                line: kind.to_owned(),
                line_data: data.to_string(),
                ..StoredMessage::default()
            };
            self.keep_message(step, &conversation, key, &line);
        }
        self.event(
            step,
            Event::ConversationLine { conversation: Target::User(*user), kind: kind.to_owned(), data },
        );
        Ok(())
    }
}
