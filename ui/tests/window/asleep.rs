//! The computer sleeps: what is open at the door and in the first run closes.

use conclave_peer::model::{EnrolFinish, EnrolState};
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::keeping::Act as Keep;
use conclave_ui::state::{Event, Screen, State, enrol, main, sign_in};

use crate::phone;
use crate::qr::authenticator;
use crate::sample::{self, commands, door, run, tell, user};

fn sleep(state: &mut State) -> Vec<Command> {
    commands(tell(state, Update::Sleeping))
}

fn enrol(state: &mut State, act: enrol::Act) -> Vec<Command> {
    commands(state.update(Event::Enrol(act)))
}

fn submit(state: &mut State) -> Vec<Command> {
    let password = sign_in::Act::SubmitPassword(Typed::new("velvet".to_owned()));
    commands(state.update(Event::SignIn(password)))
}

const CLOSED: [Command; 2] = [Command::ForgetPassword, Command::Lock];

#[test]
fn at_the_code_the_messages_close_and_the_password_is_asked_for_again() {
    let mut state = sample::opened(Language::En);
    let _door = state.update(Event::Main(main::Act::SignIn));
    assert_eq!(door(&state).step, sign_in::Step::Code);
    assert_eq!(sleep(&mut state), CLOSED);
    assert_eq!(door(&state).step, sign_in::Step::Password);
    assert!(!door(&state).open);
    assert!(matches!(&submit(&mut state)[..], [Command::Unlock(_)]), "they are not open any more");
}

#[test]
fn what_was_typed_at_the_door_is_gone() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let before = door(&state).closed;
    assert_eq!(sleep(&mut state), CLOSED);
    assert_eq!(door(&state).closed, before + 1, "another field");
}

#[test]
fn an_answer_from_before_the_sleep_opens_nothing() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let _sent = submit(&mut state);
    assert_eq!(sleep(&mut state), CLOSED);
    assert_eq!(commands(tell(&mut state, Update::Unlocked(Ok(())))), [Command::Lock]);
    assert!(matches!(&submit(&mut state)[..], [Command::Unlock(_)]));
    assert_eq!(commands(tell(&mut state, Update::Unlocked(Ok(())))), [Command::Status], "this one counts");
}

#[test]
fn the_codes_of_another_phone_stay_and_lead_to_the_door() {
    let mut state = phone::proven(Language::En);
    assert_eq!(sleep(&mut state), CLOSED);
    assert!(door(&state).phone.codes.is_some(), "they are nowhere else");
    let asked = commands(state.update(Event::SignIn(sign_in::Act::Enter)));
    assert_eq!(asked, []);
    assert_eq!(door(&state).step, sign_in::Step::Password);
}

#[test]
fn before_the_first_code_the_first_run_begins_again_at_its_link() {
    for mut state in [sample::enrolling(Language::En), authenticator(Language::En)] {
        let link = run(&state).link.clone();
        assert_eq!(sleep(&mut state), [Command::EnrolCancel]);
        assert_eq!((run(&state).step, &run(&state).link), (enrol::Step::Link, &link));
        assert!(run(&state).secret.is_none());
    }
    let mut state = sample::enrolling(Language::En);
    let _made = enrol(&mut state, enrol::Act::SubmitPassword(Typed::new("velvet otter piano 41".to_owned())));
    let _asleep = sleep(&mut state);
    let late = commands(tell(&mut state, Update::EnrolAccount(Ok(sample::secret()))));
    assert_eq!(late, [Command::EnrolCancel], "its keys go too");
    assert_eq!(run(&state).step, enrol::Step::Link);
}

#[test]
fn recovery_codes_stay_until_they_are_stored_and_lead_to_the_door() {
    let mut state = sample::enrolling(Language::En);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    assert_eq!(sleep(&mut state), [Command::Lock]);
    assert!(run(&state).recovery.is_some());
    let finish = EnrolFinish {
        state: EnrolState::Ready,
        user_id: user(9),
        device_id: conclave_peer::model::DeviceId::new([1; 16]),
        digits30: String::new(),
    };
    assert_eq!(commands(tell(&mut state, Update::EnrolFinished(Ok(finish)))), [Command::Lock]);
    let _stored = enrol(&mut state, enrol::Act::Keep(Keep::Stored(true)));
    assert_eq!(enrol(&mut state, enrol::Act::Finish), []);
    assert_eq!(door(&state).step, sign_in::Step::Password);
}

#[test]
fn an_account_that_is_made_is_closed_like_any_other() {
    for step in [enrol::Step::Confirmation, enrol::Step::Profile, enrol::Step::Done] {
        let mut state = sample::enrolling(Language::En);
        let Screen::Enrol(run) = &mut state.screen else { panic!() };
        run.step = step;
        assert_eq!(sleep(&mut state), [Command::Lock]);
        assert!(door(&state).locked, "{step:?}");
    }
}

#[test]
fn where_nothing_is_open_nothing_happens() {
    let mut state = sample::opening(Language::En);
    assert_eq!(sleep(&mut state), []);
    let _first = tell(&mut state, sample::status(true, false, false));
    assert_eq!(sleep(&mut state), []);
    assert!(matches!(state.screen, Screen::Enrol(_)));
}
