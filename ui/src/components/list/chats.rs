//! Conversations: kept on top first, then by their newest message.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, IconButton, Kind};
use crate::state::Event;
use crate::state::main::{Act, Main, Section};
use crate::state::shortcut::{self, Shortcut};

use super::row::{Line, Lines, Row};
use super::{Empty, NothingFound, Pane};

#[component]
pub(super) fn Chats() -> Element {
    let ui = use_ui();
    let words = use_words();
    let pinned = use_main(|main| rows(main, true));
    let recent = use_main(|main| rows(main, false));
    let loaded = use_main(|main| main.roster.loaded);
    let filter = use_main(|main| main.filter.trim().to_owned());
    let (pinned, recent) = (pinned().unwrap_or_default(), recent().unwrap_or_default());
    let none = pinned.is_empty() && recent.is_empty();
    let filter = filter().unwrap_or_default();
    let go = move || ui.send(Event::Main(Act::Section(Section::People)));
    rsx! {
        Pane {
            name: "chats",
            find: "find-chat",
            tool: rsx! {
                IconButton {
                    label: words.say("new-conversation"),
                    glyph: Glyph::Compose,
                    keys: shortcut::aria(Shortcut::People),
                    onclick: move |()| go(),
                }
            },
            if none && !filter.is_empty() {
                NothingFound { text: filter }
            } else if none && loaded() == Some(true) {
                Empty { glyph: Glyph::Chat, says: words.say("no-chats"), next: words.say("no-chats-next"),
                    div { class: "btns",
                        Button { label: words.say("open-people"), kind: Kind::Primary, onclick: move |()| go() }
                    }
                }
            } else if pinned.is_empty() {
                Lines { label: words.say("chats"), bare: true, rows: recent }
            } else {
                Lines { label: words.say("pinned"), glyph: Glyph::Pin, rows: pinned }
                Lines { label: words.say("recent"), rows: recent }
            }
        }
    }
}

fn rows(main: &Main, pinned: bool) -> Vec<Row> {
    let open = main.open.as_ref().map(|open| open.with);
    let chats = main.roster.chats(&main.filter).into_iter().filter(|person| person.pinned == pinned);
    chats
        .map(|person| Row {
            selected: open == Some(person.contact.user),
            changed: main.safety.change(person.contact.user).is_some(),
            line: Line::Newest,
            person: person.clone(),
        })
        .collect()
}
