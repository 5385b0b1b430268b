//! Another phone by the code of an administrator: the code, the new authenticator, its recovery codes.

use dioxus::prelude::*;

use crate::app::{use_second, use_ui, use_words};
use crate::components::{AuthFrame, Authenticator, Button, Hint, KeepCodes, Kind, RecoveryCodes};
use crate::state::sign_in::phone::Act;
use crate::state::sign_in::{self, SignIn as Door};
use crate::state::{Event, field};

use super::typed_code::TypedCode;

/// The administrator's code.
#[component]
pub(super) fn PhoneCode(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        TypedCode {
            door,
            id: field::PHONE_CODE,
            title: words.say("new-phone"),
            lede: words.say("new-phone-lede"),
            label: words.say("phone-code"),
            verb: words.say("continue"),
            oncode: move |code| ui.send(Event::SignIn(sign_in::Act::Phone(Act::SubmitCode(code)))),
        }
    }
}

/// The new authenticator.
#[component]
pub(super) fn Phone(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_second();
    let wait = door.wait(now());
    let Some(secret) = door.phone.secret else { return rsx! {} };
    let send = move |act| ui.send(Event::SignIn(sign_in::Act::Phone(act)));
    rsx! {
        AuthFrame {
            wide: true,
            h1 { {words.say("add-authenticator")} }
            Authenticator {
                secret,
                attempt: door.attempt,
                busy: door.busy,
                failure: door.failure,
                copied: door.phone.copied,
                oncopy: move |()| send(Act::CopySecret),
                oncode: move |code| send(Act::Prove(code)),
            }
            if let Some(wait) = wait {
                p { class: "hint num", {words.with("wait-seconds", &[("n", wait.into())])} }
            }
            div { class: "btns",
                Button {
                    label: words.say("start-again"),
                    disabled: door.busy,
                    onclick: move |()| send(Act::Begin),
                }
            }
        }
    }
}

/// The recovery codes that count from now on.
#[component]
pub(super) fn PhoneCodes(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Some(codes) = door.phone.codes else { return rsx! {} };
    let send = move |act| ui.send(Event::SignIn(sign_in::Act::Phone(act)));
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::SignIn(sign_in::Act::Enter)),
            h1 { {words.say("keep-safe")} }
            p { class: "lede", {words.say("phone-counts")} }
            RecoveryCodes { codes: codes.recovery_codes }
            Hint { text: words.say("old-codes-gone") }
            KeepCodes { keeping: door.phone.keeping.clone(), onact: move |act| send(Act::Keep(act)) }
            div { class: "btns between",
                span {}
                Button {
                    label: words.say("continue"),
                    kind: Kind::Primary,
                    submit: true,
                    disabled: !door.phone.keeping.stored,
                }
            }
        }
    }
}
