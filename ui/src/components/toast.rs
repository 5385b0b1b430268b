//! What is said for a moment at the foot of the window.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::i18n::Words;
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
    let note = note().flatten();
    let failed = match &note {
        Some(Said::Failed(failure)) => Some(failure.clone()),
        _ => None,
    };
    let text = note.and_then(|said| text(words, said));
    rsx! {
        // The place is always there, so that readers hear what comes into it.
        div { role: "status",
            if let Some(text) = text {
                div { class: "toast", dir: "auto", "{text}" }
            }
        }
        if let Some(failure) = failed {
            Failed { failure }
        }
    }
}

fn text(words: Words, said: Said) -> Option<String> {
    Some(match said {
        Said::Copied => words.say("copied"),
        Said::Saved(file) => words.with("saved-as", &[("name", name::shown(&file, "").into())]),
        Said::Invited => words.say("invited-here"),
        Said::NoProgram => words.say("no-program"),
        Said::Matched(name) => words.with("numbers-match", &[("name", name.into())]),
        Said::Erased(name) => words.with("erased", &[("name", name.into())]),
        Said::StillWaiting(name) => words.with("erase-waiting", &[("name", name.into())]),
        Said::Failed(_) => return None,
    })
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
