//! The link, and what it says.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{AuthFrame, ErrorNote, FilePick, Hint, Steps, TextField, Wrong};
use crate::name;
use crate::state::enrol::{Act, Enrol as Run};
use crate::state::{Event, field};

use super::Onward;

#[component]
pub(super) fn Link(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(|| run.link.clone());
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SubmitLink(typed.peek().clone()))),
            Steps { step: run.step }
            h1 { {words.say("your-invitation")} }
            div { class: "field-group",
                TextField {
                    id: field::LINK,
                    label: words.say("invite-link"),
                    initial: run.link.text().to_owned(),
                    longest: 4096,
                    wrong: run.failure.is_some() || run.no_code,
                    oninput: move |text| typed.set(Typed::new(text)),
                }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                } else if run.no_code {
                    Wrong { text: words.say("no-link-in-picture") }
                } else {
                    Hint { text: words.say(if run.given > 0 { "invite-link-given" } else { "invite-link-hint" }) }
                }
            }
            div { class: "btns",
                FilePick {
                    label: words.say("read-invite-picture"),
                    small: true,
                    onpick: move |path| ui.send(Event::Enrol(Act::ReadCode(path))),
                }
            }
            Onward { label: words.say(if run.busy { "asking-server" } else { "continue" }), busy: run.busy }
        }
    }
}

#[component]
pub(super) fn Invitation(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let reset = run.is_reset();
    let Some(start) = run.start else { return rsx! {} };
    let organisation = name::shown(&start.organisation, &words.say("no-name"));
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::SameFingerprint)),
            Steps { step: run.step }
            h1 { {words.say(if reset { "reset-title" } else { "your-invitation" })} }
            if reset {
                p { class: "lede", {words.say("reset-before")} }
                Hint { text: words.say("reset-then") }
            }
            dl { class: "kv",
                div {
                    dt { {words.say("organisation")} }
                    dd { strong { bdi { "{organisation}" } } }
                }
                div {
                    dt { {words.say("login-server")} }
                    dd { dir: "ltr", "{start.server}" }
                }
                if let Some(user_name) = start.user_name {
                    div {
                        dt { {words.say("user-name")} }
                        dd { bdi { "{user_name}" } }
                    }
                }
                div {
                    dt { {words.say("fingerprint")} }
                    dd { class: "mono", dir: "ltr", "{start.fingerprint}" }
                }
            }
            Hint { text: words.say("compare-fingerprint") }
            Onward { label: words.say("same-fingerprint"), busy: false }
        }
    }
}
