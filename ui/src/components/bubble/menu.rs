//! What can be done with a message: the bar beside it, its menu, and its keys.

use conclave_peer::model::{FileId, FileState, Message, MessageId};
use dioxus::prelude::*;

use crate::app::{Ui, shortcut_of, use_main, use_ui, use_words};
use crate::components::{Glyph, Icon, IconButton, keys_of};
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::outside;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::shortcut::{self, Shortcut};
use crate::state::{Event, field};

/// Emoji that are one click away.
const QUICK: [&str; 5] = ["👍", "❤️", "🙏", "👏", "✅"];

/// The bar that comes with the pointer or the keyboard.
#[component]
pub(super) fn Bar(
    /// The message.
    id: MessageId,
    /// Whether its menu is open.
    open: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        span { class: if open { "acts open" } else { "acts" }, role: "toolbar", "aria-label": words.say("message-actions"),
            button {
                class: "icon-btn",
                r#type: "button",
                "aria-label": words.say("key-react"),
                title: words.say("key-react"),
                "aria-haspopup": "menu",
                "aria-keyshortcuts": shortcut::aria(Shortcut::React),
                onclick: move |_| ui.send(Event::Main(Act::Menu(Some(id)))),
                Icon { glyph: Glyph::Emoji, size: 16 }
            }
            IconButton {
                label: words.say("reply"),
                glyph: Glyph::Reply,
                size: 16,
                keys: shortcut::aria(Shortcut::Reply),
                onclick: move |()| ui.send(Event::Main(Act::Reply(Some(id)))),
            }
            button {
                class: "icon-btn",
                r#type: "button",
                "aria-label": words.say("more"),
                title: words.say("more"),
                "aria-haspopup": "menu",
                "aria-expanded": if open { "true" } else { "false" },
                onclick: move |_| ui.send(Event::Main(Act::Menu(Some(id)))),
                Icon { glyph: Glyph::More, size: 16 }
            }
        }
    }
}

/// The menu of a message.
#[component]
pub(super) fn Menu(
    /// The message.
    message: Message,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = message.id;
    let text = message.text.clone();
    let file = received(&message);
    let opens = message.file.as_ref().is_some_and(|file| outside::ending(&file.mime).is_some());
    let written = use_main(move |main| file.is_some_and(|file| main.outside.at(file).is_some()));
    let mine = !is_incoming(&message);
    let editable = mine && message.deleted.is_none() && message.unknown_kind.is_none();
    rsx! {
        div { class: "menu at-message", role: "menu", "aria-label": words.say("message-actions"),
            if message.deleted.is_none() {
                div { class: "quick-react", role: "group", "aria-label": words.say("reactions"),
                    for (place , emoji) in QUICK.into_iter().enumerate() {
                        button {
                            key: "{emoji}",
                            id: if place == 0 { field::MENU },
                            r#type: "button",
                            role: "menuitem",
                            "aria-label": words.with("react-with", &[("emoji", emoji.into())]),
                            onclick: move |_| ui.send(Event::Main(Act::React { id, emoji: emoji.to_owned(), on: true })),
                            "{emoji}"
                        }
                    }
                    button {
                        class: "other",
                        r#type: "button",
                        role: "menuitem",
                        "aria-label": words.say("react-other"),
                        title: words.say("react-other"),
                        "aria-haspopup": "dialog",
                        onclick: move |_| ui.send(Event::Main(Act::Show(Overlay::React(id)))),
                        Icon { glyph: Glyph::Plus, size: 16 }
                    }
                }
                hr {}
                Item { glyph: Glyph::Reply, label: words.say("reply"), keys: Shortcut::Reply, act: Act::Reply(Some(id)) }
            }
            if editable {
                Item { glyph: Glyph::Edit, label: words.say("edit"), act: Act::Edit(Some(id)) }
            }
            if !message.text.is_empty() {
                Item { glyph: Glyph::Copy, label: words.say("copy-text"), act: Act::CopyText(text) }
            }
            if let Some(file) = file.filter(|_| opens) {
                Item { glyph: Glyph::Open, label: words.say("open-file"), act: Act::OpenFile(file) }
            }
            if let Some(file) = file.filter(|_| written() == Some(true)) {
                Item { glyph: Glyph::Folder, label: words.say("show-in-folder"), act: Act::Reveal(file) }
            }
            if let Some(file) = file {
                Item { glyph: Glyph::Save, label: words.say("save-as"), keys: Shortcut::Save, act: Act::SaveFile(file) }
            }
            Item {
                id: message.deleted.is_some().then_some(field::MENU),
                glyph: Glyph::History,
                label: words.say("message-details"),
                act: Act::Custody(id),
            }
            hr {}
            Item {
                glyph: Glyph::Trash,
                label: words.say("delete-here"),
                means: words.say("delete-here-means"),
                keys: Shortcut::Delete,
                act: Act::Show(Overlay::Confirm(Confirm::Delete { id, everyone: false })),
            }
            if mine && message.deleted.is_none() {
                Item {
                    glyph: Glyph::People,
                    label: words.say("delete-there"),
                    means: words.say("delete-there-means"),
                    act: Act::Show(Overlay::Confirm(Confirm::Delete { id, everyone: true })),
                }
            }
            button {
                class: "menu-item",
                r#type: "button",
                role: "menuitem",
                onclick: move |_| ui.send(Event::Main(Act::Menu(None))),
                Icon { glyph: Glyph::Cross }
                span { {words.say("close")} }
            }
        }
    }
}

/// An act; one that takes something away says what it means.
#[component]
fn Item(
    #[props(default)] id: Option<&'static str>,
    glyph: Glyph,
    label: String,
    #[props(default)] means: Option<String>,
    #[props(default)] keys: Option<Shortcut>,
    act: Act,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        button {
            id,
            class: if means.is_some() { "menu-item danger" } else { "menu-item" },
            r#type: "button",
            role: "menuitem",
            "aria-keyshortcuts": keys.map(shortcut::aria),
            onclick: move |_| ui.send(Event::Main(act.clone())),
            Icon { glyph }
            span {
                "{label}"
                if let Some(means) = &means {
                    small { "{means}" }
                }
            }
            if let Some(keys) = keys.filter(|_| means.is_none()).and_then(|keys| keys_of(words, keys)) {
                span { class: "end", "aria-hidden": "true", span { class: "kbd", "{keys}" } }
            }
        }
    }
}

/// Keys on the message that has the keyboard.
pub(super) fn pressed(ui: Ui, message: &Message, event: &KeyboardEvent) {
    let id = message.id;
    let act = match shortcut_of(event) {
        // The emoji stand first in it.
        Some(Shortcut::Menu | Shortcut::React) => Act::Menu(Some(id)),
        Some(Shortcut::Reply) => Act::Reply(Some(id)),
        Some(Shortcut::Delete) => Act::Show(Overlay::Confirm(Confirm::Delete { id, everyone: false })),
        Some(Shortcut::Save) => match received(message) {
            Some(file) => Act::SaveFile(file),
            None => return,
        },
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    ui.stir();
    ui.send(Event::Main(act));
}

/// The file of a message, if it came from the other side and is here.
fn received(message: &Message) -> Option<FileId> {
    let file = message.file.as_ref().filter(|file| file.state == FileState::Done && is_incoming(message));
    file.map(|file| file.file)
}
