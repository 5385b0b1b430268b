//! What administrators did, by date, in words.

use conclave_peer::model::{ActKind, Answer, Call, DirectoryAct, ErrorCode, Failure};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::settings::Page;
use conclave_ui::state::{Effect, State, log};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, DAY, MINUTE, NOW, act, answer, commands, desk, tell, user};

fn done(leaf: u64, time: u64, what: ActKind) -> DirectoryAct {
    DirectoryAct {
        leaf,
        time: Some(time),
        what,
        by: vec![user(ANA)],
        user: Some(user(BOB)),
        name: None,
        until: None,
        reason: None,
    }
}

/// Where the next page is asked to begin.
fn before(effects: Vec<Effect>) -> Vec<Option<u64>> {
    let asked = commands(effects).into_iter();
    asked
        .map(|command| match command {
            Command::Ask(Purpose::Log, call) => match *call {
                Call::DirectoryActs(asked) => asked.before,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect()
}

/// The page with a few acts.
pub(crate) fn listed(language: Language) -> State {
    let mut state = sample::main(language);
    assert_eq!(before(act(&mut state, Act::Settings(Page::Log))), [None]);
    let invited = DirectoryAct {
        user: None,
        name: Some("eve.hill".to_owned()),
        ..done(40, NOW - DAY, ActKind::Invited)
    };
    let founding = DirectoryAct { by: Vec::new(), user: None, ..done(0, NOW - 400 * DAY, ActKind::Policy) };
    let acts = vec![done(42, NOW - MINUTE, ActKind::Blocked), invited, founding];
    assert!(answer(&mut state, Purpose::Log, Answer::DirectoryActs { acts, next: None }).is_empty());
    state
}

#[test]
fn acts_stand_under_their_day_in_words() {
    let html = draw(listed(Language::En));
    let places: Vec<_> = [
        "<h2>Today</h2>",
        "Ana Ruiz blocked Bob Ünal",
        "14:04",
        "<h2>Yesterday</h2>",
        "Ana Ruiz invited eve.hill",
        "18 October 2025",
        "The organisation&#39;s root key set the rules",
    ]
    .map(|part| html.find(part).unwrap_or_else(|| panic!("{part} is not in:\n{html}")))
    .into();
    assert!(places.is_sorted(), "{places:?}");
    assert!(!html.contains("Show earlier acts"));
    let french = draw(listed(Language::Fr));
    assert!(french.contains("Ana Ruiz a bloqué Bob Ünal") && french.contains("Exporter…"), "{french}");
}

#[test]
fn a_long_stretch_without_acts_is_read_over_and_a_full_page_is_not() {
    let mut state = sample::main(Language::En);
    let _asked = act(&mut state, Act::Settings(Page::Log));
    let next =
        answer(&mut state, Purpose::Log, Answer::DirectoryActs { acts: Vec::new(), next: Some(90_000) });
    assert_eq!(before(next), [Some(90_000)], "nothing was shown yet");
    let acts = (0..50).map(|n| done(80_000 - n, NOW, ActKind::Unblocked)).collect();
    let enough = answer(&mut state, Purpose::Log, Answer::DirectoryActs { acts, next: Some(79_950) });
    assert!(enough.is_empty(), "a page is enough");
    assert!(draw(state.clone()).contains("Show earlier acts"));
    assert_eq!(before(act(&mut state, Act::Log(log::Act::Older))), [Some(79_950)]);
    assert!(act(&mut state, Act::Log(log::Act::Older)).is_empty(), "one at a time");
}

#[test]
fn a_refusal_is_said_and_the_log_is_read_anew_when_the_page_is_opened_again() {
    let mut state = listed(Language::En);
    assert_eq!(before(act(&mut state, Act::Settings(Page::Log))), [None]);
    assert!(desk(&state).log.acts.is_empty());
    let failure = Failure::new(ErrorCode::ApiBusy);
    let _failed = tell(&mut state, Update::Answer(Purpose::Log, Box::new(Err(failure.clone()))));
    assert!(!desk(&state).log.loading && desk(&state).log.failure == Some(failure));
    assert!(draw(state).contains("role=\"alert\""));
}

#[test]
fn the_signed_log_is_written_where_the_person_says() {
    let mut state = listed(Language::Fr);
    let asked = commands(act(&mut state, Act::Log(log::Act::Export)));
    assert_eq!(asked, [Command::ExportDirectory("annuaire.json".to_owned())]);
    let _written = tell(&mut state, Update::Saved(Ok(Some("annuaire.json".to_owned()))));
    assert!(draw(state).contains("annuaire.json"));
}

#[test]
fn a_hostile_name_in_the_log_is_inert() {
    let mut state = sample::main(Language::En);
    let _asked = act(&mut state, Act::Settings(Page::Log));
    let name = Some("\u{202e}<script>x</script>".to_owned());
    let acts = vec![DirectoryAct { user: None, name, ..done(1, u64::MAX, ActKind::Room) }];
    let _acts = answer(&mut state, Purpose::Log, Answer::DirectoryActs { acts, next: None });
    let html = draw(state);
    assert!(!html.contains("<script") && !html.contains('\u{202e}'), "{html}");
}

#[test]
fn who_is_not_listed_is_an_administrator_and_what_says_no_time_stands_with_the_rest() {
    let mut state = sample::main(Language::En);
    let _asked = act(&mut state, Act::Settings(Page::Log));
    let unlisted = DirectoryAct { by: vec![user(77)], ..done(9, NOW, ActKind::Blocked) };
    let key = DirectoryAct { by: Vec::new(), time: None, user: None, ..done(8, NOW, ActKind::ServerKey) };
    let acts = vec![unlisted, key, done(7, NOW, ActKind::Unblocked)];
    let _acts = answer(&mut state, Purpose::Log, Answer::DirectoryActs { acts, next: None });
    let html = draw(state);
    assert!(html.contains("An administrator blocked Bob Ünal"), "{html}");
    assert_eq!(html.matches("<h2>").count(), 1, "one day");
}
