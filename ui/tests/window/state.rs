//! The reducers.

use conclave_peer::model::{
    Answer, Call, EnrolFinish, EnrolState, ErrorCode, Event as Happened, Failure, MessageId, MessageState,
    PresenceStatus, ServerLink,
};
use conclave_peer::password::{Reason, Verdict};
use conclave_ui::command::{Command, Purpose, SecondFactor, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::conversation::Conversation;
use conclave_ui::state::main::{Act, Banner};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Effect, Event, Page, Screen, State, enrol, field, keeping, sign_in, timeline};
use jiff::tz::TimeZone;

use crate::sample::{
    self, ANA, BOB, DAY, MINUTE, NOW, QING, commands, desk, door, happened, message, run, tell, user,
};

fn typed(text: &str) -> Typed {
    Typed::new(text.to_owned())
}

fn enrol(state: &mut State, act: enrol::Act) -> Vec<Command> {
    commands(state.update(Event::Enrol(act)))
}

#[test]
fn a_profile_leads_to_its_door() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, false, false));
    assert!(matches!(state.screen, Screen::Enrol(_)));
    let mut state = sample::opening(Language::En);
    let effects = tell(&mut state, sample::status(true, true, false));
    assert_eq!(door(&state).step, sign_in::Step::Password);
    assert_eq!(effects, [Effect::Page(Page::Focus(field::DOOR))]);
    let mut state = sample::opening(Language::En);
    let _closed = tell(&mut state, Update::Closed(Failure::new(ErrorCode::StoreInUse)));
    assert!(matches!(state.screen, Screen::Closed(_)));
}

#[test]
fn the_first_run_goes_from_link_to_people() {
    let mut state = sample::enrolling(Language::En);
    assert_eq!(run(&state).step, enrol::Step::Password);
    let made = enrol(&mut state, enrol::Act::SubmitPassword(typed("velvet otter piano 41")));
    assert!(matches!(&made[..], [Command::EnrolAccount { user_name, display_name: Some(name), .. }]
        if user_name == "marie.dupont" && name == "Marie Dupont"));
    let _secret = tell(&mut state, Update::EnrolAccount(Ok(sample::secret())));
    assert_eq!(run(&state).step, enrol::Step::Code);
    let sent = enrol(&mut state, enrol::Act::SubmitCode(typed("123456")));
    assert!(matches!(&sent[..], [Command::EnrolConfirm(code)] if code.text() == "123456"));
    let asked = commands(tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery()))));
    assert_eq!(asked, [Command::EnrolFinish], "the server does not wait for the person");
    assert_eq!(run(&state).step, enrol::Step::Recovery);
    assert!(run(&state).secret.is_none(), "the secret stays no longer than its page");
    let _ready = tell(&mut state, finished(EnrolState::Ready));
    assert_eq!(run(&state).step, enrol::Step::Recovery, "the codes stay until they are stored");
    assert!(enrol(&mut state, enrol::Act::Finish).is_empty(), "not before they are stored");
    assert_eq!(run(&state).step, enrol::Step::Recovery);
    let _tick = enrol(&mut state, enrol::Act::Keep(keeping::Act::Stored(true)));
    assert!(enrol(&mut state, enrol::Act::Finish).is_empty());
    assert_eq!(run(&state).step, enrol::Step::Profile);
    assert!(run(&state).recovery.is_none(), "the codes stay no longer than their page");
    let _later = enrol(&mut state, enrol::Act::SkipProfile);
    assert_eq!(run(&state).step, enrol::Step::Done);
    let asked = enrol(&mut state, enrol::Act::Enter);
    assert!(matches!(state.screen, Screen::Main(_)));
    assert!(asked.iter().any(|command| matches!(command, Command::Ask(Purpose::Contacts, _))));
}

fn finished(state: EnrolState) -> Update {
    Update::EnrolFinished(Ok(EnrolFinish {
        state,
        user_id: user(9),
        device_id: conclave_peer::model::DeviceId::new([1; 16]),
        digits30: "482109337560148277910552681934".to_owned(),
    }))
}

#[test]
fn a_bad_name_is_said_before_it_is_sent() {
    for name in ["ab", "Marie", "a b c", "marie@x", &"a".repeat(33)] {
        let mut state = sample::enrolling(Language::En);
        let _back = enrol(&mut state, enrol::Act::Back);
        let names = enrol::Act::SubmitName { user_name: name.to_owned(), display_name: String::new() };
        assert!(enrol(&mut state, names).is_empty());
        assert_eq!(run(&state).failure.as_ref().unwrap().code, ErrorCode::AccountName, "{name}");
        assert_eq!(run(&state).step, enrol::Step::Name);
    }
}

#[test]
fn a_taken_name_leads_back_to_the_names() {
    let mut state = sample::enrolling(Language::En);
    let _made = enrol(&mut state, enrol::Act::SubmitPassword(typed("velvet otter piano 41")));
    let _taken = tell(&mut state, Update::EnrolAccount(Err(Failure::new(ErrorCode::AccountNameTaken))));
    assert_eq!(run(&state).step, enrol::Step::Name);
    assert!(!run(&state).busy);
}

#[test]
fn a_wrong_code_empties_the_field_and_nothing_else() {
    let mut state = sample::enrolling(Language::En);
    let _secret = tell(&mut state, Update::EnrolAccount(Ok(sample::secret())));
    let _sent = enrol(&mut state, enrol::Act::SubmitCode(typed("000000")));
    let before = run(&state).attempt;
    let effects = tell(&mut state, Update::EnrolConfirmed(Err(Failure::new(ErrorCode::AuthRefused))));
    assert_eq!(run(&state).step, enrol::Step::Code);
    assert_eq!(run(&state).attempt, before + 1);
    assert!(run(&state).secret.is_some());
    assert_eq!(effects, [Effect::Page(Page::FocusCode(before + 1))], "the new field has the keyboard");
}

#[test]
fn only_the_newest_judgement_counts() {
    let mut state = sample::enrolling(Language::En);
    let first = enrol(&mut state, enrol::Act::TypePassword(typed("a")));
    let second = enrol(&mut state, enrol::Act::TypePassword(typed("velvet otter piano 41")));
    let number = |commands: &[Command]| match commands {
        [Command::Judge { number, .. }] => *number,
        other => panic!("{other:?}"),
    };
    let weak = Verdict { score: 0, reasons: vec![Reason::TooShort] };
    let good = Verdict { score: 4, reasons: Vec::new() };
    let _new = tell(&mut state, Update::Judged { number: number(&second), verdict: good.clone() });
    let _old = tell(&mut state, Update::Judged { number: number(&first), verdict: weak });
    assert_eq!(run(&state).verdict, Some(good));
}

#[test]
fn an_enrolment_that_waits_for_an_administrator_asks_again() {
    let mut state = sample::enrolling(Language::En);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    let _stored = enrol(&mut state, enrol::Act::Keep(keeping::Act::Stored(true)));
    let _finish = enrol(&mut state, enrol::Act::Finish);
    assert!(run(&state).busy, "the answer is still awaited");
    let _waits = tell(&mut state, finished(EnrolState::AwaitingAdmin));
    assert_eq!(run(&state).step, enrol::Step::Confirmation);
    assert!(state.update(Event::Clock(NOW + 1_000)).is_empty());
    assert_eq!(commands(state.update(Event::Clock(NOW + 15_000))), [Command::EnrolFinish]);
    assert!(state.update(Event::Clock(NOW + 40_000)).is_empty(), "not while an answer is awaited");
}

#[test]
fn an_interrupted_enrolment_goes_on_after_the_password() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, false, false));
    let _door = enrol(&mut state, enrol::Act::HaveAccount);
    let _sent = state.update(Event::SignIn(sign_in::Act::SubmitPassword(typed("x"))));
    let asked = commands(tell(&mut state, Update::Unlocked(Ok(()))));
    assert_eq!(asked, [Command::Status]);
    let _resumed = tell(&mut state, sample::status(true, false, false));
    assert!(door(&state).resuming, "the server wants a code before it goes on");
    let _sent = state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("123456"))));
    let asked = commands(tell(&mut state, sample::logged_in()));
    assert_eq!(asked, [Command::ForgetPassword, Command::EnrolFinish]);
    assert_eq!(run(&state).step, enrol::Step::Confirmation);
    let _ready = tell(&mut state, finished(EnrolState::Ready));
    assert_eq!(run(&state).step, enrol::Step::Profile);
}

#[test]
fn an_enrolment_whose_session_ended_leads_to_the_door_and_back() {
    let mut state = sample::enrolling(Language::En);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    let _late = tell(&mut state, Update::EnrolFinished(Err(Failure::new(ErrorCode::ApiLogin))));
    let _stored = enrol(&mut state, enrol::Act::Keep(keeping::Act::Stored(true)));
    let _door = enrol(&mut state, enrol::Act::SignIn);
    assert!(door(&state).resuming);
    let asked = commands(state.update(Event::SignIn(sign_in::Act::SubmitPassword(typed("velvet")))));
    assert_eq!(asked, [Command::KeepPassword(typed("velvet"))], "the vault is open already");
    assert_eq!(door(&state).step, sign_in::Step::Code);
}

#[test]
fn a_failed_finish_can_be_tried_again() {
    let mut state = sample::enrolling(Language::En);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    let _down = tell(&mut state, Update::EnrolFinished(Err(Failure::new(ErrorCode::ServerUnreachable))));
    let _stored = enrol(&mut state, enrol::Act::Keep(keeping::Act::Stored(true)));
    assert_eq!(enrol(&mut state, enrol::Act::Finish), [Command::EnrolFinish]);
    let _ready = tell(&mut state, finished(EnrolState::Ready));
    assert_eq!(run(&state).step, enrol::Step::Profile);
    assert!(run(&state).recovery.is_none());
}

#[test]
fn an_empty_profile_says_that_there_is_no_account() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, false, false));
    let _door = enrol(&mut state, enrol::Act::HaveAccount);
    let _sent = state.update(Event::SignIn(sign_in::Act::SubmitPassword(typed("x"))));
    let _none = tell(&mut state, Update::Unlocked(Err(Failure::new(ErrorCode::ApiState))));
    assert!(door(&state).no_account);
}

fn at_the_code() -> State {
    let mut state = sample::opened(Language::En);
    let _door = state.update(Event::Main(Act::SignIn));
    state
}

#[test]
fn password_then_code_signs_in() {
    let mut state = at_the_code();
    assert_eq!(door(&state).step, sign_in::Step::Code);
    let sent = commands(state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("123456")))));
    assert!(matches!(&sent[..], [Command::Login(SecondFactor::Code(code))] if code.text() == "123456"));
    let again = state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("123456"))));
    assert!(again.is_empty(), "one try at a time");
    let _in = tell(&mut state, sample::logged_in());
    assert!(desk(&state).logged_in);
    assert_eq!(desk(&state).banner(NOW), None);
}

#[test]
fn without_the_server_the_messages_open_all_the_same() {
    let mut state = at_the_code();
    let asked = commands(state.update(Event::SignIn(sign_in::Act::Offline)));
    assert_eq!(asked.first(), Some(&Command::ForgetPassword));
    assert_eq!(desk(&state).banner(NOW + 2_999), None, "a session that stands comes back by itself");
    assert_eq!(desk(&state).banner(NOW + 3_000), Some(Banner::NotSignedIn));
    let _door = state.update(Event::Main(Act::SignIn));
    assert!(door(&state).open);
}

#[test]
fn the_wait_after_too_many_tries_counts_down() {
    let mut state = at_the_code();
    let _sent = state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("000000"))));
    let mut failure = Failure::new(ErrorCode::AuthThrottled);
    failure.retry_after_ms = Some(24_000);
    let _late = tell(&mut state, Update::LoggedIn(Err(failure)));
    assert_eq!(door(&state).wait(NOW), Some(24));
    assert!(state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("111111")))).is_empty());
    let _tick = state.update(Event::Clock(NOW + 23_001));
    assert_eq!(door(&state).wait(state.now), Some(1));
    let _tick = state.update(Event::Clock(NOW + 24_000));
    assert_eq!(door(&state).wait(state.now), None);
    assert_eq!(commands(state.update(Event::SignIn(sign_in::Act::SubmitCode(typed("222222"))))).len(), 1);
}

#[test]
fn people_are_online_first_each_half_by_name() {
    let state = sample::main(Language::En);
    let names = |online| -> Vec<String> {
        desk(&state).roster.half(online, "").into_iter().map(|person| person.name()).collect()
    };
    assert_eq!(names(true), ["Ana Ruiz", "Qing Long"]);
    assert_eq!(names(false), ["Bob Ünal", "Zoé Martin"]);
    assert_eq!(desk(&state).roster.half(true, "QING").len(), 1);
    assert_eq!(state.unread(), 2);
}

#[test]
fn a_person_moves_between_the_halves() {
    let mut state = sample::main(Language::En);
    let event = Happened::PresenceChanged {
        user: user(BOB),
        presence: PresenceStatus::Available,
        status_text: None,
        last_seen: None,
    };
    let _now = tell(&mut state, happened(event));
    assert_eq!(desk(&state).roster.half(true, "").len(), 3);
}

#[test]
fn opening_a_conversation_reads_it_and_marks_where_the_new_ones_begin() {
    let mut state = sample::main(Language::En);
    let effects = state.update(Event::Main(Act::Open(user(ANA))));
    assert!(
        matches!(&commands(effects)[..], [Command::Ask(Purpose::Newest(who), _), Command::Ask(Purpose::Safety(_), _), Command::Ask(Purpose::Path(_), _)]
        if *who == user(ANA))
    );
    let messages = Answer::Messages { messages: sample::history(), more: false };
    let asked = commands(sample::answer(&mut state, Purpose::Newest(user(ANA)), messages));
    let [Command::Ask(Purpose::Quiet, call)] = &asked[..] else { panic!("{asked:?}") };
    assert!(matches!(&**call, Call::MarkRead(mark) if mark.up_to == MessageId::new([14; 16])));
    assert_eq!(state.unread(), 0);
    assert_eq!(desk(&state).open.as_ref().unwrap().unread_from, Some((MessageId::new([13; 16]), 2)));
}

#[test]
fn nothing_is_read_while_the_window_is_behind_others() {
    let mut state = sample::chat(Language::En);
    let _away = state.update(Event::Focused(false));
    let new = message(ANA, 20, "Still there?", NOW, MessageState::Received);
    let effects = tell(&mut state, happened(Happened::MessageReceived { message: new }));
    assert!(matches!(&commands(effects)[..], [Command::Notify(_)]));
    assert_eq!(state.unread(), 1);
    assert_eq!(commands(state.update(Event::Focused(true))).len(), 2, "read, and its notice goes");
    assert_eq!(state.unread(), 0);
}

#[test]
fn a_message_told_twice_counts_once() {
    let mut state = sample::main(Language::En);
    let new = || Happened::MessageReceived { message: message(QING, 30, "Hi", NOW, MessageState::Received) };
    let _first = tell(&mut state, happened(new()));
    assert_eq!(state.unread(), 3);
    let asked = commands(tell(&mut state, happened(new())));
    assert_eq!(state.unread(), 3);
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Conversations, _)]));
}

#[test]
fn a_sent_message_is_shown_at_once_and_replaced_by_the_real_one() {
    let mut state = sample::chat(Language::En);
    let send = Act::Send { to: user(ANA), text: "Bonjour".to_owned() };
    let effects = state.update(Event::Main(send));
    assert!(effects.contains(&Effect::Page(Page::ClearComposer(user(ANA)))));
    let asked = commands(effects);
    let [Command::Ask(purpose, _)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(desk(&state).open.as_ref().unwrap().unsent.len(), 1);
    let real = message(ANA, 40, "Bonjour", NOW, MessageState::Saved);
    let _kept = sample::answer(&mut state, purpose.clone(), Answer::Message { message: real });
    let open = desk(&state).open.as_ref().unwrap();
    assert!(open.unsent.is_empty());
    assert_eq!(open.messages.last().unwrap().text, "Bonjour");
    let custody = sample::message(ANA, 40, "", NOW, MessageState::Read).custody;
    let read = Happened::MessageState {
        id: MessageId::new([40; 16]),
        state: MessageState::Read,
        custody,
        error: None,
    };
    let _read = tell(&mut state, happened(read));
    assert_eq!(desk(&state).open.as_ref().unwrap().messages.last().unwrap().state, MessageState::Read);
}

#[test]
fn a_refused_message_keeps_its_text_and_can_be_tried_again() {
    let mut state = sample::chat(Language::En);
    let asked = commands(state.update(Event::Main(Act::Send { to: user(ANA), text: "Long".to_owned() })));
    let [Command::Ask(purpose, _)] = &asked[..] else { panic!("{asked:?}") };
    let refused = Err(Failure::new(ErrorCode::MessageTooLong));
    let _refused = tell(&mut state, Update::Answer(purpose.clone(), Box::new(refused)));
    let unsent = desk(&state).open.as_ref().unwrap().unsent.clone();
    assert_eq!(unsent[0].text, "Long");
    assert_eq!(unsent[0].failure.as_ref().unwrap().code, ErrorCode::MessageTooLong);
    let again = commands(state.update(Event::Main(Act::TryAgain(unsent[0].number))));
    assert!(matches!(&again[..], [Command::Ask(Purpose::Send { .. }, call)]
        if matches!(&**call, Call::MessageSend(send) if send.text == "Long")));
}

#[test]
fn blank_text_is_not_sent() {
    let mut state = sample::chat(Language::En);
    assert!(state.update(Event::Main(Act::Send { to: user(ANA), text: " \n ".to_owned() })).is_empty());
}

#[test]
fn messages_stand_by_position_whatever_the_order_they_come_in() {
    let mut state = sample::chat(Language::En);
    for n in [52, 50, 51] {
        let at = NOW + u64::from(n);
        let new = message(ANA, n, "x", at, MessageState::Received);
        let _in = tell(&mut state, happened(Happened::MessageReceived { message: new }));
    }
    let positions: Vec<_> =
        desk(&state).open.as_ref().unwrap().messages.iter().map(|message| message.position.clone()).collect();
    assert!(positions.is_sorted());
}

/// Where a message stands in its group; nothing for a line between messages.
fn place(entry: &timeline::Entry) -> Option<(bool, bool)> {
    match entry {
        timeline::Entry::Message(item) => Some((item.first, item.last)),
        timeline::Entry::Line(_) => None,
    }
}

#[test]
fn the_timeline_has_a_section_per_day_and_groups_authors() {
    let message = |n, time, state| message(ANA, n, "x", time, state);
    let messages = [
        message(1, NOW - DAY, MessageState::Received),
        message(2, NOW - DAY + 4 * MINUTE, MessageState::Received),
        message(3, NOW - DAY + 10 * MINUTE, MessageState::Received),
        message(4, NOW, MessageState::Received),
        message(5, NOW + MINUTE, MessageState::Saved),
    ];
    let mut conversation = Conversation::new(user(ANA), 0);
    conversation.newest(messages.to_vec(), false);
    conversation.lines = vec![timeline::Line { time: NOW + 1, kind: "keyChanged".to_owned() }];
    let sections = timeline::sections(&conversation, 0, NOW, &TimeZone::UTC);
    let shape: Vec<Vec<Option<(bool, bool)>>> =
        sections.iter().map(|section| section.entries.iter().map(place).collect()).collect();
    let (whole, begins, ends) = (Some((true, true)), Some((true, false)), Some((false, true)));
    assert_eq!(shape, [vec![begins, ends, whole], vec![whole, None, whole]]);
    assert!(matches!(&sections[1].entries[2], timeline::Entry::Message(item) if item.mine));
}

#[test]
fn the_banner_says_the_worst_and_only_after_three_seconds() {
    let mut state = sample::main(Language::En);
    let down = Happened::ServerState {
        state: ServerLink::Offline,
        since: NOW,
        next_try_at: None,
        directory_age: 60_000,
    };
    let _down = tell(&mut state, happened(down));
    assert_eq!(desk(&state).banner(NOW + 2_999), None);
    assert_eq!(desk(&state).banner(NOW + 3_000), Some(Banner::ServerDown { age: 63_000, until: None }));
    let ended = Happened::SessionEnded { code: "E-SESS-2".to_owned(), until: None, device: None, time: 0 };
    let _ended = tell(&mut state, happened(ended));
    assert!(matches!(desk(&state).banner(NOW + 3_000), Some(Banner::SessionEnded(_))));
    let alarm = Happened::DirectoryAlarm { code: "E-DIR-2".to_owned(), details: String::new() };
    let _alarm = tell(&mut state, happened(alarm));
    assert!(
        matches!(desk(&state).banner(NOW), Some(Banner::Alarm(failure)) if failure.code == ErrorCode::DirectoryOwnKeys)
    );
}

#[test]
fn locking_leads_to_the_door_and_forgets_the_messages() {
    let mut state = sample::chat(Language::En);
    let asked = commands(tell(&mut state, happened(Happened::VaultLocked { why: "idle".to_owned() })));
    assert_eq!(asked, [Command::ForgetViews], "nothing that was looked into stays");
    assert_eq!(door(&state).step, sign_in::Step::Password);
    assert!(door(&state).locked);
    assert!(!format!("{state:?}").contains("clause 7"));
}

#[test]
fn the_messages_leave_the_window_before_the_engine_has_closed_them() {
    let causes = [
        Event::Main(Act::Lock),
        Event::Key(Shortcut::Lock),
        Event::Idle(60 * MINUTE),
        Event::Update(Update::Sleeping),
    ];
    for cause in causes {
        let mut state = sample::chat(Language::En);
        assert!(format!("{state:?}").contains("clause 7"));
        assert_eq!(commands(state.update(cause)), sample::SHUT);
        assert!(door(&state).locked && !door(&state).open);
        assert!(!format!("{state:?}").contains("clause 7"));
        // The engine tells of it afterwards.
        assert!(tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() })).is_empty());
        assert!(door(&state).locked);
    }
}

#[test]
fn secrets_are_never_printed() {
    let mut state = sample::enrolling(Language::En);
    let made = enrol(&mut state, enrol::Act::SubmitPassword(typed("velvet otter piano 41")));
    let _secret = tell(&mut state, Update::EnrolAccount(Ok(sample::secret())));
    let all = format!("{made:?} {state:?}");
    for secret in ["velvet", "JBSWY3DPEHPK3PXP", "conclave://x/y"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
