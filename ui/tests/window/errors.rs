//! Every error code: its words with every variable filled, in both languages, and the act that its row names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use conclave_peer::model::{
    Answer, Direction, ErrorCode, Failure, File, FileState, MessageFault, MessageState,
};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::{Language, Words};
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::{Overlay, Source};
use conclave_ui::state::preview::Which;
use conclave_ui::state::remedy::Remedy;
use conclave_ui::state::{Event, Screen, State, enrol};

use crate::files::{file, stopped};
use crate::render::draw;
use crate::sample::{self, ANA, NOW, act, answer, commands, desk, tell, user};

/// An error with every variable of its words, and what its row of the table lets one do. A code that is not here fails.
fn row(code: ErrorCode) -> (Failure, &'static [Remedy]) {
    use ErrorCode as E;
    let plain = Failure::new(code);
    let waits = |ms| Failure { retry_after_ms: Some(ms), ..Failure::new(code) };
    let name = || Failure::new(code).with("name", "Ana Ruiz");
    let file = || Failure::new(code).with("file", "Budget.xlsx");
    let room = || Failure::new(code).with("room", "Lounge");
    match code {
        E::AuthRefused | E::AuthCodeReused => (plain, &[]),
        E::AuthThrottled | E::AuthKicked => (waits(90_000), &[]),
        E::AuthBanned => (plain.with("reason", "left the firm").with("contact", "Bob Ünal"), &[]),
        E::SessionElsewhere => (plain.with("device", "Office PC").with("time", NOW), &[]),
        E::SessionEnded | E::ApiLogin => (plain, &[Remedy::SignIn]),
        E::AccountName | E::AccountNameTaken | E::AccountInvite | E::AccountPending => (plain, &[]),
        E::AccountPassword => (plain.with("reasons", vec!["contains your name"]), &[]),
        E::ServerUnreachable => (plain.with("host", "login.example:1337"), &[Remedy::TryNow]),
        E::ServerIdentity | E::DirectoryFault | E::DirectoryOwnKeys => (plain, &[]),
        E::ServerVersion => (plain.with("v", "1.4"), &[]),
        E::ServerBusy => (waits(4_000), &[]),
        E::Clock => (plain.with("n", 7), &[Remedy::TryNow]),
        E::PeerOffline | E::MessageUnopened | E::DropBoxFull => (name(), &[]),
        E::PeerNoPath => (name().with("reason", "relaying is off"), &[Remedy::CheckConnection]),
        E::PeerRefused => (name(), &[Remedy::CheckConnection]),
        E::KeyChanged => {
            let changed = name().with("date", NOW).with("cause", "administrator Bob");
            (changed, &[Remedy::Compare, Remedy::Accept])
        }
        E::MessageSessionBroken => (name(), &[Remedy::Compare]),
        E::MessageTooLong => (plain.with("n", 120), &[Remedy::SendAsFile]),
        E::FileTooLarge => (file().with("size", 7_100_000).with("max", 5_000_000), &[]),
        E::FileUnreadable => (file(), &[Remedy::TryAgain]),
        E::FileDamaged | E::FileGone => (file(), &[]),
        E::FileStopped => {
            let stopped = name().with("pct", "45 %").with("done", 3_200_000).with("size", 7_100_000);
            (stopped, &[])
        }
        E::DiskFull => (plain.with("need", 9_000_000).with("free", 1_000), &[Remedy::TryAgain]),
        E::PreviewNone => (plain, &[Remedy::Save]),
        E::RoomPending | E::RoomDeclined | E::RoomNotAllowed => (room(), &[]),
        E::Blocked => (name(), &[Remedy::Unblock]),
        E::StorePassword | E::StoreNewer => (plain, &[]),
        E::StoreInUse => (plain, &[Remedy::ShowIt]),
        E::StoreDamaged => (plain.with("n", 812).with("m", 3), &[Remedy::Restore, Remedy::SaveReport]),
        E::ApiMethod => (plain.with("method", "x.y"), &[]),
        E::ApiParams => (plain.with("field", "limit"), &[]),
        E::ApiState => (plain.with("state", "enrolled"), &[]),
        E::ApiLine | E::ApiLocked | E::ApiNotFound | E::ApiConflict | E::ApiBusy => (plain, &[]),
        E::Bug => (plain, &[Remedy::CopyReport]),
        _ => panic!("{code} has no row here: say its variables and what helps"),
    }
}

/// The text of a code in the engine's words, and the variables in it.
fn text(language: &str, code: ErrorCode) -> (String, BTreeSet<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peer/i18n").join(language).join("errors.ftl");
    let all = fs::read_to_string(path).unwrap();
    let line = all.lines().find_map(|line| line.strip_prefix(&format!("{code} = "))).unwrap();
    let names = line.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()).collect();
    (line.to_owned(), names)
}

#[test]
fn every_code_says_all_of_its_words_in_both_languages() {
    for code in ErrorCode::ALL {
        let (failure, _) = row(*code);
        for (language, folder) in [(Language::En, "en"), (Language::Fr, "fr")] {
            let said = Words::of(language).failure(&failure);
            let (text, names) = text(folder, *code);
            assert!(!said.contains(['{', '}', '$']), "{code}: {said}");
            // The words between the variables, in their order: the full text was said, not the one without them.
            let mut rest = said.as_str();
            for part in text.split('{').map(|part| part.split_once('}').map_or(part, |(_, after)| after)) {
                let (value, after) =
                    rest.split_once(part).unwrap_or_else(|| panic!("{code}: {part:?} in {said:?}"));
                assert!(
                    part.is_empty() || rest.len() == said.len() || !value.is_empty(),
                    "{code} leaves a gap: {said}"
                );
                rest = after;
            }
            assert!(names.is_empty() || !said.contains("  "), "{code} has an empty value: {said}");
            assert!(said.chars().any(|letter| ".?".contains(letter)), "{code} is no sentence: {said}");
        }
    }
}

#[test]
fn every_code_has_the_acts_of_its_row_and_no_others() {
    let mut used = BTreeSet::new();
    for code in ErrorCode::ALL {
        let (_, remedies) = row(*code);
        assert_eq!(Remedy::of(*code), remedies, "{code}");
        for remedy in remedies {
            used.insert(remedy.key());
            for language in Language::ALL {
                let label = Words::of(language).say(remedy.key());
                assert!(label != remedy.key() && !label.is_empty(), "{remedy:?} has no words");
            }
        }
    }
    assert_eq!(used.len(), 13, "{used:?}");
}

/// A message of mine that stopped for a reason.
fn failed(language: Language, code: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let mut message = sample::message(ANA, 20, "hello", NOW, MessageState::Failed);
    message.error = Some(MessageFault { code: code.text().to_owned() });
    let _newest = answer(
        &mut state,
        Purpose::Newest(user(ANA)),
        Answer::Messages { messages: vec![message], more: false },
    );
    state
}

/// A text that the engine did not take.
fn refused(language: Language, code: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let sent = commands(act(&mut state, Act::Send { to: user(ANA), text: "a long text".to_owned() }));
    let Some(Command::Ask(purpose, _)) = sent.into_iter().next() else { panic!("not sent") };
    let _refused = tell(&mut state, Update::Answer(purpose, Box::new(Err(row(code).0))));
    state
}

/// Something that was said at the foot of the window.
fn said(language: Language, code: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let _said = tell(&mut state, Update::Answer(Purpose::Quiet, Box::new(Err(row(code).0))));
    state
}

/// A file that was not taken.
fn unsent(language: Language, code: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let _sheet = act(&mut state, Act::Attach(vec!["/tmp/terrace.jpg".into()]));
    let sent = commands(act(&mut state, Act::SendFiles { caption: "look".to_owned() }));
    let Some(Command::SendFile { to, file, caption }) = sent.into_iter().next() else { panic!("not sent") };
    let result = Box::new(Err(row(code).0));
    let _refused = tell(&mut state, Update::FileSent { to, file, caption, result });
    state
}

fn closed(language: Language, code: ErrorCode) -> State {
    let mut state = sample::opening(language);
    let _closed = tell(&mut state, Update::Closed(row(code).0));
    state
}

/// At the door, with messages that cannot be opened.
fn door(language: Language, code: ErrorCode) -> State {
    let mut state = sample::opening(language);
    let _first = tell(&mut state, sample::status(true, true, false));
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let _damaged = tell(&mut state, Update::Unlocked(Err(row(code).0)));
    state
}

/// A film that cannot be shown.
fn blind(language: Language, _: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let film = File { direction: Direction::In, ..file(7, "site.webm", "video/webm", FileState::Done) };
    let mut messages = sample::history();
    messages[0].file = Some(film.clone());
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    let _none = tell(&mut state, Update::Seen { file: film.file, which: Which::Stream, seen: None });
    state
}

#[test]
fn the_acts_stand_beside_the_words() {
    type Place = fn(Language, ErrorCode) -> State;
    let places: [(Place, ErrorCode); 18] = [
        (closed, ErrorCode::StoreInUse),
        (closed, ErrorCode::StoreDamaged),
        (closed, ErrorCode::Bug),
        (door, ErrorCode::StoreDamaged),
        (door, ErrorCode::Bug),
        (said, ErrorCode::StoreDamaged),
        (said, ErrorCode::Bug),
        (said, ErrorCode::Clock),
        (said, ErrorCode::ServerUnreachable),
        (said, ErrorCode::ApiLogin),
        (refused, ErrorCode::MessageTooLong),
        (failed, ErrorCode::KeyChanged),
        (failed, ErrorCode::MessageSessionBroken),
        (failed, ErrorCode::Blocked),
        (failed, ErrorCode::PeerNoPath),
        (unsent, ErrorCode::FileUnreadable),
        (stopped, ErrorCode::FileUnreadable),
        (blind, ErrorCode::PreviewNone),
    ];
    for (place, code) in places {
        for language in Language::ALL {
            let html = draw(place(language, code));
            let (_, buttons) = html.split_once("btns remedies").unwrap_or_else(|| panic!("{code}: {html}"));
            let buttons = buttons.split("</div>").next().unwrap();
            for remedy in row(code).1 {
                let label = Words::of(language).say(remedy.key()).replace('\'', "&#39;");
                assert!(
                    buttons.contains(&format!(">{label}</button>")),
                    "{code}: {label} is not in {buttons}"
                );
            }
        }
    }
}

#[test]
fn a_text_that_is_too_long_goes_as_a_file_and_stays_until_it_went() {
    let mut state = refused(Language::En, ErrorCode::MessageTooLong);
    let number = desk(&state).open.as_ref().unwrap().unsent[0].number;
    let left = |state: &State| desk(state).open.as_ref().unwrap().unsent.len();
    let _sheet = act(&mut state, Act::SendAsFile(number));
    let Some(Overlay::Attach(attach)) = &desk(&state).overlay else { panic!("no sheet") };
    assert_eq!(attach.files[0].name, "message.txt");
    assert!(matches!(&attach.files[0].source, Source::Memory(bytes) if bytes.as_slice() == b"a long text"));
    let _away = act(&mut state, Act::Dismiss);
    assert_eq!(left(&state), 1, "thought better of it: the text is there");

    let _sheet = act(&mut state, Act::SendAsFile(number));
    let sent = commands(act(&mut state, Act::SendFiles { caption: String::new() }));
    let Some(Command::SendFile { to, file: chosen, caption }) = sent.into_iter().next() else {
        panic!("not sent")
    };
    let told = |result| Update::FileSent { to, file: chosen.clone(), caption: caption.clone(), result };
    let _full = tell(&mut state, told(Box::new(Err(Failure::new(ErrorCode::DiskFull)))));
    assert_eq!(left(&state), 1, "it was not taken: the text is there");
    let again = commands(act(&mut state, Act::SendAgain));
    assert!(matches!(&again[..], [Command::SendFile { file, .. }] if *file == chosen));
    let message = sample::message(ANA, 30, "", NOW, MessageState::Saved);
    let file = file(9, "message.txt", "text/plain", FileState::Queued);
    let _taken = tell(&mut state, told(Box::new(Ok(Answer::Sent { message, file }))));
    assert_eq!(left(&state), 0);
}

#[test]
fn a_text_that_was_not_taken_is_tried_again_by_one_button() {
    let mut state = unsent(Language::En, ErrorCode::DiskFull);
    let sent = commands(act(&mut state, Act::Send { to: user(ANA), text: "a text".to_owned() }));
    let Some(Command::Ask(purpose, _)) = sent.into_iter().next() else { panic!("not sent") };
    let full = Failure::new(ErrorCode::DiskFull);
    let _refused = tell(&mut state, Update::Answer(purpose, Box::new(Err(full))));
    let html = draw(state);
    let (_, bubble) = html.split_once("unsent-list").unwrap();
    let bubble = bubble.split("</ol>").next().unwrap();
    assert_eq!(bubble.matches(">Try again</button>").count(), 1, "{bubble}");
}

#[test]
fn a_damaged_profile_is_set_aside_only_when_a_backup_was_chosen() {
    let mut state = door(Language::En, ErrorCode::StoreDamaged);
    assert!(commands(state.update(Event::RestoreInstead)).is_empty(), "nothing was done yet");
    assert!(draw(state.clone()).contains("What is damaged stays on this computer"));
    let mut back = state.clone();
    assert_eq!(commands(back.update(Event::Enrol(enrol::Act::Back))), [Command::Status]);
    let _door = tell(&mut back, sample::status(true, true, false));
    assert!(matches!(back.screen, Screen::SignIn(_)));

    let _file = state.update(Event::Enrol(enrol::Act::Backup(PathBuf::from("/tmp/conclave.backup"))));
    let asked = commands(state.update(Event::Enrol(enrol::Act::Restore(Typed::new("velvet".to_owned())))));
    assert!(matches!(&asked[..], [Command::RestoreInstead(..)]), "{asked:?}");
    let _aside = tell(&mut state, Update::SetAside(Ok("conclave.damaged-1".to_owned())));
    let _wrong = tell(&mut state, Update::Restored(Err(Failure::new(ErrorCode::StorePassword))));
    assert!(draw(state.clone()).contains("is kept in the folder conclave.damaged-1"));
    let asked = commands(state.update(Event::Enrol(enrol::Act::Restore(Typed::new("otter".to_owned())))));
    assert!(matches!(&asked[..], [Command::Restore(..)]), "it is set aside once: {asked:?}");
}

#[test]
fn what_holds_the_profile_is_shown_or_it_is_said_that_it_has_no_window() {
    let mut state = closed(Language::En, ErrorCode::StoreInUse);
    assert_eq!(commands(state.update(Event::ShowOther)), [Command::ShowOther]);
    let mut gone = state.clone();
    assert!(!tell(&mut gone, Update::Quit).is_empty(), "it is in front: this one ends");
    let _nobody = tell(&mut state, Update::NobodyThere);
    assert!(draw(state).contains("No window with this profile answers."));
    let mut state = closed(Language::Fr, ErrorCode::StoreDamaged);
    let asked = commands(state.update(Event::SaveDetails("Code: E-STORE-3".to_owned())));
    assert!(matches!(&asked[..], [Command::SaveText { name, .. }] if name == "rapport-conclave.txt"));
}
