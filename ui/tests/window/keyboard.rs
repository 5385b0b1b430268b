//! Where the keyboard goes: a key that opens a field leads to that field and to no other.

use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Effect, Event, Page, State, field};

use crate::render::draw;
use crate::requests::asked;
use crate::sample::{self, ANA, QING, ZOE, commands, user};

/// The field that the keyboard is put into, by its id on the page.
fn aim(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Page(Page::Focus(id)) => Some((*id).to_owned()),
        Effect::Page(Page::FocusComposer(to)) => Some(format!("{}-{to}", field::COMPOSER)),
        Effect::Page(Page::FocusEdit(id)) => Some(format!("{}-{id}", field::COMPOSER)),
        _ => None,
    })
}

fn has(state: &State, id: &str) -> bool {
    draw(state.clone()).contains(&format!("id=\"{id}\""))
}

#[test]
fn a_key_that_opens_a_field_leads_to_it_and_the_field_is_not_there_before() {
    let opening = [
        (Shortcut::Switcher, field::SWITCHER),
        (Shortcut::SearchHere, field::SEARCH),
        (Shortcut::SearchEverywhere, field::SEARCH),
        (Shortcut::People, field::FILTER_PEOPLE),
        (Shortcut::Emoji, field::EMOJI),
        (Shortcut::Settings, field::SETTINGS),
        (Shortcut::Keys, field::FIRST),
    ];
    for (shortcut, id) in opening {
        let mut state = sample::chat(Language::En);
        assert!(!has(&state, id), "{shortcut:?}: what is there would take the keys of another field");
        let effects = state.update(Event::Key(shortcut));
        assert_eq!(aim(&effects).as_deref(), Some(id), "{shortcut:?}");
        assert!(has(&state, id), "{shortcut:?}");
    }
}

#[test]
fn each_conversation_has_a_composer_of_its_own() {
    let mut state = sample::chat(Language::En);
    let mine = format!("{}-{}", field::COMPOSER, user(ANA));
    assert!(has(&state, &mine));
    let effects = state.update(Event::Main(Act::Open(user(QING))));
    let other = aim(&effects).unwrap();
    assert_ne!(other, mine);
    assert!(has(&state, &other) && !has(&state, &mine));
    let _settings = state.update(Event::Key(Shortcut::Settings));
    assert!(!has(&state, &other));
    let back = state.update(Event::Key(Shortcut::Composer));
    assert_eq!(aim(&back), Some(other.clone()), "the key leads out of the settings as well");
    assert!(has(&state, &other));
}

#[test]
fn a_message_that_is_changed_has_a_field_of_its_own() {
    let mut state = sample::chat(Language::En);
    let effects = state.update(Event::Main(Act::EditLast));
    assert!(has(&state, &aim(&effects).unwrap()));
    let back = state.update(Event::Key(Shortcut::Escape));
    assert_eq!(aim(&back), Some(format!("{}-{}", field::COMPOSER, user(ANA))));
}

#[test]
fn the_keyboard_leaves_the_composer_for_somebody_who_cannot_be_written_to() {
    let mut state = asked(Language::En);
    let effects = state.update(Event::Main(Act::Open(user(ZOE))));
    assert_eq!(aim(&effects).as_deref(), Some(field::TIMELINE));
    assert!(has(&state, field::TIMELINE));
}

#[test]
fn the_keyboard_is_away_from_the_messages_before_they_are_closed() {
    for lock in [Event::Key(Shortcut::Lock), Event::Main(Act::Lock)] {
        let effects = sample::chat(Language::En).update(lock);
        assert_eq!(effects.first(), Some(&Effect::Page(Page::Closing)));
        assert_eq!(effects.last(), Some(&Effect::Page(Page::Focus(field::DOOR))));
        assert_eq!(commands(effects), sample::SHUT);
    }
}

#[test]
fn a_question_gives_the_keyboard_back_whatever_is_answered() {
    let mut state = sample::chat(Language::En);
    let _question = state.update(Event::Main(Act::Show(Overlay::Confirm(Confirm::Block(user(ANA))))));
    let effects = state.update(Event::Main(Act::Confirmed(Confirm::Block(user(ANA)))));
    assert!(effects.contains(&Effect::Page(Page::GiveBack)));
}

#[test]
fn letters_that_narrow_the_people_stay_when_the_key_is_pressed_again() {
    let mut state = sample::chat(Language::En);
    let _people = state.update(Event::Key(Shortcut::People));
    let _typed = state.update(Event::Main(Act::Filter("qi".to_owned())));
    let _again = state.update(Event::Key(Shortcut::People));
    let main = sample::desk(&state);
    assert_eq!((main.section, main.filter.as_str()), (Section::People, "qi"), "as it stands in the field");
}
