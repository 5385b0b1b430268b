//! What is said for a moment at the foot of the window.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Said};
use crate::state::shortcut::{self, Shortcut};

use super::{Glyph, Icon, Remedies, Technical};

/// The note, if something is said.
#[component]
pub(crate) fn Toast() -> Element {
    let words = use_words();
    let note = use_main(|main| main.note.as_ref().map(|note| note.what.clone()));
    let text = match note().flatten() {
        Some(Said::Copied) => words.say("copied"),
        Some(Said::Saved(file)) => words.with("saved-as", &[("name", name::shown(&file, "").into())]),
        Some(Said::Invited) => words.say("invited-here"),
        Some(Said::NoProgram) => words.say("no-program"),
        Some(Said::Matched(name)) => words.with("numbers-match", &[("name", name.into())]),
        Some(Said::Erased(name)) => words.with("erased", &[("name", name.into())]),
        Some(Said::StillWaiting(name)) => words.with("erase-waiting", &[("name", name.into())]),
        Some(Said::Failed(failure)) => return rsx! { Failed { failure } },
        None => return rsx! {},
    };
    rsx! {
        div { class: "toast", role: "status", dir: "auto", "{text}" }
    }
}

/// What went wrong: it stands until it is closed.
#[component]
fn Failed(failure: Failure) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        div { class: "toast failed",
            div {
                p { role: "alert", dir: "auto", {words.failure(&failure)} }
                Remedies { failure: failure.clone() }
                Technical { failure }
            }
            button {
                class: "icon-btn icon-btn-s",
                r#type: "button",
                "aria-label": words.say("close"),
                title: words.say("close"),
                "aria-keyshortcuts": shortcut::aria(Shortcut::Escape),
                onclick: move |_| ui.send(Event::Main(Act::CloseNote)),
                Icon { glyph: Glyph::Cross, size: 16 }
            }
        }
    }
}
