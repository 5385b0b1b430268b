//! Settings → Chats: what holds for every conversation.

use conclave_peer::model::{Answer, Call, CoreStatus, PolicyView, Settings, SettingsSet};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::i18n::Language;
use conclave_ui::state::State;
use conclave_ui::state::main::Act;
use conclave_ui::state::settings::Page;

use crate::render::draw;
use crate::sample::{self, act, answer, commands};

/// The page, with the settings of the engine.
pub(crate) fn page(language: Language, settings: Settings) -> State {
    let mut state = sample::told(sample::main(language));
    let _settings = answer(&mut state, Purpose::Privacy, Answer::Settings { settings });
    let _page = act(&mut state, Act::Settings(Page::Chats));
    state
}

/// The words of what is chosen under a name, on the page.
fn chosen(html: &str, label: &str) -> Option<String> {
    let group = html.split(&format!("aria-label=\"{label}\"")).nth(1)?.split("</div>").next()?;
    let button = group.split("<button").find(|button| button.contains("aria-checked=\"true\""))?;
    Some(button.split_once('>')?.1.split('<').next()?.to_owned())
}

#[test]
fn up_to_which_size_files_come_unasked_is_chosen() {
    let mut state = page(Language::En, Settings::default());
    let label = "Fetch without asking, up to";
    assert_eq!(chosen(&draw(state.clone()), label).as_deref(), Some("10\u{a0}MB"));
    let asked = commands(act(&mut state, Act::AcceptUpTo(0)));
    let set = SettingsSet { accept_up_to: Some(0), ..SettingsSet::default() };
    assert_eq!(asked, [Command::Ask(Purpose::Privacy, Box::new(Call::SettingsSet(set)))]);
    let settings = Settings { accept_up_to: 0, ..Settings::default() };
    let _taken = answer(&mut state, Purpose::Privacy, Answer::Settings { settings });
    assert_eq!(chosen(&draw(state), label).as_deref(), Some("Always ask"));
    let other = Settings { accept_up_to: 5_000_000, ..Settings::default() };
    assert_eq!(chosen(&draw(page(Language::En, other)), label), None, "a size chosen by another program");
    let french = draw(page(Language::Fr, Settings::default()));
    assert_eq!(chosen(&french, "Télécharger sans demander, jusqu&#39;à").as_deref(), Some("10\u{a0}Mo"));
}

#[test]
fn no_size_is_offered_that_no_file_may_have() {
    let mut state = page(Language::En, Settings::default());
    assert!(draw(state.clone()).contains("1\u{a0}GB"));
    let policy = PolicyView { file_max: 100_000_000, ..sample::policy() };
    let status = CoreStatus { policy: Some(policy), ..sample::core() };
    let _status = answer(&mut state, Purpose::Status, Answer::Status(Box::new(status)));
    let html = draw(state);
    assert!(html.contains("100\u{a0}MB") && !html.contains("1\u{a0}GB"), "{html}");
}

#[test]
fn how_conversations_begin_is_chosen() {
    let settings = Settings { timer_ms: 86_400_000, ..Settings::default() };
    let mut state = page(Language::En, settings);
    assert_eq!(chosen(&draw(state.clone()), "Disappearing messages").as_deref(), Some("1 day"));
    let asked = commands(act(&mut state, Act::UsualTimer(0)));
    let set = SettingsSet { timer_ms: Some(0), ..SettingsSet::default() };
    assert_eq!(asked, [Command::Ask(Purpose::Privacy, Box::new(Call::SettingsSet(set)))]);
    let mut chat = sample::chat(Language::En);
    let _details = act(&mut chat, Act::Details(true));
    assert_eq!(chosen(&draw(chat), "Disappearing messages").as_deref(), Some("Off"), "one that is there");
}
