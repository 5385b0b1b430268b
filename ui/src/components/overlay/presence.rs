//! The presence menu, at the foot of the rail.

use conclave_peer::model::PresenceStatus;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::avatar::{PresenceShape, presence_key};
use crate::components::{Avatar, Glyph, Icon};
use crate::name;
use crate::state::main::Act;
use crate::state::settings::Page;
use crate::state::{Event, field};

use super::Scrim;

const CHOICES: [PresenceStatus; 4] =
    [PresenceStatus::Available, PresenceStatus::Away, PresenceStatus::Dnd, PresenceStatus::Invisible];

#[component]
pub(super) fn Presence() -> Element {
    let ui = use_ui();
    let words = use_words();
    let mine = use_main(|main| main.me.clone().map(|me| (me, main.presence)));
    let Some(Some((me, now))) = mine() else { return rsx! {} };
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
                for status in CHOICES {
                    button {
                        key: "{presence_key(status)}",
                        id: if status == PresenceStatus::Available { field::FIRST } else { presence_key(status) },
                        class: "menu-item",
                        r#type: "button",
                        role: "menuitemradio",
                        "aria-checked": if status == now { "true" } else { "false" },
                        onclick: move |_| ui.send(Event::Main(Act::Presence(status))),
                        PresenceShape { status }
                        span { {words.say(presence_key(status))} }
                        if status == now {
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
                    onclick: move |_| ui.send(Event::Main(Act::Lock)),
                    Icon { glyph: Glyph::Lock }
                    span { {words.say("lock-now")} }
                    span { class: "end", span { class: "kbd", {words.say("lock-keys")} } }
                }
            }
        }
    }
}
