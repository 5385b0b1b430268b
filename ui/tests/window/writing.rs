//! What is written: answers, changes, deletions, drafts.

use conclave_peer::model::{
    Answer, Call, Changed, DeleteFor, ErrorCode, Event as Happened, Failure, MessageId, MessageState, Target,
};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::{Effect, Page, State};

use crate::sample::{self, ANA, BOB, NOW, act, commands, desk, happened, message, tell, user};

#[test]
fn a_reply_goes_with_the_message_and_no_further() {
    let mut state = sample::chat(Language::En);
    let _reply = act(&mut state, Act::Reply(Some(MessageId::new([13; 16]))));
    let asked = commands(act(&mut state, Act::Send { to: user(ANA), text: "Yes".to_owned() }));
    assert!(matches!(&asked[0], Command::Ask(_, call)
        if matches!(&**call, Call::MessageSend(send) if send.reply_to == Some(MessageId::new([13; 16])))));
    assert_eq!(desk(&state).open.as_ref().unwrap().reply_to, None);
}

#[test]
fn a_message_is_changed_in_the_composer_and_its_draft_waits() {
    let mut state = sample::chat(Language::En);
    let effects = act(&mut state, Act::EditLast);
    let mine = MessageId::new([12; 16]);
    assert_eq!(effects, [Effect::Page(Page::FocusEdit(mine))]);
    assert_eq!(desk(&state).open.as_ref().unwrap().editing, Some(mine), "the newest of mine");
    let asked = commands(act(&mut state, Act::SaveEdit { id: mine, text: "Parfait.".to_owned() }));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Changed, call)]
        if matches!(&**call, Call::MessageEdit(edit) if edit.id == mine && edit.text == "Parfait.")));
    assert_eq!(desk(&state).open.as_ref().unwrap().editing, None);
    assert!(commands(act(&mut state, Act::SaveEdit { id: mine, text: " ".to_owned() })).is_empty());
}

#[test]
fn a_change_shows_in_the_history_and_in_the_list() {
    let mut state = sample::chat(Language::En);
    let mut newest = sample::history().pop().unwrap();
    newest.text = "👏".to_owned();
    let event = Happened::MessageChanged { message: newest.clone(), what: Changed::Edited };
    let _changed = tell(&mut state, happened(event));
    assert_eq!(desk(&state).open.as_ref().unwrap().messages.last(), Some(&newest));
    assert_eq!(desk(&state).roster.person(user(ANA)).unwrap().last.as_ref(), Some(&newest));
}

#[test]
fn deleting_asks_first_and_says_for_whom() {
    let mut state = sample::chat(Language::En);
    let id = sample::history()[1].id;
    let confirm = Confirm::Delete { id, everyone: true };
    assert!(commands(act(&mut state, Act::Show(Overlay::Confirm(confirm)))).is_empty());
    let asked = commands(act(&mut state, Act::Confirmed(confirm)));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Changed, call)]
        if matches!(&**call, Call::MessageDelete(delete) if delete.whom == DeleteFor::Everyone)));
}

#[test]
fn typing_is_told_only_by_those_who_chose_to() {
    let mut state = sample::chat(Language::En);
    assert!(commands(act(&mut state, Act::Typing(user(ANA), true))).is_empty());
    let settings =
        conclave_peer::model::Settings { typing: true, ..conclave_peer::model::Settings::default() };
    let _told = sample::answer(&mut state, Purpose::Privacy, Answer::Settings { settings });
    assert_eq!(commands(act(&mut state, Act::Typing(user(ANA), true))).len(), 1);
    let writes = Happened::Typing { conversation: Target::User(user(ANA)), user: user(ANA), on: true };
    let _writes = tell(&mut state, happened(writes));
    assert!(desk(&state).open.as_ref().unwrap().typing);
    let said = message(ANA, 60, "Done", NOW, MessageState::Received);
    let _said = tell(&mut state, happened(Happened::MessageReceived { message: said }));
    assert!(!desk(&state).open.as_ref().unwrap().typing);
}

#[test]
fn a_draft_is_kept_by_the_engine_and_stands_in_the_list() {
    let mut state = sample::main(Language::En);
    let draft = Act::KeepDraft { to: user(BOB), text: "About the lease".to_owned() };
    let asked = commands(act(&mut state, draft));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Draft(..), call)]
        if matches!(&**call, Call::DraftSet(set) if set.text == "About the lease")));
    assert_eq!(desk(&state).roster.chats("").len(), 2, "a conversation that was only begun is one");
}

#[test]
fn what_comes_under_the_settings_is_read_when_its_conversation_is_seen_again() {
    let mut state = sample::chat(Language::En);
    let _settings = act(&mut state, Act::Section(Section::Settings));
    let said = message(ANA, 60, "Done", NOW, MessageState::Received);
    let told = commands(tell(&mut state, happened(Happened::MessageReceived { message: said })));
    let reads = |commands: &[Command]| {
        commands
            .iter()
            .any(|command| matches!(command, Command::Ask(_, call) if matches!(**call, Call::MarkRead(_))))
    };
    assert!(!reads(&told), "nobody saw it: {told:?}");
    let back = commands(act(&mut state, Act::Section(Section::Chats)));
    assert!(reads(&back), "{back:?}");
}

/// A text that the engine refused, with its number.
fn refused(state: &mut State, text: &str) -> u64 {
    let asked = commands(act(state, Act::Send { to: user(ANA), text: text.to_owned() }));
    let [Command::Ask(purpose @ Purpose::Send { number, .. }, _)] = &asked[..] else { panic!("{asked:?}") };
    let full = Err(Failure::new(ErrorCode::DiskFull));
    let _refused = tell(state, Update::Answer(purpose.clone(), Box::new(full)));
    *number
}

/// The texts that join what was begun.
fn returned(effects: &[Effect]) -> Vec<&str> {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::Returned { to, text } if *to == user(ANA) => Some(text.text()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn what_was_refused_joins_the_draft_before_the_messages_close() {
    for way in [Act::Lock, Act::SignIn] {
        let mut state = sample::chat(Language::En);
        let _first = refused(&mut state, "We sign.");
        let _second = refused(&mut state, "Tonight.");
        // The other conversation is on screen, and the one of before is known still.
        let _other = act(&mut state, Act::Open(user(BOB)));
        let effects = act(&mut state, way.clone());
        assert_eq!(returned(&effects), ["Tonight.", "We sign."], "{way:?}");
        let lock = effects.iter().position(|effect| *effect == Effect::Ask(Command::Lock));
        assert!(lock.is_none_or(|lock| lock >= 2), "what was begun is handed over before the engine closes");
    }
}

#[test]
fn a_text_that_is_refused_after_the_lock_is_not_lost() {
    let mut state = sample::chat(Language::En);
    let asked = commands(act(&mut state, Act::Send { to: user(ANA), text: "We sign.".to_owned() }));
    let [Command::Ask(purpose, _)] = &asked[..] else { panic!("{asked:?}") };
    assert!(returned(&act(&mut state, Act::Lock)).is_empty(), "it is on its way");
    let full = || Box::new(Err(Failure::new(ErrorCode::DiskFull)));
    assert_eq!(returned(&tell(&mut state, Update::Answer(purpose.clone(), full()))), ["We sign."]);
    let draft = Purpose::Draft(user(ANA), Typed::new("And then".to_owned()));
    let stays = Effect::DraftRefused { to: user(ANA), text: Typed::new("And then".to_owned()) };
    assert_eq!(tell(&mut state, Update::Answer(draft.clone(), full())), [stays]);
    let unknown = Box::new(Err(Failure::new(ErrorCode::ApiNotFound)));
    assert_eq!(
        tell(&mut state, Update::Answer(draft, unknown)),
        [],
        "nobody is there to whom it could be kept"
    );
}

#[test]
fn a_refused_text_stays_behind_any_number_of_conversations_and_a_new_beginning() {
    let mut state = sample::chat(Language::En);
    let number = refused(&mut state, "We sign.");
    for other in 0..20 {
        let _other = act(&mut state, Act::Open(user(100 + other)));
    }
    let _again = tell(&mut state, happened(Happened::EventsGap { from_seq: 1, to_seq: 2 }));
    let _back = act(&mut state, Act::Open(user(ANA)));
    let unsent = &desk(&state).open.as_ref().unwrap().unsent;
    assert_eq!(
        unsent.iter().map(|one| (one.number, one.text.as_str())).collect::<Vec<_>>(),
        [(number, "We sign.")]
    );
}
