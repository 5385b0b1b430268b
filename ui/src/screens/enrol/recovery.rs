//! Recovery codes and recovery key.

use conclave_peer::model::ErrorCode;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Button, ErrorNote, KeepCodes, Kind, RecoveryCodes, Steps};
use crate::state::Event;
use crate::state::enrol::{Act, Enrol as Run};

use super::SignInButton;

#[component]
pub(super) fn Recovery(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(recovery) = run.recovery else { return rsx! {} };
    let wants_sign_in = run.failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::ApiLogin);
    let key: Vec<String> = recovery.recovery_key.split(['-', ' ']).map(str::to_owned).collect();
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Finish)),
            Steps { step: run.step }
            h1 { {words.say("keep-safe")} }
            RecoveryCodes { codes: recovery.recovery_codes }
            div { class: "field",
                span { class: "field-label",
                    {words.say("recovery-key")}
                    small { {words.say("recovery-key-for")} }
                }
                div { class: "codes key", dir: "ltr", role: "group", "aria-label": words.say("recovery-key"),
                    for group in key {
                        span { "{group}" }
                    }
                }
            }
            KeepCodes { keeping: run.keeping.clone(), onact: move |act| ui.send(Event::Enrol(Act::Keep(act))) }
            if wants_sign_in {
                p { class: "hint", role: "alert", {words.say("sign-in-to-go-on")} }
            } else if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                span {}
                if wants_sign_in {
                    SignInButton { ready: run.keeping.stored }
                } else {
                    Button {
                        label: words.say(if run.busy { "creating-account" } else { "continue" }),
                        kind: Kind::Primary,
                        submit: true,
                        disabled: run.busy || !run.keeping.stored,
                    }
                }
            }
        }
    }
}
