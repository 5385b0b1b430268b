//! A window with room for one pane: the list or what was chosen from it, and the way back.

use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::settings::Page;
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Event, State, search};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, act, desk, user};

fn pane(state: &State) -> &'static str {
    let html = draw(state.clone());
    let pane = if desk(state).lists() { "list" } else { "chat" };
    assert!(html.contains(&format!("data-pane=\"{pane}\"")), "{html}");
    pane
}

#[test]
fn a_search_has_the_window_until_it_led_somewhere() {
    let mut state = sample::chat(Language::En);
    assert_eq!(pane(&state), "chat");
    let _open = state.update(Event::Key(Shortcut::SearchEverywhere));
    assert_eq!(pane(&state), "list", "its field has the keyboard");
    let hit = sample::history()[1].id;
    let _taken = act(&mut state, Act::Search(search::Act::Take(user(ANA), hit)));
    assert_eq!(pane(&state), "chat");
    let _again = state.update(Event::Key(Shortcut::SearchHere));
    assert_eq!(pane(&state), "list");
    let _other = act(&mut state, Act::Open(user(BOB)));
    assert_eq!(pane(&state), "chat", "the switcher leads past it");
    let _back = act(&mut state, Act::Close);
    assert_eq!(pane(&state), "list", "with what was found");
    assert!(desk(&state).search.is_some());
}

#[test]
fn the_settings_are_a_list_or_a_page() {
    let mut state = sample::chat(Language::En);
    let _settings = act(&mut state, Act::Section(Section::Settings));
    assert_eq!(pane(&state), "list");
    let _page = act(&mut state, Act::Settings(Page::Storage));
    assert_eq!(pane(&state), "chat");
    let _back = act(&mut state, Act::Close);
    assert_eq!((pane(&state), desk(&state).section), ("list", Section::Settings));
    assert!(desk(&state).open.is_some(), "the conversation waits where it was");
    let _chats = act(&mut state, Act::Section(Section::Chats));
    assert_eq!(pane(&state), "chat");
    let _key = state.update(Event::Key(Shortcut::Settings));
    assert_eq!(pane(&state), "list");
}
