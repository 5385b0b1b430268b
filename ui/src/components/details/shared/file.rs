//! A file among those that were shared: a picture as a tile, anything else as a line.

use conclave_peer::model::{File, FileState, Message, MessageId};
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::components::{Icon, Media, Turns, file_glyph};
use crate::name;
use crate::state::Event;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::preview::Kind as ViewKind;

/// A picture that opens; what is no picture here leads to its message.
#[component]
pub(super) fn Tile(id: MessageId, file: File) -> Element {
    let ui = use_ui();
    let words = use_words();
    if ViewKind::of(&file) == Some(ViewKind::Picture) {
        return rsx! {
            Media { file, kind: ViewKind::Picture }
        };
    }
    let title = name::shown(&file.name, &words.say("file"));
    let glyph = file_glyph(&file);
    rsx! {
        button {
            class: "tile",
            r#type: "button",
            "aria-label": words.with("show-message-of", &[("name", title.clone().into())]),
            onclick: move |_| ui.send(Event::Main(Act::GoTo(id))),
            Icon { glyph }
            span { class: "trunc", dir: "auto", "{title}" }
        }
    }
}

/// A file in a line: it opens where it can be looked at, else it leads to its message.
#[component]
pub(super) fn Row(message: Message, file: File, name: String) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let (id, token) = (message.id, file.file);
    let title = name::shown(&file.name, &words.say("file"));
    let who = if is_incoming(&message) { name } else { words.say("you") };
    let sub = words.with(
        "shared-line",
        &[
            ("size", words.size(file.size).into()),
            ("name", who.into()),
            ("when", words.moment_within(message.time, now(), &zone).into()),
        ],
    );
    let pages = ViewKind::of(&file) == Some(ViewKind::Pages);
    let label = words
        .with(if pages { "open-document" } else { "show-message-of" }, &[("name", title.clone().into())]);
    let act = if pages { Act::Show(Overlay::Pages { file: token, page: 0, zoom: 0 }) } else { Act::GoTo(id) };
    rsx! {
        div { class: "shared-row",
            button {
                class: "shared-main",
                r#type: "button",
                onclick: move |_| ui.send(Event::Main(act.clone())),
                // The name of the line says what it does and all that is seen in it.
                span { class: "vh", "{label}, {sub}" }
                span { class: "file-ic", Icon { glyph: file_glyph(&file) } }
                span { class: "trunc", "aria-hidden": "true",
                    span { class: "file-name trunc", dir: "auto", "{title}" }
                    span { class: "file-sub trunc", "{sub}" }
                }
            }
            if file.state == FileState::Done {
                Turns { file }
            }
        }
    }
}
