//! What stands above the window: a scrim, one thing on it, closed by Escape or a click beside it.

mod attach;
mod confirm;
mod emoji;
mod erase_all;
mod export_data;
mod keys;
mod link;
mod pager;
mod pages;
mod path;
mod picture;
mod presence;
mod row;
mod safety;
mod switcher;

use conclave_peer::model::{ErrorCode, Failure};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::command::Typed;
use crate::state::main::Act;
use crate::state::overlay::Overlay as Above;
use crate::state::shortcut::{self, Shortcut};
use crate::state::{Event, field};

use super::{Button, ErrorNote, Glyph, IconButton, Secrecy, TextField, Wrong};

pub(crate) use emoji::Emoji;
pub(crate) use keys::{KeyTable, keys_of};

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
        Above::React(id) => rsx! { emoji::Reacting { id } },
        Above::Attach(attach) => rsx! { attach::Attach { attach } },
        Above::Link(link) => rsx! { link::Link { link } },
        Above::Picture { file, zoom } => rsx! { picture::Picture { file, zoom } },
        Above::Pages { file, page, zoom } => rsx! { pages::Pages { file, page, zoom } },
        Above::ExportData => rsx! { export_data::ExportData {} },
        Above::EraseAll => rsx! { erase_all::EraseAll {} },
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

/// The button of a question that changes nothing; the keyboard is on it first.
#[component]
fn Cancel(
    /// Whether it is too late.
    #[props(default)]
    disabled: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        Button {
            id: field::SAFE,
            label: words.say("cancel"),
            disabled,
            onclick: move |()| ui.send(Event::Main(Act::Dismiss)),
        }
    }
}

/// The password once more, with what was wrong with it.
#[component]
fn Proof(
    /// Its id.
    id: &'static str,
    /// The id of the words beside it.
    error: &'static str,
    /// Why the act was refused.
    failure: Option<Failure>,
    /// What is said to another password.
    wrong: &'static str,
    /// Called with what is typed.
    oninput: EventHandler<Typed>,
) -> Element {
    let words = use_words();
    let refused = failure.as_ref().is_some_and(|failure| failure.code == ErrorCode::StorePassword);
    rsx! {
        div { class: "field-group",
            TextField {
                id,
                label: words.say("password"),
                secrecy: Secrecy::Hidden,
                autocomplete: "current-password",
                wrong: failure.is_some(),
                error,
                oninput: move |text| oninput.call(Typed::new(text)),
            }
            if refused {
                Wrong { id: error, text: words.say(wrong) }
            } else if let Some(failure) = failure {
                ErrorNote { failure, id: error }
            }
        }
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
                    IconButton {
                        id: field::FIRST,
                        label: words.say("close"),
                        glyph: Glyph::Cross,
                        keys: shortcut::aria(Shortcut::Escape),
                        onclick: move |()| ui.send(Event::Main(Act::Dismiss)),
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
