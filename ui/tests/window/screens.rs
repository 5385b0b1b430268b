//! Every screen in both languages, light, dark and in high contrast: what must hold for each of them. The pages are
//! kept beside the build, with the stylesheet, so that they can be looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conclave_peer::model::Settings;
use conclave_ui::command::{Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::keeping::Act as Keep;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::settings::{Choice, Page, Theme};
use conclave_ui::state::shared::Kind;
use conclave_ui::state::switcher::Switcher;
use conclave_ui::state::{Event, State, enrol, sign_in};

use crate::banner::{banners, own_keys};
use crate::chats;
use crate::crop;
use crate::details::{counted, listed};
use crate::doctor::examined;
use crate::door::{again, leaving, locked, not_told, signed_out};
use crate::empty::empty;
use crate::erase::erasing;
use crate::erase_all;
use crate::export_data;
use crate::files::{both_ways, one_picture, several, transfers};
use crate::full;
use crate::invited;
use crate::keeping;
use crate::libraries;
use crate::log;
use crate::looks;
use crate::outside::opening;
use crate::path::clocks;
use crate::person;
use crate::phone;
use crate::player::playing;
use crate::pseudo::Pseudo;
use crate::qr::authenticator;
use crate::render::draw;
use crate::requests::asked;
use crate::safety::{changed, comparing, unread};
use crate::sample::{self, ANA, BOB, ZOE, tell, user};
use crate::search::{found, searching};
use crate::storage;
use crate::technical;

fn after(mut state: State, acts: &[Act]) -> State {
    for act in acts {
        let _effects = state.update(Event::Main(act.clone()));
    }
    state
}

/// Every screen by its name.
pub(crate) fn screens(language: Language) -> Vec<(String, State)> {
    let show = |overlay| Act::Show(overlay);
    let mut door = sample::opening(language);
    let _first = tell(&mut door, sample::status(true, true, false));
    let code = after(sample::opened(language), &[Act::SignIn]);
    let mut key = door.clone();
    let _key = key.update(Event::SignIn(sign_in::Act::UseRecoveryKey));
    let mut welcome = sample::opening(language);
    let _first = tell(&mut welcome, sample::status(true, false, false));
    let mut recovery = sample::enrolling(language);
    let _codes = tell(&mut recovery, Update::EnrolConfirmed(Ok(sample::recovery())));
    let mut profile = recovery.clone();
    let _stored = profile.update(Event::Enrol(enrol::Act::Keep(Keep::Stored(true))));
    if let conclave_ui::state::Screen::Enrol(run) = &mut profile.screen {
        run.step = enrol::Step::Profile;
    }
    let mut link = welcome.clone();
    let _link = link.update(Event::Enrol(enrol::Act::HaveLink));
    let _sent = link.update(Event::Enrol(enrol::Act::SubmitLink(Typed::new("conclave://x".to_owned()))));
    let _told = tell(&mut link, Update::EnrolStarted(Ok(sample::invitation())));
    let mut reset = link.clone();
    let _back = reset.update(Event::Enrol(enrol::Act::Back));
    let _sent = reset.update(Event::Enrol(enrol::Act::SubmitLink(Typed::new("conclave://x".to_owned()))));
    let _told = tell(&mut reset, Update::EnrolStarted(Ok(sample::reset())));
    let mut stays = reset.clone();
    let _same = stays.update(Event::Enrol(enrol::Act::SameFingerprint));
    let mut all = vec![
        ("welcome", welcome),
        ("no-link", invited::no_link(language)),
        ("link-given", invited::given(language)),
        ("invitation", link),
        ("reset", reset),
        ("reset-name", stays),
        ("password", sample::enrolling(language)),
        ("authenticator", authenticator(language)),
        ("recovery", recovery),
        ("recovery-file", keeping::warned(language)),
        ("profile-step", profile),
        ("sign-in", door),
        ("code", code),
        ("sign-in-again", again(language)),
        ("recovery-key", key),
        ("phone-code", phone::asked(language)),
        ("phone", phone::given(language)),
        ("phone-codes", phone::proven(language)),
        ("lock", locked(language)),
        ("lock-leaving", leaving(language)),
        ("signed-out", signed_out(language)),
        ("signed-out-here", not_told(language)),
        ("chats", sample::main(language)),
        ("people", after(sample::main(language), &[Act::Section(Section::People)])),
        ("person", person::shown(language)),
        ("person-never", person::never(language)),
        ("chat", sample::chat(language)),
        ("details", counted(language)),
        ("shared-media", listed(language, Kind::Media)),
        ("shared-audio", listed(language, Kind::Audio)),
        ("shared-documents", listed(language, Kind::Documents)),
        ("shared-links", listed(language, Kind::Links)),
        ("reply", after(sample::chat(language), &[Act::Reply(Some(sample::history()[0].id))])),
        ("custody", after(sample::chat(language), &[Act::Custody(sample::history()[1].id)])),
        ("menu", after(sample::chat(language), &[Act::Menu(Some(sample::history()[0].id))])),
        ("key-change", changed(language)),
        ("safety", comparing(language)),
        ("transfers", transfers(language)),
        ("transfers-both", both_ways(language)),
        ("search", searching(language)),
        ("search-place", found(language)),
        ("requests", after(asked(language), &[Act::Section(Section::Requests)])),
        ("asks", after(asked(language), &[Act::Open(user(ANA))])),
        ("asked", after(asked(language), &[Act::Open(user(BOB))])),
        ("ask-first", after(asked(language), &[Act::Open(user(ZOE))])),
        ("doctor", examined(language)),
        ("storage", storage::measured(language)),
        ("restore", storage::restoring(language)),
        ("log", log::listed(language)),
        ("chats-settings", chats::page(language, Settings::default())),
        ("libraries", libraries::listed(language)),
        ("blocked-people", looks::blocked(language)),
        ("done", looks::done(language)),
        ("crop", crop::cutting(language)),
        ("switcher", after(sample::main(language), &[show(Overlay::Switcher(Switcher::default()))])),
        ("keys", after(sample::main(language), &[show(Overlay::Keys)])),
        ("emoji", after(sample::chat(language), &[show(Overlay::Emoji)])),
        ("emoji-react", after(sample::chat(language), &[show(Overlay::React(sample::history()[0].id))])),
        ("settings", after(sample::main(language), &[Act::Section(Section::Settings)])),
        ("path", after(sample::chat(language), &[show(Overlay::Path(user(ANA)))])),
        ("link", after(sample::chat(language), &[show(Overlay::Link("https://example.org/a".to_owned()))])),
        ("confirm", after(sample::chat(language), &[show(Overlay::Confirm(Confirm::Block(user(ANA))))])),
        ("erase", erasing(language)),
        ("export-data", export_data::asking(language)),
        ("erase-all", erase_all::asking(language)),
        ("erase-all-refused", erase_all::refused(language)),
        ("erased-all", erase_all::erased(language)),
        ("row-menu", after(sample::main(language), &[show(Overlay::Row(user(ANA)))])),
        ("clocks", clocks(language)),
        ("open-outside", opening(language)),
        ("playing", playing(language)),
        ("safety-unread", unread(language)),
        ("attach-several", several(language)),
        ("attach-picture", one_picture(language)),
        ("field-full", full::cut(language)),
        ("attach", after(sample::chat(language), &[Act::Attach(vec!["/tmp/terrace.jpg".into()])])),
    ]
    .into_iter()
    .map(|(name, state)| (name.to_owned(), sample::told(state)))
    .collect::<Vec<_>>();
    all.extend(empty(language).into_iter().map(|(name, state)| (name.to_owned(), sample::told(state))));
    for (n, state) in banners(language).into_iter().enumerate() {
        all.push((format!("banner-{n}"), state));
    }
    all.push(("own-keys".to_owned(), own_keys(language)));
    for (name, state) in technical::places(language) {
        all.push((format!("wrong-{name}"), state));
    }
    for page in Page::ALL {
        all.push((
            page.key().to_owned(),
            sample::told(after(sample::main(language), &[Act::Settings(page)])),
        ));
    }
    all
}

/// Values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What stands between the tags of each element of a kind, with the tag itself.
fn elements<'a>(html: &'a str, kind: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{kind} "), format!("</{kind}>"));
    html.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
}

fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}

#[test]
fn every_screen_keeps_the_rules_in_both_languages() {
    for language in Language::ALL {
        for (name, state) in screens(language) {
            let html = draw(state);
            let place = format!("{name} {language:?}");
            let ids = values(&html, "id");
            let unique: BTreeSet<&str> = ids.iter().copied().collect();
            assert_eq!(ids.len(), unique.len(), "{place}: an id stands twice: {ids:?}");
            for kind in ["button", "input", "textarea"] {
                for element in elements(&html, kind).into_iter().filter(|_| kind == "button") {
                    let named = element.contains("aria-label=\"") || {
                        let inner = element.split_once('>').map_or("", |(_, inner)| inner);
                        visible(inner).chars().any(char::is_alphanumeric) || inner.contains("aria-label")
                    };
                    let emoji = place.starts_with("emoji");
                    assert!(named || emoji, "{place}: a {kind} without a name: {element}");
                }
            }
            for reference in ["aria-labelledby", "aria-controls", "for"] {
                for id in values(&html, reference) {
                    assert!(unique.contains(id), "{place}: {reference} names {id}, which is not there");
                }
            }
            for markup in ["<script", "<iframe", "<a ", "href=", "onclick=", "style="] {
                assert!(!html.contains(markup), "{place}: {markup}");
            }
            assert!(!visible(&html).contains("{$"), "{place}: a variable has no value");
        }
    }
}

#[test]
fn no_key_of_a_text_is_shown_instead_of_the_text() {
    let keys: Vec<String> = [
        "account", "chats", "details", "door", "files", "keys", "log", "main", "outside", "path", "safety",
        "settings", "storage",
    ]
    .iter()
    .flat_map(|file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("i18n/en/{file}.ftl"));
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key.to_owned())
            .collect::<Vec<_>>()
    })
    .filter(|key| key.contains('-'))
    .collect();
    for language in Language::ALL {
        for (name, state) in screens(language) {
            let text = visible(&draw(state));
            for key in &keys {
                assert!(!text.contains(key.as_str()), "{name} {language:?} shows {key}");
            }
        }
    }
}

#[test]
fn the_two_languages_differ_on_every_screen() {
    for ((name, english), (_, french)) in screens(Language::En).into_iter().zip(screens(Language::Fr)) {
        assert_ne!(visible(&draw(english)), visible(&draw(french)), "{name}");
    }
}

/// Pages for the eye: `target/ui-screens/<name>-<language>-<theme>.html`.
#[test]
fn every_screen_is_kept_for_the_eye() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/ui-screens");
    fs::create_dir_all(&folder).unwrap();
    let looks =
        [("light", Theme::Light, false), ("dark", Theme::Dark, false), ("contrast", Theme::Light, true)];
    let mut kept = 0;
    for language in Language::ALL {
        for (name, mut state) in screens(language) {
            for (look, theme, contrast) in looks {
                let _theme = state.update(Event::Choose(Choice::Theme(theme)));
                let _contrast = state.update(Event::Choose(Choice::Contrast(contrast)));
                let page = conclave_ui::style::page(language, "", &draw(state.clone()));
                let code = if language == Language::En { "en" } else { "fr" };
                fs::write(folder.join(format!("{name}-{code}-{look}.html")), &page).unwrap();
                kept += 1;
                if language == Language::En && look == "light" {
                    for (code, pseudo) in Pseudo::ALL {
                        fs::write(folder.join(format!("{name}-{code}-{look}.html")), pseudo.page(&page))
                            .unwrap();
                    }
                }
            }
        }
    }
    assert!(kept >= 200);
}
