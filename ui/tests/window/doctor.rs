//! What works and what does not: the page, the report, and not waiting for the next try.

use conclave_peer::model::{Event as Happened, Finding, Notification, ServerLink};
use conclave_ui::command::{Command, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::doctor;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::settings::Page;
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, ANA, MINUTE, NOW, commands, desk, tell, user};

fn act(state: &mut State, act: Act) -> Vec<Command> {
    commands(state.update(Event::Main(act)))
}

/// The page with one thing that is wrong.
pub(crate) fn examined(language: Language) -> State {
    let mut state = sample::main(language);
    let asked = act(&mut state, Act::Settings(Page::Doctor));
    let [Command::Examine { number, .. }] = asked[..] else { panic!("{asked:?}") };
    let finding = |id: &str, ok, meaning: &str, todo: Option<&str>| Finding {
        id: id.to_owned(),
        ok,
        meaning: meaning.to_owned(),
        todo: todo.map(str::to_owned),
    };
    let result = Ok(vec![
        finding("server", true, "The login server answers in 4 ms.", None),
        finding("clock", false, "The clock is 2 min off.", Some("Set it.")),
    ]);
    let _findings = tell(&mut state, Update::Examined { number, result });
    state
}

#[test]
fn the_page_looks_by_itself_and_says_what_to_do() {
    let state = examined(Language::En);
    assert!(!desk(&state).doctor.running);
    let html = draw(state);
    assert!(html.contains("The clock is 2 min off.") && html.contains("Set it."));
}

#[test]
fn only_the_newest_look_counts() {
    let mut state = examined(Language::En);
    let _again = act(&mut state, Act::Doctor(doctor::Act::Again));
    let _late = tell(&mut state, Update::Examined { number: 1, result: Ok(Vec::new()) });
    assert!(desk(&state).doctor.running);
    assert_eq!(desk(&state).doctor.findings.as_ref().unwrap().len(), 2);
}

#[test]
fn the_path_to_a_person_is_looked_at_from_its_badge() {
    let mut state = sample::chat(Language::En);
    let _badge = act(&mut state, Act::Show(Overlay::Path(user(ANA))));
    let asked = act(&mut state, Act::Doctor(doctor::Act::Run(Some(user(ANA)))));
    assert!(matches!(asked[..], [Command::Examine { about: Some(who), .. }] if who == user(ANA)));
    assert_eq!((desk(&state).overlay.as_ref(), desk(&state).section), (None, Section::Settings));
    let copied = act(&mut state, Act::Doctor(doctor::Act::Copy));
    assert!(matches!(copied[..], [Command::CopyReport { about: Some(_), .. }]));
    let saved = act(&mut state, Act::Doctor(doctor::Act::Save));
    assert!(matches!(&saved[..], [Command::SaveReport { name, .. }] if name == "conclave-report.txt"));
}

#[test]
fn a_key_and_the_banner_do_not_wait_for_the_next_try() {
    let mut state = sample::main(Language::En);
    assert_eq!(commands(state.update(Event::Key(Shortcut::TryNow))), [Command::TryNow]);
    let down = Happened::ServerState {
        state: ServerLink::Offline,
        since: NOW - MINUTE,
        next_try_at: None,
        directory_age: 0,
    };
    let event = Notification { seq: None, cause: None, event: down };
    let _told = tell(&mut state, Update::Notification(Box::new(event)));
    assert!(draw(state.clone()).contains("Try now"));
    assert_eq!(act(&mut state, Act::TryNow), [Command::TryNow]);
    let mut page = examined(Language::En);
    assert_eq!(act(&mut page, Act::TryNow).len(), 2, "what was wrong is looked at again");
}
