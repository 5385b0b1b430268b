//! The addresses of a message: each asks before it is opened, and the message is one click away.

use conclave_peer::model::Message;
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::components::Address;
use crate::components::bubble::addresses;
use crate::state::Event;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;

/// Addresses of one message that are listed; the others are in the message.
const MOST: usize = 5;

#[component]
pub(super) fn Links(message: Message, name: String) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let id = message.id;
    let who = if is_incoming(&message) { name } else { words.say("you") };
    let when = words.moment_within(message.time, now(), &zone);
    let sub = words.with("shared-by", &[("name", who.into()), ("when", when.into())]);
    let go = words.say("show-message");
    rsx! {
        div { class: "shared-links",
            for (place , address) in addresses(&message.text).into_iter().take(MOST).enumerate() {
                Address { key: "{place}", address, cut: true }
            }
            button {
                class: "shared-go",
                r#type: "button",
                "aria-label": "{sub}. {go}",
                onclick: move |_| ui.send(Event::Main(Act::GoTo(id))),
                "{sub}"
            }
        }
    }
}
