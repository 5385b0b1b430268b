//! Where the first run stands.

use dioxus::prelude::*;

use crate::app::use_words;
use crate::state::enrol::Step;

/// A bar and a line: "Step 3 of 6 · Password".
#[component]
pub(crate) fn Steps(
    /// The page.
    step: Step,
) -> Element {
    let words = use_words();
    let Some(number) = step.number() else { return rsx! {} };
    let line = words.with(
        "step-of",
        &[("n", number.into()), ("all", Step::COUNTED.into()), ("name", words.say(step.key()).into())],
    );
    rsx! {
        div { class: "steps",
            div { class: "steps-bar", "aria-hidden": "true",
                for place in 1..=Step::COUNTED {
                    i { class: if place <= number { "on" } else { "" } }
                }
            }
            span { "{line}" }
        }
    }
}
