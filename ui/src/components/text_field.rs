//! A labelled field. It is never written back to: what a person types stays as typed (a bound value loses keys).

use dioxus::prelude::*;

use crate::app::use_words;

use super::{Glyph, Icon};

/// Whether what is typed may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Secrecy {
    /// Shown.
    #[default]
    Plain,
    /// Hidden, with a button to show it.
    Hidden,
}

/// A field with its label; `oninput` only listens.
#[component]
pub(crate) fn TextField(
    /// The id, which the label and the focus use.
    id: &'static str,
    /// The label.
    label: String,
    /// What stands in it at first.
    #[props(default)]
    initial: String,
    /// Whether it is shown.
    #[props(default)]
    secrecy: Secrecy,
    /// What the system may fill in.
    #[props(default = "off")]
    autocomplete: &'static str,
    /// Characters at most.
    #[props(default = 256)]
    longest: u16,
    /// Whether the last try was refused for this field.
    #[props(default)]
    wrong: bool,
    /// The id of the words that say what was wrong.
    #[props(default = "error")]
    error: &'static str,
    /// Whether it cannot be changed.
    #[props(default)]
    readonly: bool,
    /// The text after each key.
    oninput: EventHandler<String>,
) -> Element {
    let words = use_words();
    let mut seen = use_signal(|| false);
    let hidden = secrecy == Secrecy::Hidden;
    let kind = if hidden && !seen() { "password" } else { "text" };
    rsx! {
        div { class: "field",
            label { r#for: id, "{label}" }
            div { class: if wrong { "input is-error" } else { "input" },
                input {
                    id,
                    r#type: kind,
                    initial_value: "{initial}",
                    autocomplete,
                    autocapitalize: "off",
                    spellcheck: "false",
                    maxlength: "{longest}",
                    readonly,
                    dir: "auto",
                    "aria-invalid": if wrong { "true" } else { "false" },
                    "aria-describedby": if wrong { error } else { "" },
                    oninput: move |event| oninput.call(event.value()),
                }
                if hidden {
                    button {
                        class: "icon-btn icon-btn-s",
                        r#type: "button",
                        "aria-label": words.say(if seen() { "hide-password" } else { "show-password" }),
                        title: words.say(if seen() { "hide-password" } else { "show-password" }),
                        "aria-pressed": if seen() { "true" } else { "false" },
                        onclick: move |_| seen.toggle(),
                        Icon { glyph: Glyph::Eye }
                    }
                }
            }
        }
    }
}
