//! Files that leave the window: opened by another program, shown in their folder; and what is asked and said before.

use std::path::PathBuf;

use conclave_peer::model::{Answer, ErrorCode, Failure, FileState, MessageState};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Said};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::{State, outside};

use crate::files::file;
use crate::render::draw;
use crate::sample::{self, ANA, NOW, act, answer, commands, desk, message, tell, user};

/// A conversation with a received document.
fn received(language: Language) -> State {
    let mut state = sample::chat(language);
    let mut sent = message(ANA, 50, "For Thursday", NOW, MessageState::Received);
    sent.file = Some(file(5, "../../Board pack Q4.pdf", "application/pdf", FileState::Done));
    let page = Answer::Messages { messages: vec![sent], more: false };
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), page);
    state
}

/// The question before it is opened.
pub(crate) fn opening(language: Language) -> State {
    let mut state = received(language);
    let _asked = act(&mut state, Act::OpenFile(file(5, "", "", FileState::Done).file));
    let _folder = tell(&mut state, Update::Outside(Some(PathBuf::from("/home/marie/Downloads"))));
    state
}

#[test]
fn what_another_program_gets_is_asked_first_and_says_where_it_goes() {
    let id = file(5, "", "", FileState::Done).file;
    let mut state = received(Language::En);
    let asked = commands(act(&mut state, Act::OpenFile(id)));
    assert_eq!(asked, [Command::Outside], "nothing is written before the word of the person");
    assert!(!draw(state).contains("readable copy"), "not before the place is known");
    let html = draw(opening(Language::En));
    assert!(html.contains("A readable copy is written into /home/marie/Downloads"), "{html}");
    assert!(html.contains("it is removed when Conclave locks or ends"), "{html}");
    assert!(draw(opening(Language::Fr)).contains("Une copie lisible est écrite dans /home/marie/Downloads"));
    let mut state = opening(Language::En);
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::OpenFile(id))));
    assert_eq!(asked, [Command::OpenFile { file: id, at: None }]);
    assert_eq!(desk(&state).overlay, None);
}

#[test]
fn what_was_written_is_shown_in_its_folder_and_opened_from_there() {
    let id = file(5, "", "", FileState::Done).file;
    let mut state = received(Language::En);
    assert!(act(&mut state, Act::Reveal(id)).is_empty(), "it is nowhere yet");
    assert!(!draw(state.clone()).contains("Show in folder"));
    let path = PathBuf::from("/home/marie/Board pack.pdf");
    let _written = tell(&mut state, Update::Written { file: id, result: Ok(Some(path.clone())) });
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Saved("Board pack.pdf".to_owned()));
    let html = draw(state.clone());
    for label in ["Open", "Show in folder", "Save as…"] {
        assert!(html.contains(&format!("aria-label=\"{label}\"")), "{label}");
    }
    assert_eq!(commands(act(&mut state, Act::Reveal(id))), [Command::Reveal(path.clone())]);
    let _asked = act(&mut state, Act::OpenFile(id));
    assert!(draw(state.clone()).contains("It was written into /home/marie and is opened from there"));
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::OpenFile(id))));
    assert_eq!(asked, [Command::OpenFile { file: id, at: Some(path) }]);
    let _none = tell(&mut state, Update::NoProgram);
    state.language = Language::Fr;
    assert!(draw(state).contains("Aucun programme de cet ordinateur"));
}

#[test]
fn a_copy_that_could_not_be_written_is_said() {
    let mut state = opening(Language::En);
    let id = file(5, "", "", FileState::Done).file;
    let failure = Failure::new(ErrorCode::PreviewNone);
    let _failed = tell(&mut state, Update::Written { file: id, result: Err(failure.clone()) });
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Failed(failure));
    assert!(desk(&state).outside.at(id).is_none());
}

#[test]
fn nothing_that_could_be_run_is_offered_to_other_programs() {
    for mime in [
        "application/x-executable",
        "text/x-shellscript",
        "text/html",
        "image/svg+xml",
        "application/octet-stream",
        "",
    ] {
        assert_eq!(outside::ending(mime), None, "{mime}");
    }
    assert_eq!(outside::ending("application/pdf"), Some("pdf"));
    let mut state = sample::chat(Language::En);
    let mut sent = message(ANA, 51, "", NOW, MessageState::Received);
    sent.file = Some(file(6, "x.desktop", "application/octet-stream", FileState::Done));
    let page = Answer::Messages { messages: vec![sent], more: false };
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), page);
    assert!(!draw(state.clone()).contains("aria-label=\"Open\""));
    let _asked = act(&mut state, Act::Show(Overlay::Keys));
}
