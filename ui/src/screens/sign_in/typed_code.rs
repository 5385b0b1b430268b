//! A code that is typed whole, in the place of the six digits: its field, its button, the way back.

use dioxus::prelude::*;

use crate::app::{use_second, use_ui, use_words};
use crate::command::Typed;
use crate::components::{AuthFrame, Button, Kind, TextField};
use crate::state::Event;
use crate::state::sign_in::{Act, SignIn as Door};

use super::{Outcome, Ways};

#[component]
pub(super) fn TypedCode(
    /// The door.
    door: Door,
    /// The id of the field.
    id: &'static str,
    /// What the page is.
    title: String,
    /// What is to be typed.
    lede: String,
    /// The label of the field.
    label: String,
    /// The word of the button.
    verb: String,
    /// What was typed.
    oncode: EventHandler<Typed>,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_second();
    let wait = door.wait(now());
    let mut typed = use_signal(Typed::default);
    rsx! {
        AuthFrame {
            onsubmit: move |()| oncode.call(typed.peek().clone()),
            h1 { "{title}" }
            p { class: "lede", "{lede}" }
            TextField {
                id,
                label,
                wrong: door.failure.is_some(),
                oninput: move |text| typed.set(Typed::new(text)),
            }
            Outcome { door: door.clone(), wait }
            Button {
                label: verb,
                kind: Kind::Primary,
                wide: true,
                submit: true,
                disabled: door.busy || wait.is_some(),
            }
            Button {
                label: words.say("use-authenticator"),
                wide: true,
                disabled: door.busy,
                onclick: move |()| ui.send(Event::SignIn(Act::UseCode)),
            }
            Ways { busy: door.busy, offline: !door.resuming }
        }
    }
}
