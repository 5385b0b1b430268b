//! How the two computers reach each other, and how far the safety number was compared.

use conclave_peer::model::{Path, SafetyLevel};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Button, Glyph, Icon, path};
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::safety::{self, Number};
use crate::state::{Event, doctor};

/// How the two computers reach each other.
#[component]
pub(crate) fn Connection(
    /// The person.
    person: Person,
    /// Whether it stands on a page of its own.
    #[props(default)]
    wide: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = person.contact.user;
    let path = path::shown(words, &person, path::use_offline());
    rsx! {
        Fact { label: words.say("connection"), glyph: path.glyph, says: path.says, means: Some(path.means), wide,
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

/// How far the safety number was compared, and since when.
#[component]
pub(crate) fn Security(
    /// The person.
    person: Person,
    /// Whether it stands on a page of its own.
    #[props(default)]
    wide: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let number = use_main(move |main| main.safety.number(user).cloned());
    let number = number().flatten();
    let (glyph, key) = standing(&person, number.as_ref());
    let since = number.and_then(|number| number.since).map(|since| words.moment(since, now(), &zone));
    rsx! {
        Fact { label: words.say("security"), glyph, says: words.say(key), means: since, wide,
            Button {
                label: words.say("show-number"),
                small: true,
                onclick: move |()| ui.send(Event::Main(Act::Safety(safety::Act::Compare(user)))),
            }
        }
    }
}

/// What is so between the two, under its name: as a part of the pane, or on a page of its own.
#[component]
fn Fact(
    label: String,
    glyph: Glyph,
    says: String,
    means: Option<String>,
    wide: bool,
    children: Element,
) -> Element {
    if wide {
        return rsx! {
            section { class: "section",
                div { class: "section-head", h2 { "{label}" } }
                div { class: "card",
                    div { class: "set",
                        div { class: "with-icon",
                            Icon { glyph }
                            div {
                                b { "{says}" }
                                if let Some(means) = means {
                                    small { "{means}" }
                                }
                            }
                        }
                        {children}
                    }
                }
            }
        };
    }
    rsx! {
        section { class: "block",
            h3 { "{label}" }
            div { class: "state",
                Icon { glyph }
                div {
                    strong { "{says}" }
                    if let Some(means) = means {
                        small { "{means}" }
                    }
                    {children}
                }
            }
        }
    }
}

/// How far the safety number of a person was compared: its icon, and the key of its words.
fn standing(person: &Person, number: Option<&Number>) -> (Glyph, &'static str) {
    let changed = number.is_some_and(|number| number.change.is_some());
    match number.map_or(person.contact.safety, |number| number.level) {
        _ if changed => (Glyph::Alert, "number-changed"),
        SafetyLevel::Compared => (Glyph::Seal, "safety-compared"),
        SafetyLevel::Directory => (Glyph::Shield, "safety-directory"),
        SafetyLevel::None => (Glyph::Ring, "safety-none"),
    }
}
