//! The details of a conversation: who it is, the path, the safety number, and what was shared (UI §3.B).

mod about;
mod conduct;
mod shared;
mod standing;

use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::roster::Person;
use crate::state::{Event, field};

use super::avatar::presence_of;
use super::{Avatar, BlockButton, Button, Glyph, IconButton};
use conduct::Conduct;
use shared::{Kinds, List};

pub(crate) use about::Facts;
pub(crate) use standing::{Connection, Security};

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
    let name = person.name();
    let presence = presence_of(words, &person.contact, now(), &zone);
    rsx! {
        div { class: "details-head",
            h2 { {words.say("details")} }
            IconButton {
                id: field::DETAILS,
                label: words.say("close-details"),
                glyph: Glyph::Cross,
                onclick: move |()| ui.send(Event::Main(Act::Details(false))),
            }
        }
        div { class: "details-scroll",
            div { class: "who",
                Avatar { user, name: name.clone(), size: "xl", presence: person.contact.presence }
                h3 { bdi { "{name}" } }
                span { class: "muted", "{presence}" }
                span { class: "muted", dir: "ltr", "@{person.contact.name}" }
                Button {
                    label: words.say("page-profile"),
                    icon: Glyph::User,
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Person(user))),
                }
            }
            Facts { card: card().flatten(), name: name.clone() }
            Connection { person: person.clone() }
            Security { person: person.clone() }
            Kinds {}
            Conduct { person: person.clone() }
            div { class: "block btns",
                Button {
                    label: words.say("delete-conversation"),
                    icon: Glyph::Trash,
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::Erase(user))))),
                }
                BlockButton { person, small: true }
            }
        }
    }
}
