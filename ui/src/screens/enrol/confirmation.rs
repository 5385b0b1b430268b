//! Thirty digits, read to an administrator.

use conclave_peer::model::ErrorCode;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::components::{AuthFrame, Button, ErrorNote, Glyph, Icon, Kind, Steps};
use crate::state::Event;
use crate::state::enrol::{Act, Copied, Enrol as Run};

use super::{SignInButton, fives};

#[component]
pub(super) fn Confirmation(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let digits = run.finish.as_ref().map(|finish| finish.digits30.clone());
    let groups: Vec<String> = digits.as_deref().map(fives).unwrap_or_default();
    let wants_sign_in = run.failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::ApiLogin);
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Finish)),
            Steps { step: run.step }
            if digits.is_some() {
                h1 { {words.say("one-call")} }
                p { class: "lede", {words.say("one-call-lede")} }
                div { class: "digits", dir: "ltr", role: "group", "aria-label": words.say("thirty-digits"),
                    for group in groups {
                        span { "{group}" }
                    }
                }
                div { class: "state",
                    Icon { glyph: Glyph::Clock }
                    div {
                        strong { {words.say("waiting-confirmation")} }
                        small { {words.say("waiting-confirmation-next")} }
                    }
                }
            } else {
                h1 { {words.say("creating-account")} }
                p { class: "lede", {words.say("creating-account-lede")} }
            }
            if wants_sign_in {
                p { class: "hint", role: "alert", {words.say("sign-in-to-go-on")} }
            } else if let Some(failure) = run.failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                if digits.is_some() {
                    Button {
                        label: words.say(if run.copied == Some(Copied::Digits) { "copied" } else { "copy-digits" }),
                        onclick: move |()| ui.send(Event::Enrol(Act::Copy(Copied::Digits))),
                    }
                } else {
                    span {}
                }
                if wants_sign_in {
                    SignInButton { ready: true }
                } else {
                    Button {
                        label: words.say(if run.finishing { "asking-server" } else { "check-again" }),
                        kind: Kind::Primary,
                        submit: true,
                        disabled: run.finishing,
                    }
                }
            }
        }
    }
}
