//! Technical details: wherever an error is said, closed at first, and nothing of a person in them.

use conclave_peer::model::{ErrorCode, Failure, FileId, MessageFault, MessageState};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::{Language, Words};
use conclave_ui::state::main::Act;
use conclave_ui::state::technical::{self, Subject};
use conclave_ui::state::{Event, Screen, State};
use jiff::tz::TimeZone;

use crate::render::draw;
use crate::sample::{self, ANA, MINUTE, NOW, act, answer, commands, desk, tell, user};

fn says(failure: &Failure, about: &[Subject]) -> String {
    technical::text(&technical::rows(Words::of(Language::En), failure, NOW, &TimeZone::UTC, about))
}

#[test]
fn they_hold_code_time_and_ids_and_nothing_that_somebody_named() {
    let device = "0b".repeat(16);
    let failure = Failure::new(ErrorCode::FileUnreadable)
        .with("file", "Salaries of Ana Ruiz.pdf")
        .with("why", "/home/ana/Salaries: No such file")
        .with("host", "login.verdane.example:1337")
        .with("name", "Ana Ruiz")
        .with("path", "/home/ana")
        .with("reasons", vec!["contains your name"])
        .with("state", "no new phone")
        .with("field", "<b>Ana</b>")
        .with("device", device.clone())
        .with("size", 12);
    let said = says(&failure, &[Subject::File(FileId([7; 32])), Subject::Person(user(ANA))]);
    for part in
        ["Code: E-FILE-2\n", "Time: 2026-11-22 14:05:00 +00:00\n", "size: 12\n", "state: no new phone\n"]
    {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    for id in [device, "07".repeat(32), "01".repeat(16)] {
        assert!(said.contains(&id), "{id} is not in {said}");
    }
    for word in ["Ana", "Salaries", "home", "verdane", "contains", "<b>"] {
        assert!(!said.contains(word), "{word} is in {said}");
    }
}

/// Each place that says an error, in its state.
pub(crate) fn places(language: Language) -> Vec<(&'static str, State)> {
    let busy = || Failure::new(ErrorCode::ApiBusy);
    let mut closed = sample::opening(language);
    let _closed = tell(&mut closed, Update::Closed(Failure::new(ErrorCode::StoreInUse)));

    let mut door = sample::opening(language);
    let _first = tell(&mut door, sample::status(true, true, false));
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = door.update(Event::SignIn(password));
    let _wrong = tell(&mut door, Update::Unlocked(Err(Failure::new(ErrorCode::StorePassword))));

    let mut toast = sample::chat(language);
    let _said = tell(&mut toast, Update::Answer(Purpose::Quiet, Box::new(Err(busy()))));

    let mut unsent = sample::chat(language);
    let sent = commands(act(&mut unsent, Act::Send { to: user(ANA), text: "hello".to_owned() }));
    let Some(Command::Ask(purpose, _)) = sent.into_iter().next() else { panic!("not sent") };
    let _refused = tell(&mut unsent, Update::Answer(purpose, Box::new(Err(busy()))));

    let mut failed = sample::chat(language);
    let mut message = sample::message(ANA, 20, "hello", NOW - MINUTE, MessageState::Failed);
    message.error = Some(MessageFault { code: ErrorCode::MessageSessionBroken.text().to_owned() });
    let _newest = answer(
        &mut failed,
        Purpose::Newest(user(ANA)),
        conclave_peer::model::Answer::Messages { messages: vec![message], more: false },
    );
    vec![
        ("closed", closed),
        ("door", door),
        ("toast", toast),
        ("unsent", unsent),
        ("failed", failed),
        ("file", crate::files::stopped(language, ErrorCode::FileUnreadable)),
        ("stop", crate::banner::own_keys(language)),
    ]
}

#[test]
fn every_place_has_them_and_they_are_closed() {
    for (language, words) in [(Language::En, "Technical details"), (Language::Fr, "Détails techniques")] {
        for (place, state) in places(language) {
            let html = draw(state);
            let (before, _) = html.split_once(words).unwrap_or_else(|| panic!("{place}: {html}"));
            let button = before.rsplit_once("<button").unwrap().1;
            assert!(button.contains("aria-expanded=\"false\""), "{place}: {button}");
            for code in ErrorCode::ALL {
                assert!(!html.contains(code.text()), "{place} shows {code}");
            }
        }
    }
}

#[test]
fn what_went_wrong_stands_until_it_is_closed_and_the_rest_goes_by_itself() {
    let mut state = sample::chat(Language::En);
    let _said = tell(&mut state, Update::Copied(true));
    assert!(desk(&state).note.is_some());
    let _later = state.update(Event::Clock(NOW + MINUTE));
    assert_eq!(desk(&state).note, None);

    let failed = Update::Answer(Purpose::Quiet, Box::new(Err(Failure::new(ErrorCode::ApiBusy))));
    let _said = tell(&mut state, failed.clone());
    let _later = state.update(Event::Clock(NOW + 60 * MINUTE));
    let copied = commands(state.update(Event::Copy("E-API-8".to_owned())));
    assert!(matches!(&copied[..], [Command::CopyText(text)] if text.text() == "E-API-8"));
    let before = state.copies;
    let _copied = tell(&mut state, Update::Copied(true));
    assert_eq!(state.copies, before + 1, "the button says so");
    assert!(draw(state.clone()).contains("toast failed"), "copying its details does not take it away");
    let _closed = act(&mut state, Act::CloseNote);
    assert_eq!(desk(&state).note, None);
    let _said = tell(&mut state, failed);
    let _escape = state.update(Event::Key(conclave_ui::state::shortcut::Shortcut::Escape));
    assert_eq!(desk(&state).note, None);
    let Screen::Main(main) = &state.screen else { panic!("not in the main window") };
    assert!(main.open.is_some(), "Escape took the note alone");
}

#[cfg(feature = "desktop")]
mod open {
    use std::any::Any;
    use std::rc::Rc;

    use conclave_ui::app::{Preview, PreviewProps};
    use dioxus::core::ElementId;
    use dioxus::html::{
        PlatformEventData, SerializedHtmlEventConverter, SerializedMouseData, set_event_converter,
    };
    use dioxus::prelude::{Event, VirtualDom};

    use super::*;

    /// Elements that are tried: the screen of a closed profile has fewer.
    const ELEMENTS: usize = 200;

    /// The page of a closed profile after the turn of its details was clicked on.
    pub(crate) fn opened(language: Language) -> String {
        set_event_converter(Box::new(SerializedHtmlEventConverter));
        let mut state = sample::opening(language);
        let _closed = tell(&mut state, Update::Closed(Failure::new(ErrorCode::StoreInUse)));
        let mut dom = VirtualDom::new_with_props(Preview, PreviewProps { state });
        dom.rebuild_in_place();
        let click = || {
            let data = PlatformEventData::new(Box::<SerializedMouseData>::default());
            Event::new(Rc::new(data) as Rc<dyn Any>, false)
        };
        for id in 1..ELEMENTS {
            dom.runtime().handle_event("click", click(), ElementId(id));
            dom.render_immediate(&mut dioxus::core::NoOpMutations);
            let html = dioxus_ssr::render(&dom);
            if html.contains("aria-expanded=\"true\"") {
                return html;
            }
        }
        panic!("nothing opened");
    }

    #[test]
    fn a_click_shows_them_with_a_copy() {
        let html = opened(Language::En);
        for part in
            ["<dl", "E-STORE-2", "2026-11-22 14:05:00 +00:00", "aria-label=\"Copy the technical details\""]
        {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }
}
