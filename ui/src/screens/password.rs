//! What the door and the lock share: the field of the password, its button, and the way in without it.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{Avatar, Button, ErrorNote, Glyph, Kind, Secrecy, TextField};
use crate::state::sign_in::{Act, Owner};
use crate::state::{Event, field};

/// The field, with what was wrong with the last password.
#[component]
pub(super) fn PasswordField(
    /// What is typed.
    typed: Signal<Typed>,
    /// Why it was refused.
    failure: Option<Failure>,
) -> Element {
    let words = use_words();
    let mut typed = typed;
    rsx! {
        div { class: "field-group",
            TextField {
                id: field::DOOR,
                label: words.say("password"),
                secrecy: Secrecy::Hidden,
                autocomplete: "current-password",
                wrong: failure.is_some(),
                oninput: move |text| typed.set(Typed::new(text)),
            }
            if let Some(failure) = failure {
                ErrorNote { failure }
            }
        }
    }
}

/// Whose door it is, where that is known: before the messages are open nothing says it.
#[component]
pub(super) fn Identity(
    /// Who.
    owner: Option<Owner>,
) -> Element {
    let Some(Owner { user, name, account }) = owner else { return rsx! {} };
    rsx! {
        div { class: "person",
            Avatar { user, name: name.clone(), silent: true }
            div {
                b { bdi { "{name}" } }
                small { dir: "ltr", "{account}" }
            }
        }
    }
}

/// The button that opens.
#[component]
pub(super) fn OpenButton(
    /// The key of its words.
    says: &'static str,
    /// Whether it is being opened.
    busy: bool,
) -> Element {
    let words = use_words();
    rsx! {
        Button {
            label: words.say(if busy { "opening" } else { says }),
            kind: Kind::Primary,
            wide: true,
            submit: true,
            disabled: busy,
        }
    }
}

/// To the recovery key.
#[component]
pub(super) fn KeyInstead() -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Button {
            label: words.say("use-recovery-key"),
            kind: Kind::Quiet,
            icon: Glyph::Key,
            onclick: move |()| ui.send(Event::SignIn(Act::UseRecoveryKey)),
        }
    }
}
