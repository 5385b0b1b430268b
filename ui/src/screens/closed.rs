//! Before the profile is open, and when it cannot be opened.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, ErrorNote, Hint, Mark};
use crate::state::Screen;

/// The profile is being opened.
#[component]
pub(crate) fn Opening() -> Element {
    let words = use_words();
    rsx! {
        div { class: "opening", role: "status", "aria-label": words.say("opening"), Mark {} }
    }
}

/// The profile cannot be opened: in use, damaged, or of a newer version.
#[component]
pub(crate) fn Closed() -> Element {
    let ui = use_ui();
    let words = use_words();
    let failure = use_memo(move || match &ui.state.read().screen {
        Screen::Closed(failure) => Some(failure.clone()),
        _ => None,
    });
    let nobody = use_memo(move || ui.state.read().nobody_there);
    let Some(failure) = failure() else { return rsx! {} };
    rsx! {
        AuthFrame {
            h1 { {words.say("cannot-open")} }
            ErrorNote { failure }
            if nobody() {
                Hint { text: words.say("nobody-there") }
            }
        }
    }
}
