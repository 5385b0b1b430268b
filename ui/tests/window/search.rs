//! The search, and the way to what it found.

use conclave_peer::model::{Answer, Call, MessageId, MessageState, SearchHit};
use conclave_peer::search::{DocumentKind, Range};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Effect, Event, Page, State, search};

use crate::render::draw;
use crate::sample::{self, ANA, MINUTE, NOW, act, commands, desk, message, user};

/// The same with the conversation at the first hit.
pub(crate) fn found(language: Language) -> State {
    let mut state = searching(language);
    let _taken = act(&mut state, Act::Search(search::Act::Take(user(ANA), sample::history()[1].id)));
    state
}

/// A search with two hits.
pub(crate) fn searching(language: Language) -> State {
    let mut state = sample::chat(language);
    let _open = state.update(Event::Key(Shortcut::SearchEverywhere));
    let _typed = act(&mut state, Act::Search(search::Act::Type("clause".to_owned())));
    let hit = |at: usize| SearchHit {
        message: sample::history()[at].clone(),
        ranges: vec![Range { start: if at == 0 { 18 } else { 22 }, len: 6 }],
    };
    let _hits = sample::answer(
        &mut state,
        Purpose::Search(1),
        Answer::Hits { hits: vec![hit(1), hit(0)], cursor: None },
    );
    state
}

#[test]
fn only_the_newest_search_counts() {
    let mut state = searching(Language::En);
    assert_eq!(desk(&state).search.as_ref().unwrap().hits.len(), 2);
    let asked = commands(act(&mut state, Act::Search(search::Act::Type("clause 7".to_owned()))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Search(2), call)]
        if matches!(&**call, Call::MessageSearch(search) if search.query == "clause 7" && search.conversation.is_none())));
    let late = Answer::Hits { hits: Vec::new(), cursor: None };
    let _late = sample::answer(&mut state, Purpose::Search(1), late);
    assert!(desk(&state).search.as_ref().unwrap().busy);
    assert!(commands(act(&mut state, Act::Search(search::Act::Type("  ".to_owned())))).is_empty());
}

#[test]
fn a_hit_leads_to_its_place_even_far_back() {
    let mut state = searching(Language::En);
    let here = sample::history()[0].id;
    let effects = act(&mut state, Act::Search(search::Act::Take(user(ANA), here)));
    assert_eq!(effects, [Effect::Page(Page::ShowMessage(here))], "it is at hand");
    let far = MessageId::new([88; 16]);
    let asked = commands(act(&mut state, Act::Search(search::Act::Take(user(ANA), far))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Around(_), call)]
        if matches!(&**call, Call::MessageList(list) if list.around == Some(far))));
    let mut found = message(ANA, 88, "clause 7", NOW - 90 * MINUTE, MessageState::Received);
    found.id = far;
    let page = Answer::Messages { messages: vec![found], more: true };
    let effects = sample::answer(&mut state, Purpose::Around(user(ANA)), page);
    assert!(effects.contains(&Effect::Page(Page::ShowMessage(far))));
    assert!(desk(&state).open.as_ref().unwrap().newer, "the newest ones are one page away");
    // The end of what is at hand is not followed there: the page looks at this.
    assert!(draw(state).contains("data-newer=\"true\""));
    assert!(!draw(sample::chat(Language::En)).contains("data-newer"));
    assert!(include_str!("../../assets/place.js").contains("dataset.newer"));
}

#[test]
fn a_kind_narrows_the_search_and_the_bar_leads_from_hit_to_hit() {
    let mut state = found(Language::En);
    let older = sample::history()[0].id;
    let page = draw(state.clone());
    assert!(page.contains("Result 1 of 2"), "{page}");
    let _older = act(&mut state, Act::Search(search::Act::Step(true)));
    assert_eq!(desk(&state).search.as_ref().unwrap().taken, Some(older));
    assert!(act(&mut state, Act::Search(search::Act::Step(true))).is_empty(), "the last one");
    let of = Some(DocumentKind::Document);
    let asked = commands(act(&mut state, Act::Search(search::Act::Of(of))));
    assert!(matches!(&asked[..], [Command::Ask(_, call)]
        if matches!(&**call, Call::MessageSearch(search) if search.kind == of && search.query == "clause")));
    assert!(!draw(state).contains("Result "), "no hit was gone to among these");
}

#[test]
fn a_search_that_finds_nothing_says_what_may_help() {
    let mut state = searching(Language::En);
    let _typed = act(&mut state, Act::Search(search::Act::Type("claws".to_owned())));
    let none = || Answer::Hits { hits: Vec::new(), cursor: None };
    let _none = sample::answer(&mut state, Purpose::Search(2), none());
    assert!(draw(state.clone()).contains("Nothing found for “claws”"));
    assert!(!draw(state.clone()).contains("search everywhere"), "it was everywhere");
    let _here = act(&mut state, Act::Search(search::Act::Within(Some(user(ANA)))));
    let _none = sample::answer(&mut state, Purpose::Search(3), none());
    assert!(draw(state).contains("search everywhere"));
}
