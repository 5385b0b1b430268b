//! The profile of another person, beside the list of people: what they say of themselves, how far their safety number
//! was compared, the path to them, and what can be done (R41). It takes no text.

use conclave_peer::model::UserId;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{
    Avatar, BackToList, BlockButton, Button, Connection, Facts, FilePick, Glyph, Kind, PathChip, Security,
    presence_of,
};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Footing};
use crate::state::roster::Person;

/// The page.
#[component]
pub(crate) fn PersonPage(
    /// Whose.
    user: UserId,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let person = use_main(move |main| main.roster.person(user).cloned());
    let card = use_main(move |main| main.profiles.card(user).cloned());
    let writable = use_main(move |main| {
        main.roster.person(user).is_some_and(|person| main.footing(person) == Footing::Composer)
    });
    let Some(Some(person)) = person() else { return rsx! {} };
    let card = card().flatten();
    let name = person.name();
    let position = card.as_ref().and_then(|card| card.profile.position.clone());
    rsx! {
        main { class: "main", "aria-label": words.say("page-profile"), "data-region": "main",
            header { class: "head",
                BackToList { onclick: move |()| ui.send(Event::Main(Act::Close)) }
                h1 { {words.say("page-profile")} }
                PathChip { person: person.clone() }
            }
            div { class: "page", tabindex: "0",
                div { class: "page-in",
                    div { class: "profile",
                        Avatar { user, name: name.clone(), size: "xl", presence: person.contact.presence, silent: true }
                        div {
                            h2 { bdi { "{name}" } }
                            WhoAndWhere { person: person.clone(), position }
                            div { class: "btns",
                                Button {
                                    label: words.say("message-them"),
                                    icon: Glyph::Chat,
                                    kind: Kind::Primary,
                                    onclick: move |()| ui.send(Event::Main(Act::Open(user))),
                                }
                                if writable() == Some(true) {
                                    FilePick {
                                        label: words.say("send-a-file"),
                                        glyph: Glyph::Attach,
                                        accept: "",
                                        onpick: move |path| ui.send(Event::Main(Act::SendFileTo(user, path))),
                                    }
                                }
                                BlockButton { person: person.clone() }
                            }
                        }
                    }
                    div { class: "section", Facts { card, name: name.clone(), wide: true } }
                    Security { person: person.clone(), wide: true }
                    Connection { person, wide: true }
                }
            }
        }
    }
}

/// The position, the presence, and the name that the account has.
#[component]
fn WhoAndWhere(person: Person, position: Option<String>) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let contact = &person.contact;
    let presence = presence_of(words, contact, now(), &zone);
    let status = contact.status_text.as_deref();
    let told = [position.as_deref(), status].into_iter().flatten();
    let told: Vec<String> =
        told.map(|text| name::shown(text, "")).filter(|text| !text.is_empty()).chain([presence]).collect();
    rsx! {
        p { class: "muted told",
            for (place , text) in told.into_iter().enumerate() {
                if place > 0 {
                    span { class: "dot", "aria-hidden": "true" }
                }
                bdi { "{text}" }
            }
        }
        p { class: "muted", dir: "ltr", "@{contact.name}" }
    }
}
