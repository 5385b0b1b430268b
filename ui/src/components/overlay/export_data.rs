//! The warning before everything of the account is written to a file that anybody can read, with the password typed
//! again. The keyboard is on the button that changes nothing.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::command::Typed;
use crate::components::{Button, Glyph, Icon, Kind};
use crate::state::main::Act;
use crate::state::{Event, field};

use super::{Cancel, Dialog, Proof};

/// The id of the words beside the password.
const ERROR: &str = "error-export";

#[component]
pub(super) fn ExportData() -> Element {
    let ui = use_ui();
    let words = use_words();
    let exporting = use_main(|main| main.exporting.clone());
    let exporting = exporting().unwrap_or_default();
    let mut password = use_signal(Typed::default);
    let ready = !password.read().text().is_empty();
    rsx! {
        form {
            onsubmit: move |event| {
                event.prevent_default();
                ui.send(Event::Main(Act::ExportData(password.peek().clone())));
            },
            Dialog {
                title: words.say("export-data"),
                foot: rsx! {
                    Cancel {}
                    Button {
                        label: words.say(if exporting.busy { "exporting-data" } else { "export-data-anyway" }),
                        kind: Kind::Danger,
                        submit: true,
                        disabled: exporting.busy || !ready,
                    }
                },
                p { class: "lede", {words.say("export-data-what")} }
                p { class: "callout danger",
                    Icon { glyph: Glyph::Alert }
                    span { {words.say("export-data-warning")} }
                }
                div { class: "form",
                    Proof {
                        id: field::EXPORT_PASSWORD,
                        error: ERROR,
                        failure: exporting.failure.clone(),
                        wrong: "export-data-password-wrong",
                        oninput: move |typed| password.set(typed),
                    }
                }
            }
        }
    }
}
