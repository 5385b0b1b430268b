//! The main window's parts, by what a person does and what follows.

use conclave_peer::model::{Answer, Call, MessageId, MessageState, PresenceStatus, Profile};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::settings::{Page as SettingsPage, Theme};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::switcher::{self, Switcher};
use conclave_ui::state::{Effect, Event, Page, State, conversation, field, profile};

use crate::sample::{self, ANA, BOB, MINUTE, NOW, QING, act, commands, desk, message, user};

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

#[test]
fn a_key_picks_the_message_that_is_answered() {
    let mut state = sample::chat(Language::En);
    let picked = |state: &State| desk(state).open.as_ref().unwrap().reply_to;
    let newest = sample::history().last().unwrap().id;
    let effects = state.update(Event::Key(Shortcut::ReplyEarlier));
    assert_eq!(picked(&state), Some(newest));
    assert!(
        effects.contains(&Effect::Page(Page::Reveal(newest)))
            && !effects.contains(&Effect::Page(Page::ShowMessage(newest)))
    );
    for _ in 0..10 {
        let _earlier = state.update(Event::Key(Shortcut::ReplyEarlier));
    }
    assert_eq!(picked(&state), Some(sample::history()[0].id), "the first stays");
    let _later = state.update(Event::Key(Shortcut::ReplyLater));
    assert_eq!(picked(&state), Some(sample::history()[1].id));
    for _ in 0..10 {
        let _later = state.update(Event::Key(Shortcut::ReplyLater));
    }
    assert_eq!(picked(&state), None);
}

#[test]
fn the_menu_of_a_message_takes_the_keyboard_and_gives_it_back() {
    let mut state = sample::chat(Language::En);
    let id = sample::history()[0].id;
    assert_eq!(act(&mut state, Act::Menu(Some(id))), [Effect::Page(Page::Focus(field::MENU))]);
    assert_eq!(state.update(Event::Key(Shortcut::Escape)), [Effect::Page(Page::GiveBack)]);
    assert_eq!(desk(&state).open.as_ref().unwrap().menu, None);
}

#[test]
fn do_not_disturb_ends_by_itself() {
    let mut state = sample::main(Language::En);
    let asked = commands(act(&mut state, Act::Presence(PresenceStatus::Dnd, Some(NOW + MINUTE))));
    assert!(matches!(&asked[..], [Command::Ask(Purpose::Quiet, call)]
        if matches!(&**call, Call::PresenceSet(set) if set.until == Some(NOW + MINUTE))));
    let _early = state.update(Event::Clock(NOW + MINUTE - 1));
    assert_eq!(desk(&state).presence, PresenceStatus::Dnd);
    let _then = state.update(Event::Clock(NOW + MINUTE));
    assert_eq!(desk(&state).presence, PresenceStatus::Available);
}
