//! A conversation is taken off this computer.

use conclave_peer::model::{Answer, Call, ConversationCounts, ErrorCode, Failure, FileState, MessageState};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Said};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::preview::{self, Kind, Seen, Which};
use conclave_ui::state::{Effect, Page, State, field};

use crate::files::file;
use crate::render::draw;
use crate::sample::{self, ANA, NOW, act, answer, commands, desk, message, tell, user};

/// The question, with its numbers.
pub(crate) fn erasing(language: Language) -> State {
    let mut state = sample::chat(language);
    let _asked = act(&mut state, Act::Show(Overlay::Confirm(Confirm::Erase(user(ANA)))));
    let counts = ConversationCounts { messages: 214, files: 12, ..ConversationCounts::default() };
    let _counts = answer(&mut state, Purpose::Counted(user(ANA)), Answer::Counted(counts));
    state
}

#[test]
fn the_question_names_the_numbers_and_who_keeps_theirs() {
    let mut early = sample::chat(Language::En);
    let effects = act(&mut early, Act::Show(Overlay::Confirm(Confirm::Erase(user(ANA)))));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::SAFE))), "the safe button first");
    assert!(
        matches!(&commands(effects)[..], [Command::Ask(Purpose::Counted(_), call)] if matches!(**call, Call::ConversationCount(_)))
    );
    assert!(!draw(early).contains("leave this computer"), "no number before it is known");
    let html = draw(erasing(Language::En));
    assert!(html.contains("214 messages and 12 files leave this computer. Ana Ruiz keeps theirs."), "{html}");
    let html = draw(erasing(Language::Fr));
    assert!(
        html.contains("214 messages et 12 fichiers quittent cet ordinateur. Ana Ruiz garde les siens."),
        "{html}"
    );
}

#[test]
fn what_was_shown_of_it_goes_at_once_and_the_list_is_asked_for() {
    let mut state = erasing(Language::En);
    let mut picture = message(ANA, 40, "", NOW, MessageState::Received);
    picture.file = Some(file(8, "lake.png", "image/png", FileState::Done));
    let page = Answer::Messages { messages: vec![picture], more: false };
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), page);
    let shown = file(8, "", "", FileState::Done).file;
    let _look = act(&mut state, Act::Preview(preview::Act::Look(shown, Kind::Picture)));
    let token = "00112233445566778899aabbccddeeff".to_owned();
    let seen = Seen { token: token.clone(), width: 8, height: 6, pages: 1 };
    let _seen = tell(&mut state, Update::Seen { file: shown, which: Which::Small, seen: Some(seen) });
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::Erase(user(ANA)))));
    assert!(asked.contains(&Command::ForgetPictures(vec![token])), "{asked:?}");
    assert!(asked.iter().any(|command| matches!(command,
        Command::Ask(Purpose::Erased(_), call) if matches!(**call, Call::EraseConversation(_)))));
    assert!(desk(&state).open.is_none() && desk(&state).previews.view(shown, Which::Small).is_none());
    let asked = commands(answer(&mut state, Purpose::Erased(user(ANA)), Answer::Done {}));
    assert!(matches!(&asked[0], Command::Ask(Purpose::Conversations, _)));
    let person = desk(&state).roster.person(user(ANA)).unwrap();
    assert!(person.last.is_none() && person.unread == 0);
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Erased("Ana Ruiz".to_owned()));
}

#[test]
fn messages_that_still_wait_are_said_in_words() {
    let mut state = erasing(Language::En);
    let _asked = act(&mut state, Act::Confirmed(Confirm::Erase(user(ANA))));
    let waiting = Failure::new(ErrorCode::ApiState).with("state", "waiting");
    let refused = Update::Answer(Purpose::Erased(user(ANA)), Box::new(Err(waiting)));
    let _refused = tell(&mut state, refused);
    assert!(desk(&state).roster.person(user(ANA)).unwrap().last.is_some());
    assert!(draw(state).contains("Not deleted: messages to Ana Ruiz still wait"));
}

#[test]
fn the_menu_of_a_line_leads_there() {
    let mut state = sample::main(Language::En);
    let effects = act(&mut state, Act::Show(Overlay::Row(user(ANA))));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::FIRST))]);
    let html = draw(state.clone());
    for words in ["role=\"menu\"", "Keep on top", "Mute", "Delete conversation"] {
        assert!(html.contains(words), "{words}");
    }
    state.language = Language::Fr;
    assert!(draw(state).contains("Supprimer la conversation"));
}
