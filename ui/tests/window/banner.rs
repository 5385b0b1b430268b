//! The line above the window: every row of its table has its event, its words in both languages, and its act.

use conclave_peer::model::{
    ActKind, Answer, BlockReason, CoreStatus, DirectoryAct, DirectoryStatus, Event as Happened, Me, Path,
    PeerCounts, PresenceStatus, Role, ServerLink, ServerStatus,
};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Banner};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Effect, Event, Page, State, field};

use crate::render::draw;
use crate::sample::{self, BOB, DAY, MINUTE, NOW, act, commands, desk, happened, tell, user};

/// Offline people, one of them an administrator.
pub(crate) fn alone(language: Language) -> State {
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

fn told(events: Vec<Happened>) -> Vec<Update> {
    events.into_iter().map(happened).collect()
}

/// What the engine knows of itself, with a directory that is trusted until a time.
fn status(valid_until: u64) -> Update {
    let me = Me { user: user(9), name: "marie.dupont".to_owned(), display_name: "Marie Dupont".to_owned() };
    let directory =
        DirectoryStatus { size: 40, root: "0b".repeat(32), age: 4 * DAY, valid_until, fault: None };
    let status = CoreStatus {
        me,
        server: ServerStatus { state: ServerLink::Connecting, since: NOW, next_try_at: None },
        directory,
        lease_until: None,
        clock_skew_ms: 0,
        peers: PeerCounts::default(),
        waiting_messages: 0,
        policy: Some(sample::policy()),
    };
    Update::Answer(Purpose::Status, Box::new(Ok(Answer::Status(Box::new(status)))))
}

fn known() -> Update {
    status(NOW + DAY)
}

fn old_directory() -> Update {
    status(NOW - DAY)
}

/// What the signed log says of my account.
fn blocked(reason: BlockReason) -> Update {
    let act = DirectoryAct {
        leaf: 39,
        time: Some(NOW),
        what: ActKind::Blocked,
        by: vec![user(BOB)],
        user: Some(user(9)),
        name: None,
        until: None,
        reason: Some(reason),
    };
    let acts = Answer::DirectoryActs { acts: vec![act], next: None };
    Update::Answer(Purpose::Blocked, Box::new(Ok(acts)))
}

/// What the engine tells, and the words and the button that stand there then, in English and French.
fn rows() -> Vec<(Vec<Update>, [&'static str; 2], [&'static str; 2])> {
    let now = ["Try now", "Réessayer"];
    let none = ["", ""];
    vec![
        (
            told(vec![no_network(), link(ServerLink::Offline, None)]),
            ["You&#39;re offline.", "Vous êtes hors ligne."],
            none,
        ),
        (
            told(vec![link(ServerLink::Offline, None)]),
            ["Can&#39;t reach the login server.", "Serveur de connexion injoignable."],
            now,
        ),
        (
            vec![happened(link(ServerLink::Offline, None)), Update::Network(false)],
            ["You&#39;re offline.", "Vous êtes hors ligne."],
            none,
        ),
        (
            vec![old_directory(), happened(link(ServerLink::Offline, None))],
            ["The directory is over 3\u{a0}d old.", "annuaire a plus de 3\u{a0}j."],
            now,
        ),
        (
            vec![known(), happened(ended("E-AUTH-4", None, None)), blocked(BlockReason::Suspended)],
            [
                "blocked by an administrator: suspended. Contact: Bob Ünal.",
                "bloqué par un administrateur\u{a0}: suspendu. Contact\u{a0}: Bob Ünal.",
            ],
            none,
        ),
        (
            told(vec![ended("E-SESS-1", None, Some("3f2a91c077de18b3a06c5e92d1f73b48"))]),
            [
                "You signed in on another computer (3F2A 91C0): today, 14:05.",
                "Vous vous êtes connecté sur un autre ordinateur (3F2A 91C0)",
            ],
            ["Tell an administrator", "Prévenir un administrateur"],
        ),
        (
            told(vec![Happened::StoreDamaged { code: "E-STORE-3".to_owned(), safe: 812, lost: 3 }]),
            ["812 messages are safe, 3 can&#39;t be read.", "812 sont intacts, 3 illisibles."],
            ["Restore a backup", "Restaurer une sauvegarde"],
        ),
        (
            told(vec![link(ServerLink::Connecting, Some(NOW + 11_000))]),
            ["next try in 8\u{a0}s", "nouvel essai dans 8\u{a0}s"],
            now,
        ),
        (
            told(vec![ended("E-SESS-2", None, None)]),
            ["Your session has ended.", "Votre session est terminée."],
            ["Sign in", "Se connecter"],
        ),
        (
            told(vec![ended("E-SESS-1", None, Some("Office PC"))]),
            ["You signed in on Office PC: today, 14:05.", "Vous vous êtes connecté sur Office PC"],
            ["Tell an administrator", "Prévenir un administrateur"],
        ),
        (
            told(vec![ended("E-AUTH-5", Some(NOW + 13 * MINUTE), None)]),
            ["You can come back in 13\u{a0}min", "Retour possible dans 13\u{a0}min"],
            none,
        ),
        (
            told(vec![ended("E-AUTH-4", None, None)]),
            ["This account was blocked by an administrator", "Ce compte a été bloqué par un administrateur"],
            none,
        ),
        (
            told(vec![Happened::ServerNotice {
                text: "maintenance".to_owned(),
                stops_at: Some(NOW + 10 * MINUTE),
            }]),
            ["stops in 10\u{a0}min for maintenance", "arrête dans 10\u{a0}min pour maintenance"],
            none,
        ),
        (
            told(vec![Happened::DirectoryAlarm { code: "E-DIR-1".to_owned(), details: String::new() }]),
            ["is not consistent", "pas cohérent"],
            none,
        ),
    ]
}

/// The states of the table, three seconds later.
pub(crate) fn banners(language: Language) -> Vec<State> {
    let after = |updates: Vec<Update>| {
        let mut state = alone(language);
        for update in updates {
            let _told = tell(&mut state, update);
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
            assert_eq!(button[place].is_empty(), !line.contains("class=\"btn"), "{line}");
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

#[test]
fn the_engine_is_asked_for_what_the_server_does_not_tell() {
    let mut state = alone(Language::En);
    let away = commands(tell(&mut state, happened(link(ServerLink::Offline, None))));
    assert_eq!(away, [Command::Network]);
    let kicked = commands(tell(&mut state, happened(ended("E-AUTH-5", None, None))));
    assert!(kicked.is_empty(), "{kicked:?}");
    let banned = commands(tell(&mut state, happened(ended("E-AUTH-4", None, None))));
    assert!(matches!(&banned[..], [Command::Ask(Purpose::Blocked, _)]), "{banned:?}");
    // Another one's block says nothing of mine.
    let _known = tell(&mut state, known());
    let mut theirs = blocked(BlockReason::Removed);
    if let Update::Answer(_, result) = &mut theirs
        && let Ok(Answer::DirectoryActs { acts, .. }) = &mut **result
    {
        acts[0].user = Some(user(BOB));
    }
    let _log = tell(&mut state, theirs);
    assert_eq!(desk(&state).blocked, None);
    assert!(draw(state).contains("blocked by an administrator. Ask them what to do."));
}

#[test]
fn no_key_takes_the_words_about_changed_keys_away_and_the_keyboard_begins_where_nothing_is_lost() {
    let mut state = alone(Language::En);
    let effects = tell(&mut state, happened(changed()));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::SAFE))), "{effects:?}");
    for shortcut in
        [Shortcut::Escape, Shortcut::Switcher, Shortcut::Settings, Shortcut::NextChat, Shortcut::Keys]
    {
        assert!(state.update(Event::Key(shortcut)).is_empty(), "{shortcut:?}");
        assert!(desk(&state).stops() && desk(&state).overlay.is_none(), "{shortcut:?}");
    }
    assert_eq!(commands(state.clone().update(Event::Key(Shortcut::Lock))), sample::SHUT);
    let html = draw(state.clone());
    let (_, screen) = html.split_once("role=\"alertdialog\"").unwrap();
    assert!(screen.contains("aria-modal=\"true\"") && screen.contains("data-trap=\"true\""), "{screen}");
    let (before, _) = screen.split_once("It was not me").unwrap();
    assert!(before.rsplit_once("<button").unwrap().1.contains("id=\"safe\""), "{before}");
    let read = act(&mut state, Act::KeysRead);
    assert!(read.contains(&Effect::Page(Page::GiveBack)));
}
