//! Contact requests, where Policy asks for them; blocking.

use conclave_proto::ErrorCode;

use super::world::World;
use crate::model::{
    Answer, Approval, Call, ContactAnswer, ContactAsk, Event, MessageState, OneMessage, OneUser, UserRef,
};

const WEEK: u64 = 7 * 24 * 3_600_000;

fn asking(seed: u64) -> World {
    let mut world = World::asking(seed, &["alice", "bob"]);
    world.run(5_000);
    world
}

fn who(name: &str) -> UserRef {
    UserRef::Name(name.into())
}

fn ask(name: &str, note: &str) -> Call {
    Call::ContactRequest(ContactAsk { user: who(name), note: Some(note.into()) })
}

fn answer(name: &str, accept: bool) -> Call {
    Call::ContactAnswer(ContactAnswer { user: who(name), accept })
}

fn approval(world: &mut World, at: usize, name: &str) -> Approval {
    match world.answer(at, Call::ContactGet(OneUser { user: who(name) })) {
        Ok(Answer::Contact { contact }) => contact.approval,
        other => panic!("{other:?}"),
    }
}

fn asked(world: &World, at: usize) -> Vec<Option<String>> {
    let one = |event: &Event| match event {
        Event::ContactRequest { note, .. } => Some(note.clone()),
        _ => None,
    };
    world.nodes[at].events.iter().filter_map(one).collect()
}

fn refused(world: &mut World, at: usize, call: Call) -> (ErrorCode, String, Option<u64>) {
    let failure = world.answer(at, call).unwrap_err();
    let state = failure.details.get("state").and_then(|state| state.as_str()).unwrap_or_default().to_owned();
    (failure.code, state, failure.retry_after_ms)
}

#[test]
fn where_policy_allows_all_nobody_asks_and_both_see_it() {
    let mut world = World::new(401, &["alice", "bob"]);
    world.run(5_000);
    assert_eq!(approval(&mut world, 0, "bob"), Approval::Company);
    assert_eq!(approval(&mut world, 1, "alice"), Approval::Company);
    assert_eq!(refused(&mut world, 0, ask("bob", "hi")).1, "company");
    let Ok(Answer::Status(status)) = world.answer(0, Call::Status) else { panic!() };
    assert_eq!(status.policy.unwrap().contact_requests, crate::model::ContactPolicy::Allow);
}

#[test]
fn one_asks_the_other_accepts_and_both_may_write() {
    let mut world = asking(402);
    let text = world.text(1, "too soon", None);
    assert_eq!(refused(&mut world, 0, text).1, "notAgreed");
    assert_eq!(approval(&mut world, 0, "bob"), Approval::None);
    world.answer(0, ask("bob", "It is about the budget")).unwrap();
    world.run(3_000);
    assert_eq!(asked(&world, 1), [Some("It is about the budget".to_owned())]);
    assert_eq!(
        (approval(&mut world, 0, "bob"), approval(&mut world, 1, "alice")),
        (Approval::Asked, Approval::Asking)
    );
    let text = world.text(0, "not yet", None);
    assert_eq!(refused(&mut world, 1, text).1, "notAgreed");
    let Ok(Answer::Requests { incoming, outgoing }) = world.answer(1, Call::ContactRequests) else {
        panic!()
    };
    assert_eq!((incoming.len(), outgoing.len()), (1, 0));
    // Both survive a restart.
    for at in [0, 1] {
        world.kill(at);
        world.start(at);
    }
    world.run(5_000);
    world.answer(1, answer("alice", true)).unwrap();
    world.run(3_000);
    let sent = world.send(0, 1, "at last");
    world.send(1, 0, "gladly");
    world.run(3_000);
    assert_eq!(world.history(1, 0, 10).len(), 2);
    let Ok(Answer::Message { message }) = world.answer(0, Call::MessageGet(OneMessage { id: sent.id }))
    else {
        panic!()
    };
    assert_eq!(message.state, MessageState::Delivered);
    assert_eq!(refused(&mut world, 0, ask("bob", "again")).1, "accepted");
    assert_eq!(refused(&mut world, 1, answer("alice", true)).0, ErrorCode::ApiNotFound);
}

#[test]
fn a_refusal_is_silent_and_may_be_asked_again_after_a_week() {
    let mut world = asking(403);
    world.answer(0, ask("bob", "first")).unwrap();
    world.run(3_000);
    let before = world.nodes[0].events.len();
    world.answer(1, answer("alice", false)).unwrap();
    world.run(10_000);
    assert_eq!(world.nodes[0].events.len(), before, "nothing is told");
    assert_eq!(approval(&mut world, 0, "bob"), Approval::Asked);
    assert_eq!(approval(&mut world, 1, "alice"), Approval::None);
    let (_, state, retry) = refused(&mut world, 0, ask("bob", "second"));
    assert_eq!((state.as_str(), retry.is_some_and(|wait| wait <= WEEK)), ("asked", true));
    // A program that asks all the same is not heard.
    let user = world.nodes[0].person.user;
    world.run(1_000);
    world.now += WEEK + 60_000;
    for at in [0, 1] {
        world.kill(at);
        world.start(at);
    }
    world.run(5_000);
    world.answer(0, ask("bob", "after a week")).unwrap();
    world.run(5_000);
    assert_eq!(asked(&world, 1).len(), 2, "{user}");
    assert_eq!(asked(&world, 1)[1].as_deref(), Some("after a week"));
}

#[test]
fn two_who_ask_each_other_have_agreed() {
    let mut world = asking(404);
    world.cut(0, 1);
    world.answer(0, ask("bob", "")).unwrap();
    world.answer(1, ask("alice", "")).unwrap();
    world.heal();
    world.run(60_000);
    assert_eq!(
        (approval(&mut world, 0, "bob"), approval(&mut world, 1, "alice")),
        (Approval::Accepted, Approval::Accepted)
    );
    world.send(0, 1, "so we did");
    world.run(3_000);
    assert_eq!(world.history(1, 0, 10).len(), 1);
}

#[test]
fn bad_requests_are_refused() {
    let mut world = asking(405);
    let failure = world.answer(0, ask("bob", &"x".repeat(301))).unwrap_err();
    assert_eq!((failure.code, failure.details["field"].as_str()), (ErrorCode::ApiParams, Some("note")));
    let failure = world.answer(0, ask("alice", "me")).unwrap_err();
    assert_eq!((failure.code, failure.details["field"].as_str()), (ErrorCode::ApiParams, Some("user")));
    assert_eq!(refused(&mut world, 0, ask("nobody", "")).0, ErrorCode::ApiNotFound);
    assert_eq!(refused(&mut world, 0, answer("bob", true)).0, ErrorCode::ApiNotFound);
    world.answer(0, Call::ContactBlock(OneUser { user: who("bob") })).unwrap();
    assert_eq!(refused(&mut world, 0, ask("bob", "")).0, ErrorCode::Blocked);
}

#[test]
fn who_is_blocked_is_neither_heard_nor_answered_and_what_waits_says_so() {
    let mut world = World::new(406, &["alice", "bob"]);
    world.run(5_000);
    world.kill(1);
    let waiting = world.send(0, 1, "waits");
    world.answer(0, Call::ContactBlock(OneUser { user: who("bob") })).unwrap();
    let told = world.nodes[0].events.iter().any(|event| {
        matches!(event, Event::MessageState { id, state: MessageState::Failed, error: Some(error), .. }
            if *id == waiting.id && error.code == "E-BLOCK-1")
    });
    assert!(told, "what waits says why");
    world.start(1);
    world.run(5_000);
    let sent = world.send(1, 0, "unheard");
    world.run(60_000);
    assert_eq!(world.history(0, 1, 10).len(), 1);
    let Ok(Answer::Message { message }) = world.answer(1, Call::MessageGet(OneMessage { id: sent.id }))
    else {
        panic!()
    };
    assert_eq!(message.state, MessageState::Waiting, "not acknowledged");
    world.answer(0, Call::ContactUnblock(OneUser { user: who("bob") })).unwrap();
    world.run(200_000);
    assert_eq!(world.history(0, 1, 10).len(), 2);
    assert_eq!(world.history(1, 0, 10).len(), 2);
}
