//! The head of a conversation: who it is, whether they are there, and the path between the two computers.

use conclave_peer::model::{Path, SafetyLevel};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::name;
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::roster::Person;
use crate::state::search;
use crate::state::shortcut::{self, Shortcut};

use super::avatar::presence_of;
use super::{Avatar, BackToList, Glyph, Icon, IconButton, path};

/// The head.
#[component]
pub(crate) fn Head(
    /// The person.
    person: Person,
    /// Whether the safety number changed and was not accepted yet.
    changed: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let details = use_main(|main| main.details);
    let name = person.name();
    let user = person.contact.user;
    let contact = &person.contact;
    let presence = presence_of(words, contact, now(), &zone);
    let status =
        contact.status_text.as_deref().map(|text| name::shown(text, "")).filter(|text| !text.is_empty());
    rsx! {
        header { class: "head",
            BackToList { onclick: move |()| ui.send(Event::Main(Act::Close)) }
            Avatar { user: contact.user, name: name.clone(), size: "s", presence: contact.presence }
            div { class: "head-who",
                h1 { class: "head-name",
                    bdi { class: "trunc", "{name}" }
                    if changed {
                        span { class: "tag warn",
                            Icon { glyph: Glyph::Alert, size: 14 }
                            {words.say("number-changed-short")}
                        }
                    } else if contact.safety == SafetyLevel::Compared {
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
            PathChip { person: person.clone() }
            div { class: "head-tools",
                IconButton {
                    label: words.say("key-search-here"),
                    glyph: Glyph::Search,
                    keys: shortcut::aria(Shortcut::SearchHere),
                    onclick: move |()| ui.send(Event::Main(Act::Search(search::Act::Open(Some(user))))),
                }
                button {
                    class: "icon-btn",
                    r#type: "button",
                    "aria-label": words.say("details"),
                    title: words.say("details"),
                    "aria-pressed": if details() == Some(true) { "true" } else { "false" },
                    "aria-keyshortcuts": shortcut::aria(Shortcut::Details),
                    onclick: move |_| ui.send(Event::Main(Act::Details(details() != Some(true)))),
                    Icon { glyph: Glyph::Pane }
                }
            }
        }
    }
}

/// The path to a person; a click says what it means.
#[component]
pub(crate) fn PathChip(
    /// The person.
    person: Person,
) -> Element {
    let ui = use_ui();
    let path = path::shown(use_words(), &person, path::use_offline());
    let user = person.contact.user;
    rsx! {
        button {
            class: if person.contact.path == Path::Waiting { "chip warn" } else { "chip" },
            r#type: "button",
            "aria-haspopup": "dialog",
            "aria-label": "{path.says}",
            title: "{path.says}",
            onclick: move |_| ui.send(Event::Main(Act::Show(Overlay::Path(user)))),
            Icon { glyph: path.glyph, size: 16 }
            span { "{path.says}" }
        }
    }
}
