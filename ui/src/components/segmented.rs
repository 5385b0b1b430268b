//! One of a few.

use dioxus::prelude::*;

/// One of a few; the one that is on is where Tab leads.
#[component]
pub(crate) fn Segmented(
    /// What is chosen.
    label: String,
    /// The words of each.
    choices: Vec<String>,
    /// Which one is on; none when it is none of them.
    on: usize,
    /// Another one.
    onchange: EventHandler<usize>,
) -> Element {
    let reached = if on < choices.len() { on } else { 0 };
    rsx! {
        div { class: "segmented", role: "radiogroup", "aria-label": "{label}",
            for (place , choice) in choices.into_iter().enumerate() {
                button {
                    key: "{place}",
                    r#type: "button",
                    role: "radio",
                    tabindex: if place == reached { "0" } else { "-1" },
                    "aria-checked": if place == on { "true" } else { "false" },
                    onclick: move |_| onchange.call(place),
                    "{choice}"
                }
            }
        }
    }
}
