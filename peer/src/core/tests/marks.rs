//! Timers, drafts, marks, settings, typing, lines, fresh sessions.

use conclave_crypto::keys::MessageId;
use conclave_proto::ErrorCode;

use super::world::World;
use crate::model::{
    Answer, Call, Changed, ConversationSet, ConversationSummary, DeletedWhy, DraftSet, Event, MarkRead,
    Message, MessageList, MessageState, MessageTyping, OneConversation, OneMessage, OneUser, PreferencesSet,
    SettingsSet, Target, TargetRef, TimerSet, UserRef,
};

fn pair(seed: u64) -> World {
    let mut world = World::new(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

fn timer(world: &mut World, at: usize, ms: u64) -> Call {
    Call::TimerSet(TimerSet { conversation: world.target(1 - at), ms })
}

fn read(world: &World, at: usize, up_to: MessageId) -> Call {
    Call::MarkRead(MarkRead { conversation: world.target(1 - at), up_to })
}

fn get(world: &mut World, at: usize, id: MessageId) -> Message {
    match world.answer(at, Call::MessageGet(OneMessage { id })) {
        Ok(Answer::Message { message }) => message,
        other => panic!("{other:?}"),
    }
}

fn summary(world: &mut World, at: usize) -> ConversationSummary {
    match world.answer(at, Call::ConversationList) {
        Ok(Answer::Conversations { mut conversations }) => conversations.remove(0),
        other => panic!("{other:?}"),
    }
}

fn summary_with(world: &mut World, at: usize, with: usize) -> ConversationSummary {
    let target = world.nodes[with].person.user;
    match world.answer(at, Call::ConversationList) {
        Ok(Answer::Conversations { conversations }) => {
            let of = |summary: &ConversationSummary| summary.conversation == Target::User(target);
            conversations.into_iter().find(of).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn lines(world: &mut World, at: usize) -> Vec<String> {
    let list = MessageList {
        conversation: world.target(1 - at),
        before: None,
        after: None,
        around: None,
        limit: 200,
        lines: Some(true),
    };
    match world.answer(at, Call::MessageList(list)) {
        Ok(Answer::Messages { messages, .. }) => {
            messages.into_iter().filter_map(|message| Some(message.line?.kind)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn told_lines(world: &World, at: usize) -> Vec<String> {
    let one = |event: &Event| match event {
        Event::ConversationLine { kind, .. } => Some(kind.clone()),
        _ => None,
    };
    world.nodes[at].events.iter().filter_map(one).collect()
}

#[test]
fn a_message_with_a_timer_is_erased_on_both_sides_when_its_time_is_up() {
    let mut world = pair(501);
    let before = world.send(0, 1, "before the timer");
    world.run(2_000);
    let call = timer(&mut world, 1, 59_500);
    world.answer(1, call).unwrap();
    world.run(2_000);
    for at in [0, 1] {
        assert_eq!(summary(&mut world, at).timer_ms, 60_000, "whole seconds, rounded up");
        assert_eq!(
            (lines(&mut world, at), told_lines(&world, at)),
            (vec!["timer".to_owned()], vec!["timer".to_owned()])
        );
        assert_eq!(world.history(at, 1 - at, 10).len(), 1, "a line is no message");
    }
    let sent = world.send(0, 1, "canary-short");
    world.run(2_000);
    assert!(get(&mut world, 0, sent.id).expires_at.is_some(), "mine counts from its delivery");
    assert!(get(&mut world, 1, sent.id).expires_at.is_none(), "theirs counts from when I read it");
    world.run(30_000);
    let call = read(&world, 1, sent.id);
    world.answer(1, call).unwrap();
    world.run(40_000);
    assert!(!world.disk_holds(0, b"canary-short") && world.disk_holds(1, b"canary-short"));
    // The rest of the time runs out while the computer is off.
    world.kill(1);
    world.run(60_000);
    world.start(1);
    world.run(1_000);
    assert!(!world.disk_holds(1, b"canary-short"));
    for at in [0, 1] {
        let gone = get(&mut world, at, sent.id);
        assert_eq!(gone.deleted.map(|deleted| deleted.why), Some(DeletedWhy::Expired));
        let told = world.nodes[at].events.iter().any(|event| {
            matches!(event, Event::MessageChanged { message, what: Changed::Expired } if message.id == sent.id)
        });
        assert!(told);
        let listed: Vec<MessageId> = world.history(at, 1 - at, 10).iter().map(|message| message.id).collect();
        assert_eq!(listed, [before.id]);
    }
    let call = timer(&mut world, 0, 0);
    world.answer(0, call).unwrap();
    world.run(2_000);
    assert_eq!((summary(&mut world, 0).timer_ms, summary(&mut world, 1).timer_ms), (0, 0));
    assert_eq!(lines(&mut world, 1).len(), 2);
}

#[test]
fn the_highest_timer_counts_on_both_sides() {
    for seed in 510..516 {
        let mut world = pair(seed);
        world.cut(0, 1);
        let (a, b) = (timer(&mut world, 0, 60_000), timer(&mut world, 1, 90_000));
        world.answer(0, a).unwrap();
        world.answer(1, b).unwrap();
        world.heal();
        world.run(60_000);
        let (a, b) = (summary_timer(&mut world, 0), summary_timer(&mut world, 1));
        assert_eq!(a, b, "seed {seed}");
    }
}

fn summary_timer(world: &mut World, at: usize) -> u64 {
    world.send(at, 1 - at, "x");
    world.run(2_000);
    summary(world, at).timer_ms
}

#[test]
fn drafts_and_marks_stay_here_and_survive() {
    let mut world = pair(502);
    let conversation = world.target(1);
    let draft = DraftSet { conversation: conversation.clone(), text: "Cher Bob, ".into() };
    world.answer(0, Call::DraftSet(draft)).unwrap();
    assert_eq!(summary(&mut world, 0).draft.as_deref(), Some("Cher Bob, "), "listed without a message");
    let marks = ConversationSet {
        conversation: conversation.clone(),
        pinned: Some(true),
        muted: Some(true),
        unread: None,
    };
    world.answer(0, Call::ConversationSet(marks)).unwrap();
    world.run(100);
    world.kill(0);
    world.start(0);
    let get = Call::DraftGet(OneConversation { conversation: conversation.clone() });
    assert_eq!(world.answer(0, get.clone()), Ok(Answer::Draft { text: "Cher Bob, ".into() }));
    let line = summary(&mut world, 0);
    assert!(line.pinned && line.muted && line.last.is_none());
    world
        .answer(0, Call::DraftSet(DraftSet { conversation: conversation.clone(), text: String::new() }))
        .unwrap();
    assert_eq!(world.answer(0, get), Ok(Answer::Draft { text: String::new() }));
    assert!(!world.disk_holds(0, b"Cher Bob"));
    let long = DraftSet { conversation, text: "x".repeat(70_000) };
    assert_eq!(world.answer(0, Call::DraftSet(long)).unwrap_err().code, ErrorCode::MessageTooLong);
    let nobody = DraftSet { conversation: TargetRef::UserName("nobody".into()), text: "x".into() };
    assert_eq!(world.answer(0, Call::DraftSet(nobody)).unwrap_err().code, ErrorCode::ApiNotFound);
    let call = timer(&mut world, 0, u64::MAX);
    assert_eq!(world.answer(0, call).unwrap_err().code, ErrorCode::ApiParams);
}

#[test]
fn a_conversation_that_i_begin_begins_with_my_timer_and_one_that_is_there_keeps_its_own() {
    let mut world = World::new(513, &["alice", "bob", "carol"]);
    world.run(5_000);
    world.send(2, 0, "from carol");
    world.run(2_000);
    let set = |ms| Call::SettingsSet(SettingsSet { timer_ms: Some(ms), ..SettingsSet::default() });
    let Ok(Answer::Settings { settings }) = world.answer(0, set(3_599_001)) else { panic!() };
    assert_eq!(settings.timer_ms, 3_600_000, "whole seconds, rounded up");
    let refused = world.answer(0, set(u64::MAX)).unwrap_err();
    assert_eq!(refused.details.get("field"), Some(&"timerMs".into()));
    world.run(100);
    world.kill(0);
    world.start(0);
    world.run(5_000);

    world.send(0, 2, "to carol");
    let first = world.send(0, 1, "to bob");
    world.send(0, 1, "and once more");
    world.run(2_000);
    for at in [0, 1] {
        assert_eq!(lines(&mut world, at), ["timer"], "told once, as when it is set by hand");
        assert_eq!(summary_with(&mut world, at, 1 - at).timer_ms, 3_600_000);
    }
    assert_eq!(summary_with(&mut world, 0, 2).timer_ms, 0, "carol had begun it");
    assert!(get(&mut world, 0, first.id).expires_at.is_some(), "the first message has it too");

    let off = timer(&mut world, 1, 0);
    world.answer(1, off).unwrap();
    world.run(2_000);
    world.send(0, 1, "after bob has switched it off");
    world.run(2_000);
    assert_eq!(summary_with(&mut world, 0, 1).timer_ms, 0);
}

#[test]
fn a_file_may_begin_a_conversation_too() {
    let mut world = pair(514);
    let set = SettingsSet { timer_ms: Some(60_000), ..SettingsSet::default() };
    world.answer(0, Call::SettingsSet(set)).unwrap();
    super::files::send(&mut world, 0, 1, 5_000);
    world.run(5_000);
    assert_eq!((lines(&mut world, 1), summary(&mut world, 1).timer_ms), (vec!["timer".to_owned()], 60_000));
    assert!(world.history(0, 1, 10)[0].expires_at.is_some());
}

#[test]
fn what_a_program_keeps_for_itself_survives_and_is_bounded() {
    let mut world = pair(512);
    let kept = |preferences: &str| Answer::Preferences { preferences: preferences.to_owned() };
    let set = |preferences: String| Call::PreferencesSet(PreferencesSet { preferences });
    assert_eq!(world.answer(0, Call::PreferencesGet), Ok(kept("")));
    world.answer(0, set("lock_after=15".to_owned())).unwrap();
    world.run(100);
    world.kill(0);
    world.start(0);
    assert_eq!(world.answer(0, Call::PreferencesGet), Ok(kept("lock_after=15")));
    assert_eq!(world.answer(0, set("x".repeat(4097))).unwrap_err().code, ErrorCode::ApiParams);
    assert_eq!(world.answer(0, Call::PreferencesGet), Ok(kept("lock_after=15")));
}

#[test]
fn who_does_not_tell_of_reading_is_not_told() {
    let mut world = pair(503);
    let off = Call::SettingsSet(SettingsSet { read_receipts: Some(false), ..SettingsSet::default() });
    let Ok(Answer::Settings { settings }) = world.answer(1, off) else { panic!() };
    assert!(!settings.read_receipts && !settings.typing);
    world.kill(1);
    world.start(1);
    world.run(5_000);
    let (first, back) = (world.send(0, 1, "one"), world.send(1, 0, "two"));
    world.run(2_000);
    for (at, id) in [(1, first.id), (0, back.id)] {
        let call = read(&world, at, id);
        world.answer(at, call).unwrap();
    }
    world.run(3_000);
    assert_eq!(get(&mut world, 0, first.id).state, MessageState::Delivered, "bob does not tell");
    assert_eq!(get(&mut world, 1, back.id).state, MessageState::Delivered, "and is not told");
    let on = Call::SettingsSet(SettingsSet { read_receipts: Some(true), ..SettingsSet::default() });
    world.answer(1, on).unwrap();
    let second = world.send(0, 1, "three");
    world.run(2_000);
    let call = read(&world, 1, second.id);
    world.answer(1, call).unwrap();
    world.run(3_000);
    assert_eq!(get(&mut world, 0, second.id).state, MessageState::Read);
    assert_eq!(get(&mut world, 0, first.id).state, MessageState::Delivered, "nor of what was read before");
}

#[test]
fn typing_is_told_to_who_is_there_and_wants_it_and_kept_nowhere() {
    let mut world = pair(504);
    world.send(0, 1, "hello");
    world.run(2_000);
    let typing = |world: &mut World, on| {
        let call = MessageTyping { conversation: world.target(1), on };
        world.answer(0, Call::MessageTyping(call)).unwrap();
        world.run(1_000);
    };
    let heard = |world: &World| -> Vec<bool> {
        let one = |event: &Event| match event {
            Event::Typing { on, .. } => Some(*on),
            _ => None,
        };
        world.nodes[1].ephemeral.iter().filter_map(one).collect()
    };
    typing(&mut world, true);
    assert!(heard(&world).is_empty(), "off by default");
    for at in [0, 1] {
        let on = Call::SettingsSet(SettingsSet { typing: Some(true), ..SettingsSet::default() });
        world.answer(at, on).unwrap();
    }
    let durable = world.nodes[1].events.len();
    let frames = world.frames;
    for _ in 0..3 {
        typing(&mut world, true);
    }
    assert_eq!(heard(&world), vec![true], "told once");
    assert!(world.frames - frames <= 2, "and sent rarely: {}", world.frames - frames);
    world.run(15_000);
    assert_eq!(heard(&world), [true, false], "silence ends it");
    typing(&mut world, true);
    world.send(0, 1, "done");
    world.run(2_000);
    assert_eq!(heard(&world), [true, false, true, false], "and so does the message");
    typing(&mut world, true);
    world.cut(0, 1);
    world.run(1_000);
    assert_eq!(heard(&world).last(), Some(&false), "and the end of the link");
    typing(&mut world, true);
    world.heal();
    world.run(30_000);
    assert_eq!(heard(&world).iter().filter(|on| **on).count(), 3, "it is not kept for later");
    let new = world.nodes[1].events.len() - durable;
    assert_eq!(new, 1, "only the message is durable");
}

#[test]
fn a_fresh_session_is_a_line_on_both_sides() {
    let mut world = pair(505);
    world.send(0, 1, "before");
    world.run(40_000);
    let rekey = Call::SessionRekey(OneUser { user: UserRef::Name("bob".into()) });
    world.answer(0, rekey.clone()).unwrap();
    world.run(5_000);
    for at in [0, 1] {
        assert_eq!(lines(&mut world, at), ["sessionRestarted"]);
        assert_eq!(told_lines(&world, at), ["sessionRestarted"]);
    }
    let failure = world.answer(0, rekey.clone()).unwrap_err();
    assert_eq!((failure.code, failure.details["state"].as_str()), (ErrorCode::ApiState, Some("tooSoon")));
    let sent = world.send(0, 1, "after");
    world.run(2_000);
    assert_eq!(get(&mut world, 0, sent.id).state, MessageState::Delivered);
    world.cut(0, 1);
    world.run(1_000);
    assert_eq!(world.answer(0, rekey).unwrap_err().code, ErrorCode::PeerOffline);
    let me = Call::SessionRekey(OneUser { user: UserRef::Name("alice".into()) });
    assert_eq!(world.answer(0, me).unwrap_err().code, ErrorCode::ApiParams);
}

#[test]
fn pages_pass_over_what_is_not_listed() {
    let mut world = pair(506);
    let mut kept = Vec::new();
    for n in 0..60 {
        let sent = world.send(0, 1, &format!("{n}"));
        if n % 20 == 7 {
            kept.push(sent.id);
        } else {
            let delete = crate::model::MessageDelete { id: sent.id, whom: crate::model::DeleteFor::Me };
            world.answer(0, Call::MessageDelete(delete)).unwrap();
        }
    }
    for page in [1, 2, 3, 10] {
        let listed: Vec<MessageId> = world.history(0, 1, page).iter().map(|message| message.id).collect();
        assert_eq!(listed, kept, "by {page}");
    }
}
