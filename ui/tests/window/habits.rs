//! What lasts between two starts, and notifications.

use conclave_peer::model::{Answer, Call, Event as Happened, Message, MessageState, PresenceStatus};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::notices::{Level, Notice};
use conclave_ui::state::settings::{Choice, Theme};
use conclave_ui::state::{Effect, Event, Page, State, kept};

use crate::sample::{self, ANA, BOB, MINUTE, NOW, answer, commands, desk, happened, message, tell, user};

fn received(with: u8, n: u8, text: &str) -> Message {
    message(with, n, text, NOW + u64::from(n) * MINUTE, MessageState::Received)
}

fn comes(state: &mut State, message: Message) -> Vec<Command> {
    commands(tell(state, happened(Happened::MessageReceived { message })))
}

fn notice(asked: &[Command]) -> Option<&Notice> {
    asked.iter().find_map(|command| match command {
        Command::Notify(notice) => Some(notice),
        _ => None,
    })
}

/// The window behind others.
fn away(level: Level) -> State {
    let mut state = sample::main(Language::En);
    let _level = state.update(Event::Choose(Choice::Notices(level)));
    let _behind = state.update(Event::Focused(false));
    state
}

#[test]
fn how_the_window_looks_is_kept_before_anybody_signed_in() {
    let mut state = sample::opening(Language::En);
    let dark = commands(state.update(Event::Choose(Choice::Theme(Theme::Dark))));
    assert!(matches!(&dark[..], [Command::KeepLook(look)] if look.contains("theme=dark")));
    let french = commands(state.update(Event::Language(Language::Fr)));
    assert!(matches!(&french[..], [Command::KeepLook(look)] if look.contains("language=fr")));
    assert!(commands(state.update(Event::Choose(Choice::Theme(Theme::Dark)))).is_empty(), "as it was");
    assert!(
        commands(state.update(Event::Choose(Choice::LockAfter(15)))).is_empty(),
        "what belongs to the person waits for the person"
    );
}

#[test]
fn the_rest_is_kept_sealed_and_taken_when_the_messages_open() {
    let mut state = sample::main(Language::En);
    let asked = commands(state.update(Event::Choose(Choice::LockAfter(15))));
    let [Command::Ask(Purpose::Quiet, call)] = &asked[..] else { panic!("{asked:?}") };
    let Call::PreferencesSet(set) = &**call else { panic!("{call:?}") };
    let mut again = sample::opening(Language::En);
    let asked = commands(tell(&mut again, sample::status(false, true, true)));
    assert!(asked.iter().any(|command| matches!(command, Command::Ask(Purpose::Habits, _))));
    let preferences = set.preferences.clone();
    let _kept = answer(&mut again, Purpose::Habits, Answer::Preferences { preferences });
    assert_eq!(again.settings.lock_after, 15);
    assert_eq!(kept::habits(&again.settings), kept::habits(&state.settings));
}

#[test]
fn a_notification_tells_no_more_than_was_chosen() {
    let title_and_body = |level| {
        let asked = comes(&mut away(level), received(ANA, 40, "The price is 41 million"));
        notice(&asked).map(|notice| (notice.title.clone(), notice.body.clone()))
    };
    let pair = |title: &str, body: &str| Some((title.to_owned(), body.to_owned()));
    assert_eq!(title_and_body(Level::default()), pair("Ana Ruiz", "New message"));
    assert_eq!(title_and_body(Level::Full), pair("Ana Ruiz", "The price is 41 million"));
    assert_eq!(title_and_body(Level::Neutral), pair("New message", ""));
    assert_eq!(title_and_body(Level::Off), None);
}

#[test]
fn who_is_there_or_does_not_want_it_is_not_notified() {
    let mut there = away(Level::Sender);
    let _front = there.update(Event::Focused(true));
    assert_eq!(notice(&comes(&mut there, received(ANA, 41, "x"))), None);
    let mut dnd = away(Level::Sender);
    let _dnd = dnd.update(Event::Main(Act::Presence(PresenceStatus::Dnd, None)));
    assert_eq!(notice(&comes(&mut dnd, received(ANA, 41, "x"))), None);
    let mut mine = away(Level::Sender);
    let sent = message(ANA, 41, "x", NOW + MINUTE, MessageState::Read);
    assert_eq!(notice(&comes(&mut mine, sent)), None);
    let mut twice = away(Level::Sender);
    assert!(notice(&comes(&mut twice, received(ANA, 41, "x"))).is_some());
    assert_eq!(notice(&comes(&mut twice, received(ANA, 41, "x"))), None, "told again after a restart");
}

#[test]
fn a_hostile_text_is_one_quiet_line() {
    let mut state = away(Level::Full);
    let text = format!("\u{202e}a\nb\u{7}{}", "\u{301}".repeat(60_000));
    let asked = comes(&mut state, received(ANA, 42, &text));
    let body = &notice(&asked).unwrap().body;
    assert!(body.chars().count() <= 81 && !body.contains(['\n', '\u{202e}', '\u{7}']), "{body:?}");
}

#[test]
fn a_notice_goes_when_its_conversation_is_read() {
    let mut state = away(Level::Sender);
    let _shown = comes(&mut state, received(ANA, 43, "x"));
    let _open = state.update(Event::Main(Act::Open(user(ANA))));
    let messages = vec![received(ANA, 43, "x")];
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    let asked = commands(state.update(Event::Focused(true)));
    assert!(asked.contains(&Command::Withdraw(user(ANA))), "{asked:?}");
}

#[test]
fn a_notice_leads_to_its_conversation_or_reads_it() {
    let mut state = away(Level::Sender);
    let _shown = comes(&mut state, received(ANA, 44, "x"));
    let effects = tell(&mut state, Update::ReadThere(user(ANA)));
    assert_eq!(desk(&state).roster.person(user(ANA)).unwrap().unread, 0);
    let asked = commands(effects);
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Quiet, _), Command::Withdraw(_)]), "{asked:?}");
    assert!(tell(&mut state, Update::ReadThere(user(BOB))).is_empty(), "nothing to read");
    let effects = tell(&mut state, Update::OpenThere(user(ANA)));
    assert_eq!(effects[0], Effect::Page(Page::Front));
    assert_eq!(desk(&state).open.as_ref().unwrap().with, user(ANA));
}

#[test]
fn a_notice_offers_a_reply_only_where_one_can_be_written() {
    for (language, reply, read) in
        [(Language::En, "Reply", "Mark as read"), (Language::Fr, "Répondre", "Marquer comme lu")]
    {
        let mut state = away(Level::Sender);
        let _language = state.update(Event::Language(language));
        let acts = |state: &mut State, n| {
            let asked = comes(state, received(ANA, n, "x"));
            notice(&asked).map(|notice| (notice.reply.clone(), notice.read.clone()))
        };
        assert_eq!(acts(&mut state, 45), Some((Some(reply.to_owned()), Some(read.to_owned()))));
        let mut ana = sample::contact(ANA, "ana.ruiz", "Ana Ruiz", PresenceStatus::Away);
        ana.banned = Some(true);
        let _banned = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts: vec![ana] });
        assert_eq!(acts(&mut state, 46), Some((None, Some(read.to_owned()))));
    }
}

#[test]
fn before_a_sleep_the_messages_close_and_a_second_start_shows_the_first() {
    let mut state = sample::chat(Language::En);
    assert_eq!(commands(tell(&mut state, Update::Sleeping)), sample::SHUT);
    let mut door = sample::opening(Language::En);
    assert!(tell(&mut door, Update::Sleeping).is_empty());
    assert_eq!(tell(&mut door, Update::Front), [Effect::Page(Page::Front)]);
}

#[test]
fn a_notice_is_never_printed() {
    let notice = Notice {
        user: user(ANA),
        title: "Ana Ruiz".to_owned(),
        body: "The price is 41 million".to_owned(),
        reply: None,
        read: None,
    };
    let printed = format!("{:?}", Command::Notify(notice));
    assert!(!printed.contains("Ana") && !printed.contains("million"), "{printed}");
}
