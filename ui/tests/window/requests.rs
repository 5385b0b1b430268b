//! Asking whether we may write to each other, where the company wants that; and faces.

use conclave_peer::model::{Answer, Approval, Call, ContactRequested, Event as Happened, FileId, Profile};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::preview::{self, View, Which};
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, DAY, NOW, ZOE, answer, commands, desk, happened, people, tell, user};

fn act(state: &mut State, act: Act) -> Vec<Command> {
    commands(state.update(Event::Main(act)))
}

fn request(n: u8, note: Option<&str>, again_at: Option<u64>) -> ContactRequested {
    ContactRequested { user: user(n), note: note.map(str::to_owned), time: NOW - DAY, again_at }
}

/// Ana asks me, I asked Bob, Zoé and I have not asked each other.
pub(crate) fn asked(language: Language) -> State {
    let mut state = sample::main(language);
    let mut contacts = people();
    for contact in &mut contacts {
        contact.approval = match contact.user {
            who if who == user(ANA) => Approval::Asking,
            who if who == user(BOB) => Approval::Asked,
            who if who == user(ZOE) => Approval::None,
            _ => Approval::Accepted,
        };
    }
    let _people = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts });
    let incoming = vec![request(ANA, Some("About the lease in \u{202e}noyL"), None)];
    let outgoing = vec![request(BOB, None, Some(NOW + 6 * DAY))];
    let _open = answer(&mut state, Purpose::Requests, Answer::Requests { incoming, outgoing });
    state
}

fn opened(n: u8) -> State {
    let mut state = asked(Language::En);
    let _open = act(&mut state, Act::Open(user(n)));
    state
}

#[test]
fn nobody_writes_before_both_have_agreed() {
    for (n, words) in [(ANA, "asks to write to you"), (BOB, "There is no answer yet"), (ZOE, "has to agree")]
    {
        let html = draw(opened(n));
        assert!(html.contains(words), "{words}: {html}");
        assert!(!html.contains("id=\"composer-"), "{words}");
    }
    let html = draw(opened(sample::QING));
    assert!(html.contains("id=\"composer-"));
}

#[test]
fn a_note_of_a_stranger_turns_nothing_around() {
    let html = draw(opened(ANA));
    assert!(html.contains("<p dir=\"auto\">About the lease in"), "a paragraph of its own: {html}");
    let mut list = asked(Language::En);
    let _section = act(&mut list, Act::Section(Section::Requests));
    assert!(!draw(list).contains('\u{202e}'));
}

#[test]
fn asking_sends_the_note_and_reads_the_list_anew() {
    let mut state = opened(ZOE);
    let asked = act(&mut state, Act::AskContact { user: user(ZOE), note: " May I? ".to_owned() });
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Quiet, call), Command::Ask(Purpose::Requests, _)]
        if matches!(&**call, Call::ContactRequest(ask) if ask.note.as_deref() == Some("May I?"))));
    let bare = act(&mut state, Act::AskContact { user: user(ZOE), note: "  ".to_owned() });
    assert!(matches!(&bare[0], Command::Ask(_, call)
        if matches!(&**call, Call::ContactRequest(ask) if ask.note.is_none())));
}

#[test]
fn yes_opens_the_conversation_and_no_leaves_it() {
    for (accept, opens) in [(true, true), (false, false)] {
        let mut state = asked(Language::En);
        let _section = act(&mut state, Act::Section(Section::Requests));
        let told = act(&mut state, Act::AnswerContact(user(ANA), accept));
        assert!(matches!(&told[0], Command::Ask(Purpose::Quiet, call)
            if matches!(&**call, Call::ContactAnswer(answer) if answer.accept == accept)));
        assert_eq!(desk(&state).open.is_some(), opens);
        assert_eq!(desk(&state).section, Section::Requests);
    }
}

#[test]
fn a_request_that_comes_is_counted_on_the_rail() {
    let mut state = sample::main(Language::En);
    let asked = tell(&mut state, happened(Happened::ContactRequest { user: user(ZOE), note: None }));
    assert!(matches!(&commands(asked)[..], [Command::Ask(Purpose::Requests, _)]));
    assert_eq!(desk(&state).roster.person(user(ZOE)).unwrap().contact.approval, Approval::Asking);
    let incoming = vec![request(ZOE, None, None)];
    let _list = answer(&mut state, Purpose::Requests, Answer::Requests { incoming, outgoing: Vec::new() });
    assert!(draw(state).contains("aria-label=\"1 request\""));
}

#[test]
fn what_becomes_of_a_request_is_read_anew() {
    for (what, count) in [("asked", 1), ("agreed", 1), ("refused", 1), ("name", 0)] {
        let mut state = asked(Language::En);
        let contact = people().remove(0);
        let event = Happened::ContactChanged { contact, what: what.to_owned() };
        assert_eq!(commands(tell(&mut state, happened(event))).len(), count, "{what}");
    }
}

#[test]
fn a_face_is_looked_at_again_once_it_is_here() {
    let mut state = sample::main(Language::En);
    let picture = FileId([7; 32]);
    let told = || {
        let profile = Profile { version: 2, picture: Some(picture.to_string()), ..Profile::default() };
        happened(Happened::ProfileChanged { user: user(ANA), profile })
    };
    let _first = tell(&mut state, told());
    assert_eq!(desk(&state).face(user(ANA)), Some(picture));
    let asked = act(&mut state, Act::Preview(preview::Act::Face(picture)));
    assert!(matches!(&asked[..], [Command::Look { which: Which::Face, .. }]));
    let _none = tell(&mut state, Update::Seen { file: picture, which: Which::Face, seen: None });
    assert_eq!(desk(&state).previews.view(picture, Which::Face), Some(&View::Nothing));
    assert!(act(&mut state, Act::Preview(preview::Act::Face(picture))).is_empty(), "not asked twice");
    let _here = tell(&mut state, told());
    assert_eq!(act(&mut state, Act::Preview(preview::Act::Face(picture))).len(), 1);
    let seen = preview::Seen {
        token: "00112233445566778899aabbccddeeff".to_owned(),
        width: 176,
        height: 176,
        pages: 1,
    };
    let _seen = tell(&mut state, Update::Seen { file: picture, which: Which::Face, seen: Some(seen) });
    assert!(draw(state).contains("media://localhost/00112233445566778899aabbccddeeff"));
}
