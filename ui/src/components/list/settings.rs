//! The pages of the settings.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Glyph, Icon};
use crate::state::main::Act;
use crate::state::settings::Page;
use crate::state::{Event, field};

use super::{Empty, Pane};

const fn glyph(page: Page) -> Glyph {
    match page {
        Page::Account => Glyph::Key,
        Page::Profile => Glyph::User,
        Page::Appearance => Glyph::Theme,
        Page::Privacy => Glyph::Eye,
        Page::Chats => Glyph::Chat,
        Page::Notices => Glyph::Bell,
        Page::Lock => Glyph::Lock,
        Page::Sessions => Glyph::Computer,
        Page::Network => Glyph::Globe,
        Page::Storage => Glyph::Archive,
        Page::Log => Glyph::Seal,
        Page::Doctor => Glyph::Pulse,
        Page::Keyboard => Glyph::Keyboard,
        Page::About => Glyph::Info,
    }
}

#[component]
pub(super) fn Pages() -> Element {
    let ui = use_ui();
    let words = use_words();
    let here = use_main(|main| main.page);
    let filter = use_main(|main| main.filter.trim().to_lowercase());
    let filter = filter().unwrap_or_default();
    let pages: Vec<Page> =
        Page::ALL.into_iter().filter(|page| words.say(page.key()).to_lowercase().contains(&filter)).collect();
    rsx! {
        Pane { name: "settings", find: "find-setting", switcher: false,
            if pages.is_empty() {
                Empty {
                    glyph: Glyph::Search,
                    says: words.with("search-nothing", &[("text", filter.into())]),
                    next: words.say("search-nothing-next"),
                }
            }
            for page in pages {
                button {
                    key: "{page.key()}",
                    id: if here() == Some(page) { field::SETTINGS },
                    class: "nav-row",
                    r#type: "button",
                    "aria-current": if here() == Some(page) { "page" } else { "false" },
                    onclick: move |_| ui.send(Event::Main(Act::Settings(page))),
                    Icon { glyph: glyph(page) }
                    span { {words.say(page.key())} }
                }
            }
        }
    }
}
