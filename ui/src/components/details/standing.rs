//! How the two computers reach each other, and how far the safety number was compared.

use conclave_peer::model::{Path, SafetyLevel};
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::components::{Button, Glyph, Icon, path};
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::safety::{self, Number};
use crate::state::{Event, doctor};

#[component]
pub(super) fn Connection(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = person.contact.user;
    let path = path::shown(words, &person);
    rsx! {
        section { class: "block",
            h3 { {words.say("connection")} }
            div { class: "state",
                Icon { glyph: path.glyph }
                div {
                    strong { "{path.says}" }
                    small { "{path.means}" }
                    if person.contact.path == Path::Waiting {
                        Button {
                            label: words.say("check-connection"),
                            icon: Glyph::Pulse,
                            small: true,
                            onclick: move |()| ui.send(Event::Main(Act::Doctor(doctor::Act::Run(Some(user))))),
                        }
                    }
                }
            }
        }
    }
}

#[component]
pub(super) fn Security(person: Person, number: Option<Number>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let level = number.as_ref().map_or(person.contact.safety, |number| number.level);
    let changed = number.as_ref().is_some_and(|number| number.change.is_some());
    let (glyph, key) = match level {
        _ if changed => (Glyph::Alert, "number-changed"),
        SafetyLevel::Compared => (Glyph::Seal, "safety-compared"),
        SafetyLevel::Directory => (Glyph::Shield, "safety-directory"),
        SafetyLevel::None => (Glyph::Ring, "safety-none"),
    };
    let since = number.and_then(|number| number.since).map(|since| words.moment(since, now(), &zone));
    rsx! {
        section { class: "block",
            h3 { {words.say("security")} }
            div { class: "state",
                Icon { glyph }
                div {
                    strong { {words.say(key)} }
                    if let Some(since) = since {
                        small { "{since}" }
                    }
                    Button {
                        label: words.say("show-number"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::Safety(safety::Act::Compare(user)))),
                    }
                }
            }
        }
    }
}
