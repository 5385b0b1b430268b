//! What is said over a field that took no more: how much is left out, and the way for all of it.

use conclave_peer::model::{ErrorCode, Failure, UserId};
use dioxus::prelude::*;

use crate::app::{Ui, use_main, use_ui, use_words};
use crate::command::Typed;
use crate::components::{Button, Glyph, IconButton};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::main::full::{self, LONGEST, length};
use crate::state::remedy::Remedy;

/// Tells of a field that has become full.
pub(super) fn tell(ui: Ui, to: UserId, before: &str, after: &str, pasted: bool) {
    if length(after) >= LONGEST && (pasted || length(before) < LONGEST) {
        let typed = |text: &str| Typed::new(text.to_owned());
        let act = full::Act::Filled { to, before: typed(before), after: typed(after), pasted };
        ui.send(Event::Main(Act::Full(act)));
    }
}

/// A paste into a field: one that is full takes nothing of it.
pub(super) fn pasting(ui: Ui, to: UserId, text: &str) {
    if length(text) >= LONGEST {
        tell(ui, to, "", text, false);
    }
}

/// The note over the field of a person, while their text does not fit.
#[component]
pub(super) fn TooLong(to: UserId) -> Element {
    let ui = use_ui();
    let words = use_words();
    let left = use_main(move |main| main.full.as_ref().filter(|full| full.to == to)?.left_out());
    let Some(left) = left().flatten() else { return rsx! {} };
    let act = move |act| ui.send(Event::Main(Act::Full(act)));
    rsx! {
        div { class: "composer-part full",
            div { role: "alert",
                if left == 0 {
                    p { {words.say("field-full")} }
                } else {
                    p { {words.failure(&Failure::new(ErrorCode::MessageTooLong).with("n", left))} }
                    p { class: "muted", {words.say("what-fits")} }
                }
            }
            Button {
                label: words.say(Remedy::SendAsFile.key()),
                icon: Glyph::File,
                small: true,
                onclick: move |()| act(full::Act::SendAsFile),
            }
            IconButton {
                label: words.say("close"),
                glyph: Glyph::Cross,
                small: true,
                size: 16,
                onclick: move |()| act(full::Act::Close),
            }
        }
    }
}
