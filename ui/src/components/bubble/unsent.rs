//! Text on its way to the engine, or refused by it: nothing typed is lost.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{Button, Kind, Remedies, Technical};
use crate::state::Event;
use crate::state::conversation::Unsent;
use crate::state::main::Act;
use crate::state::remedy::Beside;

/// The text and its fate.
#[component]
pub(crate) fn UnsentBubble(
    /// The text and its fate.
    unsent: Unsent,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let number = unsent.number;
    rsx! {
        li { class: "msg mine first last unsent",
            div { class: "bubble",
                p { class: "text", dir: "auto", "{unsent.text}" }
            }
            if let Some(failure) = unsent.failure {
                div { class: "state-line danger",
                    p { role: "alert", {words.failure(&failure)} }
                    Button {
                        label: words.say("try-again"),
                        kind: Kind::Quiet,
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::TryAgain(number))),
                    }
                    Button {
                        label: words.say("delete"),
                        kind: Kind::Quiet,
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::Drop(number))),
                    }
                    Remedies { failure: failure.clone(), beside: Beside { unsent: Some(number), ..Beside::default() } }
                    Technical { failure }
                }
            }
        }
    }
}
