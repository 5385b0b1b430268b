//! The details of a conversation: who it is, the path, the safety number, and what was shared.

use conclave_peer::model::{File, FileState, Path, PresenceStatus, SafetyLevel};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::dates;
use crate::name;
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::preview::Kind as ViewKind;
use crate::state::profile::Card;
use crate::state::roster::Person;
use crate::state::safety::{self, Number};

use super::avatar::presence_key;
use super::head::path;
use super::{Avatar, Button, FileCard, Glyph, Icon, Media};

/// Files listed at once.
const MOST: usize = 30;

/// The pane.
#[component]
pub(crate) fn Details(
    /// The person.
    person: Person,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let card = use_main(move |main| main.profiles.card(user).cloned());
    let number = use_main(move |main| main.safety.number(user).cloned());
    let files = use_main(|main| main.open.as_ref().and_then(|open| open.files.clone()));
    let name = person.name();
    let presence = match (person.contact.presence, person.contact.last_seen) {
        (PresenceStatus::Offline, Some(seen)) => words.seen(seen, now(), &zone),
        (presence, _) => words.say(presence_key(presence)),
    };
    rsx! {
        aside { class: "details", "aria-label": words.say("details"), "data-region": "details",
            div { class: "details-head",
                h2 { {words.say("details")} }
                button {
                    class: "icon-btn",
                    r#type: "button",
                    "aria-label": words.say("close-details"),
                    onclick: move |_| ui.send(Event::Main(Act::Details(false))),
                    Icon { glyph: Glyph::Cross }
                }
            }
            div { class: "details-scroll",
                div { class: "who",
                    Avatar { user, name: name.clone(), size: "xl", presence: person.contact.presence }
                    h3 { bdi { "{name}" } }
                    span { class: "muted", "{presence}" }
                    span { class: "muted", dir: "ltr", "@{person.contact.name}" }
                }
                Facts { card: card().flatten(), name: name.clone() }
                Connection { path: person.contact.path, presence: person.contact.presence, reason: person.reason.clone() }
                Security { person: person.clone(), number: number().flatten() }
                Shared { files: files().flatten(), name: name.clone() }
                Keeping { person: person.clone() }
                div { class: "block",
                    if person.contact.blocked {
                        Button {
                            label: words.say("unblock"),
                            icon: Glyph::Check,
                            small: true,
                            onclick: move |()| ui.send(Event::Main(Act::Block(user, false))),
                        }
                    } else {
                        Button {
                            label: words.say("block"),
                            icon: Glyph::Ban,
                            small: true,
                            onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::Block(user))))),
                        }
                    }
                }
            }
        }
    }
}

/// The six fields, with the date of the copy.
#[component]
fn Facts(card: Option<Card>, name: String) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Some(card) = card else { return rsx! {} };
    if card.profile.version == 0 {
        return rsx! {
            p { class: "hint facts", {words.with("profile-never", &[("name", name.into())])} }
        };
    }
    let profile = card.profile;
    let updated = (profile.updated > 0).then(|| words.moment(profile.updated, now(), &zone));
    let facts = [
        (Glyph::Work, "position", profile.position),
        (Glyph::Text, "description", profile.description),
        (Glyph::Place, "location", profile.location),
        (Glyph::History, "last-updated", updated),
    ];
    let facts: Vec<_> =
        facts.into_iter().filter_map(|(glyph, key, text)| Some((glyph, key, text?))).collect();
    rsx! {
        dl { class: "facts",
            for (glyph , key , text) in facts {
                div { key: "{key}", class: "fact",
                    Icon { glyph }
                    div {
                        dt { {words.say(key)} }
                        dd { dir: "auto", {name::tame(&text)} }
                    }
                }
            }
            if let Some(at) = card.cached_at.filter(|at| dates::date(*at, &zone) != dates::date(now(), &zone)) {
                p { class: "hint", {words.with("profile-received", &[("when", words.moment(at, now(), &zone).into())])} }
            }
        }
    }
}

#[component]
fn Connection(path: Path, presence: PresenceStatus, reason: Option<String>) -> Element {
    let words = use_words();
    let (glyph, key) = self::path(path, presence, reason.as_deref());
    let what = match path {
        Path::Lan | Path::Internet => "path-direct-means",
        Path::Relayed => "path-relayed-means",
        Path::Waiting => "path-waiting-means",
    };
    rsx! {
        section { class: "block",
            h3 { {words.say("connection")} }
            div { class: "state",
                Icon { glyph }
                div {
                    strong { {words.say(key)} }
                    small { {words.say(what)} }
                }
            }
        }
    }
}

#[component]
fn Security(person: Person, number: Option<Number>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let level = number.as_ref().map_or(person.contact.safety, |number| number.level);
    let changed = number.as_ref().is_some_and(|number| number.change.is_some());
    let (glyph, key) = match level {
        _ if changed => (Glyph::Alert, "number-changed"),
        SafetyLevel::Compared => (Glyph::Seal, "safety-compared"),
        SafetyLevel::Directory => (Glyph::Shield, "safety-directory"),
        SafetyLevel::None => (Glyph::Ring, "safety-none"),
    };
    let since = number.and_then(|number| number.since).map(|since| words.moment(since, now(), &zone));
    rsx! {
        section { class: "block",
            h3 { {words.say("security")} }
            div { class: "state",
                Icon { glyph }
                div {
                    strong { {words.say(key)} }
                    if let Some(since) = since {
                        small { "{since}" }
                    }
                    Button {
                        label: words.say("show-number"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::Safety(safety::Act::Compare(user)))),
                    }
                }
            }
        }
    }
}

/// What this conversation does: on top, silent, and how long its messages stay.
#[component]
fn Keeping(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = person.contact.user;
    let timer = TIMERS.iter().position(|(ms, _)| *ms == person.timer_ms).unwrap_or(TIMERS.len());
    rsx! {
        section { class: "block keeping",
            h3 { {words.say("this-conversation")} }
            Toggle {
                glyph: Glyph::Pin,
                label: words.say("keep-on-top"),
                on: person.pinned,
                onchange: move |on| ui.send(Event::Main(Act::Pin(user, on))),
            }
            Toggle {
                glyph: Glyph::Bell,
                label: words.say("notifications"),
                on: !person.muted,
                onchange: move |on: bool| ui.send(Event::Main(Act::Mute(user, !on))),
            }
            p { class: "field-label", {words.say("disappearing")} }
            div { class: "segmented", role: "radiogroup", "aria-label": words.say("disappearing"),
                for (place , (ms , key)) in TIMERS.into_iter().enumerate() {
                    button {
                        key: "{key}",
                        r#type: "button",
                        role: "radio",
                        tabindex: if place == timer { "0" } else { "-1" },
                        "aria-checked": if place == timer { "true" } else { "false" },
                        onclick: move |_| ui.send(Event::Main(Act::Timer(user, ms))),
                        {words.say(key)}
                    }
                }
            }
            p { class: "hint", {words.say("disappearing-hint")} }
        }
    }
}

/// Times that messages may stay, milliseconds.
const TIMERS: [(u64, &str); 4] =
    [(0, "timer-off"), (3_600_000, "timer-hour"), (86_400_000, "timer-day"), (604_800_000, "timer-week")];

#[component]
fn Toggle(glyph: Glyph, label: String, on: bool, onchange: EventHandler<bool>) -> Element {
    rsx! {
        div { class: "toggle",
            Icon { glyph }
            span { "{label}" }
            button {
                class: "switch",
                r#type: "button",
                role: "switch",
                "aria-checked": if on { "true" } else { "false" },
                "aria-label": "{label}",
                onclick: move |_| onchange.call(!on),
            }
        }
    }
}

/// Pictures first, then everything else.
#[component]
fn Shared(files: Option<Vec<File>>, name: String) -> Element {
    let words = use_words();
    let Some(files) = files else { return rsx! {} };
    let held = files.into_iter().filter(|file| file.state != FileState::Gone);
    let (pictures, documents): (Vec<File>, Vec<File>) =
        held.partition(|file| ViewKind::of(file) == Some(ViewKind::Picture));
    let none = pictures.is_empty() && documents.is_empty();
    rsx! {
        section { class: "block",
            h3 { {words.with("shared-count", &[("n", (pictures.len() + documents.len()).into())])} }
            if none {
                p { class: "hint", {words.say("no-media")} }
            }
            if !pictures.is_empty() {
                div { class: "grid",
                    for file in pictures.into_iter().take(MOST) {
                        Media { key: "{file.file}", file, kind: ViewKind::Picture }
                    }
                }
            }
            for file in documents.into_iter().take(MOST) {
                FileCard { key: "{file.file}", file, progress: None, name: name.clone() }
            }
        }
    }
}
