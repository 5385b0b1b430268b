//! The line above the window: every row of its table has its event, its words in both languages, and its act.

use conclave_peer::model::{Event as Happened, Path, PresenceStatus, Role, ServerLink};
use conclave_ui::command::Purpose;
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Banner};
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, BOB, MINUTE, NOW, act, desk, happened, tell, user};

/// Offline people, one of them an administrator.
fn alone(language: Language) -> State {
    let mut state = sample::main(language);
    let mut bob = sample::contact(BOB, "bob.unal", "Bob Ünal", PresenceStatus::Offline);
    bob.role = Role::Admin;
    let contacts = conclave_peer::model::Answer::Contacts { contacts: vec![bob] };
    let _people = sample::answer(&mut state, Purpose::Contacts, contacts);
    state
}

fn link(state: ServerLink, next_try_at: Option<u64>) -> Happened {
    Happened::ServerState { state, since: NOW, next_try_at, directory_age: 2 * 60 * MINUTE }
}

fn ended(code: &str, until: Option<u64>, device: Option<&str>) -> Happened {
    Happened::SessionEnded { code: code.to_owned(), until, device: device.map(str::to_owned), time: NOW }
}

fn no_network() -> Happened {
    let path = Path::Waiting;
    Happened::PathChanged { user: user(BOB), path, reason: Some("noNetwork".to_owned()), clock_minutes: None }
}

/// What the engine tells, and the words and the button that stand there then, in English and French.
fn rows() -> Vec<(Vec<Happened>, [&'static str; 2], [&'static str; 2])> {
    let now = ["Try now", "Réessayer"];
    let none = ["", ""];
    vec![
        (
            vec![no_network(), link(ServerLink::Offline, None)],
            ["You&#39;re offline.", "Vous êtes hors ligne."],
            none,
        ),
        (
            vec![link(ServerLink::Offline, None)],
            ["Can&#39;t reach the login server.", "Serveur de connexion injoignable."],
            now,
        ),
        (
            vec![link(ServerLink::Connecting, Some(NOW + 11_000))],
            ["next try in 8 s", "nouvel essai dans 8 s"],
            now,
        ),
        (
            vec![ended("E-SESS-2", None, None)],
            ["Your session has ended.", "Votre session est terminée."],
            ["Sign in", "Se connecter"],
        ),
        (
            vec![ended("E-SESS-1", None, Some("Office PC"))],
            ["You signed in on Office PC: Today, 14:05.", "Vous vous êtes connecté sur Office PC"],
            ["Tell an administrator", "Prévenir un administrateur"],
        ),
        (
            vec![ended("E-AUTH-5", Some(NOW + 13 * MINUTE), None)],
            ["You can come back in 13\u{a0}min", "Retour possible dans 13\u{a0}min"],
            none,
        ),
        (
            vec![ended("E-AUTH-4", None, None)],
            ["This account was blocked by an administrator", "Ce compte a été bloqué par un administrateur"],
            none,
        ),
        (
            vec![Happened::ServerNotice {
                text: "maintenance".to_owned(),
                stops_at: Some(NOW + 10 * MINUTE),
            }],
            ["stops in 10 min for maintenance", "arrête dans 10 min pour maintenance"],
            none,
        ),
        (
            vec![Happened::DirectoryAlarm { code: "E-DIR-1".to_owned(), details: String::new() }],
            ["is not consistent", "pas cohérent"],
            none,
        ),
    ]
}

/// The states of the table, three seconds later.
pub(crate) fn banners(language: Language) -> Vec<State> {
    let after = |events: Vec<Happened>| {
        let mut state = alone(language);
        for event in events {
            let _told = tell(&mut state, happened(event));
        }
        let _later = state.update(Event::Clock(NOW + 3_000));
        state
    };
    rows().into_iter().map(|(events, ..)| after(events)).collect()
}

fn changed() -> Happened {
    Happened::DirectoryAlarm { code: "E-DIR-2".to_owned(), details: String::new() }
}

/// Somebody changed my keys.
pub(crate) fn own_keys(language: Language) -> State {
    let mut state = alone(language);
    let _alarm = tell(&mut state, happened(changed()));
    state
}

#[test]
fn every_row_has_its_words_and_its_act_in_both_languages() {
    for (place, language) in Language::ALL.into_iter().enumerate() {
        for (state, (_, words, button)) in banners(language).into_iter().zip(rows()) {
            let html = draw(state);
            let (_, line) = html.split_once("class=\"banner").unwrap_or_else(|| panic!("no line: {words:?}"));
            let line = line.split("class=\"list").next().unwrap();
            assert!(line.contains("role=\"status\""), "{line}");
            assert!(line.contains(words[place]), "{} is not in {line}", words[place]);
            assert!(line.contains(button[place]), "{} is not in {line}", button[place]);
            assert_eq!(button[place].is_empty(), !line.contains("<button"), "{line}");
        }
    }
}

#[test]
fn who_is_kept_out_sees_the_time_run_and_may_come_back_after_it() {
    let mut state = alone(Language::En);
    let _kicked = tell(&mut state, happened(ended("E-AUTH-5", Some(NOW + 2 * MINUTE), None)));
    let left = |now| match desk(&state).banner(now) {
        Some(Banner::SessionEnded(ended)) => (ended.code.text(), ended.retry_after_ms),
        other => panic!("{other:?}"),
    };
    assert_eq!(left(NOW), ("E-AUTH-5", Some(2 * MINUTE)));
    assert_eq!(left(NOW + MINUTE), ("E-AUTH-5", Some(MINUTE)));
    assert_eq!(left(NOW + 2 * MINUTE), ("E-SESS-2", None));
}

#[test]
fn changed_keys_fill_the_window_until_they_were_read() {
    for (language, words) in [
        (Language::En, ["Someone changed your account&#39;s keys", "now: Bob Ünal.", "It was not me"]),
        (Language::Fr, ["Les clés de votre compte ont été changées", "Bob Ünal", "Ce n&#39;était pas moi"]),
    ] {
        let mut state = own_keys(language);
        let html = draw(state.clone());
        for words in words {
            assert!(html.contains(words), "{words} is not in {html}");
        }
        assert!(!html.contains("class=\"rail\""), "nothing else is shown");
        let _read = act(&mut state, Act::KeysRead);
        let html = draw(state.clone());
        assert!(html.contains("class=\"rail\"") && html.contains("banner danger"), "the line stays: {html}");
        let _again = tell(&mut state, happened(changed()));
        assert!(desk(&state).stops(), "another change is said again");
    }
}
