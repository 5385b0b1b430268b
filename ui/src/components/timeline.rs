//! The messages of a conversation, newest at the foot; a section per day, so that one label sticks.

use std::time::Duration;

use conclave_peer::model::MessageId;
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::state::Event;
use crate::state::conversation::{Conversation, FIRST, is_incoming};
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::shortcut::{self, Shortcut};
use crate::state::timeline::{Entry, sections};
use crate::state::transfers::Progress;
use crate::state::{field, safety, timeline};

use super::{Avatar, Bubble, Button, ErrorNote, Glyph, Icon, UnsentBubble};

/// Pixels from an edge at which the next page is loaded.
const EDGE: f64 = 900.0;
/// Pixels from the end at which the way back to it is shown.
const AWAY: f64 = 240.0;
/// The others follow when the first are painted.
const PAINTED: Duration = Duration::from_millis(60);

/// The log of messages. The box is turned around by its style, so it opens at the end without a script.
#[component]
pub(crate) fn Timeline(
    /// The conversation.
    conversation: Conversation,
    /// With whom.
    person: Person,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let zone = use_zone();
    let now = use_now();
    let mut away = use_signal(|| false);
    let mut whole = use_signal(|| false);
    use_future(move || async move {
        tokio::time::sleep(PAINTED).await;
        whole.set(true);
    });
    let name = person.name();
    let newest_mine =
        conversation.messages.iter().rev().find(|message| !is_incoming(message)).map(|message| message.id);
    let above = if whole() { 0 } else { conversation.messages.len().saturating_sub(FIRST as usize) };
    let days = sections(&conversation, above, now(), &zone);
    let empty = days.is_empty() && conversation.unsent.is_empty() && !conversation.loading;
    let unread = conversation.unread_from.map_or(0, |(_, count)| count);
    rsx! {
        div {
            class: "timeline",
            role: "log",
            id: field::TIMELINE,
            "aria-label": words.say("messages"),
            // Pages come and go in it, and clocks change. What is new is said apart, once.
            "aria-live": "off",
            "data-region": "main",
            "data-newer": conversation.newer.then_some("true"),
            tabindex: "0",
            onscroll: move |event| {
                // Turned around: 0 is the end, and everything before it is negative.
                let back = -event.scroll_top();
                let reach = f64::from(event.scroll_height() - event.client_height());
                if (back > AWAY) != *away.peek() {
                    away.set(back > AWAY);
                }
                if reach - back < EDGE {
                    ui.send(Event::Main(Act::Older));
                } else if back < EDGE {
                    ui.send(Event::Main(Act::Newer));
                }
            },
            div { class: "timeline-in",
                if conversation.more {
                    div { class: "earlier",
                        Button {
                            label: words.say("earlier-messages"),
                            small: true,
                            disabled: conversation.loading,
                            onclick: move |()| ui.send(Event::Main(Act::Older)),
                        }
                    }
                }
                if empty && conversation.failure.is_none() {
                    Beginning { person: person.clone() }
                }
                for section in days {
                    section { key: "{section.date}", "aria-label": words.day(section.day),
                        h2 { class: "day", span { {words.day(section.day)} } }
                        ol {
                            for (entry , marks) in section.entries.into_iter().map(|entry| marked(entry, &conversation, newest_mine)) {
                                Row { key: "{key(&entry)}", entry, marks, name: name.clone() }
                            }
                        }
                    }
                }
                if !conversation.unsent.is_empty() {
                    ol { class: "unsent-list",
                        for unsent in conversation.unsent {
                            UnsentBubble { key: "{unsent.number}", unsent }
                        }
                    }
                }
                if conversation.typing {
                    div { class: "typing-now",
                        span { class: "dots", "aria-hidden": "true", i {} i {} i {} }
                        span { {words.with("is-typing", &[("name", name.clone().into())])} }
                    }
                }
                if let Some(failure) = conversation.failure {
                    ErrorNote { failure }
                }
            }
        }
        if away() || conversation.newer {
            button {
                class: "jump",
                r#type: "button",
                "aria-label": words.say("key-end"),
                title: words.say("key-end"),
                "aria-keyshortcuts": shortcut::aria(Shortcut::End),
                onclick: move |_| ui.send(Event::Main(Act::ToEnd)),
                Icon { glyph: Glyph::Down }
                if unread > 0 {
                    span { class: "badge", "{unread}" }
                }
            }
        }
    }
}

/// What is marked at a message.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Marks {
    /// How its file moves, when told.
    progress: Option<Progress>,
    /// Whether its state is said in words below it.
    spoken: bool,
    /// Whether its custody line is shown.
    custody: bool,
    /// Whether a search led to it.
    found: bool,
    /// Whether its menu is open.
    menu: bool,
}

fn marked(entry: Entry, conversation: &Conversation, newest_mine: Option<MessageId>) -> (Entry, Marks) {
    let marks = match &entry {
        Entry::Message(item) => {
            let id = Some(item.message.id);
            let file = item.message.file.as_ref();
            Marks {
                progress: file.and_then(|file| conversation.progress.get(&file.file).copied()),
                spoken: newest_mine == id,
                custody: conversation.custody == id,
                found: conversation.found == id,
                menu: conversation.menu == id,
            }
        }
        Entry::Line(_) => Marks::default(),
    };
    (entry, marks)
}

/// What an entry is known by among the others of its day.
fn key(entry: &Entry) -> String {
    match entry {
        Entry::Message(item) => item.message.id.to_string(),
        Entry::Line(line) => format!("{}{}", line.time, line.kind),
    }
}

/// An entry of a day. The key has to stand on it: with a `match` in the loop every element was made anew with each page.
#[component]
fn Row(entry: Entry, marks: Marks, name: String) -> Element {
    let words = use_words();
    let zone = use_zone();
    let Marks { progress, spoken, custody, found, menu } = marks;
    match entry {
        Entry::Message(item) => rsx! {
            Bubble { item: *item, name, progress, spoken, custody, found, menu }
        },
        Entry::Line(line) => rsx! {
            li { class: "event",
                Icon { glyph: Glyph::Key, size: 14 }
                span { {line_words(words, &line, &name, &zone)} }
            }
        },
    }
}

/// Nobody has written yet.
#[component]
fn Beginning(person: Person) -> Element {
    let ui = use_ui();
    let words = use_words();
    let user = person.contact.user;
    let name = person.name();
    rsx! {
        div { class: "empty",
            Avatar { user, name: name.clone(), size: "l" }
            strong { bdi { "{name}" } }
            p { {words.with("start-of-conversation", &[("name", name.into())])} }
            div { class: "btns",
                Button {
                    label: words.say("verify"),
                    icon: Glyph::Seal,
                    onclick: move |()| ui.send(Event::Main(Act::Safety(safety::Act::Compare(user)))),
                }
            }
        }
    }
}

/// What happened between the messages.
fn line_words(
    words: crate::i18n::Words,
    line: &timeline::Line,
    name: &str,
    zone: &jiff::tz::TimeZone,
) -> String {
    let variables = [("name", name.into()), ("time", words.clock(line.time, zone).into())];
    match line.kind.as_str() {
        "keyChanged" => words.with("line-key-changed", &variables),
        "sessionRestarted" => words.with("line-session", &variables),
        _ => words.with("line-other", &variables),
    }
}
