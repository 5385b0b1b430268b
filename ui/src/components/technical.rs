//! "Technical details" below the words of an error: closed at first, with a copy for the administrator.

use conclave_peer::model::{Failure, Time};
use dioxus::prelude::*;

use crate::app::{use_ui, use_words, use_zone};
use crate::state::Event;
use crate::state::technical::{self, Subject};

use super::{Button, Glyph, Icon, Kind};

/// The details of an error.
#[component]
pub(crate) fn Technical(
    /// The error.
    failure: Failure,
    /// When it happened; when it was first shown, if that is not known.
    #[props(default)]
    at: Option<Time>,
    /// What it is about.
    #[props(default)]
    about: Vec<Subject>,
) -> Element {
    rsx! {
        // Another error has a time of its own, and is closed.
        for failure in [failure] {
            Lines { key: "{failure.code}", failure, at, about: about.clone() }
        }
    }
}

#[component]
fn Lines(failure: Failure, at: Option<Time>, about: Vec<Subject>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let zone = use_zone();
    let mut open = use_signal(|| false);
    let shown = use_hook(|| ui.state.peek().now);
    // How often something had reached the clipboard when this was sent there.
    let mut sent = use_signal(|| None::<u64>);
    let copies = use_memo(move || ui.state.read().copies);
    let there = sent().is_some_and(|before| copies() > before);
    let rows = technical::rows(words, &failure, at.unwrap_or(shown), &zone, &about);
    let text = technical::text(&rows);
    rsx! {
        div { class: "technical",
            button {
                class: "technical-turn",
                r#type: "button",
                "aria-expanded": if open() { "true" } else { "false" },
                onclick: move |_| open.toggle(),
                Icon { glyph: Glyph::Down, size: 14 }
                {words.say("technical-details")}
            }
            if open() {
                dl {
                    for row in rows {
                        div { key: "{row.name}",
                            dt { "{row.name}" }
                            dd { dir: "ltr", "{row.value}" }
                        }
                    }
                }
                Button {
                    label: words.say(if there { "copied" } else { "copy" }),
                    name: if there { None } else { Some(words.say("copy-technical")) },
                    kind: Kind::Quiet,
                    icon: Glyph::Copy,
                    small: true,
                    onclick: move |()| {
                        sent.set(Some(ui.state.peek().copies));
                        ui.send(Event::Copy(text.clone()));
                    },
                }
                span { class: "vh", role: "status", if there { {words.say("copied")} } }
            }
        }
    }
}
