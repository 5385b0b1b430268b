//! What a conversation does: on top, silent, and how long its messages stay.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{Glyph, Icon, Switch, Timer};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::roster::Person;

/// What this conversation does: on top, silent, and how long its messages stay.
#[component]
pub(super) fn Conduct(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = person.contact.user;
    rsx! {
        section { class: "block conduct",
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
            Timer { on: person.timer_ms, onchange: move |ms| ui.send(Event::Main(Act::Timer(user, ms))) }
            p { class: "hint", {words.say("disappearing-hint")} }
        }
    }
}

#[component]
fn Toggle(glyph: Glyph, label: String, on: bool, onchange: EventHandler<bool>) -> Element {
    rsx! {
        div { class: "toggle",
            Icon { glyph }
            span { "{label}" }
            Switch { label, on, onchange }
        }
    }
}
