//! What a reader of the screen is told, on every screen (UI §5).

use conclave_peer::model::FileId;
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::{Effect, Event, Page, field};

use crate::render::draw;
use crate::sample::{self, ANA, user};
use crate::screens::screens;

/// The tags that open an element, each without its brackets.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter(|rest| !rest.starts_with('/')).filter_map(|rest| rest.split('>').next())
}

/// The value of an attribute of a tag.
fn value<'a>(tag: &'a str, attribute: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {attribute}=\""))?.1.split('"').next()
}

/// Every screen in English, with its name.
fn pages() -> Vec<(String, String)> {
    screens(Language::En).into_iter().map(|(name, state)| (name, draw(state))).collect()
}

#[test]
fn rows_say_their_place_and_a_list_is_one_stop() {
    let mut seen = 0;
    for (name, html) in pages() {
        let rows: Vec<&str> = tags(&html)
            .filter(|tag| value(tag, "role") == Some("option") && tag.contains("class=\"row"))
            .collect();
        let lists = tags(&html).filter(|tag| value(tag, "role") == Some("listbox")).count();
        for row in &rows {
            let number = |attribute| value(row, attribute).and_then(|text| text.parse::<usize>().ok());
            let (place, all) = (number("aria-posinset").unwrap(), number("aria-setsize").unwrap());
            assert!((1..=all).contains(&place), "{name}: {row}");
            assert!(matches!(value(row, "aria-selected"), Some("true" | "false")), "{name}: {row}");
            assert_eq!(value(row, "aria-haspopup"), Some("menu"), "{name}: {row}");
            seen += 1;
        }
        let stops = rows.iter().filter(|row| value(row, "tabindex") == Some("0")).count();
        assert!(rows.is_empty() || (1..=lists).contains(&stops), "{name}: {stops} stops in {lists} lists");
        let selected = rows.iter().filter(|row| value(row, "aria-selected") == Some("true")).count();
        assert!(selected <= 1, "{name}");
    }
    assert!(seen > 20, "{seen} rows");
}

#[test]
fn one_of_a_few_is_one_stop_and_says_which_is_on() {
    let mut seen = 0;
    for (name, html) in pages() {
        let groups = html.split("role=\"radiogroup\"").skip(1);
        for group in groups {
            let group = group.split("</div>").next().unwrap();
            let radios: Vec<&str> = tags(group).filter(|tag| value(tag, "role") == Some("radio")).collect();
            let stops = radios.iter().filter(|radio| value(radio, "tabindex") == Some("0")).count();
            let on = radios.iter().filter(|radio| value(radio, "aria-checked") == Some("true")).count();
            assert!(stops == 1 && on <= 1, "{name}: {radios:?}");
            seen += 1;
        }
    }
    assert!(seen > 5);
}

#[test]
fn what_stands_above_keeps_the_keyboard_and_has_a_name() {
    let firsts = [field::FIRST, field::SAFE, field::VIEWER, field::SWITCHER, field::CAPTION, field::EMOJI];
    let mut seen = 0;
    for (name, html) in pages() {
        for dialog in tags(&html).filter(|tag| value(tag, "aria-modal") == Some("true")) {
            seen += 1;
            assert!(dialog.contains(" data-trap=\"true\""), "{name}: {dialog}");
            let named = value(dialog, "aria-label").or(value(dialog, "aria-labelledby"));
            assert!(named.is_some_and(|named| !named.is_empty()), "{name}: {dialog}");
            assert!(
                firsts.iter().any(|id| html.contains(&format!("id=\"{id}\""))),
                "{name}: nothing is first"
            );
        }
        if let Some((_, dialog)) = html.split_once("aria-modal=\"true\"") {
            // That two numbers differ is said there, and nothing is lost by it.
            let destroys = dialog.contains("btn-danger") && !name.starts_with("safety");
            assert!(!destroys || dialog.contains(&format!("id=\"{}\"", field::SAFE)), "{name}");
        }
    }
    assert!(seen > 8);
}

#[test]
fn a_question_puts_the_keyboard_on_the_button_that_changes_nothing() {
    let id = sample::history()[0].id;
    let file = FileId([1; 32]);
    for question in [
        Confirm::Block(user(ANA)),
        Confirm::CancelFile(file),
        Confirm::Withdraw(file),
        Confirm::AcceptKey(user(ANA)),
        Confirm::Delete { id, everyone: false },
        Confirm::Delete { id, everyone: true },
        Confirm::OpenFile(file),
        Confirm::Erase(user(ANA)),
        Confirm::SignOut,
    ] {
        let mut state = sample::chat(Language::En);
        let effects = state.update(Event::Main(Act::Show(Overlay::Confirm(question))));
        assert!(effects.contains(&Effect::Page(Page::Focus(field::SAFE))), "{question:?}");
        let html = draw(state);
        let safe = tags(&html).find(|tag| value(tag, "id") == Some(field::SAFE)).unwrap();
        assert!(!safe.contains("btn-danger") && !safe.contains("btn-primary"), "{question:?}: {safe}");
    }
}

#[test]
fn a_field_that_is_wrong_names_the_alert_that_says_why() {
    let mut seen = 0;
    for (name, html) in pages() {
        for wrong in tags(&html).filter(|tag| value(tag, "aria-invalid") == Some("true")) {
            let why = value(wrong, "aria-describedby").unwrap_or_default();
            let alert = tags(&html).find(|tag| value(tag, "id") == Some(why));
            assert!(
                alert.is_some_and(|alert| value(alert, "role") == Some("alert")),
                "{name}: {wrong} is described by {alert:?}"
            );
            seen += 1;
        }
    }
    assert!(seen > 1);
}

#[test]
fn how_far_a_file_is_stands_in_numbers_and_in_words() {
    let mut seen = 0;
    for (name, html) in pages() {
        for bar in tags(&html).filter(|tag| tag.starts_with("progress ")) {
            let words = value(bar, "aria-label").unwrap();
            assert!(bar.contains(" value=") && bar.contains(" max=100"), "{name}: {bar}");
            assert!(words.contains('%') && words.contains(" of "), "{name}: {bar}");
            seen += 1;
        }
    }
    assert!(seen > 1);
}

#[test]
fn a_code_for_cameras_is_there_as_text_with_a_copy() {
    let mut seen = 0;
    for (name, html) in pages() {
        for code in tags(&html).filter(|tag| value(tag, "class") == Some("qr")) {
            assert!(value(code, "aria-label").is_some_and(|named| !named.is_empty()), "{name}");
            assert!(html.contains("Copy"), "{name}: no copy beside the code");
            seen += 1;
        }
    }
    assert!(seen > 1);
}

#[test]
fn the_window_has_its_landmarks_and_says_what_is_new() {
    let mut state = sample::chat(Language::En);
    let _details = state.update(Event::Main(Act::Details(true)));
    let html = draw(state);
    let regions: Vec<&str> = tags(&html).filter_map(|tag| value(tag, "data-region")).collect();
    for region in ["rail", "list", "main", "composer", "details"] {
        assert!(regions.contains(&region), "{region}: {regions:?}");
    }
    let log = tags(&html).find(|tag| value(tag, "role") == Some("log")).unwrap();
    assert_eq!(value(log, "aria-live"), Some("off"), "older pages would be read out");
    let heard = tags(&html).find(|tag| value(tag, "aria-relevant") == Some("additions")).unwrap();
    assert_eq!(value(heard, "aria-live"), Some("polite"));
    for role in ["search", "form"] {
        assert!(tags(&html).any(|tag| value(tag, "role") == Some(role)), "{role}");
    }
    assert!(
        tags(&html).any(|tag| tag.starts_with("main ")) && tags(&html).any(|tag| tag.starts_with("nav "))
    );
    assert!(tags(&html).any(|tag| tag.starts_with("aside ") || value(tag, "role") == Some("complementary")));
    // What changes by itself while nothing was written is not said: the clock of a row, the composer.
    for tag in tags(&html).filter(|tag| tag.contains("class=\"row") || tag.starts_with("textarea ")) {
        assert_eq!(value(tag, "aria-live"), None, "{tag}");
    }
}

#[test]
fn the_stylesheet_hears_what_the_system_asks_for() {
    let sheet = conclave_ui::style::SHEET;
    for wish in ["(prefers-reduced-motion: reduce)", "(prefers-contrast: more)", "(forced-colors: active)"] {
        assert!(sheet.contains(wish), "{wish}");
    }
    assert!(sheet.contains(":focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }"));
}
