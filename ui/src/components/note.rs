//! Lines beside a field: what is wrong, or what helps.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::use_words;

use super::{Glyph, Icon, Remedies, Technical};

/// What went wrong and what to do, read out at once.
#[component]
pub(crate) fn ErrorNote(
    /// The failure.
    failure: Failure,
    /// The id that its field is described by.
    #[props(default = "error")]
    id: &'static str,
) -> Element {
    let words = use_words();
    rsx! {
        div { class: "error-note",
            // The words stand in a paragraph: those of a bare line are not in the tree that screen readers read.
            div { class: "error", role: "alert", id,
                Icon { glyph: Glyph::Stop, size: 14 }
                p { dir: "auto", {words.failure(&failure)} }
            }
            Remedies { failure: failure.clone() }
            Technical { failure }
        }
    }
}

/// What is wrong, in words of the window.
#[component]
pub(crate) fn Wrong(
    /// The text.
    text: String,
    /// The id that its field is described by.
    #[props(default = "error")]
    id: &'static str,
) -> Element {
    rsx! {
        div { class: "error", role: "alert", id,
            Icon { glyph: Glyph::Stop, size: 14 }
            p { "{text}" }
        }
    }
}

/// A quiet explanation.
#[component]
pub(crate) fn Hint(
    /// The text.
    text: String,
) -> Element {
    rsx! {
        p { class: "hint", "{text}" }
    }
}
