//! A text that its field does not take whole: what is said, and all of it as a file.

use conclave_peer::model::UserId;
use conclave_ui::command::{Command, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::main::full::{self, LONGEST};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::{Effect, Page, State};

use crate::render::draw;
use crate::sample::{self, ANA, act, commands, desk, tell, user};

fn filled(to: UserId, before: &str, after: &str, pasted: bool) -> Act {
    let typed = |text: &str| Typed::new(text.to_owned());
    Act::Full(full::Act::Filled { to, before: typed(before), after: typed(after), pasted })
}

fn clipboard(state: &mut State, text: Option<&str>) {
    let text = text.map(|text| Typed::new(text.to_owned()));
    assert!(tell(state, Update::ClipboardRead(text)).is_empty());
}

fn pasted() -> String {
    "x".repeat(LONGEST + 1_000)
}

/// A conversation with Ana after a paste that did not fit behind what was there.
pub(crate) fn cut(language: Language) -> State {
    let mut state = sample::chat(language);
    let after = format!("Here: {}", &pasted()[..LONGEST - 6]);
    let asked = commands(act(&mut state, filled(user(ANA), "Here: ", &after, true)));
    assert_eq!(asked, [Command::ReadClipboard]);
    assert!(!draw(state.clone()).contains("role=\"alert\""), "not before it is known how much is left out");
    clipboard(&mut state, Some(&pasted()));
    state
}

#[test]
fn a_paste_that_does_not_fit_says_by_how_much_and_goes_whole_as_a_file() {
    let mut state = cut(Language::En);
    let html = draw(state.clone());
    for part in ["too long by 1006 characters", "What fits is in the field.", "Send as a file"] {
        assert!(html.contains(part), "{part} is not in:\n{html}");
    }
    assert!(draw(cut(Language::Fr)).contains("Ce qui tient est dans le champ."));
    let _sheet = act(&mut state, Act::Full(full::Act::SendAsFile));
    let whole = format!("Here: {}", pasted());
    let Some(Overlay::Attach(sheet)) = &desk(&state).overlay else { panic!("no sheet") };
    assert!(sheet.to == user(ANA) && sheet.files[0].is_text(&whole));
    let effects = act(&mut state, Act::SendFiles { caption: String::new() });
    assert!(effects.contains(&Effect::Page(Page::EmptyComposer(user(ANA)))), "{effects:?}");
    assert!(matches!(&commands(effects)[..], [Command::SendFile { file, .. }] if file.is_text(&whole)));
    assert_eq!(desk(&state).full, None);
}

#[test]
fn what_is_said_stays_while_the_sheet_is_looked_at_and_goes_with_the_text_or_by_its_button() {
    let mut state = cut(Language::En);
    let _sheet = act(&mut state, Act::Full(full::Act::SendAsFile));
    let _back = act(&mut state, Act::Dismiss);
    assert!(desk(&state).full.is_some());
    let mut sent = state.clone();
    let _sent = act(&mut sent, Act::Send { to: user(ANA), text: "x".to_owned() });
    assert_eq!(desk(&sent).full, None);
    let effects = act(&mut state, Act::Full(full::Act::Close));
    assert_eq!((&desk(&state).full, effects), (&None, vec![Effect::Page(Page::FocusComposer(user(ANA)))]));
}

#[test]
fn a_key_in_a_full_field_is_answered_too() {
    let text = "x".repeat(LONGEST);
    let mut state = sample::chat(Language::En);
    assert!(act(&mut state, filled(user(ANA), &text[1..], &text, false)).is_empty());
    let html = draw(state.clone());
    assert!(html.contains("The field is full: a message has 65,536 characters at most."), "{html}");
    let _sheet = act(&mut state, Act::Full(full::Act::SendAsFile));
    assert!(matches!(&desk(&state).overlay, Some(Overlay::Attach(sheet)) if sheet.files[0].is_text(&text)));
    assert!(!draw(cut(Language::En)).contains("The field is full"));
    let mut cut = cut(Language::En);
    let _again = act(&mut cut, filled(user(ANA), "", &text, false));
    assert!(draw(cut).contains("too long by"), "a second paste into the full field takes nothing back");
}

#[test]
fn without_the_clipboard_nothing_is_said_that_is_not_known() {
    let text = "x".repeat(LONGEST);
    for clip in [None, Some("something else")] {
        let mut state = sample::chat(Language::En);
        let _asked = act(&mut state, filled(user(ANA), "", &text, true));
        clipboard(&mut state, clip);
        let html = draw(state);
        assert!(html.contains("The field is full") && !html.contains("too long by"), "{html}");
    }
}

#[test]
fn the_text_is_never_printed() {
    let printed = format!(
        "{:?}",
        (filled(user(ANA), "secret-a", "secret-b", true), desk(&cut(Language::En)).full.clone())
    );
    assert!(!printed.contains("secret") && !printed.contains("xxx"), "{printed}");
}
