//! What the pointer that rests on a control is told, and the keys that stand beside what they do.

use conclave_peer::model::{Changed, Me, Reaction};
use conclave_ui::i18n::{Language, Words};
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::Overlay;
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::switcher::Switcher;
use conclave_ui::state::{Effect, Event, Page, Screen, field};

use crate::render::draw;
use crate::sample::{self, ANA, NOW, act, user};
use crate::screens::screens;

/// The opening tag of every button of a page, and the words inside of it.
fn buttons(html: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for rest in html.split("<button").skip(1) {
        let (tag, inside) = rest.split_once('>').unwrap();
        let inside = inside.split("</button>").next().unwrap();
        let words: String = inside.split('<').map(|piece| piece.rsplit('>').next().unwrap()).collect();
        found.push((tag, words));
    }
    found
}

#[test]
fn what_is_an_icon_alone_says_its_name_under_the_pointer() {
    let attribute = |tag: &str, name: &str| {
        let (_, value) = tag.split_once(&format!(" {name}=\""))?;
        Some(value.split('"').next().unwrap_or_default().to_owned())
    };
    let mut seen = 0;
    for (name, state) in screens(Language::Fr) {
        let html = draw(state);
        for (tag, words) in buttons(&html) {
            let icon = !words.chars().any(char::is_alphabetic) && tag.contains("icon-btn")
                || tag.contains("class=\"send\"")
                || tag.contains("class=\"jump\"");
            if icon && !tag.contains("aria-hidden") {
                seen += 1;
                assert_eq!(attribute(tag, "title"), attribute(tag, "aria-label"), "{name}: {tag}");
                assert!(attribute(tag, "title").is_some(), "{name}: {tag}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_sheet_writes_keys_as_keyboards_do() {
    for (language, parts) in [
        (Language::En, ["<kbd class=\"kbd\">Tab</kbd>", "<kbd class=\"kbd\">1 to 9</kbd>"]),
        (Language::Fr, ["<kbd class=\"kbd\">Tab</kbd>", "<kbd class=\"kbd\">1 à 9</kbd>"]),
    ] {
        let mut state = sample::main(language);
        let _keys = state.update(Event::Key(Shortcut::Keys));
        let html = draw(state);
        for part in parts {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}

#[test]
fn menus_and_commands_tell_their_keys() {
    let mut state = sample::chat(Language::Fr);
    let _menu = act(&mut state, Act::Menu(Some(sample::history()[0].id)));
    let html = draw(state);
    assert!(html.contains("<span class=\"kbd\">Ctrl Maj R</span>"), "{html}");
    assert!(html.contains("aria-keyshortcuts=\"Control+Shift+D\""), "{html}");
    let mut state = sample::main(Language::Fr);
    let _open = act(&mut state, Act::Show(Overlay::Switcher(Switcher::default())));
    let html = draw(state);
    for keys in ["Ctrl ,", "Ctrl L", "Ctrl /"] {
        assert!(html.contains(&format!("<span class=\"kbd\">{keys}</span>")), "{keys}: {html}");
    }
}

#[test]
fn a_reaction_says_whose_it_is() {
    let mut state = sample::chat(Language::En);
    let me = user(9);
    if let Screen::Main(main) = &mut state.screen {
        main.me = Some(Me { user: me, name: "marie.dupont".to_owned(), display_name: String::new() });
    }
    let mut message = sample::history()[0].clone();
    let of = |emoji: &str, users| Reaction { emoji: emoji.to_owned(), users };
    message.reactions = vec![of("👍", vec![user(ANA)]), of("🙏", vec![me]), of("👏", vec![user(ANA), me])];
    let _reacted = sample::tell(
        &mut state,
        sample::happened(conclave_peer::model::Event::MessageChanged { message, what: Changed::Reaction }),
    );
    let html = draw(state);
    for said in ["👍: Ana Ruiz", "🙏: you", "👏: you and Ana Ruiz"] {
        assert!(html.contains(&format!("aria-label=\"{said}\" title=\"{said}\"")), "{said}: {html}");
    }
}

#[test]
fn a_page_of_the_settings_that_is_not_there_is_no_person() {
    let mut state = sample::main(Language::En);
    let _settings = act(&mut state, Act::Section(Section::Settings));
    let _typed = act(&mut state, Act::Filter("printer".to_owned()));
    let html = draw(state);
    assert!(html.contains("Nothing found for “printer”") && !html.contains("Nobody found"), "{html}");
}

#[test]
fn a_number_and_its_unit_stand_in_one_line() {
    for language in Language::ALL {
        let words = Words::of(language);
        for key in
            ["banner-reconnecting-in", "banner-stopping", "path-clock", "new-code-in", "minutes", "seconds"]
        {
            let said = words.with(key, &[("n", 8.into())]).replace(['\u{2068}', '\u{2069}'], "");
            assert!(said.contains("8\u{a0}s") || said.contains("8\u{a0}min"), "{key}: {said}");
        }
    }
}

#[test]
fn any_emoji_can_be_a_reaction() {
    let mut state = sample::chat(Language::Fr);
    let id = sample::history()[0].id;
    let _menu = act(&mut state, Act::Menu(Some(id)));
    assert!(draw(state.clone()).contains("aria-label=\"Un autre emoji\""));
    let effects = act(&mut state, Act::Show(Overlay::React(id)));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::EMOJI))), "{effects:?}");
    let html = draw(state);
    assert!(html.contains("class=\"menu emoji alone\" role=\"dialog\""), "{html}");
    for group in ["Visages", "Personnes", "Symboles"] {
        assert!(html.contains(&format!("title=\"{group}\"")), "{group}");
    }
}

#[test]
fn days_in_a_sentence_are_written_small() {
    const DAY: u64 = 86_400_000;
    let zone = jiff::tz::TimeZone::UTC;
    let said = |language, at| {
        Words::of(language).moment_within(at, NOW, &zone).replace(['\u{2068}', '\u{2069}'], "")
    };
    assert_eq!(said(Language::En, NOW), "today, 14:05");
    assert_eq!(said(Language::Fr, NOW - DAY), "hier, 14:05");
    assert!(said(Language::Fr, NOW - 3 * DAY).starts_with(char::is_lowercase));
    assert!(said(Language::En, NOW - 3 * DAY).starts_with(char::is_uppercase), "English names its weekdays");
    let words = Words::of(Language::En);
    assert_eq!(words.until(NOW, NOW, &zone), "14:05", "the day itself says nothing of how long");
}
