//! The delivery state of a message: a form, not a colour, with its word in the name. Only proven steps are shown.

use conclave_peer::model::MessageState;
use dioxus::prelude::*;

/// The sign of a state. An empty label hides it from readers: the words stand elsewhere then.
#[component]
pub(crate) fn Delivery(
    /// The state.
    state: MessageState,
    /// Its words.
    label: String,
) -> Element {
    let hidden = if label.is_empty() { "true" } else { "false" };
    let (class, view_box, shape) = match state {
        MessageState::Saved => (
            "deliv sq",
            "0 0 14 14",
            rsx! {
                circle { cx: "7", cy: "7", r: "6.2" }
                path { d: "M7 3.8V7l2.2 1.4" }
            },
        ),
        MessageState::Waiting => (
            "deliv",
            "0 0 20 14",
            rsx! {
                circle { cx: "7", cy: "7", r: "6.2" }
                path { d: "M7 3.8V7l2.2 1.4" }
                circle { cx: "17.5", cy: "11", r: "1.8" }
            },
        ),
        MessageState::Sending => (
            "deliv sq",
            "0 0 14 14",
            rsx! {
                path { d: "M13.2 7A6.2 6.2 0 1 1 7 .8" }
            },
        ),
        MessageState::InDropBox => (
            "deliv sq",
            "0 0 14 14",
            rsx! {
                path { d: "M1 4 7 .8 13 4v6l-6 3.2L1 10V4Zm0 0 6 3.2L13 4M7 7.2v6" }
            },
        ),
        MessageState::Delivered | MessageState::Read => (
            if state == MessageState::Read { "deliv read" } else { "deliv" },
            "0 0 20 14",
            rsx! {
                rect { class: "pill", x: ".75", y: ".75", width: "18.5", height: "12.5", rx: "6.25" }
                path { class: "tick", d: "m5.2 7.2 1.9 1.9 3.4-4M10.3 8.8l.4.4 3.6-4.2" }
            },
        ),
        MessageState::Failed => (
            "deliv sq danger",
            "0 0 14 14",
            rsx! {
                circle { cx: "7", cy: "7", r: "6.2" }
                path { d: "M7 3.6v4M7 10.2v.01" }
            },
        ),
        MessageState::Received => return rsx! {},
    };
    rsx! {
        svg { class, view_box, role: "img", "aria-label": "{label}", "aria-hidden": hidden, {shape} }
    }
}
