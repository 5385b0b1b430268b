//! The own profile: six fields, of which the date is set by the program.

use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Avatar, Button, Cropper, ErrorNote, Glyph, Hint, Icon, Kind, TextField};
use crate::name;
use crate::state::main::Act;
use crate::state::profile::{self, Card, Fields};
use crate::state::{Event, field};

/// Characters of a description (LIBRARY §3).
const LONGEST: u32 = 2_000;
/// Characters of the other fields.
const SHORT: u16 = 120;

#[component]
pub(super) fn Profile() -> Element {
    let words = use_words();
    let known = use_main(|main| {
        let me = main.me.clone()?;
        let card = main.profiles.card(me.user)?.clone();
        Some((me, card))
    });
    let Some(Some((me, card))) = known() else {
        return rsx! {
            p { class: "hint", role: "status", {words.say("opening")} }
        };
    };
    let name = name::shown(&me.display_name, &me.name);
    rsx! {
        div { class: "profile",
            Avatar { user: me.user, name: name.clone(), size: "xl" }
            div {
                h2 { bdi { "{name}" } }
                p { class: "muted", dir: "ltr", "@{me.name}" }
                Updated { card: card.clone() }
                Picture { there: card.profile.picture.is_some() }
            }
        }
        // A form of its own for each version: what is being typed is never written over.
        for version in [card.profile.version] {
            Form { key: "{version}", card: card.clone() }
        }
    }
}

/// Takes another picture, or none.
#[component]
fn Picture(there: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    let choosing = use_main(|main| main.profiles.picture.clone());
    let choosing = choosing().unwrap_or_default();
    let cutting = choosing.crop.is_some();
    rsx! {
        div { class: "btns",
            Cropper {
                choosing,
                label: words.say("choose-picture"),
                glyph: Glyph::Image,
                small: true,
                onact: move |act| ui.send(Event::Main(Act::Profile(profile::Act::Picture(act)))),
            }
            if there && !cutting {
                Button {
                    label: words.say("remove-picture"),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Profile(profile::Act::NoPicture))),
                }
            }
        }
    }
}

#[component]
fn Updated(card: Card) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    if card.profile.updated == 0 {
        return rsx! {};
    }
    let when = words.moment_within(card.profile.updated, now(), &zone);
    rsx! {
        p { class: "muted", {words.with("profile-updated", &[("when", when.into())])} }
    }
}

#[component]
fn Form(card: Card) -> Element {
    let ui = use_ui();
    let words = use_words();
    let state = use_main(|main| (main.profiles.saving, main.profiles.saved, main.profiles.failure.clone()));
    let profile = card.profile;
    let start = Fields {
        full_name: profile.full_name.clone().unwrap_or_default(),
        position: profile.position.clone().unwrap_or_default(),
        description: profile.description.clone().unwrap_or_default(),
        location: profile.location.clone().unwrap_or_default(),
    };
    let mut fields = use_signal(|| start.clone());
    let (saving, saved, failure) = state().unwrap_or_default();
    rsx! {
        form {
            class: "card card-in form",
            onsubmit: move |event| {
                event.prevent_default();
                ui.send(Event::Main(Act::Profile(profile::Act::Save(fields.peek().clone()))));
            },
            TextField {
                id: field::FULL_NAME,
                label: words.say("display-name"),
                initial: start.full_name,
                longest: SHORT,
                oninput: move |text| fields.write().full_name = text,
            }
            TextField {
                id: field::POSITION,
                label: words.say("position"),
                initial: start.position,
                longest: SHORT,
                oninput: move |text| fields.write().position = text,
            }
            div { class: "field",
                label { r#for: field::DESCRIPTION, {words.say("description")} }
                textarea {
                    id: field::DESCRIPTION,
                    class: "area",
                    rows: "4",
                    dir: "auto",
                    maxlength: "{LONGEST}",
                    initial_value: "{start.description}",
                    oninput: move |event| fields.write().description = event.value(),
                }
            }
            TextField {
                id: field::LOCATION,
                label: words.say("location"),
                initial: start.location,
                longest: SHORT,
                oninput: move |text| fields.write().location = text,
            }
            Hint { text: words.say("profile-hint") }
            if let Some(failure) = failure {
                ErrorNote { failure }
            }
            div { class: "btns between",
                if saved {
                    div { class: "ok hint-line", role: "status",
                        Icon { glyph: Glyph::Check, size: 16 }
                        p { {words.say("profile-saved")} }
                    }
                } else {
                    span {}
                }
                Button {
                    label: words.say(if saving { "saving" } else { "save" }),
                    kind: Kind::Primary,
                    submit: true,
                    disabled: saving,
                }
            }
        }
    }
}
