//! The main window's parts, by what a person does and what follows.

use conclave_peer::model::{
    Answer, Call, Changed, DeleteFor, Direction, ErrorCode, Event as Happened, Failure, File, FileId,
    FileState, MessageId, MessageState, Notification, Profile, SafetyChange, SafetyLevel, SearchHit, Target,
};
use conclave_peer::search::Range;
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::account::{self, Change};
use conclave_ui::state::main::{Act, Banner, Said, Section};
use conclave_ui::state::overlay::{Chosen, Confirm, Overlay};
use conclave_ui::state::preview::{self, Kind, Seen, View, Which};
use conclave_ui::state::settings::{Choice, Page as SettingsPage, Theme};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::switcher::{self, Switcher};
use conclave_ui::state::{Effect, Event, Page, State, conversation, field, profile, safety, search};

use crate::sample::{self, ANA, BOB, MINUTE, NOW, QING, commands, desk, door, message, tell, user};

fn act(state: &mut State, act: Act) -> Vec<Effect> {
    state.update(Event::Main(act))
}

fn happened(event: Happened) -> Update {
    Update::Notification(Box::new(Notification { seq: None, cause: None, event }))
}

/// As long as the engine makes it.
pub(crate) fn number_qr() -> String {
    format!("CONCLAVE1:{}", "q83vEjRWeJCrze-S".repeat(14))
}

fn number(change: bool) -> Answer {
    Answer::Safety {
        digits: "38472 91056 22718 64409 15873 90262 47735 08194 66021 53987 12640 78359".to_owned(),
        qr: number_qr(),
        level: SafetyLevel::Directory,
        since: None,
        change: change.then(|| SafetyChange {
            cause: "reset".to_owned(),
            admin: Some("Paul Weber".to_owned()),
            time: NOW,
        }),
    }
}

pub(crate) fn file(n: u8, name: &str, mime: &str, state: FileState) -> File {
    File {
        file: FileId([n; 32]),
        name: name.to_owned(),
        size: 7_100_000,
        mime: mime.to_owned(),
        direction: Direction::In,
        state,
        done: 3_200_000,
        conversation: Some(Target::User(user(ANA))),
        error: None,
    }
}

/// A conversation whose safety number changed.
pub(crate) fn changed(language: Language) -> State {
    let mut state = sample::chat(language);
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(true));
    state
}

/// The dialog of two people who compare.
pub(crate) fn comparing(language: Language) -> State {
    let mut state = sample::chat(language);
    let _open = act(&mut state, Act::Safety(safety::Act::Compare(user(ANA))));
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(false));
    state
}

/// Files that ask, move, wait and are here.
pub(crate) fn transfers(language: Language) -> State {
    let mut state = sample::main(language);
    let _section = act(&mut state, Act::Section(Section::Transfers));
    let files = vec![
        file(1, "Site photographs.zip", "application/zip", FileState::Offered),
        file(2, "Data room – annexes.zip", "application/zip", FileState::Active),
        file(3, "Budget-v3.xlsx", "application/vnd.ms-excel", FileState::Paused),
        file(4, "Minutes of the 17th.pdf", "application/pdf", FileState::Queued),
        file(5, "Board pack Q4.pdf", "application/pdf", FileState::Done),
    ];
    let _files = sample::answer(&mut state, Purpose::AllFiles, Answer::Files { files });
    let moved = Happened::FileProgress {
        file: FileId([2; 32]),
        done: 3_200_000,
        size: 7_100_000,
        bytes_per_second: 1_100_000,
        seconds_left: Some(4),
    };
    let _moved = tell(&mut state, happened(moved));
    state
}

#[test]
fn a_changed_number_blocks_the_composer_until_it_is_accepted() {
    let mut state = changed(Language::En);
    assert!(desk(&state).safety.change(user(ANA)).is_some());
    let _asked = act(&mut state, Act::Show(Overlay::Confirm(Confirm::AcceptKey(user(ANA)))));
    let asked = commands(act(&mut state, Act::Confirmed(Confirm::AcceptKey(user(ANA)))));
    assert!(matches!(&asked[..], [Command::Ask(_, accept), Command::Ask(_, get)]
        if matches!(**accept, Call::SafetyAccept(_)) && matches!(**get, Call::SafetyGet(_))));
    let _number = sample::answer(&mut state, Purpose::Safety(user(ANA)), number(false));
    assert!(desk(&state).safety.change(user(ANA)).is_none());
}

#[test]
fn a_number_that_changes_is_asked_for_at_once() {
    let mut state = sample::chat(Language::En);
    let event =
        Happened::SafetyChanged { user: user(ANA), cause: "reset".to_owned(), admin: None, time: NOW };
    let asked = commands(tell(&mut state, happened(event)));
    assert!(
        asked
            .iter()
            .any(|command| matches!(command, Command::Ask(Purpose::Safety(who), _) if *who == user(ANA)))
    );
}

#[test]
fn comparing_sends_the_digits_and_closes_when_they_match() {
    let mut state = comparing(Language::En);
    let asked = commands(act(&mut state, Act::Safety(safety::Act::Match)));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Verified(_), call)]
        if matches!(&**call, Call::SafetyVerify(verify) if verify.digits.as_deref().unwrap().starts_with("38472"))));
    let _match = sample::answer(&mut state, Purpose::Verified(user(ANA)), Answer::Match { matches: true });
    assert_eq!(desk(&state).overlay, None);
}

#[test]
fn numbers_that_differ_are_taken_back_and_said() {
    let mut state = comparing(Language::En);
    let asked = commands(act(&mut state, Act::Safety(safety::Act::Differ)));
    assert!(matches!(&asked[0], Command::Ask(_, call) if matches!(**call, Call::SafetyUnverify(_))));
    assert!(matches!(&desk(&state).overlay, Some(Overlay::Safety(compare)) if compare.differ));
}

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
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Unheard, call)]
        if matches!(&**call, Call::DraftSet(set) if set.text == "About the lease")));
    assert_eq!(desk(&state).roster.chats("").len(), 2, "a conversation that was only begun is one");
}

#[test]
fn a_hundred_thousand_messages_never_stand_in_the_page_at_once() {
    let mut state = sample::chat(Language::En);
    for page in (0..20_u64).rev() {
        let _older = act(&mut state, Act::Older);
        let messages = (0..100)
            .map(|n| {
                let mut one = message(ANA, 1, "x", NOW - 1_000_000 + page * 100 + n, MessageState::Received);
                let mut id = [9; 16];
                id[..8].copy_from_slice(&(page * 100 + n).to_be_bytes());
                one.id = MessageId::new(id);
                one
            })
            .collect();
        let _page =
            sample::answer(&mut state, Purpose::Older(user(ANA)), Answer::Messages { messages, more: true });
        assert!(desk(&state).open.as_ref().unwrap().messages.len() <= conversation::MOST);
    }
    let open = desk(&state).open.as_ref().unwrap();
    assert!(open.newer && open.more);
    let effects = act(&mut state, Act::ToEnd);
    assert!(effects.contains(&Effect::Page(Page::ToEnd)));
    assert!(matches!(&commands(effects)[..], [Command::Ask(Purpose::Newest(_), _)]));
    let newest = Answer::Messages { messages: sample::history(), more: true };
    let _newest = sample::answer(&mut state, Purpose::Newest(user(ANA)), newest);
    assert_eq!(desk(&state).open.as_ref().unwrap().messages.len(), 5, "the far ones made room");
}

#[test]
fn files_are_looked_through_before_they_are_sent() {
    let mut state = sample::chat(Language::En);
    let chosen = vec!["/home/marie/terrace.jpg".into(), "/home/marie/board.pdf".into()];
    let effects = act(&mut state, Act::Attach(chosen));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::CAPTION))));
    let Some(Overlay::Attach(attach)) = &desk(&state).overlay else { panic!("no sheet") };
    assert_eq!((attach.files[0].name.as_str(), attach.files[0].picture), ("terrace.jpg", true));
    assert!(!attach.files[1].picture);
    let asked = commands(act(&mut state, Act::SendFiles { caption: " From the terrace ".to_owned() }));
    assert!(matches!(&asked[..], [
        Command::SendFile { caption: Some(caption), .. },
        Command::SendFile { caption: None, .. },
    ] if caption == "From the terrace"));
    assert_eq!(desk(&state).overlay, None);
}

#[test]
fn a_pasted_picture_waits_for_the_person() {
    let mut state = sample::chat(Language::En);
    let asked = commands(act(&mut state, Act::PastePicture));
    assert!(matches!(&asked[..], [Command::PastePicture(to)] if *to == user(ANA)));
    let _none = tell(&mut state, Update::Pasted(None));
    assert_eq!(desk(&state).overlay, None, "text was pasted");
    let _pasted = tell(&mut state, Update::Pasted(Some(Chosen::pasted(vec![1]))));
    assert!(matches!(&desk(&state).overlay, Some(Overlay::Attach(_))));
}

#[test]
fn a_refused_file_is_said() {
    let mut state = sample::chat(Language::En);
    let failure = Failure::new(ErrorCode::FileUnreadable).with("file", "x.pdf");
    let _refused =
        tell(&mut state, Update::FileSent { to: user(ANA), result: Box::new(Err(failure.clone())) });
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Failed(failure));
    let _later = state.update(Event::Clock(NOW + 6_000));
    assert_eq!(desk(&state).note, None);
}

#[test]
fn transfers_show_what_asks_moves_waits_and_is_here() {
    let state = transfers(Language::En);
    let known = &desk(&state).transfers;
    assert_eq!(known.offered().len(), 1);
    assert_eq!(known.running().len(), 2);
    assert_eq!(known.waiting().len(), 1);
    assert_eq!(known.received().len(), 1);
    assert_eq!(known.totals(), (1_100_000, Some(4)));
}

#[test]
fn much_that_is_done_is_not_thrown_away_without_a_question() {
    let mut state = transfers(Language::En);
    let small = commands(act(&mut state, Act::CancelFile(FileId([3; 32]))));
    assert!(matches!(&small[..], [Command::Ask(Purpose::Transfers, _)]));
    let much = Happened::FileProgress {
        file: FileId([2; 32]),
        done: 60_000_000,
        size: 70_000_000,
        bytes_per_second: 1,
        seconds_left: None,
    };
    let _moved = tell(&mut state, happened(much));
    assert!(commands(act(&mut state, Act::CancelFile(FileId([2; 32])))).is_empty());
    assert!(matches!(desk(&state).overlay, Some(Overlay::Confirm(Confirm::CancelFile(_)))));
}

#[test]
fn idle_long_enough_locks_and_a_policy_can_only_shorten_it() {
    let mut state = sample::main(Language::En);
    assert!(state.update(Event::Idle(5 * MINUTE - 1)).is_empty());
    assert_eq!(commands(state.update(Event::Idle(5 * MINUTE))), [Command::Lock]);
    let _hour = state.update(Event::Choose(Choice::LockAfter(60)));
    assert!(state.update(Event::Idle(5 * MINUTE)).is_empty());
    assert_eq!(state.settings.lock_ms(Some(120)), 2 * MINUTE);
    assert_eq!(state.settings.lock_ms(Some(0)), 60 * MINUTE);
}

/// A window that was locked, with the name of its owner.
pub(crate) fn locked(language: Language) -> State {
    let mut state = sample::main(language);
    let me = conclave_peer::model::Me {
        user: user(9),
        name: "marie.dupont".to_owned(),
        display_name: "Marie Dupont".to_owned(),
    };
    if let conclave_ui::state::Screen::Main(main) = &mut state.screen {
        main.me = Some(me);
    }
    let _locked = tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() }));
    state
}

#[test]
fn after_the_lock_the_password_alone_leads_back() {
    let mut state = locked(Language::En);
    assert_eq!(door(&state).owner.as_ref().unwrap().name, "Marie Dupont");
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let asked = commands(tell(&mut state, Update::Unlocked(Ok(()))));
    assert_eq!(asked.first(), Some(&Command::ForgetPassword), "it stays no longer than it is needed");
    assert_eq!(desk(&state).banner(NOW), None);
}

#[test]
fn the_recovery_key_opens_the_messages_without_a_code() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let use_key = conclave_ui::state::sign_in::Act::UseRecoveryKey;
    let _key = state.update(Event::SignIn(use_key));
    let submit = conclave_ui::state::sign_in::Act::SubmitRecoveryKey(Typed::new("ABCD-EFGH".to_owned()));
    let asked = commands(state.update(Event::SignIn(submit)));
    assert!(matches!(&asked[..], [Command::UnlockByKey(key)] if key.text() == "ABCD-EFGH"));
    let _open = tell(&mut state, Update::Unlocked(Ok(())));
    assert_eq!(desk(&state).banner(NOW + 3_000), Some(Banner::NotSignedIn));
}

#[test]
fn a_session_that_still_stands_needs_no_code() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, true, false));
    let password = conclave_ui::state::sign_in::Act::SubmitPassword(Typed::new("x".to_owned()));
    let _sent = state.update(Event::SignIn(password));
    let _open = tell(&mut state, Update::Unlocked(Ok(())));
    let online = Happened::ServerState {
        state: conclave_peer::model::ServerLink::Online,
        since: NOW,
        next_try_at: None,
        directory_age: 0,
    };
    let _back = tell(&mut state, happened(online));
    assert!(desk(&state).logged_in);
}

#[test]
fn the_password_is_changed_only_when_typed_twice_the_same() {
    let mut state = sample::main(Language::En);
    let typed = |text: &str| Typed::new(text.to_owned());
    let change = |again: &str| {
        Act::Account(account::Act::Change {
            old: typed("old"),
            new: typed("velvet otter piano 41"),
            again: typed(again),
            code: typed("123456"),
        })
    };
    assert!(commands(act(&mut state, change("velvet otter"))).is_empty());
    assert_eq!(desk(&state).account.change, Change::Differ);
    let asked = commands(act(&mut state, change("velvet otter piano 41")));
    assert!(matches!(&asked[..], [Command::ChangePassword { .. }]));
    assert!(commands(act(&mut state, change("velvet otter piano 41"))).is_empty(), "one at a time");
    let _done = tell(&mut state, Update::PasswordChanged(Ok(())));
    assert_eq!(desk(&state).account.change, Change::Done);
    assert!(!format!("{asked:?} {state:?}").contains("velvet"));
}

#[test]
fn the_own_profile_is_saved_trimmed() {
    let mut state = sample::main(Language::En);
    let fields = profile::Fields { full_name: " Marie Dupont ".to_owned(), ..profile::Fields::default() };
    let asked = commands(act(&mut state, Act::Profile(profile::Act::Save(fields))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::OwnProfile, call)]
        if matches!(&**call, Call::ProfileSet(set) if set.full_name.as_deref() == Some("Marie Dupont"))));
    let profile = Profile { version: 2, ..Profile::default() };
    let _saved = sample::answer(&mut state, Purpose::OwnProfile, Answer::OwnProfile { profile });
    assert!(desk(&state).profiles.saved && !desk(&state).profiles.saving);
}

#[test]
fn a_few_letters_lead_to_a_person_or_a_command() {
    let mut state = sample::main(Language::En);
    let effects = state.update(Event::Key(Shortcut::Switcher));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::SWITCHER))]);
    let _typed = act(&mut state, Act::Switcher(switcher::Act::Type("qi".to_owned())));
    let _taken = act(&mut state, Act::Switcher(switcher::Act::TakeChosen));
    assert_eq!(desk(&state).open.as_ref().unwrap().with, user(QING));
    let _open = act(&mut state, Act::Show(Overlay::Switcher(Switcher::default())));
    let _typed = act(&mut state, Act::Switcher(switcher::Act::Type("dark".to_owned())));
    let _taken = act(&mut state, Act::Switcher(switcher::Act::TakeChosen));
    assert_eq!(state.settings.theme, Theme::Dark);
}

#[test]
fn keys_step_through_the_conversations_and_to_what_is_unread() {
    let mut state = sample::main(Language::En);
    let _people = act(&mut state, Act::Section(Section::People));
    let _first = state.update(Event::Key(Shortcut::Nth(2)));
    assert_eq!(desk(&state).open.as_ref().unwrap().with, user(QING));
    let _next = state.update(Event::Key(Shortcut::NextChat));
    assert_eq!(desk(&state).open.as_ref().unwrap().with, user(BOB));
    let _unread = state.update(Event::Key(Shortcut::PreviousUnread));
    assert_eq!(desk(&state).open.as_ref().unwrap().with, user(ANA));
}

#[test]
fn escape_takes_one_thing_away_at_a_time() {
    let mut state = sample::chat(Language::En);
    let _details = act(&mut state, Act::Details(true));
    let _reply = act(&mut state, Act::Reply(Some(MessageId::new([13; 16]))));
    let _keys = state.update(Event::Key(Shortcut::Keys));
    assert_eq!(desk(&state).overlay, Some(Overlay::Keys));
    let _chat = state.update(Event::Key(Shortcut::NextChat));
    assert_eq!(desk(&state).overlay, Some(Overlay::Keys), "nothing happens behind a dialog");
    let back = state.update(Event::Key(Shortcut::Escape));
    assert_eq!(back, [Effect::Page(Page::GiveBack)]);
    let _again = state.update(Event::Key(Shortcut::Escape));
    assert_eq!(desk(&state).open.as_ref().unwrap().reply_to, None);
    assert!(desk(&state).details);
    let _last = state.update(Event::Key(Shortcut::Escape));
    assert!(!desk(&state).details);
}

#[test]
fn a_file_is_looked_into_once_and_again_when_it_was_dropped() {
    let mut state = sample::chat(Language::En);
    let picture = file(8, "lake.png", "image/png", FileState::Done);
    assert_eq!(Kind::of(&picture), Some(Kind::Picture));
    assert_eq!(Kind::of(&file(8, "x.svg", "image/svg+xml", FileState::Done)), None);
    assert_eq!(Kind::of(&file(8, "lake.png", "image/png", FileState::Active)), None);
    let look = Act::Preview(preview::Act::Look(picture.file, Kind::Picture));
    assert_eq!(commands(act(&mut state, look.clone())).len(), 1);
    assert!(commands(act(&mut state, look.clone())).is_empty());
    let seen = Seen { token: "00112233445566778899aabbccddeeff".to_owned(), width: 8, height: 6, pages: 1 };
    let told = Update::Seen { file: picture.file, which: Which::Small, seen: Some(seen.clone()) };
    let _seen = tell(&mut state, told);
    assert_eq!(desk(&state).previews.view(picture.file, Which::Small), Some(&View::Ready(seen.clone())));
    let _gone = tell(&mut state, Update::Forgotten(vec![seen.token]));
    assert_eq!(commands(act(&mut state, look)).len(), 1);
}

#[test]
fn what_is_played_together_stays_within_the_memory_for_it() {
    let mut state = sample::chat(Language::En);
    let film = |number| File {
        size: preview::PLAYED_MOST / 2,
        ..file(number, "site.webm", "video/webm", FileState::Done)
    };
    let large = File { size: preview::PLAYED_MOST + 1, ..film(1) };
    assert_eq!((Kind::of(&film(1)), Kind::of(&large)), (Some(Kind::Film), None));
    let played =
        |state: &State, number| desk(state).previews.view(film(number).file, Which::Stream).is_some();
    for number in 1..=3 {
        let play = preview::Act::Play { file: film(number).file, size: film(number).size };
        assert_eq!(commands(act(&mut state, Act::Preview(play))).len(), 1);
    }
    assert!(!played(&state, 1) && played(&state, 2) && played(&state, 3));
    assert_eq!(preview::pieces(preview::PIECE + 1), 2);
}

#[test]
fn sizes_stay_within_bounds() {
    let mut state = sample::main(Language::En);
    for _ in 0..40 {
        let _larger = state.update(Event::Key(Shortcut::Larger));
    }
    assert_eq!(state.settings.percent(), 200);
    let effects = state.update(Event::Key(Shortcut::UsualSize));
    assert!(effects.contains(&Effect::Page(Page::Zoom(100))), "{effects:?}");
}

#[test]
fn every_page_of_the_settings_opens() {
    let mut state = sample::main(Language::En);
    for page in SettingsPage::ALL {
        let _asked = act(&mut state, Act::Settings(page));
        assert_eq!(desk(&state).page, page);
        assert_eq!(desk(&state).section, Section::Settings);
    }
}

/// A search with two hits.
pub(crate) fn searching(language: Language) -> State {
    let mut state = sample::chat(language);
    let _open = state.update(Event::Key(Shortcut::SearchEverywhere));
    let _typed = act(&mut state, Act::Search(search::Act::Type("clause".to_owned())));
    let hit = |at: usize| SearchHit {
        message: sample::history()[at].clone(),
        ranges: vec![Range { start: if at == 0 { 18 } else { 22 }, len: 6 }],
    };
    let _hits = sample::answer(
        &mut state,
        Purpose::Search(1),
        Answer::Hits { hits: vec![hit(1), hit(0)], cursor: None },
    );
    state
}

#[test]
fn only_the_newest_search_counts() {
    let mut state = searching(Language::En);
    assert_eq!(desk(&state).search.as_ref().unwrap().hits.len(), 2);
    let asked = commands(act(&mut state, Act::Search(search::Act::Type("clause 7".to_owned()))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Search(2), call)]
        if matches!(&**call, Call::MessageSearch(search) if search.query == "clause 7" && search.conversation.is_none())));
    let late = Answer::Hits { hits: Vec::new(), cursor: None };
    let _late = sample::answer(&mut state, Purpose::Search(1), late);
    assert!(desk(&state).search.as_ref().unwrap().busy);
    assert!(commands(act(&mut state, Act::Search(search::Act::Type("  ".to_owned())))).is_empty());
}

#[test]
fn a_hit_leads_to_its_place_even_far_back() {
    let mut state = searching(Language::En);
    let here = sample::history()[0].id;
    let effects = act(&mut state, Act::Search(search::Act::Take(user(ANA), here)));
    assert_eq!(effects, [Effect::Page(Page::ShowMessage(here))], "it is at hand");
    let far = MessageId::new([88; 16]);
    let asked = commands(act(&mut state, Act::Search(search::Act::Take(user(ANA), far))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Around(_), call)]
        if matches!(&**call, Call::MessageList(list) if list.around == Some(far))));
    let mut found = message(ANA, 88, "clause 7", NOW - 90 * MINUTE, MessageState::Received);
    found.id = far;
    let page = Answer::Messages { messages: vec![found], more: true };
    let effects = sample::answer(&mut state, Purpose::Around(user(ANA)), page);
    assert!(effects.contains(&Effect::Page(Page::ShowMessage(far))));
    assert!(desk(&state).open.as_ref().unwrap().newer, "the newest ones are one page away");
}
