//! The tray, where there is one and it is wanted.

use conclave_ui::command::{Command, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::settings::{Choice, Page};
use conclave_ui::state::{Effect, Event, Page as OnPage, State};

use crate::render::draw;
use crate::sample::{self, act, commands, tell};

/// Somebody with two unread messages who wants the tray.
fn wanted(language: Language) -> State {
    let mut state = sample::main(language);
    assert!(tell(&mut state, Update::Tray(true)).is_empty(), "it is off unless chosen");
    let effects = state.update(Event::Choose(Choice::Tray(true)));
    assert!(effects.contains(&Effect::Page(OnPage::Hides(true))), "{effects:?}");
    let tray = commands(effects).into_iter().find_map(|command| match command {
        Command::Tray(tray) => tray,
        _ => None,
    });
    let tray = tray.unwrap();
    assert!(tray.unread && tray.title.contains('2'), "{tray:?}");
    state
}

#[test]
fn without_a_tray_there_is_nothing_to_choose_and_nothing_is_hidden() {
    let mut state = sample::main(Language::En);
    let _page = act(&mut state, Act::Settings(Page::Appearance));
    let html = draw(state.clone());
    assert!(!html.contains("Stay in the tray") && html.contains("Start with the system"), "{html}");
    let effects = state.update(Event::Choose(Choice::Tray(true)));
    assert!(matches!(&commands(effects)[..], [Command::KeepLook(_)]), "kept for a desktop that has one");
    assert!(tell(&mut state, Update::Tray(true)).contains(&Effect::Page(OnPage::Hides(true))));
    assert!(draw(state).contains("Stay in the tray"));
}

#[test]
fn it_is_told_only_what_changes() {
    let mut state = wanted(Language::En);
    let told = commands(state.update(Event::Clock(sample::NOW + 1_000)));
    assert!(!told.iter().any(|command| matches!(command, Command::Tray(_))), "{told:?}");
    let asked = commands(state.update(Event::Language(Language::Fr)));
    assert!(
        asked.iter().any(|command| matches!(command, Command::Tray(Some(tray)) if tray.quit == "Quitter")),
        "{asked:?}"
    );
    let effects = state.update(Event::Choose(Choice::Tray(false)));
    assert!(effects.contains(&Effect::Page(OnPage::Hides(false))));
    assert!(commands(effects).contains(&Command::Tray(None)));
}

#[test]
fn a_tray_that_goes_gives_the_window_back() {
    let mut state = wanted(Language::En);
    let effects = tell(&mut state, Update::Tray(false));
    assert!(
        effects.contains(&Effect::Page(OnPage::Front))
            && effects.contains(&Effect::Page(OnPage::Hides(false)))
    );
    assert_eq!(tell(&mut state, Update::Quit), [Effect::Page(OnPage::Quit)]);
}

#[test]
fn starting_with_the_system_is_asked_of_the_system_and_kept() {
    let mut state = sample::main(Language::En);
    let asked = commands(state.update(Event::Choose(Choice::Autostart(true))));
    assert!(asked.contains(&Command::Autostart(true)), "{asked:?}");
    assert!(
        asked
            .iter()
            .any(|command| matches!(command, Command::KeepLook(look) if look.contains("autostart=true\n"))),
        "{asked:?}"
    );
}
