//! What a peer chooses is hostile: 200 payloads in every place where a peer's words stand. None may add an element or
//! an attribute to the page, and what is large must neither be lost nor stop the window.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conclave_peer::model::{
    Answer, Direction, File, FileId, FileState, Message, MessageState, Profile, Quote, Reaction, SearchHit,
    Target,
};
use conclave_ui::command::Purpose;
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::{Event, State, shared};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, MINUTE, NOW, answer, message, people, user};

/// The corpus, with the address of a trap that nobody here listens on.
fn payloads() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/payloads.json");
    let all: Vec<String> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(all.len() >= 200);
    all.into_iter().map(|payload| payload.replace("{trap}", "127.0.0.1:9")).collect()
}

/// Names of elements and attributes of a page: what its structure is made of.
fn structure(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in html.split('<').skip(1) {
        let name = part.trim_start_matches('/');
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        let (element, mut rest) = name.split_at(end);
        found.insert(element.to_owned());
        // Attributes up to the end of the tag; values may hold anything but their quote.
        while let Some(at) = rest.find(['"', '>']) {
            if rest[at..].starts_with('>') {
                break;
            }
            let attribute = rest[..at].trim().trim_end_matches('=').rsplit(' ').next().unwrap_or_default();
            found.insert(format!("{element}@{attribute}"));
            let value = &rest[at + 1..];
            let Some(close) = value.find('"') else { break };
            rest = &value[close + 1..];
        }
    }
    found
}

fn file(name: &str, mime: &str, state: FileState) -> File {
    File {
        file: FileId([8; 32]),
        name: name.to_owned(),
        size: 4_000,
        mime: mime.to_owned(),
        direction: Direction::In,
        state,
        done: 10,
        conversation: Some(Target::User(user(ANA))),
        error: Some("E-FILE-4".to_owned()),
    }
}

fn received(n: u8, text: &str) -> Message {
    message(ANA, n, text, NOW - u64::from(n) * MINUTE, MessageState::Received)
}

/// A window in which a text stands wherever a peer can put one.
fn everywhere(text: &str) -> Vec<State> {
    let mut state = sample::main(Language::En);
    let mut contacts = people();
    for contact in &mut contacts {
        text.clone_into(&mut contact.display_name);
        contact.status_text = Some(text.to_owned());
    }
    let _people = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts });
    let mut list = state.clone();
    let _list = list.update(Event::Main(Act::Section(Section::People)));
    let _open = state.update(Event::Main(Act::Open(user(ANA))));
    let mut quoting = received(20, text);
    quoting.quote = Some(Quote { author: user(ANA), text: text.to_owned() });
    quoting.reply_to = Some(sample::history()[0].id);
    quoting.reactions = vec![Reaction { emoji: text.to_owned(), users: vec![user(ANA)] }];
    let mut sheet = received(21, text);
    sheet.file = Some(file(text, text, FileState::Failed));
    let mut offered = received(22, "");
    offered.file = Some(file(text, "application/zip", FileState::Offered));
    let messages = vec![offered, sheet, quoting];
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    let _details = state.update(Event::Main(Act::Details(true)));
    let profile = Profile {
        version: 3,
        updated: NOW,
        full_name: Some(text.to_owned()),
        position: Some(text.to_owned()),
        description: Some(text.to_owned()),
        location: Some(text.to_owned()),
        picture: Some(text.to_owned()),
    };
    let card = Answer::Profile { profile, cached_at: Some(NOW) };
    let _card = answer(&mut state, Purpose::Profile(user(ANA)), card);
    let mut shared = received(23, text);
    shared.file = Some(file(text, "image/png", FileState::Failed));
    let (mut listed, mut shown) = (state.clone(), Vec::new());
    for kind in shared::Kind::ALL {
        let _kind = listed.update(Event::Main(Act::Shared(shared::Act::Show(Some(kind)))));
        let hits = vec![SearchHit { message: shared.clone(), ranges: Vec::new() }];
        let purpose = Purpose::Shared { user: user(ANA), kind, older: false };
        let _hits = answer(&mut listed, purpose, Answer::Hits { hits, cursor: None });
        shown.push(listed.clone());
    }
    let mut transfers = sample::main(Language::En);
    let _section = transfers.update(Event::Main(Act::Section(Section::Transfers)));
    let moving = vec![file(text, text, FileState::Active), file(text, text, FileState::Queued)];
    let _files = answer(&mut transfers, Purpose::AllFiles, Answer::Files { files: moving });
    let mut asking = crate::requests::asked(Language::En);
    let incoming = vec![conclave_peer::model::ContactRequested {
        user: user(ANA),
        note: Some(text.to_owned()),
        time: NOW,
        again_at: None,
    }];
    let requests = Answer::Requests { incoming, outgoing: Vec::new() };
    let _asked = answer(&mut asking, Purpose::Requests, requests);
    let mut asks = asking.clone();
    let _open = asks.update(Event::Main(Act::Open(user(ANA))));
    let _list = asking.update(Event::Main(Act::Section(Section::Requests)));
    shown.extend([state, list, transfers, asking, asks]);
    shown
}

#[test]
fn no_payload_adds_an_element_or_an_attribute() {
    let mut usual = BTreeSet::new();
    for text in ["plain words", "an address: https://example.org/a", "👏"] {
        for state in everywhere(text) {
            usual.extend(structure(&draw(state)));
        }
    }
    assert!(usual.contains("bdi") && usual.contains("button@aria-label"), "{usual:?}");
    for payload in payloads() {
        for state in everywhere(&payload) {
            let html = draw(state);
            let more: Vec<String> = structure(&html).difference(&usual).cloned().collect();
            assert!(more.is_empty(), "{payload:?} adds {more:?}");
        }
    }
}

#[test]
fn the_structure_is_seen_at_all() {
    let found = structure("<p class=\"a > b\" onclick=\"x\">t &lt;script&gt;</p><img src=\"y\">");
    let expected = ["img", "img@src", "p", "p@class", "p@onclick"].map(str::to_owned);
    assert_eq!(found, expected.into_iter().collect());
}

#[test]
fn what_is_enormous_is_drawn_and_kept() {
    let marks = format!("a{}", "\u{301}".repeat(32 * 1024));
    let emoji = "🎉".repeat(10_000);
    let word = "W".repeat(64 * 1024);
    let lines = "x\n".repeat(30_000);
    for (name, text) in [("marks", &marks), ("emoji", &emoji), ("word", &word), ("lines", &lines)] {
        for state in everywhere(text) {
            let html = draw(state);
            assert!(html.len() < 4_000_000, "{name}: {} bytes", html.len());
        }
        let mut state = sample::chat(Language::En);
        let kept = received(30, text);
        let messages = vec![kept.clone()];
        let _page =
            answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
        let open = sample::desk(&state).open.as_ref().unwrap();
        assert!(open.messages.iter().any(|message| message.text == kept.text), "{name} is lost");
    }
}

#[test]
fn a_name_alone_turns_nothing_of_the_list_around() {
    for payload in payloads().into_iter().filter(|payload| payload.contains(['\u{202e}', '\u{2067}'])) {
        let mut state = sample::main(Language::En);
        let mut contacts = people();
        contacts[3].display_name = payload;
        contacts.retain(|contact| contact.user != user(BOB));
        let _people = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts });
        let html = draw(state);
        for mark in ['\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}'] {
            assert!(!html.contains(mark), "{mark:?}");
        }
    }
}
