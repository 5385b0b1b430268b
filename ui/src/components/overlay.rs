//! What stands above the window: a scrim, one thing on it, closed by Escape or a click beside it.

mod attach;
mod confirm;
mod emoji;
mod keys;
mod link;
mod pages;
mod path;
mod picture;
mod presence;
mod row;
mod safety;
mod switcher;

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::state::main::Act;
use crate::state::overlay::Overlay as Above;
use crate::state::{Event, field};

use super::{Glyph, Icon};

pub(crate) use emoji::Emoji;
pub(crate) use keys::KeyTable;

/// What stands above the window, if anything does.
#[component]
pub(crate) fn Overlay() -> Element {
    let above = use_main(|main| main.overlay.clone());
    let Some(Some(above)) = above() else { return rsx! {} };
    match above {
        Above::Safety(compare) => rsx! { safety::Compare { compare } },
        Above::Switcher(switcher) => rsx! { switcher::QuickSwitcher { switcher } },
        Above::Keys => rsx! { keys::Keys {} },
        Above::Presence => rsx! { presence::Presence {} },
        Above::Row(user) => rsx! { row::RowMenu { user } },
        Above::Path(user) => rsx! { path::PathMeaning { user } },
        // It stands over the composer, not over the window.
        Above::Emoji => rsx! {},
        Above::Attach(attach) => rsx! { attach::Attach { attach } },
        Above::Link(link) => rsx! { link::Link { link } },
        Above::Picture { file, zoom } => rsx! { picture::Picture { file, zoom } },
        Above::Pages { file, page, zoom } => rsx! { pages::Pages { file, page, zoom } },
        Above::Confirm(confirm) => rsx! { confirm::Confirm { confirm } },
    }
}

/// The ground; a click on it closes what stands there.
#[component]
fn Scrim(
    /// Its class beside `scrim`.
    #[props(default)]
    class: &'static str,
    /// What stands there.
    children: Element,
) -> Element {
    let ui = use_ui();
    rsx! {
        div { class: "scrim {class}", onclick: move |_| ui.send(Event::Main(Act::Dismiss)), {children} }
    }
}

/// A dialog with a title, a body and a foot.
#[component]
fn Dialog(
    /// Its title.
    title: String,
    /// Whether it is small.
    #[props(default)]
    small: bool,
    /// The controls at its foot.
    #[props(default)]
    foot: Option<Element>,
    /// Its body.
    children: Element,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Scrim {
            section {
                class: if small { "dialog small" } else { "dialog" },
                role: "dialog",
                "aria-modal": "true",
                "aria-labelledby": "dialog-title",
                "data-trap": "true",
                onclick: move |event| event.stop_propagation(),
                div { class: "dialog-head",
                    h2 { id: "dialog-title", "{title}" }
                    button {
                        id: field::FIRST,
                        class: "icon-btn",
                        r#type: "button",
                        "aria-label": words.say("close"),
                        "aria-keyshortcuts": "Escape",
                        onclick: move |_| ui.send(Event::Main(Act::Dismiss)),
                        Icon { glyph: Glyph::Cross }
                    }
                }
                div { class: "dialog-body", {children} }
                if let Some(foot) = foot {
                    div { class: "dialog-foot", {foot} }
                }
            }
        }
    }
}
