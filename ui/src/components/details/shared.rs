//! What was shared: the kinds with their numbers, and the list of one of them. A click looks at it, or leads to its
//! message.

mod file;
mod link;

use conclave_peer::model::Message;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Empty, ErrorNote, Glyph, Icon, IconButton};
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::shared::{self, Kind, Listed};
use crate::state::{Event, field};

use file::{Row, Tile};
use link::Links;

const fn glyph(kind: Kind) -> Glyph {
    match kind {
        Kind::Media => Glyph::Image,
        Kind::Audio => Glyph::Sound,
        Kind::Documents => Glyph::File,
        Kind::Links => Glyph::Link,
    }
}

const fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::Media => "shared-media",
        Kind::Audio => "shared-audio",
        Kind::Documents => "shared-documents",
        Kind::Links => "shared-links",
    }
}

/// The four kinds with their numbers.
#[component]
pub(super) fn Kinds() -> Element {
    let ui = use_ui();
    let words = use_words();
    let counts = use_main(|main| main.shared.counts);
    let counts = counts().flatten();
    let none = counts.is_some_and(|counts| Kind::ALL.iter().all(|kind| kind.count(&counts) == 0));
    rsx! {
        section { class: "block", "aria-label": words.say("shared"),
            if none {
                p { class: "hint", {words.say("no-media")} }
            } else {
                for kind in Kind::ALL {
                    button {
                        key: "{key(kind)}",
                        class: "nav-row",
                        r#type: "button",
                        onclick: move |_| ui.send(Event::Main(Act::Shared(shared::Act::Show(Some(kind))))),
                        Icon { glyph: glyph(kind) }
                        span { {words.say(key(kind))} }
                        if let Some(counts) = counts {
                            span { class: "num", "{kind.count(&counts)}" }
                        }
                        Icon { glyph: Glyph::Right, size: 16 }
                    }
                }
            }
        }
    }
}

/// One kind, newest first.
#[component]
pub(super) fn List(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let listed = use_main(|main| main.shared.listed.clone());
    let Some(Some(listed)) = listed() else { return rsx! {} };
    let Listed { kind, messages, cut, loading, failure, .. } = listed.clone();
    let send = move |act| ui.send(Event::Main(Act::Shared(act)));
    let none = messages.is_empty() && !loading && failure.is_none();
    let name = person.name();
    rsx! {
        div { class: "details-head",
            IconButton {
                id: field::DETAILS,
                label: words.say("shared-back"),
                glyph: Glyph::Back,
                onclick: move |()| send(shared::Act::Show(None)),
            }
            h2 { {words.say(key(kind))} }
            IconButton {
                label: words.say("close-details"),
                glyph: Glyph::Cross,
                onclick: move |()| ui.send(Event::Main(Act::Details(false))),
            }
        }
        div { class: "details-scroll", "aria-busy": if loading { "true" } else { "false" },
            if let Some(failure) = failure {
                ErrorNote { failure, id: "shared-error" }
            }
            if none {
                Empty {
                    glyph: glyph(kind),
                    says: words.say(if kind == Kind::Links { "no-links" } else { "no-media" }),
                }
            }
            if cut {
                div { class: "earlier",
                    Button {
                        label: words.say("shared-newest"),
                        small: true,
                        disabled: loading,
                        onclick: move |()| send(shared::Act::Newest),
                    }
                }
            }
            Found { kind, messages, name }
            if listed.more() {
                div { class: "earlier",
                    Button {
                        label: words.say("more-hits"),
                        small: true,
                        disabled: loading,
                        onclick: move |()| send(shared::Act::More),
                    }
                }
            }
        }
    }
}

#[component]
fn Found(kind: Kind, messages: Vec<Message>, name: String) -> Element {
    let words = use_words();
    let class = if kind == Kind::Media { "grid" } else { "shared-list" };
    if messages.is_empty() {
        return rsx! {};
    }
    rsx! {
        ul { class, "aria-label": words.say(key(kind)),
            for message in messages {
                li { key: "{message.id}",
                    match (kind, message.file.clone()) {
                        (Kind::Media, Some(file)) => rsx! { Tile { id: message.id, file } },
                        (Kind::Links, _) => rsx! { Links { message, name: name.clone() } },
                        (_, Some(file)) => rsx! { Row { message, file, name: name.clone() } },
                        (_, None) => rsx! {},
                    }
                }
            }
        }
    }
}
