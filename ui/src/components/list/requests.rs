//! Requests: who asks to write to me, with yes and no beside it, and whom I asked.

use conclave_peer::model::ContactRequested;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::asking::Verdict;
use crate::components::{Avatar, Glyph};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Main};

use super::{Empty, NothingFound, Pane};

/// A request and the name of its person.
type Named = (ContactRequested, String);

#[component]
pub(super) fn Requests() -> Element {
    let words = use_words();
    let incoming = use_main(|main| named(main, &main.requests.incoming));
    let outgoing = use_main(|main| named(main, &main.requests.outgoing));
    let loaded = use_main(|main| main.requests.loaded);
    let filter = use_main(|main| main.filter.trim().to_owned());
    let (incoming, outgoing) = (incoming().unwrap_or_default(), outgoing().unwrap_or_default());
    let filter = filter().unwrap_or_default();
    let none = incoming.is_empty() && outgoing.is_empty();
    rsx! {
        Pane { name: "requests", find: "find-request",
            if none && !filter.is_empty() {
                NothingFound { text: filter }
            } else if none && loaded() == Some(true) {
                Empty { glyph: Glyph::Request, says: words.say("no-requests"), next: words.say("no-requests-next") }
            }
            Part { label: words.say("they-ask"), requests: incoming, mine: false }
            Part { label: words.say("i-asked"), requests: outgoing, mine: true }
        }
    }
}

/// With the names, and only those whose name holds the filter.
fn named(main: &Main, requests: &[ContactRequested]) -> Vec<Named> {
    let filter = main.filter.trim().to_lowercase();
    let named = requests.iter().filter_map(|request| {
        let name = main.roster.person(request.user)?.name();
        name.to_lowercase().contains(&filter).then(|| (request.clone(), name))
    });
    named.collect()
}

#[component]
fn Part(label: String, requests: Vec<Named>, mine: bool) -> Element {
    if requests.is_empty() {
        return rsx! {};
    }
    rsx! {
        h2 { class: "list-label", "{label}" }
        ul { "aria-label": "{label}",
            for (request , name) in requests {
                Line { key: "{request.user}", request, name, mine }
            }
        }
    }
}

#[component]
fn Line(request: ContactRequested, name: String, mine: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = request.user;
    let time = words.age(request.time, now(), &zone);
    let note = request.note.as_deref().map(|note| name::shown(note, ""));
    rsx! {
        li { class: "request",
            button {
                class: "row",
                r#type: "button",
                onclick: move |_| ui.send(Event::Main(Act::Open(user))),
                Avatar { user, name: name.clone() }
                span {
                    span { class: "row-top",
                        span { class: "row-name trunc", bdi { "{name}" } }
                        span { class: "row-time", "{time}" }
                    }
                    span { class: "row-bot",
                        span { class: "row-last", dir: "auto", {note.unwrap_or_default()} }
                    }
                }
            }
            if !mine {
                Verdict { user, small: true }
            }
        }
    }
}
