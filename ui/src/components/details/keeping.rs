//! What a conversation does: on top, silent, and how long its messages stay.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{Glyph, Icon};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::roster::Person;

/// What this conversation does: on top, silent, and how long its messages stay.
#[component]
pub(super) fn Keeping(person: Person) -> Element {
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
