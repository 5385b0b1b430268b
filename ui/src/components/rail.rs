//! The rail of sections. Sections that do not exist yet are not on it.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::name;
use crate::state::main::Act;
use crate::state::{Event, Screen};

use super::{Avatar, Glyph, Icon, Mark};

/// The rail: people, theme, lock, and whose window this is.
#[component]
pub(crate) fn Rail() -> Element {
    let ui = use_ui();
    let words = use_words();
    let unread = use_memo(move || ui.state.read().unread());
    let theme = use_memo(move || ui.state.read().theme);
    let me = use_memo(move || match &ui.state.read().screen {
        Screen::Main(main) => main.me.clone(),
        _ => None,
    });
    rsx! {
        nav { class: "rail", "aria-label": words.say("sections"),
            Mark {}
            button {
                class: "rail-btn",
                r#type: "button",
                "aria-current": "page",
                onclick: move |_| ui.send(Event::Main(Act::Close)),
                Icon { glyph: Glyph::People }
                span { {words.say("people")} }
                if unread() > 0 {
                    span { class: "badge", "aria-label": words.with("unread-count", &[("n", unread().into())]),
                        "{unread}"
                    }
                }
            }
            span { class: "rail-gap" }
            button {
                class: "rail-btn",
                r#type: "button",
                "aria-label": words.say("theme-switch"),
                onclick: move |_| ui.send(Event::Theme(theme().other())),
                Icon { glyph: Glyph::Theme }
                span { {words.say("theme")} }
            }
            button {
                class: "rail-btn",
                r#type: "button",
                onclick: move |_| ui.send(Event::Main(Act::Lock)),
                Icon { glyph: Glyph::Lock }
                span { {words.say("lock")} }
            }
            if let Some(me) = me() {
                span { class: "rail-me", role: "img", "aria-label": name::shown(&me.display_name, &me.name),
                    Avatar { user: me.user, name: name::shown(&me.display_name, &me.name), size: "s" }
                }
            }
        }
    }
}
