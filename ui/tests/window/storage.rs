//! What lies on this computer: measured, made smaller, and copied.

use conclave_peer::model::{Answer, Call, Contents, ConversationBytes, ErrorCode, Failure, Sizes, Target};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::settings::Page;
use conclave_ui::state::storage::{self, Work};
use conclave_ui::state::{Effect, Event, Screen, State, enrol, field};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, QING, act, answer, commands, desk, tell, user};

fn asks(effects: Vec<Effect>, call: &Call) -> bool {
    commands(effects).contains(&Command::Ask(Purpose::Storage, Box::new(call.clone())))
}

/// The page with figures.
pub(crate) fn measured(language: Language) -> State {
    let mut state = sample::main(language);
    assert!(asks(act(&mut state, Act::Settings(Page::Storage)), &Call::StorageGet));
    let of = |n, bytes| ConversationBytes { conversation: Target::User(user(n)), bytes };
    let sizes = Sizes { total: 7_000_000, journal: 4_000_000, index: 2_000_000, blobs: 1_000_000 };
    let by_conversation = vec![of(BOB, 2_000), of(ANA, 3_000_000), of(QING, 0)];
    let _sizes = answer(&mut state, Purpose::Storage, Answer::Storage { sizes, by_conversation });
    state
}

#[test]
fn the_largest_conversation_comes_first_and_empty_ones_not_at_all() {
    let html = draw(measured(Language::En));
    let place = |name: &str| html.find(&format!("<bdi>{name}</bdi>"));
    let page = html.find("By conversation").unwrap();
    assert!(html[page..].find("Ana Ruiz") < html[page..].find("Bob Ünal"), "{:?}", place("Ana Ruiz"));
    assert!(
        !html[page..].contains("Qing Long") && html.contains("7.0\u{a0}MB") && html.contains("Give back now"),
        "{html}"
    );
    assert!(draw(measured(Language::Fr)).contains("Par conversation"));
}

#[test]
fn what_was_given_back_is_said_and_measured_again() {
    let mut state = measured(Language::En);
    let storage = |act| Act::Storage(act);
    assert!(asks(act(&mut state, storage(storage::Act::Compact)), &Call::StorageCompact));
    assert!(act(&mut state, storage(storage::Act::Compact)).is_empty(), "one at a time");
    let freed = answer(&mut state, Purpose::Storage, Answer::Freed { freed: 5_000_000 });
    assert!(asks(freed, &Call::StorageGet));
    assert_eq!(desk(&state).storage.work, None);
    assert!(draw(state).contains("5.0\u{a0}MB are free again"));
}

fn back_up(state: &mut State, passphrase: &str, again: &str) -> Vec<Effect> {
    let typed = |text: &str| Typed::new(text.to_owned());
    act(state, Act::Storage(storage::Act::BackUp { passphrase: typed(passphrase), again: typed(again) }))
}

#[test]
fn a_copy_is_sealed_by_a_passphrase_that_was_typed_twice() {
    let mut state = measured(Language::En);
    let effects = back_up(&mut state, "harbour-violet", "harbour-violent");
    assert_eq!(effects, [Effect::Page(conclave_ui::state::Page::Focus(field::PASSWORD_AGAIN))]);
    assert!(draw(state.clone()).contains("The two passphrases are not the same"));
    let asked = commands(back_up(&mut state, "harbour-violet", "harbour-violet"));
    assert!(matches!(&asked[..], [Command::BackUp { name, .. }] if name == "conclave.backup"), "{asked:?}");
    assert!(!format!("{asked:?}").contains("harbour"), "passphrases are never printed");
    assert_eq!(desk(&state).storage.work, Some(Work::BackingUp));
    let contents = Contents { messages: 214, files: 12, bytes: 9_000_000 };
    let _done = tell(&mut state, Update::BackedUp(Ok(Some(("conclave.backup".to_owned(), contents)))));
    assert!(draw(state).contains("Written as conclave.backup: 214 messages, 12 files, 9.0\u{a0}MB"));
}

#[test]
fn a_copy_that_was_not_made_is_said_and_one_that_was_thought_better_of_is_not() {
    let mut state = measured(Language::En);
    let _asked = back_up(&mut state, "harbour-violet", "harbour-violet");
    let failure = Failure::new(ErrorCode::FileUnreadable).with("file", "conclave.backup");
    let _failed = tell(&mut state, Update::BackedUp(Err(failure)));
    assert!(draw(state.clone()).contains("conclave.backup"));
    let _asked = back_up(&mut state, "harbour-violet", "harbour-violet");
    let _no = tell(&mut state, Update::BackedUp(Ok(None)));
    assert_eq!((desk(&state).storage.work, &desk(&state).storage.failure), (None, &None));
}

/// The page that takes a backup in the first run, with one chosen.
pub(crate) fn restoring(language: Language) -> State {
    let mut state = sample::opening(language);
    let _first = tell(&mut state, sample::status(true, false, false));
    let _page = state.update(Event::Enrol(enrol::Act::HaveBackup));
    let _chosen = state.update(Event::Enrol(enrol::Act::Backup("/media/stick/conclave.backup".into())));
    state
}

#[test]
fn a_backup_leads_to_the_door_of_its_profile() {
    let mut state = restoring(Language::En);
    assert!(draw(state.clone()).contains("conclave.backup"));
    let restore = || Event::Enrol(enrol::Act::Restore(Typed::new("harbour-violet".to_owned())));
    let asked = commands(state.update(restore()));
    assert!(
        matches!(&asked[..], [Command::Restore(path, _)] if path.ends_with("conclave.backup")),
        "{asked:?}"
    );
    assert!(state.update(restore()).is_empty(), "one at a time");
    let _wrong = tell(&mut state, Update::Restored(Err(Failure::new(ErrorCode::StorePassword))));
    assert!(draw(state.clone()).contains("role=\"alert\""));
    let _asked = state.update(restore());
    let contents = Contents { messages: 214, files: 12, bytes: 9_000_000 };
    let _there = tell(&mut state, Update::Restored(Ok(contents)));
    assert!(matches!(state.screen, Screen::SignIn(_)));
    assert!(draw(restoring(Language::Fr)).contains("Restaurer une sauvegarde"));
}

#[test]
fn without_a_file_nothing_is_restored() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, false, false));
    let _page = state.update(Event::Enrol(enrol::Act::HaveBackup));
    let restore = Event::Enrol(enrol::Act::Restore(Typed::new("harbour-violet".to_owned())));
    assert!(state.update(restore).is_empty());
}

#[test]
fn a_conversation_is_cleared_after_a_question_and_measured_again() {
    let mut state = measured(Language::En);
    assert!(draw(state.clone()).contains("aria-label=\"Clear the conversation with Bob Ünal\""));
    let _asked = act(&mut state, Act::Show(Overlay::Confirm(Confirm::Erase(user(BOB)))));
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::Erase(user(BOB)))));
    assert!(asked.iter().any(|command| matches!(command, Command::Ask(Purpose::Erased(_), _))), "{asked:?}");
    assert!(asks(answer(&mut state, Purpose::Erased(user(BOB)), Answer::Done {}), &Call::StorageGet));
}
