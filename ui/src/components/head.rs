//! The head of a conversation: who it is, whether they are there, and the path between the two computers.

use conclave_peer::model::{Path, PresenceStatus, SafetyLevel};
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::name;
use crate::state::Event;
use crate::state::main::Act;
use crate::state::roster::Person;

use super::avatar::presence_key;
use super::{Avatar, Glyph, Icon};

/// The head.
#[component]
pub(crate) fn Head(
    /// The person.
    person: Person,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let name = person.name();
    let contact = &person.contact;
    let presence = match (contact.presence, contact.last_seen) {
        (PresenceStatus::Offline, Some(seen)) => words.seen(seen, now(), &zone),
        (presence, _) => words.say(presence_key(presence)),
    };
    let status =
        contact.status_text.as_deref().map(|text| name::shown(text, "")).filter(|text| !text.is_empty());
    let (glyph, path) = path(contact.path, contact.presence);
    rsx! {
        header { class: "head",
            button {
                class: "icon-btn only-narrow",
                r#type: "button",
                "aria-label": words.say("back-to-list"),
                onclick: move |_| ui.send(Event::Main(Act::Close)),
                Icon { glyph: Glyph::Back }
            }
            Avatar { user: contact.user, name: name.clone(), size: "s", presence: contact.presence }
            div { class: "head-who",
                h1 { class: "head-name",
                    bdi { class: "trunc", "{name}" }
                    if contact.safety == SafetyLevel::Compared {
                        span { class: "seal", role: "img", "aria-label": words.say("safety-compared"),
                            Icon { glyph: Glyph::Seal, size: 16 }
                        }
                    }
                }
                div { class: "head-sub trunc",
                    "{presence}"
                    if let Some(status) = status {
                        span { class: "dot", "aria-hidden": "true" }
                        bdi { "{status}" }
                    }
                }
            }
            span { class: "chip",
                Icon { glyph, size: 16 }
                span { {words.say(path)} }
            }
        }
    }
}

const fn path(path: Path, presence: PresenceStatus) -> (Glyph, &'static str) {
    match (path, presence) {
        (Path::Lan, _) => (Glyph::Home, "path-lan"),
        (Path::Internet, _) => (Glyph::Direct, "path-internet"),
        (Path::Relayed, _) => (Glyph::Relay, "path-relayed"),
        (Path::Waiting, PresenceStatus::Offline) => (Glyph::Offline, "path-waiting-offline"),
        (Path::Waiting, _) => (Glyph::Clock, "path-waiting"),
    }
}
