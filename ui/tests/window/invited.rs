//! Where an invite link comes from: a picture of its QR code, or an address that was opened outside of the window.

use std::path::PathBuf;

use conclave_peer::model::ErrorCode;
use conclave_peer::model::Failure;
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Said;
use conclave_ui::state::{Effect, Event, Page, State, enrol, field, sign_in};

use crate::door::locked;
use crate::render::draw;
use crate::sample::{self, commands, desk, door, run, tell};

const LINK: &str = "conclave://login.verdane.example:1337/4F2A91C0";

fn link() -> Typed {
    Typed::new(LINK.to_owned())
}

fn at_the_link(language: Language) -> State {
    let mut state = sample::opening(language);
    let _first = tell(&mut state, sample::status(true, false, false));
    let _link = state.update(Event::Enrol(enrol::Act::HaveLink));
    state
}

fn read(state: &mut State, says: Option<&str>) -> Vec<Command> {
    let picture = PathBuf::from("/home/marie/invite.png");
    let asked = commands(state.update(Event::Enrol(enrol::Act::ReadCode(picture.clone()))));
    assert_eq!(asked, [Command::ReadCode(picture)]);
    assert!(run(state).busy);
    commands(tell(state, Update::CodeRead(says.map(|text| Typed::new(text.to_owned())))))
}

/// A picture without a link in it.
pub(crate) fn no_link(language: Language) -> State {
    let mut state = at_the_link(language);
    assert_eq!(read(&mut state, None), []);
    state
}

/// A link that was opened before the window was.
pub(crate) fn given(language: Language) -> State {
    let mut state = sample::opening(language);
    let effects = tell(&mut state, Update::Invited(link()));
    assert_eq!(effects, [Effect::Page(Page::Front)]);
    let effects = tell(&mut state, sample::status(true, false, false));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::LINK))), "{effects:?}");
    state
}

#[test]
fn the_link_in_a_picture_is_asked_about_at_once() {
    let mut state = at_the_link(Language::En);
    let code = Typed::new("CONCLAVE1:AqrnA".to_owned());
    assert_eq!(
        read(&mut state, Some(code.text())),
        [Command::EnrolStart(code)],
        "what an administrator's picture says"
    );
    let mut state = at_the_link(Language::En);
    assert!(draw(state.clone()).contains("Read its QR code from a picture"));
    assert_eq!(read(&mut state, Some(LINK)), [Command::EnrolStart(link())]);
    let _used = tell(&mut state, Update::EnrolStarted(Err(Failure::new(ErrorCode::AccountInvite))));
    assert!(draw(state).contains(LINK), "it stands in the field");
}

#[test]
fn a_code_that_is_no_invitation_asks_nobody() {
    for says in [None, Some("https://example.org/"), Some("conclave://a\nb")] {
        let mut state = at_the_link(Language::En);
        assert_eq!(read(&mut state, says), [], "{says:?}");
        let html = draw(state.clone());
        assert!(html.contains("There is no invite link in this picture") && html.contains("role=\"alert\""));
        let _typed = state.update(Event::Enrol(enrol::Act::SubmitLink(link())));
        assert!(!draw(state).contains("There is no invite link in this picture"));
    }
    assert!(draw(no_link(Language::Fr)).contains("Aucun lien d&#39;invitation dans cette image"));
}

#[test]
fn an_opened_link_waits_in_its_field_for_the_person() {
    let mut state = given(Language::En);
    let html = draw(state.clone());
    assert!(html.contains(LINK) && html.contains("Go on only if it came from your administrator"), "{html}");
    let other = Typed::new("conclave://elsewhere/1".to_owned());
    let effects = tell(&mut state, Update::Invited(other.clone()));
    assert_eq!(commands(effects), [], "nobody is asked before the person says so");
    assert_eq!(run(&state).link, other);
    assert!(draw(given(Language::Fr)).contains("s&#39;il vient de votre administrateur"));
}

#[test]
fn an_enrolment_under_way_keeps_its_link() {
    let mut state = sample::enrolling(Language::En);
    let before = run(&state).clone();
    assert_eq!(tell(&mut state, Update::Invited(link())), [Effect::Page(Page::Front)]);
    assert_eq!(*run(&state), before);
}

#[test]
fn where_an_account_is_a_link_changes_nothing_and_says_why() {
    let mut state = sample::main(Language::En);
    assert_eq!(commands(tell(&mut state, Update::Invited(link()))), []);
    assert_eq!(desk(&state).note.as_ref().map(|note| &note.what), Some(&Said::Invited));
    assert!(draw(state).contains("There is an account in this profile already"));
    let mut state = locked(Language::Fr);
    let _told = tell(&mut state, Update::Invited(link()));
    assert!(door(&state).locked);
    assert!(draw(state).contains("Ce profil a déjà un compte"));
}

#[test]
fn at_the_door_of_an_empty_profile_a_link_leads_to_the_first_run() {
    let mut state = at_the_link(Language::En);
    let _door = state.update(Event::Enrol(enrol::Act::HaveAccount));
    let password = sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let _none = tell(&mut state, Update::Unlocked(Err(Failure::new(ErrorCode::ApiState))));
    let _told = tell(&mut state, Update::Invited(link()));
    assert_eq!(run(&state).link, link());
}
