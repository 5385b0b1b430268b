//! People, messages and states to test with.

use conclave_peer::model::{
    Answer, Approval, Contact, ContactPolicy, ConversationSummary, CoreStatus, CustodyKind, CustodyStep,
    DirectoryStatus, EnrolAccount, EnrolConfirm, EnrolKind, EnrolStart, Event as Happened, LoggedIn, Me,
    Message, MessageId, MessageState, Notification, Path, PeerCounts, PolicyView, PresenceStatus, Role,
    SafetyLevel, ServerLink, ServerStatus, Status, Target, Time, UserId,
};
use conclave_peer::password;
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::settings::{Settings, Theme};
use conclave_ui::state::{self, Effect, Event, Screen, State, sign_in};
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

/// 2026-11-22 14:05:00 UTC, a Sunday.
pub(crate) const NOW: Time = 1_795_356_300_000;
pub(crate) const MINUTE: Time = 60_000;
/// What closing the messages asks for.
pub(crate) const SHUT: [Command; 2] = [Command::Lock, Command::ForgetViews];
pub(crate) const DAY: Time = 86_400_000;

pub(crate) const ANA: u8 = 1;
pub(crate) const BOB: u8 = 2;
pub(crate) const QING: u8 = 3;
pub(crate) const ZOE: u8 = 4;
const ME: u8 = 9;

pub(crate) fn user(n: u8) -> UserId {
    UserId::new([n; 16])
}

pub(crate) fn contact(n: u8, name: &str, display_name: &str, presence: PresenceStatus) -> Contact {
    Contact {
        user: user(n),
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        presence,
        status_text: None,
        last_seen: Some(NOW - 3 * 3_600_000),
        path: if presence == PresenceStatus::Offline { Path::Waiting } else { Path::Lan },
        safety: SafetyLevel::Directory,
        blocked: false,
        role: Role::Member,
        banned: None,
        approval: Approval::Company,
        picture: None,
    }
}

pub(crate) fn people() -> Vec<Contact> {
    let mut qing = contact(QING, "qing.long", "Qing Long", PresenceStatus::Available);
    qing.safety = SafetyLevel::Compared;
    vec![
        contact(ZOE, "zoe.martin", "Zoé Martin", PresenceStatus::Offline),
        qing,
        contact(BOB, "bob.unal", "Bob Ünal", PresenceStatus::Offline),
        contact(ANA, "ana.ruiz", "Ana Ruiz", PresenceStatus::Away),
    ]
}

pub(crate) fn message(with: u8, n: u8, text: &str, time: Time, state: MessageState) -> Message {
    let step = |step, time| CustodyStep { step, time, until: None };
    let custody = match state {
        MessageState::Read => vec![
            step(CustodyKind::Saved, time),
            step(CustodyKind::Delivered, time + MINUTE),
            step(CustodyKind::Read, time + 2 * MINUTE),
        ],
        MessageState::Delivered => {
            vec![step(CustodyKind::Saved, time), step(CustodyKind::Delivered, time + MINUTE)]
        }
        MessageState::Received => Vec::new(),
        _ => vec![step(CustodyKind::Saved, time)],
    };
    Message {
        id: MessageId::new([n; 16]),
        conversation: Target::User(user(with)),
        author: user(if state == MessageState::Received { with } else { ME }),
        text: text.to_owned(),
        time,
        clock_suspect: None,
        position: format!("{time:020}"),
        reply_to: None,
        file: None,
        state,
        custody,
        error: None,
        unknown_kind: None,
        mentions: Vec::new(),
        quote: None,
        edited: None,
        edit_refused: None,
        versions: Vec::new(),
        deleted: None,
        expires_at: None,
        reactions: Vec::new(),
        line: None,
    }
}

/// Yesterday and today with Ana; the last two are new.
pub(crate) fn history() -> Vec<Message> {
    vec![
        message(ANA, 10, "Could you look at clause 7?", NOW - DAY, MessageState::Received),
        message(
            ANA,
            11,
            "Read it on the train. Clause 7 is fine.",
            NOW - DAY + 21 * MINUTE,
            MessageState::Read,
        ),
        message(ANA, 12, "Parfait, merci.\nJe relis ce soir.", NOW - 60 * MINUTE, MessageState::Delivered),
        message(ANA, 13, "合同第三条已经更新，请看一下", NOW - 2 * MINUTE, MessageState::Received),
        message(ANA, 14, "👏✨", NOW - MINUTE, MessageState::Received),
    ]
}

pub(crate) fn opening(language: Language) -> State {
    State::new(language, Settings { theme: Theme::Light, ..Settings::default() }, NOW, TimeZone::UTC)
}

pub(crate) fn status(locked: bool, enrolled: bool, logged_in: bool) -> Update {
    Update::Status(Ok(Status { locked, enrolled, logged_in, core: None }))
}

pub(crate) fn tell(state: &mut State, update: Update) -> Vec<Effect> {
    state.update(Event::Update(update))
}

/// What the company has settled.
pub(crate) fn policy() -> PolicyView {
    PolicyView {
        lease_ttl_s: 3_600,
        grace_s: 3 * 86_400,
        file_max: 10 << 30,
        idle_lock_s: 300,
        contact_requests: ContactPolicy::Allow,
        relay: true,
        lan: true,
        export: true,
    }
}

/// The engine of Marie Dupont, connected.
pub(crate) fn core() -> CoreStatus {
    CoreStatus {
        me: Me { user: user(ME), name: "marie.dupont".to_owned(), display_name: "Marie Dupont".to_owned() },
        server: ServerStatus { state: ServerLink::Online, since: NOW - DAY, next_try_at: None },
        directory: DirectoryStatus {
            size: 214,
            root: "4f2a91c077de18b3".to_owned(),
            age: 2 * MINUTE,
            valid_until: NOW + 7 * DAY,
            fault: None,
        },
        lease_until: Some(NOW + DAY),
        clock_skew_ms: 400,
        peers: PeerCounts { lan: 2, internet: 0, relayed: 0 },
        waiting_messages: 0,
        policy: None,
    }
}

/// The same window once the engine told of itself.
pub(crate) fn told(mut state: State) -> State {
    let _effects = answer(&mut state, Purpose::Status, Answer::Status(Box::new(core())));
    state
}

pub(crate) fn answer(state: &mut State, purpose: Purpose, answer: Answer) -> Vec<Effect> {
    tell(state, Update::Answer(purpose, Box::new(Ok(answer))))
}

/// The password opened the messages a moment ago; the server was not heard of yet.
pub(crate) fn opened(language: Language) -> State {
    let mut state = opening(language);
    let _first = tell(&mut state, status(true, true, false));
    let password = sign_in::Act::SubmitPassword(Typed::new("velvet".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let _open = tell(&mut state, Update::Unlocked(Ok(())));
    let _there = tell(&mut state, status(false, true, false));
    state
}

/// The main window with four people, and two unread messages from Ana.
pub(crate) fn main(language: Language) -> State {
    let mut state = opening(language);
    let _first = tell(&mut state, status(false, true, true));
    let _people = answer(&mut state, Purpose::Contacts, Answer::Contacts { contacts: people() });
    let summary = ConversationSummary {
        conversation: Target::User(user(ANA)),
        title: "Ana Ruiz".to_owned(),
        last: history().pop(),
        unread: 2,
        pinned: false,
        muted: false,
        timer_ms: 0,
        draft: None,
    };
    let _unread =
        answer(&mut state, Purpose::Conversations, Answer::Conversations { conversations: vec![summary] });
    state
}

/// The same with the conversation with Ana open.
pub(crate) fn chat(language: Language) -> State {
    let mut state = main(language);
    let _open = state.update(Event::Main(state::main::Act::Open(user(ANA))));
    let _page =
        answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages: history(), more: true });
    state
}

pub(crate) fn invitation() -> EnrolStart {
    EnrolStart {
        kind: EnrolKind::New,
        organisation: "Verdane Group".to_owned(),
        fingerprint: "4F2A 91C0 77DE 18B3 A06C 5E92 D1F7 3B48".to_owned(),
        server: "login.verdane.example:1337".to_owned(),
        user_name: Some("marie.dupont".to_owned()),
        rules: password::RULES,
    }
}

/// The same for an account that was reset.
pub(crate) fn reset() -> EnrolStart {
    EnrolStart { kind: EnrolKind::Reset, ..invitation() }
}

pub(crate) fn secret() -> EnrolAccount {
    EnrolAccount {
        otpauth: Zeroizing::new("otpauth://totp/Conclave:marie.dupont?secret=JBSWY3DPEHPK3PXP".to_owned()),
        secret: Zeroizing::new("JBSWY3DPEHPK3PXP".to_owned()),
    }
}

pub(crate) fn recovery() -> EnrolConfirm {
    EnrolConfirm {
        recovery_codes: Zeroizing::new((0..10).map(|n| format!("K7FQ-M2W{n}")).collect()),
        recovery_key: Zeroizing::new(
            "R4KQ-2MTW-9XHB-PZ3C-VNEH-YSQD-J3MW-T9RA-R4KQ-2MTW-9XHB-PZ3C-VNEH-YSQD".to_owned(),
        ),
    }
}

/// The first run up to the page of the password.
pub(crate) fn enrolling(language: Language) -> State {
    use state::enrol::Act;
    let mut state = opening(language);
    let _first = tell(&mut state, status(true, false, false));
    let _link = state.update(Event::Enrol(Act::HaveLink));
    let _sent = state.update(Event::Enrol(Act::SubmitLink(Typed::new("conclave://x/y".to_owned()))));
    let _told = tell(&mut state, Update::EnrolStarted(Ok(invitation())));
    let _same = state.update(Event::Enrol(Act::SameFingerprint));
    let name =
        Act::SubmitName { user_name: "marie.dupont".to_owned(), display_name: "Marie Dupont".to_owned() };
    let _name = state.update(Event::Enrol(name));
    state
}

pub(crate) fn logged_in() -> Update {
    Update::LoggedIn(Ok(LoggedIn { lease_until: NOW + DAY, ended_other: None }))
}

pub(crate) fn run(state: &State) -> &state::enrol::Enrol {
    let Screen::Enrol(run) = &state.screen else { panic!("not in the first run: {:?}", state.screen) };
    run
}

pub(crate) fn door(state: &State) -> &state::sign_in::SignIn {
    let Screen::SignIn(door) = &state.screen else { panic!("not at the door: {:?}", state.screen) };
    door
}

pub(crate) fn desk(state: &State) -> &state::main::Main {
    let Screen::Main(main) = &state.screen else { panic!("not in the main window: {:?}", state.screen) };
    main
}

/// The commands among effects.
pub(crate) fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Ask(command) | Effect::AskBehind(command) => Some(command),
        _ => None,
    };
    effects.into_iter().filter_map(command).collect()
}

/// Does something in the main window.
pub(crate) fn act(state: &mut State, act: state::main::Act) -> Vec<Effect> {
    state.update(Event::Main(act))
}

/// Something that the engine told.
pub(crate) fn happened(event: Happened) -> Update {
    Update::Notification(Box::new(Notification { seq: None, cause: None, event }))
}
