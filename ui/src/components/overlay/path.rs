//! What the path badge means.

use conclave_peer::model::{Path, UserId};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::head::path;
use crate::components::{Button, Glyph, Icon};
use crate::state::main::Act;
use crate::state::{Event, doctor};

use super::Dialog;

#[component]
pub(super) fn PathMeaning(user: UserId) -> Element {
    let ui = use_ui();
    let words = use_words();
    let person = use_main(move |main| main.roster.person(user).cloned());
    let Some(Some(person)) = person() else { return rsx! {} };
    let (glyph, key) = path(person.contact.path, person.contact.presence, person.reason.as_deref());
    let what = match person.contact.path {
        Path::Lan | Path::Internet => "path-direct-means",
        Path::Relayed => "path-relayed-means",
        Path::Waiting => "path-waiting-means",
    };
    rsx! {
        Dialog { title: words.say("connection"), small: true,
            div { class: "state",
                Icon { glyph }
                div {
                    strong { {words.say(key)} }
                    small { {words.say(what)} }
                }
            }
            div { class: "btns",
                Button {
                    label: words.say("check-connection"),
                    icon: Glyph::Pulse,
                    onclick: move |()| ui.send(Event::Main(Act::Doctor(doctor::Act::Run(Some(user))))),
                }
            }
        }
    }
}
