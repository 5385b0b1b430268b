//! The words of a delivery state (UI §3.C), with the time of the newest proof.

use conclave_peer::model::{CustodyKind, Deleted, DeletedWhy, Message, MessageState};
use jiff::tz::TimeZone;

use crate::i18n::Words;
use crate::state::main::failure_of;

/// Where a message of mine is.
pub(crate) fn state(words: Words, message: &Message, name: &str, now: u64, zone: &TimeZone) -> String {
    let proven = |kind: CustodyKind| message.custody.iter().rev().find(|step| step.step == kind);
    let clock = |kind| proven(kind).map(|step| words.clock(step.time, zone)).unwrap_or_default();
    match message.state {
        MessageState::Saved | MessageState::Waiting if proven(CustodyKind::DropBoxExpired).is_some() => {
            words.with("state-expired", &[("name", name.into())])
        }
        MessageState::Saved => words.say("state-saved"),
        // It goes by itself later: the words of the fault say so.
        MessageState::Waiting => message.error.as_ref().map_or_else(
            || words.with("state-waiting", &[("name", name.into())]),
            |fault| words.failure(&failure_of(&fault.code).with("name", name)),
        ),
        MessageState::Sending => words.say("state-sending"),
        MessageState::InDropBox => {
            let until = proven(CustodyKind::InDropBox).and_then(|step| step.until);
            let when = until.map(|until| words.until(until, now, zone)).unwrap_or_default();
            words.with("state-drop-box", &[("when", when.into())])
        }
        MessageState::Delivered => words.with(
            "state-delivered",
            &[("name", name.into()), ("time", clock(CustodyKind::Delivered).into())],
        ),
        MessageState::Read => words.with("state-read", &[("time", clock(CustodyKind::Read).into())]),
        MessageState::Failed => message.error.as_ref().map_or_else(
            || words.say("state-failed"),
            |fault| {
                let why = words.failure(&failure_of(&fault.code).with("name", name));
                words.with("state-failed-why", &[("why", why.into())])
            },
        ),
        MessageState::Received => String::new(),
    }
}

/// Why the content of a message is gone.
pub(super) fn deleted(words: Words, deleted: Deleted, name: &str) -> String {
    match (deleted.why, deleted.confirmed_at) {
        (DeletedWhy::Me, _) => words.say("deleted-here"),
        (DeletedWhy::Everyone, Some(_)) => words.with("deleted-there", &[("name", name.into())]),
        (DeletedWhy::Everyone, None) => words.say("deleted"),
        (DeletedWhy::Expired, _) => words.say("deleted-expired"),
    }
}
