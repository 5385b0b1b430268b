//! Somebody changed the keys of my account: nothing else is shown until that was read (UI §3.F, `E-DIR-2`).

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::state::main::Act;
use crate::state::{Event, field};

use super::{Button, Glyph, Icon, Kind, Technical};

/// The whole window.
#[component]
pub(crate) fn Stop() -> Element {
    let ui = use_ui();
    let words = use_words();
    let administrator = use_main(|main| main.roster.administrator());
    let name = use_main(|main| main.roster.person(main.roster.administrator()?).map(|person| person.name()));
    let alarm = use_main(|main| main.alarm().cloned());
    let not_me = move |()| {
        ui.send(Event::Main(Act::KeysRead));
        if let Some(user) = administrator().flatten() {
            ui.send(Event::Main(Act::Open(user)));
        }
    };
    rsx! {
        main {
            class: "stop",
            role: "alertdialog",
            "aria-modal": "true",
            "data-trap": "true",
            "aria-labelledby": "stop-title", "aria-describedby": "stop-means",
            span { class: "disc", Icon { glyph: Glyph::Shield, size: 24 } }
            h1 { id: "stop-title", {words.say("keys-changed")} }
            p { id: "stop-means",
                match name().flatten() {
                    Some(name) => words.with("keys-changed-call", &[("name", name.into())]),
                    None => words.say("keys-changed-means"),
                }
            }
            div { class: "btns",
                Button { id: field::SAFE, label: words.say("keys-not-me"), kind: Kind::Primary, onclick: not_me }
                Button {
                    label: words.say("keys-mine"),
                    onclick: move |()| ui.send(Event::Main(Act::KeysRead)),
                }
            }
            if let Some(failure) = alarm().flatten() {
                Technical { failure }
            }
        }
    }
}
