//! The lock: the messages are closed, the window stays. Only the password is asked for; the session comes back by
//! itself.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{Avatar, Button, ErrorNote, Glyph, Icon, Kind, Mark, Secrecy, TextField};
use crate::state::sign_in::{Act, SignIn as Door};
use crate::state::{Event, field};

/// The lock.
#[component]
pub(super) fn Lock(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(Typed::default);
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
                p { class: "muted", {words.say("is-locked")} }
                div { class: "field-group",
                    TextField {
                        id: field::PASSWORD,
                        label: words.say("password"),
                        secrecy: Secrecy::Hidden,
                        autocomplete: "current-password",
                        wrong: door.failure.is_some(),
                        oninput: move |text| typed.set(Typed::new(text)),
                    }
                    if let Some(failure) = door.failure.clone() {
                        ErrorNote { failure }
                    }
                }
                Button {
                    label: words.say(if door.busy { "opening" } else { "unlock" }),
                    kind: Kind::Primary,
                    wide: true,
                    submit: true,
                    disabled: door.busy,
                }
                Button {
                    label: words.say("use-recovery-key"),
                    kind: Kind::Quiet,
                    icon: Glyph::Key,
                    onclick: move |()| ui.send(Event::SignIn(Act::UseRecoveryKey)),
                }
                p { class: "hint",
                    Icon { glyph: Glyph::Lock, size: 14 }
                    {words.say("locked-means")}
                }
            }
            span { class: "brand",
                Mark {}
                {words.say("app-name")}
            }
        }
    }
}
