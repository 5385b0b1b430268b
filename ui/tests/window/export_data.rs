//! Everything of the account, written to a file that anybody can read.

use conclave_peer::model::{Answer, CoreStatus, ErrorCode, Failure, PolicyView};
use conclave_ui::command::{Command, Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Said};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::settings::Page as OfSettings;
use conclave_ui::state::{Effect, Page, State, field};

use crate::render::draw;
use crate::sample::{self, act, answer, commands, desk, tell};

/// The warning.
pub(crate) fn asking(language: Language) -> State {
    let mut state = sample::told(sample::main(language));
    let _page = act(&mut state, Act::Settings(OfSettings::Account));
    let effects = act(&mut state, Act::Show(Overlay::ExportData));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::SAFE))], "the safe button first");
    state
}

fn export(state: &mut State) -> Vec<Effect> {
    act(state, Act::ExportData(Typed::new("velvet otter piano 41".to_owned())))
}

#[test]
fn it_is_warned_of_before_and_asked_for_once() {
    let mut state = asking(Language::En);
    let html = draw(state.clone());
    assert!(html.contains("The file is not encrypted") && html.contains("Export unencrypted"), "{html}");
    assert!(draw(asking(Language::Fr)).contains("Le fichier n&#39;est pas chiffré"));
    let asked = commands(export(&mut state));
    let [Command::ExportData { name, .. }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(name, "conclave-data.json");
    assert!(!format!("{asked:?} {state:?}").contains("velvet"));
    assert!(export(&mut state).is_empty(), "one at a time");
    assert!(draw(state).contains("Exporting…"));
}

#[test]
fn where_the_rules_forbid_it_there_is_nothing_to_press() {
    let mut state = asking(Language::En);
    let _closed = act(&mut state, Act::Dismiss);
    assert!(draw(state.clone()).contains("Export…"));
    let status =
        CoreStatus { policy: Some(PolicyView { export: false, ..sample::policy() }), ..sample::core() };
    let _rules = answer(&mut state, Purpose::Status, Answer::Status(Box::new(status)));
    let html = draw(state);
    assert!(
        html.contains("The rules of your organisation do not allow it.") && !html.contains("Export…"),
        "{html}"
    );
}

#[test]
fn what_was_written_is_named_and_the_keyboard_given_back() {
    let mut state = asking(Language::En);
    let _asked = export(&mut state);
    let effects = tell(&mut state, Update::Exported(Ok(Some("mine.json".to_owned()))));
    assert_eq!(effects, [Effect::Page(Page::GiveBack)]);
    assert_eq!(desk(&state).overlay, None);
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Saved("mine.json".to_owned()));
}

#[test]
fn who_thought_better_of_it_is_back_at_the_warning() {
    let mut state = asking(Language::En);
    let _asked = export(&mut state);
    let _no = tell(&mut state, Update::Exported(Ok(None)));
    assert_eq!(desk(&state).overlay, Some(Overlay::ExportData));
    assert!(!desk(&state).exporting.busy && desk(&state).note.is_none());
}

#[test]
fn a_wrong_password_is_said_beside_it_and_nothing_was_written() {
    let mut state = asking(Language::En);
    let _asked = export(&mut state);
    let wrong = Failure::new(ErrorCode::StorePassword);
    let effects = tell(&mut state, Update::Exported(Err(wrong)));
    assert_eq!(effects, [Effect::Page(Page::Focus(field::EXPORT_PASSWORD))]);
    let html = draw(state.clone());
    assert!(html.contains("Wrong password. Nothing was written."), "{html}");
    assert!(html.contains("aria-describedby=\"error-export\""));
    let _closed = act(&mut state, Act::Dismiss);
    let _again = act(&mut state, Act::Show(Overlay::ExportData));
    assert!(!draw(state).contains("Wrong password"));
}

#[test]
fn a_failure_is_said_where_the_person_looks() {
    let full = || Failure::new(ErrorCode::DiskFull);
    let mut state = asking(Language::En);
    let _asked = export(&mut state);
    let _failed = tell(&mut state, Update::Exported(Err(full())));
    assert!(draw(state).contains("There is not enough room on the disk"));
    let mut away = asking(Language::En);
    let _asked = export(&mut away);
    let _closed = act(&mut away, Act::Dismiss);
    let _failed = tell(&mut away, Update::Exported(Err(full())));
    assert_eq!(desk(&away).note.as_ref().unwrap().what, Said::Failed(full()));
}
