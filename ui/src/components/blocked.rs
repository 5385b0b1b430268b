//! What stands where the composer stood when nothing may be sent: a changed safety number asks before the first byte.

use conclave_peer::model::SafetyChange;
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::roster::Person;
use crate::state::safety;

use super::{Button, Glyph, Icon, Kind};

/// The question that keeps messages here until it is answered.
#[component]
pub(crate) fn NumberChanged(
    /// The person.
    person: Person,
    /// The change.
    change: SafetyChange,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let user = person.contact.user;
    let name = person.name();
    let when = words.moment(change.time, now(), &zone);
    let cause = match &change.admin {
        Some(admin) => words.with("cause-admin", &[("admin", admin.clone().into())]),
        None => words.say("cause-reset"),
    };
    rsx! {
        div { class: "compose", "data-region": "composer",
            section { class: "blocked", role: "alertdialog", "aria-labelledby": "number-changed", "aria-describedby": "number-changed-means",
                Icon { glyph: Glyph::Alert, size: 24 }
                div {
                    h2 { id: "number-changed", {words.with("changed-title", &[("name", name.clone().into())])} }
                    p { id: "number-changed-means",
                        {words.with("changed-means", &[("name", name.into()), ("when", when.into()), ("cause", cause.into())])}
                    }
                    div { class: "btns",
                        Button {
                            label: words.say("compare"),
                            kind: Kind::Primary,
                            onclick: move |()| ui.send(Event::Main(Act::Safety(safety::Act::Compare(user)))),
                        }
                        Button {
                            label: words.say("accept-and-send"),
                            onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::AcceptKey(user))))),
                        }
                    }
                }
            }
        }
    }
}

/// Why nothing can be written, with what would change it.
#[component]
pub(crate) fn CannotWrite(
    /// Why.
    text: String,
    /// The person, when they can be unblocked here.
    #[props(default)]
    unblock: Option<conclave_peer::model::UserId>,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        div { class: "compose", "data-region": "composer",
            div { class: "blocked calm", role: "status",
                Icon { glyph: Glyph::Ban }
                p { "{text}" }
                if let Some(user) = unblock {
                    Button {
                        label: words.say("unblock"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::Block(user, false))),
                    }
                }
            }
        }
    }
}

/// Blocks a person, which asks first, or takes it back.
#[component]
pub(crate) fn BlockButton(
    /// The person.
    person: Person,
    /// 30 pixels high instead of 36.
    #[props(default)]
    small: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let (user, blocked) = (person.contact.user, person.contact.blocked);
    rsx! {
        Button {
            label: words.say(if blocked { "unblock" } else { "block" }),
            icon: if blocked { Glyph::Check } else { Glyph::Ban },
            small,
            onclick: move |()| {
                let ask = Act::Show(Overlay::Confirm(Confirm::Block(user)));
                ui.send(Event::Main(if blocked { Act::Block(user, false) } else { ask }));
            },
        }
    }
}
