//! The authenticator.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Authenticator, Button, Steps};
use crate::state::Event;
use crate::state::enrol::{Act, Copied, Enrol as Run};

#[component]
pub(super) fn Code(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(secret) = run.secret else { return rsx! {} };
    rsx! {
        AuthFrame {
            wide: true,
            Steps { step: run.step }
            h1 { {words.say("add-authenticator")} }
            Authenticator {
                secret,
                attempt: run.attempt,
                busy: run.busy,
                failure: run.failure,
                copied: run.copied == Some(Copied::Secret),
                oncopy: move |()| ui.send(Event::Enrol(Act::Copy(Copied::Secret))),
                oncode: move |code| ui.send(Event::Enrol(Act::SubmitCode(code))),
            }
            div { class: "btns",
                Button {
                    label: words.say("start-again"),
                    disabled: run.busy,
                    onclick: move |()| ui.send(Event::Enrol(Act::Back)),
                }
            }
        }
    }
}
