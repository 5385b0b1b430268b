//! What readers are told while nobody pressed anything, once and in words (UI §5).

use conclave_peer::model::{
    Changed, Event as Happened, FileState, Message, MessageState, Reaction, ServerLink, Target,
};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, MINUTE, NOW, act, happened, message, tell, user};

/// What stands where readers listen.
fn heard(state: &State) -> Vec<String> {
    let html = draw(state.clone());
    let (_, rest) = html.split_once("aria-relevant=\"additions\">").expect("the place is always there");
    let inside = rest.split("</div>").next().unwrap();
    inside
        .split("<p ")
        .skip(1)
        .map(|said| said.split_once('>').unwrap().1.split("</p>").next().unwrap().replace("&#39;", "'"))
        .collect()
}

fn later(state: &mut State, by: u64) {
    let now = state.now + by;
    let _tick = state.update(Event::Clock(now));
}

fn came(state: &mut State, with: u8, text: &str) {
    let message = message(with, 40, text, NOW, MessageState::Received);
    let _came = tell(state, happened(Happened::MessageReceived { message }));
}

#[test]
fn a_message_is_read_out_with_its_author_and_only_in_its_conversation() {
    let mut state = sample::chat(Language::Fr);
    assert!(heard(&state).is_empty(), "what was there before is no news");
    came(&mut state, BOB, "elsewhere");
    assert!(heard(&state).is_empty());
    came(&mut state, ANA, "Clause 7\nis fine");
    assert_eq!(heard(&state), ["Ana Ruiz\u{a0}: Clause 7 is fine"]);
    later(&mut state, MINUTE);
    assert!(heard(&state).is_empty(), "it is not found a second time");
    came(&mut state, ANA, &"long ".repeat(400));
    assert!(heard(&state)[0].chars().count() < 600);
}

#[test]
fn typing_is_seen_and_not_read_out() {
    let mut state = sample::chat(Language::En);
    let conversation = Target::User(user(ANA));
    let _typing = tell(&mut state, happened(Happened::Typing { conversation, user: user(ANA), on: true }));
    let html = draw(state.clone());
    assert!(html.contains("<div class=\"typing-now\"><span"), "{html}");
    assert!(heard(&state).is_empty());
}

#[test]
fn my_newest_message_says_where_it_is_once() {
    let mut state = sample::chat(Language::En);
    let moves = |state: &mut State, at: usize, to| {
        let id = sample::history()[at].id;
        let event = Happened::MessageState {
            id,
            state: to,
            custody: sample::history()[2].custody.clone(),
            error: None,
        };
        let _moved = tell(state, happened(event));
    };
    moves(&mut state, 1, MessageState::Delivered);
    assert!(heard(&state).is_empty(), "an older one");
    moves(&mut state, 2, MessageState::Delivered);
    assert!(heard(&state).is_empty(), "it was there already");
    moves(&mut state, 2, MessageState::Waiting);
    moves(&mut state, 2, MessageState::Waiting);
    assert_eq!(heard(&state), ["Waiting for Ana Ruiz to come online"]);
}

#[test]
fn what_the_other_person_did_to_a_message_is_read_out() {
    let mut state = sample::chat(Language::En);
    let changed = |state: &mut State, message: Message, what| {
        let _changed = tell(state, happened(Happened::MessageChanged { message, what }));
    };
    let mut edited = sample::history()[0].clone();
    edited.text = "Could you look at clause 8?".to_owned();
    changed(&mut state, edited, Changed::Edited);
    let mut mine = sample::history()[1].clone();
    changed(&mut state, mine.clone(), Changed::Edited);
    mine.reactions = vec![Reaction { emoji: "👍".to_owned(), users: vec![user(ANA)] }];
    changed(&mut state, mine.clone(), Changed::Reaction);
    changed(&mut state, mine, Changed::Reaction);
    assert_eq!(heard(&state), ["Ana Ruiz edited: Could you look at clause 8?", "👍: Ana Ruiz"]);
}

#[test]
fn a_file_that_is_here_is_told_once() {
    let mut state = crate::files::transfers(Language::En);
    let mut file = sample::desk(&state).transfers.running()[0].file.clone();
    file.state = FileState::Done;
    for _ in 0..2 {
        let _done = tell(&mut state, happened(Happened::FileStateChanged { file: file.clone() }));
    }
    assert_eq!(heard(&state), [format!("{}: received and verified", file.name)]);
}

#[test]
fn the_line_above_the_window_is_said_when_it_comes_and_when_it_goes() {
    let mut state = sample::main(Language::En);
    let link = |state: &mut State, to, next| {
        let event =
            Happened::ServerState { state: to, since: state.now, directory_age: 0, next_try_at: next };
        let _told = tell(state, happened(event));
    };
    let next = Some(state.now + MINUTE);
    link(&mut state, ServerLink::Connecting, next);
    later(&mut state, 4_000);
    assert_eq!(heard(&state), ["Reconnecting…"]);
    later(&mut state, 1_000);
    assert_eq!(heard(&state), ["Reconnecting…"], "the seconds are for the eye");
    let html = draw(state.clone());
    assert!(html.contains("role=\"status\" aria-live=\"off\""), "{html}");
    link(&mut state, ServerLink::Online, None);
    later(&mut state, 1_000);
    assert_eq!(heard(&state).last().map(String::as_str), Some("Connected again"));
}

#[test]
fn what_is_said_at_the_foot_comes_into_a_place_that_was_there() {
    let mut state = sample::main(Language::En);
    assert!(draw(state.clone()).contains("<div role=\"status\"></div>"));
    let _copied = tell(&mut state, conclave_ui::command::Update::Copied(true));
    let html = draw(state);
    assert!(html.contains("<div role=\"status\"><div class=\"toast\""), "{html}");
}

#[test]
fn a_message_that_has_the_keyboard_says_all_of_itself() {
    let html = draw(sample::chat(Language::En));
    for name in [
        "aria-label=\"Ana Ruiz: Could you look at clause 7?, 14:05\"",
        "aria-label=\"You: Parfait, merci. Je relis ce soir., 13:05, On Ana Ruiz&#39;s computer since 13:06\"",
    ] {
        assert!(html.contains(name), "{name}: {html}");
    }
}

#[test]
fn a_search_says_how_much_it_found_and_not_each_hit() {
    let html = draw(crate::search::searching(Language::En));
    assert!(html.contains("<p class=\"vh\" role=\"status\">2 results</p>"), "{html}");
    assert!(html.contains("<div class=\"list-scroll\">"), "{html}");
    let mut state = sample::chat(Language::En);
    let _open = act(&mut state, Act::Search(conclave_ui::state::search::Act::Open(None)));
    assert!(draw(state).contains("<p class=\"vh\" role=\"status\"></p>"));
}
