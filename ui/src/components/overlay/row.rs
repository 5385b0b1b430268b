//! What can be done with a conversation of the list.

use conclave_peer::model::UserId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Glyph, Icon};
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::{Event, field};

use super::Scrim;

#[component]
pub(super) fn RowMenu(user: UserId) -> Element {
    let words = use_words();
    let person = use_main(move |main| main.roster.person(user).cloned());
    let Some(Some(person)) = person() else { return rsx! {} };
    let name = person.name();
    let (pin, mute) = (!person.pinned, !person.muted);
    rsx! {
        Scrim { class: "clear",
            div {
                class: "menu at-list",
                role: "menu",
                "aria-label": words.with("row-actions", &[("name", name.clone().into())]),
                "data-trap": "true",
                onclick: move |event| event.stop_propagation(),
                div { class: "menu-label trunc", bdi { "{name}" } }
                Item {
                    id: field::FIRST,
                    glyph: Glyph::Chat,
                    label: words.say("open-conversation"),
                    acts: vec![Act::Open(user)],
                }
                Item {
                    glyph: Glyph::Pin,
                    label: words.say(if pin { "keep-on-top" } else { "not-on-top" }),
                    acts: vec![Act::Pin(user, pin)],
                }
                Item {
                    glyph: if mute { Glyph::Mute } else { Glyph::Bell },
                    label: words.say(if mute { "mute" } else { "unmute" }),
                    acts: vec![Act::Mute(user, mute)],
                }
                Item {
                    glyph: Glyph::Info,
                    label: words.say("page-profile"),
                    acts: vec![Act::Person(user)],
                }
                Item {
                    glyph: Glyph::Pane,
                    label: words.say("details"),
                    acts: vec![Act::Open(user), Act::Details(true)],
                }
                hr {}
                Item {
                    glyph: Glyph::Trash,
                    label: words.say("delete-conversation"),
                    danger: true,
                    acts: vec![Act::Show(Overlay::Confirm(Confirm::Erase(user)))],
                }
            }
        }
    }
}

#[component]
fn Item(
    #[props(default)] id: Option<&'static str>,
    glyph: Glyph,
    label: String,
    #[props(default)] danger: bool,
    acts: Vec<Act>,
) -> Element {
    let ui = use_ui();
    rsx! {
        button {
            id,
            class: if danger { "menu-item danger" } else { "menu-item" },
            r#type: "button",
            role: "menuitem",
            onclick: move |_| {
                ui.send(Event::Main(Act::Dismiss));
                for act in acts.clone() {
                    ui.send(Event::Main(act));
                }
            },
            Icon { glyph }
            span { "{label}" }
        }
    }
}
