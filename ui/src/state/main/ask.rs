//! Questions to the engine.

use conclave_peer::model::{
    Call, DraftSet, FileList, MessageId, MessageList, OneFile, OneUser, Target, TargetRef, UserId, UserRef,
};

use crate::command::{Command, Purpose, Typed};
use crate::state::Effect;
use crate::state::conversation::{FIRST, PAGE, STEP};

/// Asks the core.
pub(crate) fn question(purpose: Purpose, call: Call) -> Effect {
    Effect::Ask(Command::Ask(purpose, Box::new(call)))
}

/// A conversation with a person.
pub(crate) const fn target(user: UserId) -> TargetRef {
    TargetRef::Id(Target::User(user))
}

/// Messages that `message.list` gives at most.
const MOST_LISTED: u32 = 200;

/// A person.
pub(crate) const fn one(user: UserId) -> OneUser {
    OneUser { user: UserRef::Id(user) }
}

/// The newest messages: a page, or as far back as the unread ones go, within what the engine gives.
pub(crate) fn newest(user: UserId, unread: u64) -> Effect {
    let unread = u32::try_from(unread).unwrap_or(MOST_LISTED);
    before_with(Purpose::Newest(user), user, None, unread.saturating_add(1).clamp(PAGE, MOST_LISTED))
}

/// The newest messages that are drawn at first.
pub(super) fn ahead(user: UserId) -> Effect {
    before_with(Purpose::Ahead(user), user, None, FIRST)
}

/// A step of messages before one, or a page of the newest.
pub(crate) fn page_before(purpose: Purpose, user: UserId, before: Option<MessageId>) -> Effect {
    before_with(purpose, user, before, before.map_or(PAGE, |_| STEP))
}

fn before_with(purpose: Purpose, user: UserId, before: Option<MessageId>, limit: u32) -> Effect {
    let list = MessageList {
        conversation: target(user),
        before,
        after: None,
        around: None,
        limit,
        lines: Some(true),
    };
    question(purpose, Call::MessageList(list))
}

/// A step of messages after one.
pub(crate) fn page_after(purpose: Purpose, user: UserId, after: Option<MessageId>) -> Effect {
    let list = MessageList {
        conversation: target(user),
        before: None,
        after,
        around: None,
        limit: STEP,
        lines: Some(true),
    };
    question(purpose, Call::MessageList(list))
}

/// Messages on both sides of one.
pub(crate) fn page_around(purpose: Purpose, user: UserId, around: MessageId) -> Effect {
    let around = Some(around);
    let list = MessageList {
        conversation: target(user),
        before: None,
        after: None,
        around,
        limit: PAGE,
        lines: Some(true),
    };
    question(purpose, Call::MessageList(list))
}

/// A decision about a transfer.
pub(crate) fn turn(file: conclave_peer::model::FileId, call: fn(OneFile) -> Call) -> Vec<Effect> {
    vec![question(Purpose::Transfers, call(OneFile { file }))]
}

/// All files that are known.
pub(crate) fn files() -> Effect {
    let list = FileList { conversation: None, kind: None, active: None };
    question(Purpose::AllFiles, Call::FileList(list))
}

/// Has the engine keep what was begun for a person.
pub(crate) fn draft_kept(to: UserId, text: String) -> Effect {
    let kept = Purpose::Draft(to, Typed::new(text.clone()));
    question(kept, Call::DraftSet(DraftSet { conversation: target(to), text }))
}
