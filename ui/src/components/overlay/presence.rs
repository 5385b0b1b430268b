//! The presence menu, at the foot of the rail.

use conclave_peer::model::{PresenceStatus, Time};
use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::avatar::{PresenceShape, presence_key};
use crate::components::{Avatar, Glyph, Icon, keys_of};
use crate::dates::ends;
use crate::i18n::Words;
use crate::name;
use crate::state::main::Act;
use crate::state::settings::Page;
use crate::state::shortcut::{self, Shortcut};
use crate::state::{Event, field};

use super::Scrim;

/// A line of the menu: the presence, its words, and when it ends by itself.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    status: PresenceStatus,
    words: String,
    until: Option<Time>,
}

/// Do not disturb has an end, or is turned off by hand.
fn choices(words: Words, now: Time, zone: &TimeZone) -> Vec<Choice> {
    let plain = |status| Choice { status, words: words.say(presence_key(status)), until: None };
    let dnd = |words, until| Choice { status: PresenceStatus::Dnd, words, until };
    let mut all = vec![plain(PresenceStatus::Available), plain(PresenceStatus::Away)];
    if let Some((hour, morning)) = ends(now, zone) {
        let time = words.clock(hour, zone);
        all.push(dnd(words.with("dnd-until", &[("time", time.into())]), Some(hour)));
        all.push(dnd(words.say("dnd-tomorrow"), Some(morning)));
    }
    all.push(dnd(words.say("dnd-open"), None));
    all.push(plain(PresenceStatus::Invisible));
    all
}

#[component]
pub(super) fn Presence() -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let mine = use_main(|main| main.me.clone().map(|me| (me, main.presence, main.presence_until)));
    let Some(Some((me, status, until))) = mine() else { return rsx! {} };
    let choices = choices(words, now(), &zone);
    // An end chosen earlier may be none of those that are offered.
    let chosen = choices
        .iter()
        .position(|choice| choice.status == status && choice.until == until)
        .or_else(|| choices.iter().position(|choice| choice.status == status));
    let name = name::shown(&me.display_name, &me.name);
    rsx! {
        Scrim { class: "clear",
            div {
                class: "menu at-rail",
                role: "menu",
                "aria-label": words.say("presence"),
                "data-trap": "true",
                onclick: move |event| event.stop_propagation(),
                div { class: "person",
                    Avatar { user: me.user, name: name.clone(), size: "s" }
                    div {
                        b { bdi { "{name}" } }
                        small { dir: "ltr", "@{me.name}" }
                    }
                }
                for (place , choice) in choices.into_iter().enumerate() {
                    button {
                        key: "{place}",
                        id: if place == 0 { field::FIRST },
                        class: "menu-item",
                        r#type: "button",
                        role: "menuitemradio",
                        "aria-checked": if chosen == Some(place) { "true" } else { "false" },
                        onclick: move |_| ui.send(Event::Main(Act::Presence(choice.status, choice.until))),
                        PresenceShape { status: choice.status }
                        span { {choice.words} }
                        if chosen == Some(place) {
                            span { class: "end", Icon { glyph: Glyph::Check, size: 16 } }
                        }
                    }
                }
                hr {}
                button {
                    class: "menu-item",
                    r#type: "button",
                    role: "menuitem",
                    onclick: move |_| {
                        ui.send(Event::Main(Act::Dismiss));
                        ui.send(Event::Main(Act::Settings(Page::Profile)));
                    },
                    Icon { glyph: Glyph::User }
                    span { {words.say("edit-profile")} }
                }
                button {
                    class: "menu-item",
                    r#type: "button",
                    role: "menuitem",
                    "aria-keyshortcuts": shortcut::aria(Shortcut::Lock),
                    onclick: move |_| ui.send(Event::Main(Act::Lock)),
                    Icon { glyph: Glyph::Lock }
                    span { {words.say("lock-now")} }
                    if let Some(keys) = keys_of(words, Shortcut::Lock) {
                        span { class: "end", "aria-hidden": "true", span { class: "kbd", "{keys}" } }
                    }
                }
            }
        }
    }
}
