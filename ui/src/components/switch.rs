//! On or off.

use dioxus::prelude::*;

/// On or off; what it switches stands beside it.
#[component]
pub(crate) fn Switch(
    /// What is switched.
    label: String,
    /// Whether it is on.
    on: bool,
    /// The other way.
    onchange: EventHandler<bool>,
) -> Element {
    rsx! {
        button {
            class: "switch",
            r#type: "button",
            role: "switch",
            "aria-checked": if on { "true" } else { "false" },
            "aria-label": "{label}",
            onclick: move |_| onchange.call(!on),
        }
    }
}
