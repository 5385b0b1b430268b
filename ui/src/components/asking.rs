//! Where the composer stands once both have agreed: the question whether we may write to each other, and the answer.

use conclave_peer::model::{Approval, ContactRequested, UserId};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::name;
use crate::state::main::Act;
use crate::state::requests::NOTE;
use crate::state::roster::Person;
use crate::state::{Event, field};

use super::{Button, Glyph, Icon, Kind, TextField};

/// The question or the answer, by what is known of the two.
#[component]
pub(crate) fn Asking(
    /// The person.
    person: Person,
) -> Element {
    let words = use_words();
    let user = person.contact.user;
    let request = use_main(move |main| main.requests.with(user).cloned());
    let request = request().flatten();
    let name = person.name();
    match person.contact.approval {
        Approval::Asking => rsx! { Answer { user, name, request } },
        Approval::Asked => rsx! { Waiting { name, request } },
        Approval::None | Approval::Company | Approval::Accepted => rsx! {
            section { class: "compose", "data-region": "composer", "aria-label": words.say("ask-to-write"),
                Ask { user, name }
            }
        },
    }
}

#[component]
fn Ask(user: UserId, name: String) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut note = use_signal(String::new);
    rsx! {
        form {
            class: "blocked asking",
            onsubmit: move |event| {
                event.prevent_default();
                ui.send(Event::Main(Act::AskContact { user, note: note.peek().clone() }));
            },
            Icon { glyph: Glyph::Request, size: 24 }
            div {
                p { {words.with("ask-first", &[("name", name.into())])} }
                TextField {
                    id: field::NOTE,
                    label: words.say("ask-note"),
                    longest: NOTE,
                    oninput: move |text| note.set(text),
                }
                div { class: "btns",
                    Button { label: words.say("ask-to-write"), kind: Kind::Primary, submit: true }
                }
            }
        }
    }
}

#[component]
fn Waiting(name: String, request: Option<ContactRequested>) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let when = request.as_ref().map(|request| words.moment_within(request.time, now(), &zone));
    let again = request
        .and_then(|request| request.again_at)
        .filter(|at| *at > now())
        .map(|at| words.moment_within(at, now(), &zone));
    rsx! {
        div { class: "compose", "data-region": "composer",
            div { class: "blocked calm", role: "status",
                Icon { glyph: Glyph::Clock }
                div {
                    p { {words.with("asked-already", &[("name", name.into()), ("when", when.unwrap_or_default().into())])} }
                    if let Some(again) = again {
                        p { class: "hint", {words.with("ask-again-from", &[("when", again.into())])} }
                    }
                }
            }
        }
    }
}

#[component]
fn Answer(user: UserId, name: String, request: Option<ContactRequested>) -> Element {
    let words = use_words();
    let note = request.and_then(|request| request.note);
    rsx! {
        div { class: "compose", "data-region": "composer",
            section { class: "blocked asking", "aria-labelledby": "asks-to-write",
                Icon { glyph: Glyph::Request, size: 24 }
                div {
                    h2 { id: "asks-to-write", {words.with("asks-to-write", &[("name", name.into())])} }
                    if let Some(note) = note {
                        p { dir: "auto", {name::tame(&note)} }
                    }
                    Verdict { user }
                }
            }
        }
    }
}

/// Yes or no.
#[component]
pub(crate) fn Verdict(
    /// Who asks.
    user: UserId,
    /// Whether the buttons are small.
    #[props(default)]
    small: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let answer = move |accept| ui.send(Event::Main(Act::AnswerContact(user, accept)));
    rsx! {
        div { class: "btns",
            Button { label: words.say("accept"), kind: Kind::Primary, small, onclick: move |()| answer(true) }
            Button { label: words.say("decline"), small, onclick: move |()| answer(false) }
        }
    }
}
