//! What the path badge means.

use conclave_peer::model::UserId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, Icon, path};
use crate::state::main::Act;
use crate::state::{Event, doctor};

use super::Dialog;

#[component]
pub(super) fn PathMeaning(user: UserId) -> Element {
    let ui = use_ui();
    let words = use_words();
    let person = use_main(move |main| main.roster.person(user).cloned());
    let offline = path::use_offline();
    let Some(Some(person)) = person() else { return rsx! {} };
    let path = path::shown(words, &person, offline);
    rsx! {
        Dialog { title: words.say("connection"), small: true,
            div { class: "state",
                Icon { glyph: path.glyph }
                div {
                    strong { "{path.says}" }
                    small { "{path.means}" }
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
