//! Everything of the account leaves this computer.

use conclave_peer::model::{
    Answer, Call, ConversationBytes, ErrorCode, Event as Happened, Failure, Sizes, Target,
};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::settings::{Choice, Page as OfSettings, Settings, Theme};
use conclave_ui::state::{Effect, Event, Page, Screen, State, field};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, act, answer, commands, desk, door, happened, run, tell, user};

/// The question, with how much it is about.
pub(crate) fn asking(language: Language) -> State {
    let mut state = sample::told(sample::main(language));
    let _page = act(&mut state, Act::Settings(OfSettings::Account));
    let effects = act(&mut state, Act::Show(Overlay::EraseAll));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::SAFE))), "the safe button first");
    let of = |n, bytes| ConversationBytes { conversation: Target::User(user(n)), bytes };
    let sizes = Sizes { total: 7_000_000, journal: 4_000_000, index: 2_000_000, blobs: 1_000_000 };
    let by_conversation = vec![of(BOB, 2_000), of(ANA, 3_000_000)];
    let _sizes = answer(&mut state, Purpose::Storage, Answer::Storage { sizes, by_conversation });
    state
}

/// The same, with a password that was refused.
pub(crate) fn refused(language: Language) -> State {
    let mut state = asking(language);
    let _asked = erase(&mut state, "marie.dupont");
    let _refused = tell(&mut state, Update::ErasedAll(Err(Failure::new(ErrorCode::StorePassword))));
    state
}

/// The first window after it.
pub(crate) fn erased(language: Language) -> State {
    let mut state = asking(language);
    let _asked = erase(&mut state, "marie.dupont");
    let _done = tell(&mut state, Update::ErasedAll(Ok(())));
    state
}

fn erase(state: &mut State, name: &str) -> Vec<Effect> {
    let (confirm, password) = (name.to_owned(), Typed::new("velvet otter piano 41".to_owned()));
    act(state, Act::EraseAll { confirm, password })
}

#[test]
fn the_question_says_what_goes_what_others_keep_and_what_it_takes_to_come_back() {
    let html = draw(asking(Language::En));
    for words in [
        "\u{2068}2\u{2069} conversations with all their messages and files (\u{2068}7.0\u{a0}MB\u{2069})",
        "Your colleagues keep what you sent them",
        "This cannot be undone",
        "Your account goes on at the login server",
        "Type your user name to confirm: \u{2068}marie.dupont\u{2069}",
    ] {
        let plain = |text: &str| text.replace(['\u{2068}', '\u{2069}'], "");
        assert!(plain(&html).contains(&plain(words)), "{words}: {html}");
    }
    assert!(draw(asking(Language::Fr)).contains("Votre compte continue au serveur de connexion"));
    let mut unmeasured = sample::told(sample::main(Language::En));
    let asked = commands(act(&mut unmeasured, Act::Show(Overlay::EraseAll)));
    assert_eq!(asked, [Command::Ask(Purpose::Storage, Box::new(Call::StorageGet))]);
    assert!(draw(unmeasured).contains("All your messages and files, your keys"));
}

#[test]
fn it_is_asked_for_once_and_nothing_takes_it_back() {
    let mut state = asking(Language::En);
    let asked = commands(erase(&mut state, " marie.dupont "));
    let [Command::EraseAll { confirm, .. }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(confirm, "marie.dupont");
    assert!(!format!("{asked:?} {state:?}").contains("velvet"));
    assert!(erase(&mut state, "marie.dupont").is_empty(), "one at a time");
    assert!(act(&mut state, Act::Dismiss).is_empty());
    assert_eq!(desk(&state).overlay, Some(Overlay::EraseAll));
    assert!(draw(state.clone()).contains("Erasing…"));
    assert!(commands(state.update(Event::OtherTheme)).is_empty(), "no file is written meanwhile");
}

#[test]
fn a_wrong_name_or_password_is_said_beside_its_field_and_nothing_is_erased() {
    let mut state = asking(Language::En);
    let _asked = erase(&mut state, "ana.ruiz");
    let wrong = Failure::new(ErrorCode::ApiParams).with("field", "confirm");
    let effects = tell(&mut state, Update::ErasedAll(Err(wrong)));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::ERASE_NAME))]);
    let html = draw(state.clone());
    assert!(html.contains("This is not your user name. Nothing was erased."), "{html}");
    assert_eq!(html.matches("aria-describedby=\"error-erase\"").count(), 1);
    let _asked = erase(&mut state, "marie.dupont");
    let wrong = Failure::new(ErrorCode::StorePassword);
    let effects = tell(&mut state, Update::ErasedAll(Err(wrong)));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::ERASE_PASSWORD))]);
    assert!(draw(state.clone()).contains("Wrong password. Nothing was erased."));
    assert!(draw(refused(Language::Fr)).contains("Mot de passe incorrect. Rien n&#39;a été effacé."));
    assert!(desk(&state).roster.person(user(ANA)).is_some());
    let _closed = act(&mut state, Act::Dismiss);
    let _again = act(&mut state, Act::Show(Overlay::EraseAll));
    assert!(!draw(state).contains("Wrong password"), "what was wrong before is not said again");
}

#[test]
fn other_reasons_are_said_as_everywhere() {
    let mut state = asking(Language::En);
    let _asked = erase(&mut state, "marie.dupont");
    let _busy = tell(&mut state, Update::ErasedAll(Err(Failure::new(ErrorCode::ApiBusy))));
    assert!(draw(state).contains("Too many calls are waiting"));
}

#[test]
fn what_follows_is_the_first_window_and_nothing_of_the_person_is_left_in_it() {
    let mut state = asking(Language::Fr);
    for choice in
        [Choice::Tray(true), Choice::Autostart(true), Choice::Theme(Theme::Dark), Choice::Resize(Some(1))]
    {
        let _chosen = state.update(Event::Choose(choice));
    }
    let _tray = tell(&mut state, Update::Tray(true));
    let _asked = erase(&mut state, "marie.dupont");
    let effects = tell(&mut state, Update::ErasedAll(Ok(())));
    assert!(
        effects.contains(&Effect::Page(Page::Zoom(100)))
            && effects.contains(&Effect::Page(Page::Hides(false)))
    );
    let asked = commands(effects);
    for command in
        [Command::ForgetViews, Command::ForgetPassword, Command::Autostart(false), Command::Tray(None)]
    {
        assert!(asked.contains(&command), "{command:?}: {asked:?}");
    }
    assert!(!asked.iter().any(|command| matches!(command, Command::KeepLook(_))), "{asked:?}");
    assert_eq!((&state.settings, state.whose()), (&Settings::default(), None));
    assert!(!format!("{state:?}").contains("Ana") && !format!("{state:?}").contains("marie"));
    assert!(run(&state).erased);
    assert!(draw(state).contains("Conclave ne garde plus rien de vous sur cet ordinateur."));
}

#[test]
fn a_disk_that_failed_half_way_closes_the_window_with_the_reason() {
    let mut state = asking(Language::En);
    let _asked = erase(&mut state, "marie.dupont");
    let failure = Failure::new(ErrorCode::FileUnreadable).with("why", "read-only file system");
    let _failed = tell(&mut state, Update::Closed(failure.clone()));
    assert_eq!(state.screen, Screen::Closed(failure));
}

#[test]
fn a_lock_that_came_first_leads_to_the_door_and_an_end_that_came_late_to_the_first_window() {
    let mut state = asking(Language::En);
    let _asked = erase(&mut state, "marie.dupont");
    let _locked = tell(&mut state, happened(Happened::VaultLocked { why: "call".to_owned() }));
    assert!(door(&state).locked);
    let mut late = state.clone();
    let _refused = tell(&mut state, Update::ErasedAll(Err(Failure::new(ErrorCode::ApiLocked))));
    assert!(door(&state).locked);
    let _done = tell(&mut late, Update::ErasedAll(Ok(())));
    assert!(run(&late).erased);
}
