//! Lines beside a field: what is wrong, or what helps.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::use_words;

use super::{Glyph, Icon};

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
        p { class: "error", role: "alert", id,
            Icon { glyph: Glyph::Stop, size: 14 }
            span { dir: "auto", {words.failure(&failure)} }
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
        p { class: "error", role: "alert", id,
            Icon { glyph: Glyph::Stop, size: 14 }
            span { "{text}" }
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
