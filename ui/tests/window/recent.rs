//! Conversations that are left and come back to.

use conclave_peer::model::{
    Answer, ConversationSummary, ErrorCode, Event as Happened, Failure, Message, MessageId, MessageState,
    PresenceStatus, Target, Time, UserId,
};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::conversation::{Conversation, PAGE};
use conclave_ui::state::main::Act;
use conclave_ui::state::{Effect, Event, State};

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
    for n in 50..68 {
        assert!(open(&mut state, user(n)).messages.is_empty());
        let one = message(n, n, "one", NOW, MessageState::Received);
        let _page = sample::answer(&mut state, Purpose::Newest(user(n)), page(vec![one]));
    }
    assert_eq!(open(&mut state, user(66)).messages.len(), 1);
    assert!(open(&mut state, user(ANA)).messages.is_empty(), "it made room");
}

#[test]
fn after_a_gap_in_what_was_told_nothing_kept_is_shown() {
    let mut state = sample::chat(Language::En);
    let _bob = open(&mut state, user(BOB));
    let _gap = tell(&mut state, happened(Happened::EventsGap { from_seq: 1, to_seq: 9 }));
    assert!(open(&mut state, user(ANA)).messages.is_empty());
}

/// Whose pages are asked for before anybody opens them.
fn ahead(effects: Vec<Effect>) -> Vec<UserId> {
    let asked = commands(effects).into_iter().filter_map(|command| match command {
        Command::Ask(Purpose::Ahead(user), _) => Some(user),
        _ => None,
    });
    asked.collect()
}

/// A list of so many conversations, the first one at its top.
fn listed(many: u8) -> State {
    let mut state = sample::main(Language::En);
    let people = (1..=many).map(|n| sample::contact(n, "", "", PresenceStatus::Available)).collect();
    let _people = sample::answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts: people });
    let summary = |n| ConversationSummary {
        conversation: Target::User(user(n)),
        title: String::new(),
        last: Some(message(n, n, "", NOW - Time::from(n), MessageState::Received)),
        unread: 0,
        pinned: false,
        muted: false,
        timer_ms: 0,
        draft: None,
    };
    let conversations = (1..=many).map(summary).collect();
    let _list = sample::answer(&mut state, Purpose::Conversations, Answer::Conversations { conversations });
    state
}

#[test]
fn the_pages_at_the_top_of_the_list_are_read_ahead_one_at_a_time() {
    let mut state = listed(20);
    let mut asked = ahead(state.update(Event::Clock(NOW)));
    assert_eq!(asked, [user(1)]);
    assert_eq!(ahead(state.update(Event::Clock(NOW))), [], "one is awaited");
    for n in 1..=16 {
        let one = message(n, n, "one", NOW, MessageState::Received);
        let answer = sample::answer(&mut state, Purpose::Ahead(user(n)), page(vec![one]));
        asked.extend(ahead(answer));
    }
    assert_eq!(asked, (1..=16).map(user).collect::<Vec<_>>());
    assert_eq!(ahead(state.update(Event::Clock(NOW))), [], "all are read");
    for n in 1..=16 {
        let known = open(&mut state, user(n));
        assert!(known.messages.len() == 1 && !known.loading, "{n}");
    }
    assert!(open(&mut state, user(17)).messages.is_empty());
}

#[test]
fn what_comes_behind_a_page_that_was_read_ahead_is_in_it_and_the_engine_has_the_last_word() {
    let mut state = listed(2);
    assert_eq!(ahead(state.update(Event::Clock(NOW))), [user(1)]);
    let one = message(1, 1, "one", NOW, MessageState::Received);
    let _page = sample::answer(&mut state, Purpose::Ahead(user(1)), page(vec![one]));
    let new = message(1, 9, "new", NOW, MessageState::Received);
    let _came = tell(&mut state, happened(Happened::MessageReceived { message: new.clone() }));
    assert_eq!(numbers(open(&mut state, user(1))), ids([1, 9]));
    let _page = sample::answer(&mut state, Purpose::Newest(user(1)), page(vec![new]));
    assert_eq!(numbers(desk(&state).open.as_ref().unwrap()), ids([9]));
}

#[test]
fn reading_ahead_leaves_alone_what_is_open_and_goes_on_behind_a_fault() {
    let mut state = listed(3);
    let _two = open(&mut state, user(2));
    assert_eq!(ahead(state.update(Event::Clock(NOW))), [user(1)]);
    let _one = open(&mut state, user(1));
    let fault = Err(Failure::new(ErrorCode::ApiNotFound));
    let next = ahead(tell(&mut state, Update::Answer(Purpose::Ahead(user(1)), Box::new(fault))));
    assert_eq!(next, [user(2)], "it was left before its page came");
    let _two = open(&mut state, user(2));
    let stale = message(2, 2, "one", NOW, MessageState::Received);
    let next = ahead(sample::answer(&mut state, Purpose::Ahead(user(2)), page(vec![stale])));
    assert_eq!(next, [user(3)]);
    assert!(desk(&state).open.as_ref().unwrap().messages.is_empty(), "its own page is on the way");
}

#[test]
fn what_is_at_hand_is_drawn_before_the_engine_is_asked() {
    let mut state = sample::chat(Language::En);
    let asks = |effects: Vec<Effect>| -> (usize, usize) {
        let behind = effects.iter().filter(|effect| matches!(effect, Effect::AskBehind(_))).count();
        (effects.iter().filter(|effect| matches!(effect, Effect::Ask(_))).count(), behind)
    };
    assert_eq!(asks(state.update(Event::Main(Act::Open(user(BOB))))), (3, 0), "nothing is known of Bob");
    assert_eq!(asks(state.update(Event::Main(Act::Open(user(ANA))))), (0, 3));
}
