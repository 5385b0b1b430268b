//! Conversations that are left and come back to.

use conclave_peer::model::{
    Answer, ErrorCode, Event as Happened, Failure, Message, MessageId, MessageState, UserId,
};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::conversation::{Conversation, PAGE};
use conclave_ui::state::main::Act;
use conclave_ui::state::{Event, State};

use crate::sample::{self, ANA, BOB, NOW, commands, desk, happened, message, tell, user};

fn open(state: &mut State, with: UserId) -> &Conversation {
    let _asked = state.update(Event::Main(Act::Open(with)));
    desk(state).open.as_ref().unwrap()
}

fn page(messages: Vec<Message>) -> Answer {
    Answer::Messages { messages, more: false }
}

fn numbers(open: &Conversation) -> Vec<MessageId> {
    open.messages.iter().map(|message| message.id).collect()
}

fn ids(numbers: impl IntoIterator<Item = u8>) -> Vec<MessageId> {
    numbers.into_iter().map(|number| MessageId::new([number; 16])).collect()
}

#[test]
fn a_conversation_comes_back_at_once_with_what_happened_meanwhile() {
    let mut state = sample::chat(Language::En);
    assert!(open(&mut state, user(BOB)).messages.is_empty(), "nothing is known of Bob");
    let new = message(ANA, 20, "Still there?", NOW, MessageState::Received);
    let _came = tell(&mut state, happened(Happened::MessageReceived { message: new.clone() }));
    let read = message(ANA, 12, "", NOW, MessageState::Read);
    let moved =
        Happened::MessageState { id: read.id, state: MessageState::Read, custody: read.custody, error: None };
    let _moved = tell(&mut state, happened(moved));
    let back = open(&mut state, user(ANA));
    assert_eq!(numbers(back), ids([10, 11, 12, 13, 14, 20]));
    assert_eq!(back.messages[2].state, MessageState::Read);
    assert_eq!(back.unread_from, Some((new.id, 1)));
    assert!(!back.loading);
    // The engine knows best: two are gone, and one came behind its page.
    let behind = message(ANA, 21, "Yes", NOW + 1, MessageState::Received);
    let _came = tell(&mut state, happened(Happened::MessageReceived { message: behind }));
    let kept = sample::history().into_iter().skip(2).chain([new]).collect();
    let _page = sample::answer(&mut state, Purpose::Newest(user(ANA)), page(kept));
    assert_eq!(numbers(desk(&state).open.as_ref().unwrap()), ids([12, 13, 14, 20, 21]));
}

#[test]
fn an_empty_answer_takes_everything_away() {
    let mut state = sample::chat(Language::En);
    let _bob = open(&mut state, user(BOB));
    assert_eq!(open(&mut state, user(ANA)).messages.len(), 5);
    let _none = sample::answer(&mut state, Purpose::Newest(user(ANA)), page(Vec::new()));
    assert!(desk(&state).open.as_ref().unwrap().messages.is_empty());
}

#[test]
fn a_message_that_is_refused_behind_another_conversation_is_not_lost() {
    let mut state = sample::chat(Language::En);
    let asked =
        commands(state.update(Event::Main(Act::Send { to: user(ANA), text: "The price".to_owned() })));
    let [Command::Ask(purpose, _)] = &asked[..] else { panic!("{asked:?}") };
    let _bob = open(&mut state, user(BOB));
    let refused = Err(Failure::new(ErrorCode::MessageTooLong));
    let _refused = tell(&mut state, Update::Answer(purpose.clone(), Box::new(refused)));
    let unsent = &open(&mut state, user(ANA)).unsent;
    assert_eq!(unsent.len(), 1);
    assert_eq!(unsent[0].text, "The price");
    assert!(unsent[0].failure.is_some());
}

#[test]
fn only_a_page_of_the_newest_few_is_kept() {
    let mut state = sample::chat(Language::En);
    for n in 0..2 * u8::try_from(PAGE).unwrap() {
        let one = message(ANA, 100 + n, "more", NOW + u64::from(n), MessageState::Received);
        let _came = tell(&mut state, happened(Happened::MessageReceived { message: one }));
    }
    let _bob = open(&mut state, user(BOB));
    let back = open(&mut state, user(ANA));
    assert_eq!(back.messages.len(), usize::try_from(PAGE).unwrap());
    assert!(back.more);
    assert_eq!(back.messages.last().unwrap().text, "more");
    for n in 50..60 {
        assert!(open(&mut state, user(n)).messages.is_empty());
        let one = message(n, n, "one", NOW, MessageState::Received);
        let _page = sample::answer(&mut state, Purpose::Newest(user(n)), page(vec![one]));
    }
    assert_eq!(open(&mut state, user(58)).messages.len(), 1);
    assert!(open(&mut state, user(ANA)).messages.is_empty(), "it made room");
}

#[test]
fn after_a_gap_in_what_was_told_nothing_kept_is_shown() {
    let mut state = sample::chat(Language::En);
    let _bob = open(&mut state, user(BOB));
    let _gap = tell(&mut state, happened(Happened::EventsGap { from_seq: 1, to_seq: 9 }));
    assert!(open(&mut state, user(ANA)).messages.is_empty());
}
