//! The password.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{AuthFrame, ErrorNote, PasswordMeter, Secrecy, Steps, TextField};
use crate::state::enrol::{Act, Enrol as Run};
use crate::state::{Event, field};

use super::Onward;

#[component]
pub(super) fn Password(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(Typed::default);
    let good = run.verdict.as_ref().is_some_and(|verdict| verdict.reasons.is_empty());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SubmitPassword(typed.peek().clone()))),
            Steps { step: run.step }
            h1 { {words.say("choose-password")} }
            p { class: "lede", {words.say("password-lede")} }
            div { class: "field-group",
                TextField {
                    id: field::PASSWORD,
                    label: words.say("new-password"),
                    secrecy: Secrecy::Hidden,
                    autocomplete: "new-password",
                    wrong: run.failure.is_some(),
                    oninput: move |text: String| {
                        let password = Typed::new(text);
                        typed.set(password.clone());
                        ui.send(Event::Enrol(Act::TypePassword(password)));
                    },
                }
                PasswordMeter { verdict: run.verdict }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                }
            }
            Onward {
                label: words.say(if run.busy { "making-keys" } else { "continue" }),
                busy: run.busy,
                ready: good,
            }
        }
    }
}
