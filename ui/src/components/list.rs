//! The list beside the rail: conversations, people, or pages of the settings.

mod chats;
mod people;
mod requests;
mod row;
mod search;
mod settings;

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::state::main::{Act, Section};
use crate::state::overlay::Overlay;
use crate::state::shortcut::{self, Shortcut};
use crate::state::switcher::Switcher;
use crate::state::{Event, field};

use super::{Glyph, Icon};

/// The list of the section.
#[component]
pub(crate) fn List() -> Element {
    let section = use_main(|main| main.section);
    let search = use_main(|main| main.search.clone());
    if let Some(search) = search().flatten() {
        return rsx! { search::Found { search } };
    }
    match section() {
        Some(Section::Settings) => rsx! { settings::Pages {} },
        Some(Section::People) => rsx! { people::People {} },
        Some(Section::Requests) => rsx! { requests::Requests {} },
        _ => rsx! { chats::Chats {} },
    }
}

/// The pane: its name, what narrows it, and its lines.
#[component]
fn Pane(
    /// The key of its name.
    name: &'static str,
    /// The key of what narrows it.
    find: &'static str,
    /// The id of that field: the list of another section has another, so that no key reaches the one before.
    #[props(default = field::FILTER)]
    id: &'static str,
    /// Whether the field leads to the quick switcher too.
    #[props(default = true)]
    switcher: bool,
    /// A control beside the name.
    #[props(default)]
    tool: Option<Element>,
    /// The lines.
    children: Element,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        nav { class: "list", "aria-label": words.say(name), "data-region": "list",
            div { class: "list-head",
                h1 { {words.say(name)} }
                if let Some(tool) = tool {
                    {tool}
                }
            }
            div { class: "list-tools", role: "search",
                label { class: "searchbox",
                    Icon { glyph: Glyph::Search, size: 16 }
                    input {
                        id,
                        r#type: "text",
                        initial_value: "",
                        maxlength: "64",
                        spellcheck: "false",
                        "aria-label": words.say(find),
                        placeholder: words.say(find),
                        oninput: move |event| ui.send(Event::Main(Act::Filter(event.value()))),
                    }
                    if switcher {
                        button {
                            class: "kbd",
                            r#type: "button",
                            "aria-label": "{words.say(\"key-switcher\")}, {words.say(\"switcher-keys\")}",
                            "aria-keyshortcuts": shortcut::aria(Shortcut::Switcher),
                            onclick: move |_| ui.send(Event::Main(Act::Show(Overlay::Switcher(Switcher::default())))),
                            {words.say("switcher-keys")}
                        }
                    }
                }
            }
            div { class: "list-scroll", {children} }
        }
    }
}

/// What an empty list says, and what to do next.
#[component]
pub(crate) fn Empty(
    /// The icon.
    glyph: Glyph,
    /// What there is not.
    says: String,
    /// What to do, when there is something.
    #[props(default)]
    next: String,
    /// A control that does it.
    #[props(default)]
    children: Element,
) -> Element {
    rsx! {
        div { class: "empty",
            span { class: "glyph", Icon { glyph, size: 24 } }
            strong { dir: "auto", "{says}" }
            if !next.is_empty() {
                p { "{next}" }
            }
            {children}
        }
    }
}

/// Nothing holds what was typed.
#[component]
fn NothingFound(
    /// What was typed.
    text: String,
) -> Element {
    let words = use_words();
    rsx! {
        Empty {
            glyph: Glyph::Search,
            says: words.with("nothing-found", &[("text", text.into())]),
            next: words.say("nothing-found-next"),
        }
    }
}
