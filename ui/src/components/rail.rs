//! The rail of sections. Sections that do not exist yet are not on it.

use conclave_peer::model::{Me, PresenceStatus};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Section};
use crate::state::overlay::Overlay;

use super::avatar::presence_key;
use super::{Avatar, Glyph, Icon, Mark};

/// The rail: sections, and whose window this is.
#[component]
pub(crate) fn Rail() -> Element {
    let words = use_words();
    let unread = use_main(|main| main.roster.unread());
    let moving = use_main(|main| main.transfers.running().len() + main.transfers.offered().len());
    let asking = use_main(|main| main.requests.incoming.len() as u64);
    let me = use_main(|main| main.me.clone().map(|me| (me, main.presence)));
    rsx! {
        nav { class: "rail", "aria-label": words.say("sections"), "data-region": "rail",
            Mark {}
            Tab { section: Section::Chats, glyph: Glyph::Chat, count: unread().unwrap_or_default() }
            Tab { section: Section::People, glyph: Glyph::People }
            Tab {
                section: Section::Requests,
                glyph: Glyph::Request,
                count: asking().unwrap_or_default(),
                count_key: "request-count",
            }
            span { class: "rail-gap" }
            Tab {
                section: Section::Transfers,
                glyph: Glyph::Transfer,
                count: moving().unwrap_or_default() as u64,
                count_key: "moving-count",
            }
            Tab { section: Section::Settings, glyph: Glyph::Settings }
            if let Some(Some((me, presence))) = me() {
                MyPlace { me, presence }
            }
        }
    }
}

#[component]
fn Tab(
    section: Section,
    glyph: Glyph,
    #[props(default)] count: u64,
    #[props(default = "unread-count")] count_key: &'static str,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let here = use_main(|main| main.section);
    let current = if here() == Some(section) { "page" } else { "false" };
    rsx! {
        button {
            class: "rail-btn",
            r#type: "button",
            "aria-current": current,
            onclick: move |_| ui.send(Event::Main(Act::Section(section))),
            Icon { glyph }
            span { {words.say(section.key())} }
            if count > 0 {
                span { class: "badge", "aria-label": words.with(count_key, &[("n", count.into())]), "{count}" }
            }
        }
    }
}

#[component]
fn MyPlace(me: Me, presence: PresenceStatus) -> Element {
    let ui = use_ui();
    let words = use_words();
    let name = name::shown(&me.display_name, &me.name);
    let shown = words.say(presence_key(presence));
    let label = words.with("my-presence", &[("name", name.clone().into()), ("presence", shown.into())]);
    rsx! {
        button {
            class: "rail-me",
            r#type: "button",
            "aria-haspopup": "menu",
            onclick: move |_| ui.send(Event::Main(Act::Show(Overlay::Presence))),
            span { class: "vh", "{label}" }
            Avatar { user: me.user, name, size: "s", presence, silent: true }
        }
    }
}
