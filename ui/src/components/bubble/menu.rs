//! What can be done with a message: the bar beside it, its menu, and its keys.

use conclave_peer::model::{FileState, Message, MessageId};
use dioxus::prelude::*;

use crate::app::{Ui, use_ui, use_words};
use crate::components::{Glyph, Icon};
use crate::state::Event;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};

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
                "aria-label": words.say("reply"),
                onclick: move |_| ui.send(Event::Main(Act::Reply(Some(id)))),
                Icon { glyph: Glyph::Reply, size: 16 }
            }
            button {
                class: "icon-btn",
                r#type: "button",
                "aria-label": words.say("more"),
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
    let file = message.file.as_ref().filter(|file| file.state == FileState::Done && is_incoming(&message));
    let file = file.map(|file| file.file);
    let mine = !is_incoming(&message);
    let editable = mine && message.deleted.is_none() && message.unknown_kind.is_none();
    rsx! {
        div { class: "menu at-message", role: "menu", "aria-label": words.say("message-actions"),
            if message.deleted.is_none() {
                div { class: "quick-react", role: "group", "aria-label": words.say("reactions"),
                    for emoji in QUICK {
                        button {
                            key: "{emoji}",
                            r#type: "button",
                            role: "menuitem",
                            "aria-label": words.with("react-with", &[("emoji", emoji.into())]),
                            onclick: move |_| ui.send(Event::Main(Act::React { id, emoji: emoji.to_owned(), on: true })),
                            "{emoji}"
                        }
                    }
                }
                hr {}
                Item { glyph: Glyph::Reply, label: words.say("reply"), act: Act::Reply(Some(id)) }
            }
            if editable {
                Item { glyph: Glyph::Edit, label: words.say("edit"), act: Act::Edit(Some(id)) }
            }
            if !message.text.is_empty() {
                Item { glyph: Glyph::Copy, label: words.say("copy-text"), act: Act::CopyText(text) }
            }
            if let Some(file) = file {
                Item { glyph: Glyph::Save, label: words.say("save-as"), act: Act::SaveFile(file) }
            }
            Item { glyph: Glyph::History, label: words.say("message-details"), act: Act::Custody(id) }
            hr {}
            Item {
                glyph: Glyph::Trash,
                label: words.say("delete-here"),
                act: Act::Show(Overlay::Confirm(Confirm::Delete { id, everyone: false })),
            }
            if mine && message.deleted.is_none() {
                Item {
                    glyph: Glyph::People,
                    label: words.say("delete-there"),
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

#[component]
fn Item(glyph: Glyph, label: String, act: Act) -> Element {
    let ui = use_ui();
    rsx! {
        button {
            class: "menu-item",
            r#type: "button",
            role: "menuitem",
            onclick: move |_| ui.send(Event::Main(act.clone())),
            Icon { glyph }
            span { "{label}" }
        }
    }
}

/// Keys on the message that has the keyboard.
pub(super) fn pressed(ui: Ui, id: MessageId, event: &KeyboardEvent) {
    let held = event.modifiers();
    let act = match event.key() {
        Key::F10 if held.shift() => Act::Menu(Some(id)),
        Key::ContextMenu => Act::Menu(Some(id)),
        Key::Character(key) if held.ctrl() && held.shift() && key.eq_ignore_ascii_case("r") => {
            Act::Reply(Some(id))
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    ui.send(Event::Main(act));
}
