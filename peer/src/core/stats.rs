//! `stats.get`: counted in the conversations as messages are kept.

use super::Core;
use crate::model::{Answer, Failure, Stats, StatsGet};
use crate::record::Read;

impl<R: Read> Core<R> {
    /// `stats.get`.
    pub(super) fn stats_get(&self, call: &StatsGet) -> Result<Answer, Failure> {
        let only = call.conversation.as_ref().map(|target| self.resolve_target(target)).transpose()?;
        let mut stats = Stats::default();
        for (user, conversation) in &self.conversations {
            if only.is_some_and(|only| only != *user) {
                continue;
            }
            stats.messages.sent += conversation.sent;
            stats.messages.received += conversation.received;
            stats.bytes.text += conversation.text_bytes;
            stats.bytes.files += conversation.file_bytes;
            if conversation.since != 0 && (stats.since == 0 || conversation.since < stats.since) {
                stats.since = conversation.since;
            }
        }
        Ok(Answer::Stats(stats))
    }
}
