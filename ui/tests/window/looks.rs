//! What is chosen about looks and clock, who is blocked, and the cards at the end of the first run.

use conclave_peer::model::{Answer, Call};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::dates::Hours;
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::settings::{Choice, Page, Theme};
use conclave_ui::state::{Event, Screen, State, enrol};

use crate::render::draw;
use crate::sample::{self, BOB, act, answer, commands, desk, user};

#[test]
fn the_density_is_on_the_window_and_kept() {
    let mut state = sample::main(Language::En);
    assert!(draw(state.clone()).contains("data-density=\"usual\""));
    let asked = commands(state.update(Event::Choose(Choice::Compact(true))));
    assert!(matches!(&asked[..], [Command::KeepLook(look)] if look.contains("compact=true\n")), "{asked:?}");
    assert!(draw(state).contains("data-density=\"compact\""));
}

#[test]
fn the_clock_is_the_same_everywhere() {
    let mut state = sample::chat(Language::En);
    assert!(draw(state.clone()).contains("13:05"));
    let _twelve = state.update(Event::Choose(Choice::Hours(Hours::Twelve)));
    let html = draw(state.clone());
    assert!(html.contains("1:05\u{202f}PM") && html.contains("Read 2:28\u{202f}PM"), "{html}");
    for hour in ["13:0", "14:2"] {
        assert!(!html.contains(hour), "{hour} is left in:\n{html}");
    }
    let _page = act(&mut state, Act::Settings(Page::Appearance));
    assert!(draw(state).contains("On: 14:05. Off: 2:05\u{202f}PM."));
}

/// The page of privacy with somebody who is blocked.
pub(crate) fn blocked(language: Language) -> State {
    let mut state = sample::main(language);
    let mut contacts = sample::people();
    for contact in contacts.iter_mut().filter(|contact| contact.user == user(BOB)) {
        contact.blocked = true;
    }
    let _people = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts });
    let _page = act(&mut state, Act::Settings(Page::Privacy));
    state
}

#[test]
fn who_is_blocked_is_listed_and_let_in_again() {
    let mut state = sample::main(Language::En);
    let _page = act(&mut state, Act::Settings(Page::Privacy));
    assert!(draw(state).contains("Nobody is blocked"));
    let mut state = blocked(Language::En);
    assert!(draw(state.clone()).contains("aria-label=\"Unblock Bob Ünal\""));
    let asked = commands(act(&mut state, Act::Block(user(BOB), false)));
    assert!(
        matches!(&asked[..], [Command::Ask(Purpose::Quiet, call)] if matches!(**call, Call::ContactUnblock(_)))
    );
    assert!(draw(blocked(Language::Fr)).contains("aria-label=\"Débloquer Bob Ünal\""));
}

/// The end of the first run.
pub(crate) fn done(language: Language) -> State {
    let mut state = sample::enrolling(language);
    if let Screen::Enrol(run) = &mut state.screen {
        run.step = enrol::Step::Done;
    }
    state
}

#[test]
fn the_cards_lead_to_what_comes_first() {
    let html = draw(done(Language::En));
    for part in ["Say hello", "Compare safety numbers", "See the keyboard shortcuts"] {
        assert!(html.contains(part), "{part}");
    }
    assert!(draw(done(Language::Fr)).contains("Dire bonjour"));
    let begin = |first| {
        let mut state = done(Language::En);
        let _in = state.update(Event::Enrol(enrol::Act::Begin(first)));
        state
    };
    assert_eq!(desk(&begin(enrol::First::Hello)).section, Section::People);
    assert_eq!(desk(&begin(enrol::First::Compare)).section, Section::People);
    assert_eq!(desk(&begin(enrol::First::Keys)).overlay, Some(Overlay::Keys));
    assert!(desk(&begin(enrol::First::Keys)).logged_in);
}

#[test]
fn each_theme_is_a_picture_in_its_own_colours() {
    let mut state = sample::main(Language::Fr);
    let _dark = state.update(Event::Choose(Choice::Theme(Theme::Dark)));
    let _page = act(&mut state, Act::Settings(Page::Appearance));
    let html = draw(state.clone());
    let chosen = html.split("class=\"theme-card\"").find(|card| card.contains("Sombre")).unwrap();
    assert!(chosen.contains("aria-checked=\"true\"") && chosen.contains("tabindex=\"0\""), "{chosen}");
    // Light alone and its half of the system's; dark alone, its half, and high contrast over it.
    assert_eq!(html.matches("viewBox=\"0 0 160 104\" aria-hidden=\"true\" data-theme=\"light\"").count(), 2);
    assert_eq!(html.matches("viewBox=\"0 0 160 104\" aria-hidden=\"true\" data-theme=\"dark\"").count(), 3);
    assert!(html.contains("data-theme=\"dark\" data-contrast=\"more\""), "{html}");
    let sheet = conclave_ui::style::SHEET;
    assert!(sheet.contains("[data-theme=light],\n:root {"), "a picture takes its colours wherever it stands");
}

#[test]
fn the_network_page_names_the_path_to_each_person() {
    let mut state = sample::main(Language::En);
    let _page = act(&mut state, Act::Settings(Page::Network));
    let html = draw(sample::told(state));
    for part in ["Path to each person", "Direct, on this network", "Waiting: Zoé Martin is offline"] {
        assert!(html.contains(part), "{part} is not in:\n{html}");
    }
}
