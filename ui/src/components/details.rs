//! The details of a conversation: who it is, the path, the safety number, and what was shared (UI §3.B).

mod about;
mod keeping;
mod shared;
mod standing;

use conclave_peer::model::PresenceStatus;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::roster::Person;
use crate::state::{Event, field};

use super::avatar::presence_key;
use super::{Avatar, Button, Glyph, Icon};
use about::Facts;
use keeping::Keeping;
use shared::{Kinds, List};
use standing::{Connection, Security};

/// The pane.
#[component]
pub(crate) fn Details(
    /// The person.
    person: Person,
) -> Element {
    let listed = use_main(|main| main.shared.listed.is_some());
    let words = use_words();
    rsx! {
        aside { class: "details", "aria-label": words.say("details"), "data-region": "details",
            if listed() == Some(true) {
                List { person }
            } else {
                Everything { person }
            }
        }
    }
}

/// Everything about the person and the conversation.
#[component]
fn Everything(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let card = use_main(move |main| main.profiles.card(user).cloned());
    let number = use_main(move |main| main.safety.number(user).cloned());
    let name = person.name();
    let presence = match (person.contact.presence, person.contact.last_seen) {
        (PresenceStatus::Offline, Some(seen)) => words.seen(seen, now(), &zone),
        (presence, _) => words.say(presence_key(presence)),
    };
    rsx! {
        div { class: "details-head",
            h2 { {words.say("details")} }
            button {
                id: field::DETAILS,
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
            Connection { person: person.clone() }
            Security { person: person.clone(), number: number().flatten() }
            Kinds {}
            Keeping { person: person.clone() }
            div { class: "block btns",
                Button {
                    label: words.say("delete-conversation"),
                    icon: Glyph::Trash,
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::Erase(user))))),
                }
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
