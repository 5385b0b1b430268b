//! A person's place: their picture, or initials on a quiet ground; and presence as a shape.

use conclave_peer::model::{Contact, PresenceStatus, Time, UserId};
use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::app::{use_ui, use_words};
use crate::i18n::Words;
use crate::name;
use crate::state::main::Act;
use crate::state::preview::{self, Seen, View, Which};
use crate::state::{Event, Screen};

use super::Held;

/// Grounds of the theme, `--av-1` to `--av-8`.
const GROUNDS: u8 = 8;

/// The picture of the person, once it is here; it is asked for when the place is drawn.
fn use_face(user: UserId) -> Option<Seen> {
    let ui = use_ui();
    let known = use_memo(use_reactive((&user,), move |(user,)| match &ui.state.read().screen {
        Screen::Main(main) => {
            main.face(user).map(|file| (file, main.previews.view(file, Which::Face).cloned()))
        }
        _ => None,
    }));
    use_effect(move || {
        if let Some((file, None)) = known() {
            ui.send(Event::Main(Act::Preview(preview::Act::Face(file))));
        }
    });
    match known() {
        Some((_, Some(View::Ready(seen)))) => Some(seen),
        _ => None,
    }
}

/// The picture, or initials on the ground that belongs to the person's id.
#[component]
pub(crate) fn Avatar(
    /// Whose: decides the ground, the same on every computer.
    user: UserId,
    /// The name whose initials are shown.
    name: String,
    /// `xs` 28, `s` 36, `m` 44, `l` 56 or `xl` 88 pixels.
    #[props(default = "m")]
    size: &'static str,
    /// Presence, drawn at the edge.
    #[props(default)]
    presence: Option<PresenceStatus>,
    /// Whether a reader passes over it: what it shows is said beside it.
    #[props(default)]
    silent: bool,
) -> Element {
    let ground = user.as_bytes().first().map_or(0, |byte| byte % GROUNDS) + 1;
    let face = use_face(user);
    let initials = name::initials(&name);
    rsx! {
        span { class: "avatar av-{ground} avatar-{size}", "aria-hidden": silent.then_some("true"),
            if let Some(seen) = face {
                Held { seen, label: String::new(), class: "face" }
            } else {
                span { "aria-hidden": "true", "{initials}" }
            }
            if let Some(status) = presence {
                PresenceShape { status }
            }
        }
    }
}

/// Presence: four shapes, not four colours.
#[component]
pub(crate) fn PresenceShape(
    /// What is shown.
    status: PresenceStatus,
) -> Element {
    let words = use_words();
    let key = presence_key(status);
    let shape = match status {
        PresenceStatus::Available => rsx! {
            circle { class: "fill", cx: "6", cy: "6", r: "5" }
        },
        PresenceStatus::Away => rsx! {
            path { class: "fill", d: "M6 1a5 5 0 0 0 0 10Z" }
            circle { class: "line", cx: "6", cy: "6", r: "4.2" }
        },
        PresenceStatus::Dnd => rsx! {
            circle { class: "fill", cx: "6", cy: "6", r: "5.5" }
            path { class: "cut", d: "M3.6 6h4.8" }
        },
        PresenceStatus::Offline | PresenceStatus::Invisible => rsx! {
            circle { class: "line", cx: "6", cy: "6", r: "4.2" }
        },
    };
    let class = match status {
        PresenceStatus::Available => "presence available",
        PresenceStatus::Away => "presence away",
        PresenceStatus::Dnd => "presence dnd",
        PresenceStatus::Offline | PresenceStatus::Invisible => "presence offline",
    };
    rsx! {
        svg { class, view_box: "0 0 12 12", role: "img", "aria-label": words.say(key), {shape} }
    }
}

/// The presence of a person in words; of somebody who is gone, when they were there last.
pub(crate) fn presence_of(words: Words, contact: &Contact, now: Time, zone: &TimeZone) -> String {
    match (contact.presence, contact.last_seen) {
        (PresenceStatus::Offline, Some(seen)) => words.seen(seen, now, zone),
        (presence, _) => words.say(presence_key(presence)),
    }
}

/// The word of a presence.
pub(crate) const fn presence_key(status: PresenceStatus) -> &'static str {
    match status {
        PresenceStatus::Available => "presence-available",
        PresenceStatus::Away => "presence-away",
        PresenceStatus::Dnd => "presence-dnd",
        PresenceStatus::Offline => "presence-offline",
        PresenceStatus::Invisible => "presence-invisible",
    }
}
