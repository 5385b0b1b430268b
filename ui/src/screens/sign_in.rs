//! Sign in: the password opens the messages on this computer, the code signs in at the server.

mod phone;
mod typed_code;

use dioxus::prelude::*;

use crate::app::{use_second, use_ui, use_words};
use crate::command::Typed;
use crate::components::{AuthFrame, Button, CodeField, ErrorNote, Glyph, Hint, Icon, Kind, TextField, Wrong};
use crate::state::sign_in::phone::Act as PhoneAct;
use crate::state::sign_in::{self, Act, SignIn as Door, SignedOut};
use crate::state::{Event, Screen, field};

use self::typed_code::TypedCode;
use super::lock::Lock;
use super::password::{Identity, KeyInstead, OpenButton, PasswordField};

/// The door.
#[component]
pub(crate) fn SignIn() -> Element {
    let ui = use_ui();
    let door = use_memo(move || match &ui.state.read().screen {
        Screen::SignIn(door) => Some(door.clone()),
        _ => None,
    });
    let Some(door) = door() else { return rsx! {} };
    rsx! {
        // Fields of their own after each time that the door was closed: nothing typed before is left in them.
        for closed in [door.closed] {
            Step { key: "{closed}", door: door.clone() }
        }
    }
}

#[component]
fn Step(door: Door) -> Element {
    match door.step {
        sign_in::Step::Password if door.locked => rsx! { Lock { door } },
        sign_in::Step::Password => rsx! { Password { door } },
        sign_in::Step::Code => rsx! { Code { door } },
        sign_in::Step::RecoveryCode => rsx! { RecoveryCode { door } },
        sign_in::Step::RecoveryKey => rsx! { RecoveryKey { door } },
        sign_in::Step::PhoneCode => rsx! { phone::PhoneCode { door } },
        sign_in::Step::Phone => rsx! { phone::Phone { door } },
        sign_in::Step::PhoneCodes => rsx! { phone::PhoneCodes { door } },
    }
}

#[component]
fn Password(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let typed = use_signal(Typed::default);
    let failure = door.failure.clone().filter(|_| !door.no_account);
    rsx! {
        AuthFrame {
            onsubmit: move |()| ui.send(Event::SignIn(Act::SubmitPassword(typed.peek().clone()))),
            h1 { {words.say("sign-in")} }
            Identity { owner: door.owner.clone() }
            if door.no_account {
                Wrong { text: words.say("no-account-here") }
            }
            match door.signed_out {
                Some(SignedOut::Everywhere) => rsx! { Hint { text: words.say("signed-out") } },
                Some(SignedOut::HereOnly) => rsx! { Wrong { text: words.say("signed-out-here") } },
                None => rsx! {},
            }
            if door.invited {
                Hint { text: words.say("invited-here") }
            }
            PasswordField { typed, failure }
            OpenButton { says: "continue", busy: door.busy }
            Hint { text: words.say("messages-open-first") }
            if !door.open {
                KeyInstead {}
            }
            Button {
                label: words.say("have-invite-link"),
                kind: Kind::Quiet,
                onclick: move |()| ui.send(Event::SignIn(Act::HaveLink)),
            }
        }
    }
}

#[component]
fn Code(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_second();
    let wait = door.wait(now());
    rsx! {
        AuthFrame {
            h1 { {words.say("one-time-code")} }
            p { class: "lede", {words.say("code-lede")} }
            Identity { owner: door.owner.clone() }
            CodeField {
                attempt: door.attempt,
                wrong: door.failure.is_some(),
                note: Some(rsx! {
                    span { class: "ok",
                        Icon { glyph: Glyph::Check, size: 16 }
                        {words.say("messages-are-open")}
                    }
                }),
                oncode: move |code| ui.send(Event::SignIn(Act::SubmitCode(code))),
            }
            Outcome { door: door.clone(), wait }
            Button {
                label: words.say("use-recovery-code"),
                icon: Glyph::Key,
                wide: true,
                disabled: door.busy,
                onclick: move |()| ui.send(Event::SignIn(Act::UseRecoveryCode)),
            }
            Button {
                label: words.say("use-phone-code"),
                kind: Kind::Quiet,
                disabled: door.busy,
                onclick: move |()| ui.send(Event::SignIn(Act::Phone(PhoneAct::Begin))),
            }
            Ways { busy: door.busy, offline: !door.resuming }
        }
    }
}

#[component]
fn RecoveryCode(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        TypedCode {
            door,
            id: field::RECOVERY_CODE,
            title: words.say("recovery-code"),
            lede: words.say("recovery-code-lede"),
            label: words.say("recovery-code"),
            verb: words.say("sign-in"),
            oncode: move |code| ui.send(Event::SignIn(Act::SubmitRecoveryCode(code))),
        }
    }
}

/// The vault's own way in when the password is forgotten.
#[component]
fn RecoveryKey(door: Door) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(Typed::default);
    rsx! {
        AuthFrame {
            onsubmit: move |()| ui.send(Event::SignIn(Act::SubmitRecoveryKey(typed.peek().clone()))),
            h1 { {words.say("recovery-key")} }
            p { class: "lede", {words.say("recovery-key-lede")} }
            div { class: "field-group",
                TextField {
                    id: field::RECOVERY_KEY,
                    label: words.say("recovery-key"),
                    wrong: door.failure.is_some(),
                    oninput: move |text| typed.set(Typed::new(text)),
                }
                if let Some(failure) = door.failure.clone() {
                    ErrorNote { failure }
                }
            }
            OpenButton { says: "open-messages", busy: door.busy }
            Hint { text: words.say("reset-means") }
            div { class: "btns ways",
                Button {
                    label: words.say("type-password-again"),
                    kind: Kind::Quiet,
                    small: true,
                    disabled: door.busy,
                    onclick: move |()| ui.send(Event::SignIn(Act::UsePassword)),
                }
            }
        }
    }
}

/// What became of the last try.
#[component]
fn Outcome(door: Door, wait: Option<u64>) -> Element {
    let words = use_words();
    rsx! {
        if door.busy {
            p { class: "hint", role: "status", {words.say("signing-in")} }
        }
        if let Some(failure) = door.failure {
            ErrorNote { failure }
        }
        if let Some(wait) = wait {
            p { class: "hint num", {words.with("wait-seconds", &[("n", wait.into())])} }
        }
    }
}

/// The ways around the code.
#[component]
fn Ways(busy: bool, offline: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        div { class: "btns ways",
            Button {
                label: words.say("type-password-again"),
                kind: Kind::Quiet,
                small: true,
                disabled: busy,
                onclick: move |()| ui.send(Event::SignIn(Act::UsePassword)),
            }
            if offline {
                Button {
                    label: words.say("read-offline"),
                    kind: Kind::Quiet,
                    small: true,
                    disabled: busy,
                    onclick: move |()| ui.send(Event::SignIn(Act::Offline)),
                }
            }
        }
    }
}
