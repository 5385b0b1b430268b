//! The names.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, ErrorNote, Hint, Steps, TextField};
use crate::state::enrol::{Act, Enrol as Run};
use crate::state::{Event, field};

use super::Onward;

#[component]
pub(super) fn Names(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let hint = match (&run.start, run.is_reset()) {
        (_, true) => "user-name-stays",
        (Some(start), false) if start.user_name.is_some() => "user-name-given",
        _ => "user-name-hint",
    };
    let given = run.start.as_ref().is_some_and(|start| start.user_name.is_some());
    let mut user_name = use_signal(|| run.user_name.clone());
    let mut display_name = use_signal(|| run.display_name.clone());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| {
                let (user_name, display_name) = (user_name.peek().clone(), display_name.peek().clone());
                ui.send(Event::Enrol(Act::SubmitName { user_name, display_name }));
            },
            Steps { step: run.step }
            h1 { {words.say("your-name")} }
            div { class: "field-group",
                TextField {
                    id: field::USER_NAME,
                    label: words.say("user-name"),
                    initial: run.user_name.clone(),
                    autocomplete: "username",
                    longest: 32,
                    wrong: run.failure.is_some(),
                    readonly: given,
                    oninput: move |text| user_name.set(text),
                }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                } else {
                    Hint { text: words.say(hint) }
                }
            }
            div { class: "field-group",
                TextField {
                    id: field::DISPLAY_NAME,
                    label: words.say("display-name"),
                    initial: run.display_name.clone(),
                    autocomplete: "name",
                    longest: 64,
                    oninput: move |text| display_name.set(text),
                }
                Hint { text: words.say("display-name-hint") }
            }
            Onward { label: words.say("continue"), busy: false }
        }
    }
}
