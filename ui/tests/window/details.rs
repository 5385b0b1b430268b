//! The details of a conversation: what was shared over its whole history.

use conclave_peer::model::{Answer, Call, ConversationCounts, FileState, Message, SearchHit};
use conclave_peer::search::{Cursor, DocumentKind};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::shared::{self, Kind};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Effect, Event, Page, State, field};

use crate::files::file;
use crate::render::draw;
use crate::sample::{self, ANA, DAY, NOW, act, answer, commands, desk, message, user};

const COUNTS: ConversationCounts =
    ConversationCounts { messages: 214, files: 12, media: 3, audio: 1, documents: 8, links: 2 };

fn hits(messages: impl IntoIterator<Item = Message>, cursor: bool) -> Answer {
    let cursor = cursor.then_some(Cursor { at: 1, key: [1; 24] });
    let hit = |message| SearchHit { message, ranges: Vec::new() };
    Answer::Hits { hits: messages.into_iter().map(hit).collect(), cursor }
}

fn with_file(n: u8, name: &str, mime: &str, state: FileState) -> Message {
    let time = NOW - u64::from(n) * DAY;
    let mut message = message(ANA, 100 + n, "", time, conclave_peer::model::MessageState::Received);
    message.file = Some(file(n, name, mime, state));
    message
}

fn found(state: &mut State, kind: Kind, older: bool, answered: Answer) {
    let _none = answer(state, Purpose::Shared { user: user(ANA), kind, older }, answered);
}

/// The details with their numbers.
pub(crate) fn counted(language: Language) -> State {
    let mut state = sample::chat(language);
    let _asked = act(&mut state, Act::Details(true));
    let _counts = answer(&mut state, Purpose::Counted(user(ANA)), Answer::Counted(COUNTS));
    state
}

/// One kind of what was shared.
pub(crate) fn listed(language: Language, kind: Kind) -> State {
    let mut state = counted(language);
    let _asked = act(&mut state, Act::Shared(shared::Act::Show(Some(kind))));
    let messages = match kind {
        Kind::Media => vec![
            with_file(1, "lake.png", "image/png", FileState::Done),
            with_file(2, "site.webm", "video/webm", FileState::Done),
            with_file(3, "terrace.jpg", "image/jpeg", FileState::Offered),
        ],
        Kind::Audio => vec![with_file(4, "minutes.ogg", "audio/ogg", FileState::Done)],
        Kind::Documents => vec![
            with_file(5, "Board pack Q4.pdf", "application/pdf", FileState::Done),
            with_file(6, "annexes.zip", "application/zip", FileState::Done),
        ],
        Kind::Links => {
            let mut link = sample::history()[0].clone();
            link.text = "See https://example.org/a and http://example.net.".to_owned();
            vec![link]
        }
    };
    found(&mut state, kind, false, hits(messages, true));
    state
}

#[test]
fn the_kinds_have_the_numbers_of_the_whole_history() {
    let mut state = sample::chat(Language::En);
    let asked = commands(act(&mut state, Act::Details(true)));
    assert!(asked.iter().any(|command| matches!(command,
        Command::Ask(Purpose::Counted(who), call) if *who == user(ANA) && matches!(**call, Call::ConversationCount(_)))));
    for (language, words) in [
        (Language::En, ["Media", "Audio", "Documents", "Links", "Shared here"]),
        (Language::Fr, ["Médias", "Audio", "Documents", "Liens", "Partagé ici"]),
    ] {
        let html = draw(counted(language));
        for word in words {
            assert!(html.contains(word), "{word}");
        }
        for number in [3, 1, 8, 2] {
            assert!(html.contains(&format!("<span class=\"num\">{number}</span>")), "{number} in {html}");
        }
    }
    let mut empty = counted(Language::Fr);
    let none = Answer::Counted(ConversationCounts::default());
    let _none = answer(&mut empty, Purpose::Counted(user(ANA)), none);
    assert!(draw(empty).contains("Les photos et fichiers partagés ici seront listés."));
}

#[test]
fn a_kind_is_asked_for_page_by_page_and_escape_leads_back() {
    let mut state = counted(Language::En);
    let effects = act(&mut state, Act::Shared(shared::Act::Show(Some(Kind::Documents))));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::DETAILS))));
    let sought = |effects: Vec<Effect>| match &commands(effects)[..] {
        [Command::Ask(Purpose::Shared { older, .. }, call)] => match &**call {
            Call::MessageSearch(search) => (search.kind, *older, search.cursor.is_some()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(sought(effects), (Some(DocumentKind::Document), false, false));
    assert!(act(&mut state, Act::Shared(shared::Act::More)).is_empty(), "the first page is awaited");
    found(
        &mut state,
        Kind::Documents,
        false,
        hits([with_file(5, "a.pdf", "application/pdf", FileState::Done)], true),
    );
    let more = act(&mut state, Act::Shared(shared::Act::More));
    assert_eq!(sought(more), (Some(DocumentKind::Document), true, true));
    found(
        &mut state,
        Kind::Media,
        true,
        hits([with_file(9, "late.png", "image/png", FileState::Done)], false),
    );
    assert_eq!(desk(&state).shared.files().count(), 1, "an answer for another kind is late");
    found(
        &mut state,
        Kind::Documents,
        true,
        hits([with_file(6, "b.zip", "application/zip", FileState::Done)], false),
    );
    let names: Vec<_> = desk(&state).shared.files().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a.pdf", "b.zip"]);
    assert!(act(&mut state, Act::Shared(shared::Act::More)).is_empty(), "that was all of it");
    let _back = state.update(Event::Key(Shortcut::Escape));
    assert!(desk(&state).details && desk(&state).shared.listed.is_none());
}

#[test]
fn many_pages_make_room_for_older_ones() {
    let mut state = listed(Language::En, Kind::Documents);
    for n in 0..20_u64 {
        let _more = act(&mut state, Act::Shared(shared::Act::More));
        let page =
            (0..48).map(|_| with_file(u8::try_from(n).unwrap(), "a.zip", "application/zip", FileState::Done));
        found(&mut state, Kind::Documents, true, hits(page, true));
        assert!(desk(&state).shared.files().count() <= shared::MOST);
    }
    assert!(desk(&state).shared.listed.as_ref().unwrap().cut);
    assert!(draw(state.clone()).contains("Show the newest"));
    let _newest = act(&mut state, Act::Shared(shared::Act::Newest));
    found(
        &mut state,
        Kind::Documents,
        false,
        hits([with_file(5, "new.pdf", "application/pdf", FileState::Done)], true),
    );
    assert_eq!(desk(&state).shared.files().count(), 1);
}

#[test]
fn pictures_open_documents_open_and_the_rest_leads_to_its_message() {
    let html = draw(listed(Language::En, Kind::Media));
    for label in ["Show site.webm in the conversation", "Show terrace.jpg in the conversation"] {
        assert!(html.contains(&format!("aria-label=\"{label}\"")), "{label} in {html}");
    }
    let html = draw(listed(Language::Fr, Kind::Documents));
    assert!(html.contains("<span class=\"vh\">Ouvrir le document Board pack Q4.pdf"), "{html}");
    assert!(html.contains("<span class=\"vh\">Afficher annexes.zip dans la conversation"), "{html}");
    let html = draw(listed(Language::En, Kind::Links));
    assert_eq!(html.matches("role=\"link\"").count(), 2, "{html}");
    let mut state = listed(Language::En, Kind::Audio);
    let id = desk(&state).shared.listed.as_ref().unwrap().messages[0].id;
    let asked = commands(act(&mut state, Act::GoTo(id)));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Around(_), _)]), "it is far back: {asked:?}");
}

#[test]
fn the_pictures_of_the_details_stand_beside_one_another_from_old_to_new() {
    let mut state = counted(Language::En);
    let _media = act(&mut state, Act::Shared(shared::Act::Show(Some(Kind::Media))));
    let pictures = [1, 2, 3].map(|n| with_file(n, "lake.png", "image/png", FileState::Done));
    let [newest, middle, oldest] = [1, 2, 3].map(|n| file(n, "", "", FileState::Done).file);
    found(&mut state, Kind::Media, false, hits(pictures, false));
    let _open = act(&mut state, Act::Show(Overlay::Picture { file: middle, zoom: 0 }));
    assert_eq!(desk(&state).pictures_beside(middle), (Some(oldest), Some(newest)));
    assert!(draw(state).contains("lake.png"));
}

#[test]
fn what_changes_while_the_details_are_shown_is_counted_again() {
    let mut state = listed(Language::En, Kind::Links);
    let event = conclave_peer::model::Event::MessageChanged {
        message: sample::history()[0].clone(),
        what: conclave_peer::model::Changed::Deleted,
    };
    let asked = commands(sample::tell(&mut state, sample::happened(event)));
    assert!(matches!(
        &asked[..],
        [Command::Ask(Purpose::Counted(_), _), Command::Ask(Purpose::Shared { .. }, _)]
    ));
}
