//! The authenticator.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Button, CodeField, ErrorNote, Qr, Steps};
use crate::state::Event;
use crate::state::enrol::{Act, Copied, Enrol as Run};

use super::{CopyIcon, grouped};

#[component]
pub(super) fn Code(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(secret) = run.secret else { return rsx! {} };
    let groups = grouped(&secret.secret);
    rsx! {
        AuthFrame {
            wide: true,
            Steps { step: run.step }
            h1 { {words.say("add-authenticator")} }
            div { class: "totp",
                Qr { text: secret.otpauth.to_string(), label: words.say("authenticator-qr") }
                ol {
                    li { {words.say("authenticator-1")} }
                    li { {words.say("authenticator-2")} }
                    li { {words.say("authenticator-3")} }
                }
            }
            div { class: "input secret",
                span { class: "mono", dir: "ltr", "{groups}" }
                CopyIcon { label: words.say("copy-secret"), what: Copied::Secret, copied: run.copied }
            }
            CodeField {
                attempt: run.attempt,
                wrong: run.failure.is_some(),
                note: Some(rsx! { span { {words.say(if run.busy { "checking" } else { "submits-on-sixth" })} } }),
                oncode: move |code| ui.send(Event::Enrol(Act::SubmitCode(code))),
            }
            if let Some(failure) = run.failure {
                ErrorNote { failure }
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
