//! Another phone by the code of an administrator: at the door, with the password that was typed there.

use conclave_peer::model::{EnrolAccount, ErrorCode, Event as Happened, Failure, RecoveryCodes, ServerLink};
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::sign_in::phone::Act;
use conclave_ui::state::sign_in::{self, Step};
use conclave_ui::state::{Effect, Event, Page, Screen, State, field, keeping, main};

use crate::render::draw;
use crate::sample::{self, commands, door, happened, tell};

fn act(state: &mut State, act: Act) -> Vec<Effect> {
    state.update(Event::SignIn(sign_in::Act::Phone(act)))
}

fn typed(text: &str) -> Typed {
    Typed::new(text.to_owned())
}

fn codes() -> RecoveryCodes {
    RecoveryCodes { recovery_codes: sample::recovery().recovery_codes }
}

/// The field of the administrator's code.
pub(crate) fn asked(language: Language) -> State {
    let mut state = sample::opened(language);
    let _door = state.update(Event::Main(main::Act::SignIn));
    let _begin = act(&mut state, Act::Begin);
    state
}

/// The new authenticator.
pub(crate) fn given(language: Language) -> State {
    let mut state = asked(language);
    let _sent = act(&mut state, Act::SubmitCode(typed("7QK2-M9XD-4TRA-HH3P-WZ8C")));
    let secret: EnrolAccount = sample::secret();
    let _secret = tell(&mut state, Update::PhoneGiven(Ok(secret)));
    state
}

/// Its recovery codes.
pub(crate) fn proven(language: Language) -> State {
    let mut state = given(language);
    let _code = act(&mut state, Act::Prove(typed("123456")));
    let _codes = tell(&mut state, Update::PhoneProven(Ok(codes())));
    state
}

#[test]
fn the_code_page_leads_to_a_new_phone() {
    let mut state = sample::opened(Language::En);
    let _door = state.update(Event::Main(main::Act::SignIn));
    assert!(draw(state.clone()).contains("I have a code for a new phone"));
    let effects = act(&mut state, Act::Begin);
    assert_eq!(effects, [Effect::Page(Page::Focus(field::PHONE_CODE))]);
    let html = draw(state.clone());
    assert!(html.contains("Code from your administrator") && html.contains("id=\"phone-code\""), "{html}");
    assert_eq!(commands(act(&mut state, Act::SubmitCode(typed(" ")))), [], "nothing was typed");
    let asked = commands(act(&mut state, Act::SubmitCode(typed(" 7QK2-M9XD-4TRA-HH3P-WZ8C\n"))));
    assert_eq!(asked, [Command::ReplacePhone(typed("7QK2-M9XD-4TRA-HH3P-WZ8C"))]);
}

#[test]
fn a_refused_code_is_said_beside_its_field() {
    let mut state = asked(Language::Fr);
    let _sent = act(&mut state, Act::SubmitCode(typed("7QK2-M9XD-4TRA-HH3P-WZ8C")));
    let refused = Failure::new(ErrorCode::AuthRefused);
    let effects = tell(&mut state, Update::PhoneGiven(Err(refused)));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::PHONE_CODE))]);
    let html = draw(state);
    assert!(
        html.contains("Identifiant, mot de passe ou code incorrect")
            && html.contains("aria-invalid=\"true\"")
    );
}

#[test]
fn the_secret_of_the_new_phone_is_a_qr_and_letters_in_groups() {
    let mut state = given(Language::Fr);
    let html = draw(state.clone());
    assert!(html.contains("JBSW Y3DP EHPK 3PXP") && html.contains("Code à six chiffres"), "{html}");
    let copied = commands(act(&mut state, Act::CopySecret));
    assert_eq!(copied, [Command::Copy(typed("JBSWY3DPEHPK3PXP"))]);
    let _done = tell(&mut state, Update::Copied(true));
    assert!(draw(state).contains("Copié"));
}

#[test]
fn a_wrong_first_code_empties_the_field_and_keeps_the_secret() {
    let mut state = given(Language::En);
    let before = door(&state).attempt;
    assert_eq!(
        commands(act(&mut state, Act::Prove(typed("000000")))),
        [Command::ProvePhone(typed("000000"))]
    );
    let effects = tell(&mut state, Update::PhoneProven(Err(Failure::new(ErrorCode::AuthRefused))));
    assert_eq!(effects, [Effect::Page(Page::FocusCode(before + 1))]);
    assert_eq!(door(&state).step, Step::Phone);
    assert!(draw(state).contains("JBSW Y3DP EHPK 3PXP"));
}

#[test]
fn the_new_codes_stay_until_they_are_stored_though_the_session_has_begun() {
    let mut state = given(Language::En);
    let _code = act(&mut state, Act::Prove(typed("123456")));
    let online = Happened::ServerState {
        state: ServerLink::Online,
        since: sample::NOW,
        next_try_at: None,
        directory_age: 0,
    };
    let _early = tell(&mut state, happened(online.clone()));
    let _codes = tell(&mut state, Update::PhoneProven(Ok(codes())));
    let _late = tell(&mut state, happened(online));
    let html = draw(state.clone());
    assert!(
        html.contains("K7FQ-M2W9") && html.contains("no longer work") && html.contains("disabled"),
        "{html}"
    );
    assert_eq!(door(&state).phone.secret, None, "the secret is not needed any more");
    let _stored = act(&mut state, Act::Keep(keeping::Act::Stored(true)));
    let asked = commands(state.update(Event::SignIn(sign_in::Act::Enter)));
    assert_eq!(asked.first(), Some(&Command::ForgetPassword));
    assert!(matches!(&state.screen, Screen::Main(main) if main.logged_in));
}
