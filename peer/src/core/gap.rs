//! What an old copy of a profile lacks (PROTOCOL §2.6; DESIGN §4, Restore of an old backup).
//!
//! A profile that went back to an old copy has forgotten messages that it had acknowledged, so nobody would send them
//! again. So each start of the program asks every colleague it meets once, also one who is in leaves that come later: the
//! copy may be older than the directory. A restart of sessions asks too:
//!
//! ```text
//! start:     RESET{ASKS, last good one of theirs} ─►   what was delivered after it waits in the outbox again
//!                         ◄─ RESET{SENT | NOTHING, the last one that is on its way}
//! restart:   RESET{last good one of theirs} ─►         the same
//!                 ◄─ RESET{last good one of theirs}    the answer, under the new session: both may lack something
//! ```
//!
//! Until it is answered and the last one on its way has come, the last good one is the one of the start: what comes
//! meanwhile says nothing about what is missing before it, and a colleague who goes back to an old copy too forgets that
//! something was on its way.
//!
//! Messages keep id and bytes, so that nothing is shown twice. What the forgetful side wrote itself after the copy is
//! with its colleagues only. A new computer gets what it has not acknowledged, and asks for nothing older; a backup that
//! comes back on one names a message of the last, and gets what came after that.

use conclave_crypto::keys::{ConversationId, MessageId, UserId};
use conclave_crypto::plain::{Body, Format, Kind, MAX_CLOCK_LEAP, Plain, Text};
use serde_json::{Value, json};

use super::Core;
use super::conversation::{ConversationRecord, clock_of};
use super::gate::Step;
use super::history::{StoredMessage, id16};
use super::records::parse;
use super::timers::Timer;
use crate::model::{Failure, Time};
use crate::record::{Order, Read, Tree};

/// Reasons of a RESET that restarts nothing: "this is the last one of yours that I have", and the two answers.
const ASKS: u8 = 5;
const SENT: u8 = 6;
const NOTHING: u8 = 7;
/// The question once more: by now some of what came after has come again or for the first time, so that an answer would
/// tell nothing.
const ASKS_AGAIN: u8 = 8;
/// Rounds of sending again to one person in a minute: both sides may have restarted and asked.
const ROUNDS: u32 = 6;
const MINUTE: Time = 60_000;
/// A question without an answer is put again after a minute, doubled so often: at most about once an hour.
const MOST_DOUBLINGS: u32 = 6;
/// Restarts of both sides within this time are one; one side alone waits longer between two.
const AT_ONCE: Time = 20_000;
/// Messages looked at for one person at once: what two people write in weeks.
const MOST_AGAIN: usize = 4096;

/// What is asked of one person, and sent to them again.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// The newest message of theirs at the start of the program, until they have answered.
    pub(super) base: Option<MessageId>,
    /// They have answered: nothing is missing once this one of theirs has come.
    until: Option<MessageId>,
    /// History key of the newest message at the start of the program.
    opened: u64,
    /// When to ask again, and how often it was done: a session may have to wait until its clocks agree.
    ask_at: Time,
    asked: u32,
    /// Something new came before they could be asked.
    pub(super) late: bool,
    /// When a restart was last told of.
    restart_told: Time,
    /// Rounds of sending again: since when they are counted, and how many.
    rounds: (Time, u32),
}

impl Gap {
    /// What is to be asked of somebody by a program that has just begun to know of them.
    pub(super) fn of(conversation: &ConversationRecord) -> Self {
        Self {
            base: Some(conversation.base_id()),
            opened: conversation.last,
            late: !conversation.base.is_empty(),
            ..Self::default()
        }
    }

    /// Another session or link is in use: what was asked under the last one may be lost.
    pub(super) const fn ask_again(&mut self) {
        self.ask_at = 0;
    }

    /// One of theirs came; it may be the last one that was missing.
    pub(super) fn came(&mut self, id: &MessageId) {
        if self.until.as_ref() == Some(id) {
            self.whole();
        }
    }

    // Nothing of theirs is missing.
    const fn whole(&mut self) {
        self.base = None;
        self.until = None;
    }

    /// The clock was set back.
    pub(super) fn set_back(&mut self, by: Time) {
        self.restart_told = self.restart_told.saturating_sub(by);
        self.ask_at = self.ask_at.saturating_sub(by);
        self.rounds.0 = self.rounds.0.saturating_sub(by);
    }

    // Whether one more round may be made.
    fn may_send(&mut self, now: Time) -> bool {
        if now.saturating_sub(self.rounds.0) >= MINUTE {
            self.rounds = (now, 0);
        }
        self.rounds.1 += 1;
        self.rounds.1 <= ROUNDS
    }
}

/// The plaintext of a message of mine, as it was sent; only if it can be told from what is kept.
fn plain_of(stored: &StoredMessage, conversation: &ConversationId, clock: u64) -> Option<Plain> {
    let id = id16(&stored.id, MessageId::new).ok()?;
    let mut plain = Plain::new(id, *conversation, clock, stored.time, &Body::Nudge);
    plain.kind = u8::try_from(stored.kind).ok()?;
    plain.body = if stored.body.is_empty() && plain.kind == Kind::TEXT {
        let reply_to = <[u8; 16]>::try_from(stored.reply_to.as_slice()).ok().map(MessageId::new);
        let text = stored.sent_text().to_owned();
        Body::Text(Text { format: Format::Plain, reply_to, timer_s: 0, mentions: Vec::new(), text }).encode()
    } else {
        stored.body.clone()
    };
    (plain.ack().digest.as_slice() == stored.digest).then_some(plain)
}

/// What is to be kept of the body beside the text, so that the message can be sent again: nothing for a plain text.
pub(super) fn body_to_keep(stored: &StoredMessage, plain: &Plain) -> Vec<u8> {
    match plain_of(stored, &plain.conv_id, plain.clock) {
        Some(_) => Vec::new(),
        None => plain.body.clone(),
    }
}

impl<R: Read> Core<R> {
    /// Asks after the start of the program what was delivered here and is forgotten, until there is an answer.
    pub(super) fn ask_for_gap(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        let gap = &self.peers.entry(*user).or_default().gap;
        let Some(last_good) = gap.base else { return Ok(()) };
        let reason = if gap.asked == 0 && !gap.late { ASKS } else { ASKS_AGAIN };
        if step.now >= gap.ask_at && self.send_control(step, user, &Body::Reset { reason, last_good })? {
            let gap = &mut self.peers.entry(*user).or_default().gap;
            gap.ask_at = step.now + (MINUTE << gap.asked.min(MOST_DOUBLINGS));
            gap.asked = gap.asked.saturating_add(1);
        }
        let ask_at = self.peers.entry(*user).or_default().gap.ask_at;
        if ask_at > step.now {
            self.timers.sooner(Timer::Peer(*user), ask_at);
        }
        Ok(())
    }

    /// The newest message of theirs up to which nothing can be missing; zeros when there is none.
    pub(super) fn last_good(&self, user: &UserId) -> MessageId {
        let base = self.peers.get(user).and_then(|peer| peer.gap.base);
        base.unwrap_or_else(|| self.conversation(user).last_good_id())
    }

    /// Their device is another one from now on: what the last one had is not its.
    pub(super) fn device_changed(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if self.conversations.contains_key(user) {
            let mut conversation = self.conversation(user);
            conversation.device_since = step.now;
            self.save_conversation(step, user, conversation);
            // What follows from it is told by this line.
            self.peers.entry(*user).or_default().gap.restart_told = step.now;
            self.line(step, user, "deviceChanged", json!({}))?;
        }
        Ok(())
    }

    /// Their account key is another one from now on: whoever has it gets nothing that was delivered to the last one.
    pub(super) fn identity_since(&mut self, step: &mut Step<'_>, user: &UserId) {
        if self.conversations.contains_key(user) {
            let mut conversation = self.conversation(user);
            conversation.identity_since = step.now;
            conversation.device_since = step.now;
            self.save_conversation(step, user, conversation);
        }
    }

    /// A RESET came; `first` if it began a session.
    pub(super) fn on_reset(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        (reason, last_good): (u8, &MessageId),
        clock: u64,
        first: bool,
    ) -> Result<(), Failure> {
        match reason {
            ASKS | ASKS_AGAIN => {
                // Too many rounds: they ask again later.
                let Some((count, newest)) = self.send_again_after(step, user, last_good)? else {
                    return Ok(());
                };
                let tell = count > 0 && reason == ASKS;
                let reason = if tell { SENT } else { NOTHING };
                self.send_control(step, user, &Body::Reset { reason, last_good: newest })?;
                if tell {
                    self.gap_line(step, user, "sentAgain", json!({ "by": "me", "count": count }))?;
                }
            }
            SENT | NOTHING => {
                let here = last_good.is_zero() || self.index(step, last_good)?.is_some();
                let gap = &mut self.peers.entry(*user).or_default().gap;
                if here {
                    gap.whole();
                    let mut conversation = self.conversation(user);
                    if !std::mem::take(&mut conversation.base).is_empty() {
                        self.save_conversation(step, user, conversation);
                    }
                } else if gap.base.is_some() {
                    gap.until = Some(*last_good);
                }
                self.catch_up(step, user, clock);
                if reason == SENT {
                    self.gap_line(step, user, "sentAgain", json!({ "by": "peer" }))?;
                }
            }
            _ => {
                if first {
                    // They have opened a message of mine that I do not know: mine are from an older copy.
                    if !last_good.is_zero() && self.index(step, last_good)?.is_none() {
                        self.gap_line(step, user, "restoredBackup", json!({ "by": "me" }))?;
                    }
                    let data = json!({ "by": "peer", "suspicious": reason == 2 });
                    self.gap_line(step, user, "sessionRestarted", data)?;
                    let mine = Body::Reset { reason, last_good: self.last_good(user) };
                    self.send_anyhow(step, user, &mine)?;
                }
                self.catch_up(step, user, clock);
                self.send_again_after(step, user, last_good)?;
            }
        }
        Ok(())
    }

    // They know how far I was: what I write from now on comes after all of it.
    fn catch_up(&mut self, step: &mut Step<'_>, user: &UserId, clock: u64) {
        let mut conversation = self.conversation(user);
        if clock > conversation.clock && clock - conversation.clock <= MAX_CLOCK_LEAP {
            conversation.clock = clock;
            self.save_conversation(step, user, conversation);
        }
    }

    /// The line of a restart or of what was sent again; one when one follows from the other.
    pub(super) fn gap_line(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        kind: &str,
        data: Value,
    ) -> Result<(), Failure> {
        let gap = &mut self.peers.entry(*user).or_default().gap;
        if step.now.saturating_sub(gap.restart_told) >= AT_ONCE {
            gap.restart_told = step.now;
            return self.line(step, user, kind, data);
        }
        Ok(())
    }

    // History key from which on my messages are later than anything that I have forgotten.
    fn written_since(&mut self, step: &mut Step<'_>, user: &UserId) -> u64 {
        let mut conversation = self.conversation(user);
        if conversation.forgot == 0 {
            // It shows at the first meeting: what was written earlier has not been delivered before it.
            conversation.forgot = self.peers.entry(*user).or_default().gap.opened + 1;
            self.save_conversation(step, user, conversation.clone());
        }
        conversation.forgot
    }

    // Puts what was delivered after one of my messages into the outbox again; says how many, and which is the newest of
    // all that are on their way (zeros: none), or nothing when it was done too often.
    fn send_again_after(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        last_good: &MessageId,
    ) -> Result<Option<(usize, MessageId)>, Failure> {
        let nothing = (0, MessageId::new([0; 16]));
        let from = if last_good.is_zero() {
            0
        } else {
            match self.index(step, last_good)? {
                Some(index)
                    if index.author == self.setup.user.as_bytes()
                        && index.with == user.as_bytes()
                        && index.key != 0 =>
                {
                    index.key + 1
                }
                Some(_) => return Ok(Some(nothing)),
                // I have forgotten it myself. What I wrote before is older than it; what I wrote since may be missing.
                None => self.written_since(step, user),
            }
        };
        if !self.peers.entry(*user).or_default().gap.may_send(step.now) {
            return Ok(None);
        }
        let id = self.conversation_with(user);
        let conversation = self.conversation(user);
        let since = if last_good.is_zero() { conversation.device_since } else { conversation.identity_since };
        let mut found =
            self.scan(step, Tree::History, id.as_bytes(), from..u64::MAX, Order::Descending, MOST_AGAIN)?;
        found.reverse();
        let (mut count, mut newest) = nothing;
        for (key, bytes) in found {
            let stored: StoredMessage = parse(&bytes)?;
            let message = id16(&stored.id, MessageId::new)?;
            let waits = self.peers.get(user).is_some_and(|peer| peer.outbox.get(&message).is_some());
            let delivered = self.custody_of(step, &message)?.delivered;
            if waits {
                newest = message;
            }
            if stored.incoming || waits || delivered <= since {
                continue;
            }
            if let Some(plain) = plain_of(&stored, &id, clock_of(key)) {
                self.enqueue(step, user, &plain)?;
                (count, newest) = (count + 1, message);
            }
        }
        Ok(Some((count, newest)))
    }
}
