//! Safety numbers: compared, changed, accepted.

use conclave_peer::model::{Answer, Call, Event as Happened, SafetyChange, SafetyLevel};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::{State, safety};

use crate::render::draw;
use crate::sample::{self, ANA, NOW, act, commands, desk, happened, tell, user};

/// As long as the engine makes it.
pub(crate) fn number_qr() -> String {
    format!("CONCLAVE1:{}", "q83vEjRWeJCrze-S".repeat(14))
}

fn number(change: bool) -> Answer {
    Answer::Safety {
        digits: "38472 91056 22718 64409 15873 90262 47735 08194 66021 53987 12640 78359".to_owned(),
        qr: number_qr(),
        level: SafetyLevel::Directory,
        since: None,
        change: change.then(|| SafetyChange {
            cause: "reset".to_owned(),
            admin: Some("Paul Weber".to_owned()),
            time: NOW,
        }),
    }
}

/// A conversation whose safety number changed.
pub(crate) fn changed(language: Language) -> State {
    let mut state = sample::chat(language);
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(true));
    state
}

/// The dialog of two people who compare.
pub(crate) fn comparing(language: Language) -> State {
    let mut state = sample::chat(language);
    let _open = act(&mut state, Act::Safety(safety::Act::Compare(user(ANA))));
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(false));
    state
}

#[test]
fn a_changed_number_blocks_the_composer_until_it_is_accepted() {
    let mut state = changed(Language::En);
    assert!(desk(&state).safety.change(user(ANA)).is_some());
    let _asked = act(&mut state, Act::Show(Overlay::Confirm(Confirm::AcceptKey(user(ANA)))));
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::AcceptKey(user(ANA)))));
    assert!(matches!(&asked[..], [Command::Ask(_, accept), Command::Ask(_, get)]
        if matches!(**accept, Call::SafetyAccept(_)) && matches!(**get, Call::SafetyGet(_))));
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(false));
    assert!(desk(&state).safety.change(user(ANA)).is_none());
}

#[test]
fn a_number_that_changes_is_asked_for_at_once() {
    let mut state = sample::chat(Language::En);
    let event =
        Happened::SafetyChanged { user: user(ANA), cause: "reset".to_owned(), admin: None, time: NOW };
    let asked = commands(tell(&mut state, happened(event)));
    assert!(
        asked
            .iter()
            .any(|command| matches!(command, Command::Ask(Purpose::Safety(who), _) if *who == user(ANA)))
    );
}

#[test]
fn comparing_sends_the_digits_and_closes_when_they_match() {
    let mut state = comparing(Language::En);
    let asked = commands(act(&mut state, Act::Safety(safety::Act::Match)));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Verified(_), call)]
        if matches!(&**call, Call::SafetyVerify(verify) if verify.digits.as_deref().unwrap().starts_with("38472"))));
    let _match = sample::answer(&mut state, Purpose::Verified(user(ANA)), Answer::Match { matches: true });
    assert_eq!(desk(&state).overlay, None);
}

#[test]
fn numbers_that_differ_are_taken_back_and_said() {
    let mut state = comparing(Language::En);
    let asked = commands(act(&mut state, Act::Safety(safety::Act::Differ)));
    assert!(matches!(&asked[0], Command::Ask(_, call) if matches!(**call, Call::SafetyUnverify(_))));
    assert!(matches!(&desk(&state).overlay, Some(Overlay::Safety(compare)) if compare.differ));
}

/// A picture was read that holds no safety number.
pub(crate) fn unread(language: Language) -> State {
    let mut state = comparing(language);
    let _asked = act(&mut state, Act::ReadNumber("/home/marie/holiday.jpg".into()));
    let _read = tell(&mut state, Update::CodeRead(None));
    state
}

#[test]
fn a_code_in_a_picture_is_compared_by_the_engine() {
    let mut state = comparing(Language::En);
    assert!(tell(&mut state, Update::CodeRead(Some(Typed::new(number_qr())))).is_empty(), "nobody asked");
    let asked = commands(act(&mut state, Act::ReadNumber("/home/marie/number.png".into())));
    assert!(matches!(&asked[..], [Command::ReadCode(_)]));
    let asked = commands(tell(&mut state, Update::CodeRead(Some(Typed::new(number_qr())))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Verified(who), call)]
        if *who == user(ANA) && matches!(&**call, Call::SafetyVerify(verify) if verify.qr == Some(number_qr()) && verify.digits.is_none())));
    let mut differs = state.clone();
    let _differ =
        sample::answer(&mut differs, Purpose::Verified(user(ANA)), Answer::Match { matches: false });
    assert!(draw(differs).contains("Then somebody may be in between"));
    let _match = sample::answer(&mut state, Purpose::Verified(user(ANA)), Answer::Match { matches: true });
    assert_eq!(desk(&state).overlay, None);
    assert!(draw(state).contains("The numbers match. The safety number of Ana Ruiz is compared by you."));
}

#[test]
fn a_picture_without_a_safety_number_is_said_and_compares_nothing() {
    for (language, words) in [
        (Language::En, "No safety number could be read in this picture."),
        (Language::Fr, "Aucun numéro de sécurité n&#39;a pu être lu dans cette image."),
    ] {
        assert!(draw(unread(language)).contains(words), "{words}");
    }
    let mut state = comparing(Language::En);
    let _asked = act(&mut state, Act::ReadNumber("/home/marie/invite.png".into()));
    let invite = Typed::new("conclave://login.example:1337/4F2A".to_owned());
    assert!(tell(&mut state, Update::CodeRead(Some(invite))).is_empty());
    assert!(draw(state).contains("No safety number"));
}
