//! The path badge: every reason why there is none, with the name and the minutes, in both languages.

use conclave_peer::model::{Event as Happened, MessageState, Path, PresenceStatus, ServerLink, WaitReason};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::State;
use conclave_ui::state::main::{Act, Banner};
use conclave_ui::state::overlay::Overlay;

use crate::banner::alone;
use crate::render::draw;
use crate::sample::{self, ANA, BOB, NOW, act, answer, commands, desk, happened, message, tell, user};

fn waiting(language: Language, reason: &str, clock_minutes: Option<u64>) -> State {
    let mut state = sample::chat(language);
    let reason = Some(reason.to_owned());
    let event = Happened::PathChanged { user: user(ANA), path: Path::Waiting, reason, clock_minutes };
    let _changed = tell(&mut state, happened(event));
    state
}

/// Two clocks that differ, and what helps.
pub(crate) fn clocks(language: Language) -> State {
    let mut state = waiting(language, "clock", Some(12));
    let _shown = act(&mut state, Act::Show(Overlay::Path(user(ANA))));
    state
}

#[test]
fn every_reason_has_its_words_with_the_name() {
    for (reason, minutes, english, french) in [
        ("offline", None, "Waiting: Ana Ruiz is offline", "En attente\u{a0}: Ana Ruiz est hors ligne"),
        ("noNetwork", None, "this computer has no network", "cet ordinateur n&#39;a pas de réseau"),
        ("blocked", None, "both networks block direct links and relaying is off", "le relais est coupé"),
        ("unreachable", None, "the relay leads to Ana Ruiz", "Ana Ruiz\u{a0}: ni lien direct ni relais"),
        ("tooOld", None, "Ana Ruiz&#39;s app is too old", "Ana Ruiz\u{a0}: application trop ancienne"),
        ("clock", Some(12), "your clocks differ by 12\u{a0}min", "vos horloges diffèrent de 12\u{a0}min"),
        ("clock", None, "your clocks differ", "vos horloges diffèrent"),
        ("refused", None, "Ana Ruiz&#39;s computer refuses", "Ana Ruiz\u{a0}: connexion refusée"),
        ("connecting", None, "Not connected yet", "Pas encore relié"),
        ("E-BLOCK-1", None, "you blocked Ana Ruiz", "vous avez bloqué Ana Ruiz"),
        ("E-KEY-1", None, "Ana Ruiz&#39;s safety number changed", "numéro de sécurité changé"),
        ("E-AUTH-4", None, "Ana Ruiz was blocked by an administrator", "bloqué par un administrateur"),
    ] {
        for (language, words) in [(Language::En, english), (Language::Fr, french)] {
            let html = draw(waiting(language, reason, minutes));
            assert!(html.contains(words), "{reason} {language:?}: {words} is not in {html}");
        }
    }
    for reason in [WaitReason::Offline, WaitReason::TooOld, WaitReason::Refused, WaitReason::Unreachable] {
        assert!(draw(waiting(Language::En, reason.text(), None)).contains("Waiting: "));
    }
}

#[test]
fn without_a_network_nobody_else_is_named_as_the_reason() {
    for (reason, is_reason) in
        [("offline", false), ("unreachable", false), ("connecting", false), ("tooOld", true)]
    {
        let mut state = alone(Language::En);
        let _open = act(&mut state, Act::Open(user(BOB)));
        let path =
            |path, reason| Happened::PathChanged { user: user(BOB), path, reason, clock_minutes: None };
        let _waits = tell(&mut state, happened(path(Path::Waiting, Some(reason.to_owned()))));
        let _none = tell(&mut state, Update::Network(false));
        let says = |state: &State| draw(state.clone()).contains("Waiting: this computer has no network");
        assert!(!says(&state), "{reason}: it is not known that the server is away");
        let down = Happened::ServerState {
            state: ServerLink::Offline,
            since: NOW,
            directory_age: 0,
            next_try_at: None,
        };
        let _down = tell(&mut state, happened(down));
        assert_eq!(says(&state), !is_reason, "{reason}");
        assert_eq!(desk(&state).banner(NOW + 5_000), Some(Banner::NoNetwork));
        let _reached = tell(&mut state, happened(path(Path::Lan, None)));
        assert_ne!(desk(&state).banner(NOW + 5_000), Some(Banner::NoNetwork), "somebody is reached");
    }
}

#[test]
fn messages_in_the_drop_box_are_said() {
    let mut state = waiting(Language::En, "offline", None);
    let last = message(ANA, 60, "For Thursday", NOW, MessageState::InDropBox);
    let _sent = tell(&mut state, happened(Happened::MessageReceived { message: last }));
    assert!(draw(state).contains("Ana Ruiz is offline, messages are in the drop box"));
}

#[test]
fn a_click_explains_and_leads_to_the_check() {
    for (language, words) in [
        (Language::En, ["Set the clock", "Check connection"]),
        (Language::Fr, ["Réglez l&#39;horloge", "Vérifier la connexion"]),
    ] {
        let html = draw(clocks(language));
        for words in words {
            assert!(html.contains(words), "{words} is not in {html}");
        }
    }
}

#[test]
fn the_presence_of_before_is_asked_for_and_shown() {
    let mut state = sample::opening(Language::En);
    let asked = commands(tell(&mut state, sample::status(false, true, true)));
    assert!(asked.iter().any(|command| matches!(command, Command::Ask(Purpose::Presence, _))));
    let mine = conclave_peer::model::Answer::OwnPresence {
        status: PresenceStatus::Dnd,
        text: None,
        until: Some(NOW + 60_000),
    };
    let _mine = answer(&mut state, Purpose::Presence, mine);
    assert_eq!(desk(&state).presence, PresenceStatus::Dnd);
    let _later = state.update(conclave_ui::state::Event::Clock(NOW + 60_000));
    assert_eq!(desk(&state).presence, PresenceStatus::Available);
}

#[test]
fn the_alarm_of_a_log_is_taken_back_when_it_is_whole_and_one_of_own_keys_is_not() {
    let alarm = |code: &str| {
        happened(Happened::DirectoryAlarm { code: code.to_owned(), details: "two directories".to_owned() })
    };
    let mut state = sample::main(Language::En);
    let link =
        Happened::ServerState { state: ServerLink::Online, since: NOW, next_try_at: None, directory_age: 0 };
    let _link = tell(&mut state, happened(link));
    let _alarm = tell(&mut state, alarm("E-DIR-1"));
    assert!(matches!(desk(&state).banner(NOW), Some(Banner::Alarm(_))));
    let _whole = tell(&mut state, happened(Happened::DirectoryWhole {}));
    assert_eq!(desk(&state).banner(NOW), None);
    let _alarm = tell(&mut state, alarm("E-DIR-2"));
    let _whole = tell(&mut state, happened(Happened::DirectoryWhole {}));
    assert!(matches!(desk(&state).banner(NOW), Some(Banner::Alarm(_))));
}
