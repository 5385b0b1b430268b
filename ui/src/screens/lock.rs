//! The lock: the messages are closed, the window stays. Only the password is asked for; the session comes back by
//! itself, or is ended: that needs the password too, because what proves who asks for it is closed with the messages.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{Avatar, Button, Glyph, Hint, Icon, Kind, Mark};
use crate::state::Event;
use crate::state::sign_in::{Act, SignIn as Door};

use super::password::{KeyInstead, OpenButton, PasswordField};

/// The lock.
#[component]
pub(super) fn Lock(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let typed = use_signal(Typed::default);
    rsx! {
        main { class: "lock", "data-theme": "dark",
            form {
                class: "lock-card",
                onsubmit: move |event| {
                    event.prevent_default();
                    ui.send(Event::SignIn(Act::SubmitPassword(typed.peek().clone())));
                },
                if let Some(owner) = door.owner.clone() {
                    Avatar { user: owner.user, name: owner.name.clone(), size: "xl" }
                    h1 { bdi { "{owner.name}" } }
                } else {
                    h1 { {words.say("app-name")} }
                }
                p { class: "muted", {words.say(if door.leaving { "leaving" } else { "is-locked" })} }
                if door.invited {
                    Hint { text: words.say("invited-here") }
                }
                PasswordField { typed, failure: door.failure.clone() }
                if door.leaving {
                    OpenButton { says: "sign-out", busy: door.busy }
                    Turn { leave: false, says: "cancel" }
                    p { class: "hint", {words.say("leaving-means")} }
                } else {
                    OpenButton { says: "unlock", busy: door.busy }
                    KeyInstead {}
                    Turn { leave: true, says: "sign-out" }
                    p { class: "hint",
                        Icon { glyph: Glyph::Lock, size: 14 }
                        {words.say("locked-means")}
                    }
                }
            }
            span { class: "brand",
                Mark {}
                {words.say("app-name")}
            }
        }
    }
}

/// To signing out, and back.
#[component]
fn Turn(leave: bool, says: &'static str) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Button {
            label: words.say(says),
            kind: Kind::Quiet,
            onclick: move |()| ui.send(Event::SignIn(Act::Leave(leave))),
        }
    }
}
