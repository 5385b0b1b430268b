//! Recovery codes while they are stored: after an enrolment, and with another phone.

use conclave_peer::model::{ErrorCode, Failure};
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::keeping::Act;
use conclave_ui::state::{Event, State, enrol, sign_in};

use crate::phone;
use crate::render::draw;
use crate::sample::{self, commands, door, run, tell};

fn typed(text: &str) -> Typed {
    Typed::new(text.to_owned())
}

fn keep(state: &mut State, act: Act) -> Vec<Command> {
    commands(state.update(Event::Enrol(enrol::Act::Keep(act))))
}

/// The page of the codes.
fn shown(language: Language) -> State {
    let mut state = sample::enrolling(language);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    state
}

/// The same before a file that is not encrypted.
pub(crate) fn warned(language: Language) -> State {
    let mut state = shown(language);
    assert_eq!(keep(&mut state, Act::Warn(true)), []);
    state
}

#[test]
fn one_typed_back_stands_for_the_tick() {
    for back in ["K7FQ-M2W3", "k7fq m2w3", "r4kq2mtw9xhbpz3cvnehysqdj3mwt9rar4kq2mtw9xhbpz3cvnehysqd"] {
        let mut state = shown(Language::En);
        assert!(draw(state.clone()).contains("disabled"));
        assert_eq!(keep(&mut state, Act::TypeBack(typed(back))), []);
        assert!(run(&state).keeping.stored, "{back}");
        assert!(draw(state).contains("checked"), "the tick shows it");
    }
}

#[test]
fn what_is_none_of_them_is_said_only_when_it_is_long_enough() {
    let mut state = shown(Language::En);
    let _begun = keep(&mut state, Act::TypeBack(typed("K7FQ-M2")));
    assert!(!run(&state).keeping.wrong, "it may become one");
    let _wrong = keep(&mut state, Act::TypeBack(typed("K7FQ-M2WX")));
    assert!(!run(&state).keeping.stored);
    assert!(draw(state.clone()).contains("This is none of those above"));
    let _right = keep(&mut state, Act::TypeBack(typed("K7FQ-M2W9")));
    assert!(run(&state).keeping.stored && !run(&state).keeping.wrong);
    let _off = keep(&mut state, Act::Stored(false));
    assert!(!run(&state).keeping.stored);
}

#[test]
fn a_file_comes_after_a_plain_warning_and_says_what_each_is_for() {
    let mut state = warned(Language::En);
    let html = draw(state.clone());
    assert!(html.contains("The file is not encrypted") && html.contains("Save it unencrypted"), "{html}");
    let mut thought_better = state.clone();
    let _no = keep(&mut thought_better, Act::Warn(false));
    assert!(!draw(thought_better).contains("The file is not encrypted"));
    let asked = keep(&mut state, Act::Save);
    let [Command::SaveText { name, text }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(name, "conclave-recovery.txt");
    for part in
        ["K7FQ-M2W0\n", "K7FQ-M2W9\n", "each replaces your phone once", "R4KQ-2MTW", "without the password"]
    {
        assert!(text.text().contains(part), "{part}");
    }
    assert!(!format!("{asked:?}").contains("K7FQ"), "codes are never printed");
    assert_eq!(keep(&mut state, Act::Save), [], "one dialog at a time");
    let _written = tell(&mut state, Update::Saved(Ok(Some("codes.txt".to_owned()))));
    assert!(draw(state.clone()).contains("Written as codes.txt, not encrypted"));
    assert!(!run(&state).keeping.stored, "a file on this computer is not a safe place");
    assert!(draw(warned(Language::Fr)).contains("Le fichier n&#39;est pas chiffré"));
}

#[test]
fn a_disk_that_takes_nothing_is_said() {
    let mut state = warned(Language::En);
    let _asked = keep(&mut state, Act::Save);
    let failure = Failure::new(ErrorCode::FileUnreadable).with("file", "codes.txt");
    let _failed = tell(&mut state, Update::Saved(Err(failure)));
    assert!(draw(state.clone()).contains("codes.txt"));
    assert!(matches!(&keep(&mut state, Act::Save)[..], [Command::SaveText { .. }]), "once more");
}

#[test]
fn copying_the_codes_is_not_copying_the_digits() {
    let mut state = shown(Language::En);
    let asked = keep(&mut state, Act::Copy);
    assert!(
        matches!(&asked[..], [Command::Copy(text)] if text.text().ends_with("\n\nR4KQ-2MTW-9XHB-PZ3C-VNEH-YSQD-J3MW-T9RA-R4KQ-2MTW-9XHB-PZ3C-VNEH-YSQD\n"))
    );
    let _done = tell(&mut state, Update::Copied(true));
    assert!(run(&state).keeping.copied && run(&state).copied.is_none());
}

#[test]
fn the_codes_of_another_phone_are_stored_the_same_way() {
    let mut state = phone::proven(Language::Fr);
    let act = |act| Event::SignIn(sign_in::Act::Phone(sign_in::phone::Act::Keep(act)));
    let _warned = state.update(act(Act::Warn(true)));
    assert!(draw(state.clone()).contains("Enregistrer sans chiffrement"));
    let asked = commands(state.update(act(Act::Save)));
    assert!(matches!(&asked[..], [Command::SaveText { name, text }]
        if name == "conclave-secours.txt" && text.text().contains("K7FQ-M2W5") && !text.text().contains("R4KQ")));
    let _written = tell(&mut state, Update::Saved(Ok(Some("codes.txt".to_owned()))));
    assert_eq!(door(&state).phone.keeping.saved.as_deref(), Some("codes.txt"));
    let _back = state.update(act(Act::TypeBack(typed("K7FQ-M2W1"))));
    assert!(door(&state).phone.keeping.stored);
}
