//! The lock, and the ways back in.

use conclave_peer::model::{ErrorCode, Event as Happened, Failure, ServerLink};
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::account::{self, Change};
use conclave_ui::state::main::{Act, Banner};
use conclave_ui::state::settings::Choice;
use conclave_ui::state::sign_in::SignedOut;
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, MINUTE, NOW, act, commands, desk, door, happened, tell, user};

#[test]
fn idle_long_enough_locks_and_a_policy_can_only_shorten_it() {
    let mut state = sample::main(Language::En);
    assert!(state.update(Event::Idle(5 * MINUTE - 1)).is_empty());
    assert_eq!(commands(state.clone().update(Event::Idle(5 * MINUTE))), sample::SHUT);
    let _hour = state.update(Event::Choose(Choice::LockAfter(60)));
    assert!(state.update(Event::Idle(5 * MINUTE)).is_empty());
    assert_eq!(state.settings.lock_ms(Some(120)), 2 * MINUTE);
    assert_eq!(state.settings.lock_ms(Some(0)), 60 * MINUTE);
}

/// A window that was locked, with the name of its owner.
pub(crate) fn locked(language: Language) -> State {
    let mut state = sample::main(language);
    let me = conclave_peer::model::Me {
        user: user(9),
        name: "marie.dupont".to_owned(),
        display_name: "Marie Dupont".to_owned(),
    };
    if let conclave_ui::state::Screen::Main(main) = &mut state.screen {
        main.me = Some(me);
    }
    let _locked = tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() }));
    state
}

#[test]
fn after_the_lock_the_password_alone_leads_back() {
    let mut state = locked(Language::En);
    assert_eq!(state.whose().as_deref(), Some("Marie Dupont"), "the title says whose window it is");
    assert_eq!(door(&state).owner.as_ref().unwrap().name, "Marie Dupont");
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let _open = tell(&mut state, Update::Unlocked(Ok(())));
    let asked = commands(tell(&mut state, sample::status(false, true, false)));
    assert_eq!(asked.first(), Some(&Command::ForgetPassword), "it stays no longer than it is needed");
    assert_eq!(desk(&state).banner(NOW), None);
}

/// The lock of somebody who wants to sign out.
pub(crate) fn leaving(language: Language) -> State {
    let mut state = locked(language);
    let leave = conclave_ui::state::sign_in::Act::Leave(true);
    assert_eq!(commands(state.update(Event::SignIn(leave))), []);
    state
}

/// The door after that.
pub(crate) fn signed_out(language: Language) -> State {
    let mut state = locked(language);
    let _out = tell(&mut state, Update::SignedOut(Ok(())));
    state
}

/// The same when the server could not be asked.
pub(crate) fn not_told(language: Language) -> State {
    let mut state = locked(language);
    let _out = tell(&mut state, Update::SignedOut(Err(Failure::new(ErrorCode::ServerUnreachable))));
    state
}

#[test]
fn signing_out_at_the_lock_needs_the_password_and_ends_the_session() {
    let mut state = locked(Language::En);
    assert!(draw(state.clone()).contains("Sign out"));
    state = leaving(Language::En);
    assert!(draw(state.clone()).contains("The session ends at the login server"));
    let password = |text: &str| conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new(text.to_owned()));
    assert_eq!(commands(state.update(Event::SignIn(password("")))), [], "who is it?");
    let asked = commands(state.update(Event::SignIn(password("wrong"))));
    assert!(matches!(&asked[..], [Command::Unlock(_)]), "{asked:?}");
    let _wrong = tell(&mut state, Update::Unlocked(Err(Failure::new(ErrorCode::StorePassword))));
    assert!(door(&state).leaving && !door(&state).busy);
    let _again = state.update(Event::SignIn(password("right")));
    let asked = commands(tell(&mut state, Update::Unlocked(Ok(()))));
    assert_eq!(asked, [Command::Logout], "the messages are not shown");
    // The engine closes them, and tells so before it answers.
    let _locked = tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() }));
    let asked = commands(tell(&mut state, Update::SignedOut(Ok(()))));
    assert!(asked.contains(&Command::ForgetViews));
    let after = door(&state);
    assert!(
        after.signed_out == Some(SignedOut::Everywhere) && !after.locked && after.owner.is_none(),
        "nobody reads who it was: {after:?}"
    );
    let drawn = draw(state);
    assert!(drawn.contains("You are signed out.") && !drawn.contains("Marie"));
}

#[test]
fn who_thinks_better_of_signing_out_is_at_the_lock_again() {
    let mut state = leaving(Language::En);
    let stay = conclave_ui::state::sign_in::Act::Leave(false);
    assert_eq!(commands(state.update(Event::SignIn(stay))), []);
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    assert_eq!(commands(tell(&mut state, Update::Unlocked(Ok(())))), [Command::Status]);
}

#[test]
fn a_sign_out_from_the_settings_leads_to_the_door_and_not_to_the_lock() {
    let mut state = sample::main(Language::En);
    let _locked = tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() }));
    let _out = tell(&mut state, Update::SignedOut(Ok(())));
    assert!(door(&state).signed_out == Some(SignedOut::Everywhere) && !door(&state).locked);
}

#[test]
fn a_session_that_could_not_be_ended_is_not_said_to_have_ended() {
    for (language, says) in
        [(Language::En, "still stands there"), (Language::Fr, "votre session y tient encore")]
    {
        let drawn = draw(not_told(language));
        assert!(drawn.contains(says) && !drawn.contains("You are signed out"), "{drawn}");
    }
}

#[test]
fn a_sign_out_that_found_no_turn_leaves_the_messages_open_and_says_so() {
    let mut state = sample::main(Language::En);
    let _busy = tell(&mut state, Update::SignedOut(Err(Failure::new(ErrorCode::ApiBusy))));
    assert!(desk(&state).note.is_some());
}

#[test]
fn the_recovery_key_opens_the_messages_without_a_code() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let use_key = conclave_ui::state::sign_in::Act::UseRecoveryKey;
    let _key = state.update(Event::SignIn(use_key));
    let submit = conclave_ui::state::sign_in::Act::SubmitRecoveryKey(Typed::new("ABCD-EFGH".to_owned()));
    let asked = commands(state.update(Event::SignIn(submit)));
    assert!(matches!(&asked[..], [Command::UnlockByKey(key)] if key.text() == "ABCD-EFGH"));
    let _open = tell(&mut state, Update::Unlocked(Ok(())));
    let asked = commands(tell(&mut state, sample::status(false, true, false)));
    assert_eq!(asked.first(), Some(&Command::ForgetPassword), "there is none");
    assert_eq!(desk(&state).banner(NOW + 3_000), Some(Banner::NotSignedIn));
}

#[test]
fn a_session_that_still_stands_needs_no_code() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    assert_eq!(commands(tell(&mut state, Update::Unlocked(Ok(())))), [Command::Status]);
    let asked = commands(tell(&mut state, sample::status(false, true, false)));
    assert!(!asked.contains(&Command::ForgetPassword), "a code may follow");
    assert!(!desk(&state).logged_in, "the history is there before the server is");
    let back = commands(tell(&mut state, happened(server(ServerLink::Online, None))));
    assert!(desk(&state).logged_in);
    assert!(back.contains(&Command::ForgetPassword));
}

fn server(state: ServerLink, next_try_at: Option<u64>) -> Happened {
    Happened::ServerState { state, since: NOW, next_try_at, directory_age: 0 }
}

#[test]
fn nobody_is_asked_to_sign_in_at_a_server_that_is_away() {
    let mut state = sample::opened(Language::En);
    let _away = tell(&mut state, happened(server(ServerLink::Offline, Some(NOW + 9_000))));
    assert_eq!(desk(&state).banner(NOW + 2_999), None);
    assert!(matches!(desk(&state).banner(NOW + 3_000), Some(Banner::ServerDown { .. })));
}

#[test]
fn the_password_is_kept_for_the_code_and_no_longer() {
    let mut state = sample::opened(Language::En);
    assert!(state.update(Event::Clock(NOW + 119_999)).is_empty());
    let mut soon = state.clone();
    let _code = soon.update(Event::Main(Act::SignIn));
    assert_eq!(door(&soon).step, conclave_ui::state::sign_in::Step::Code);
    assert_eq!(commands(state.update(Event::Clock(NOW + 120_000))), [Command::ForgetPassword]);
    let _late = state.update(Event::Main(Act::SignIn));
    assert_eq!(door(&state).step, conclave_ui::state::sign_in::Step::Password);
}

#[test]
fn the_password_is_changed_only_when_typed_twice_the_same() {
    let mut state = sample::main(Language::En);
    let typed = |text: &str| Typed::new(text.to_owned());
    let change = |again: &str| {
        Act::Account(account::Act::Change {
            old: typed("old"),
            new: typed("velvet otter piano 41"),
            again: typed(again),
            code: typed("123456"),
        })
    };
    assert!(commands(act(&mut state, change("velvet otter"))).is_empty());
    assert_eq!(desk(&state).account.change, Change::Differ);
    let asked = commands(act(&mut state, change("velvet otter piano 41")));
    assert!(matches!(&asked[..], [Command::ChangePassword { .. }]));
    assert!(commands(act(&mut state, change("velvet otter piano 41"))).is_empty(), "one at a time");
    let _done = tell(&mut state, Update::PasswordChanged(Ok(())));
    assert_eq!(desk(&state).account.change, Change::Done);
    assert!(!format!("{asked:?} {state:?}").contains("velvet"));
}

/// The door of open messages whose session ended a while ago.
pub(crate) fn again(language: Language) -> State {
    let mut state = sample::told(sample::main(language));
    let _door = act(&mut state, Act::SignIn);
    state
}

#[test]
fn whose_door_it_is_stands_there_only_while_the_messages_are_open() {
    let html = draw(again(Language::En));
    assert!(html.contains("Marie Dupont") && html.contains("marie.dupont"), "{html}");
    let mut code = sample::told(sample::opened(Language::Fr));
    if let conclave_ui::state::Screen::Main(main) = &mut code.screen {
        main.logged_in = false;
    }
    let _code = act(&mut code, Act::SignIn);
    assert!(draw(code).contains("Marie Dupont"));
    let mut first = sample::opening(Language::En);
    let _first = tell(&mut first, sample::status(true, true, false));
    assert_eq!(door(&first).owner, None, "the name is sealed with the messages");
}
