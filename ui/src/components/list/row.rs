//! A line of the list: who, what was said last or where they are, and what is not read.

use conclave_peer::model::{MessageState, PresenceStatus, SafetyLevel};
use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::app::{shortcut_of, use_now, use_ui, use_words, use_zone};
use crate::components::avatar::presence_key;
use crate::components::{Avatar, Delivery, Glyph, Icon};
use crate::i18n::Words;
use crate::name;
use crate::state::Event;
use crate::state::conversation::{in_one_line, is_incoming};
use crate::state::main::Act;
use crate::state::overlay::Overlay;
use crate::state::roster::Person;
use crate::state::shortcut::Shortcut;

/// What the second line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// The newest message.
    Newest,
    /// Who the person is, or where they are.
    Who(Option<String>),
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The person.
    pub(super) person: Person,
    /// Whether the conversation is open.
    pub(super) selected: bool,
    /// Whether the safety number changed and was not accepted yet.
    pub(super) changed: bool,
    /// What the second line says.
    pub(super) line: Line,
}

/// Lines under one label.
#[component]
pub(super) fn Lines(
    /// The label.
    label: String,
    /// An icon before it.
    #[props(default)]
    glyph: Option<Glyph>,
    /// Whether the label is for readers only.
    #[props(default)]
    bare: bool,
    /// The lines.
    rows: Vec<Row>,
) -> Element {
    let all = rows.len();
    if rows.is_empty() {
        return rsx! {};
    }
    // One line of the list takes the Tab key: the open one, or the first.
    let reached = rows.iter().position(|row| row.selected).unwrap_or_default();
    rsx! {
        if !bare {
            h2 { class: "list-label",
                if let Some(glyph) = glyph {
                    Icon { glyph, size: 14 }
                }
                "{label}"
            }
        }
        ul { role: "listbox", "aria-label": "{label}",
            for (place , row) in rows.into_iter().enumerate() {
                OneLine {
                    key: "{row.person.contact.user}",
                    row,
                    place: place + 1,
                    all,
                    reached: place == reached,
                }
            }
        }
    }
}

#[component]
fn OneLine(row: Row, place: usize, all: usize, reached: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Row { person, selected, changed, line } = row;
    let user = person.contact.user;
    let name = person.name();
    let newest = line == Line::Newest;
    // Of a conversation the time of its newest message, of a person since when they are gone.
    let seen = person.contact.last_seen.filter(|_| person.contact.presence == PresenceStatus::Offline);
    let time = if newest { person.last.as_ref().map(|last| last.time) } else { seen };
    let time = time.map(|time| words.age(time, now(), &zone));
    let drafted = person.draft.as_deref().filter(|_| newest && !selected).map(name::tame);
    let second = if person.typing && newest {
        words.say("row-typing")
    } else if let (false, Some(draft)) = (changed, drafted) {
        words.with("row-draft", &[("text", draft.split_whitespace().collect::<Vec<_>>().join(" ").into())])
    } else if changed {
        words.say("number-changed")
    } else {
        second_line(words, &person, &line, now(), &zone)
    };
    let label = if newest {
        row_label(words, &person, &name, Some(&second), time.as_deref())
    } else {
        let here = words.say(presence_key(person.contact.presence));
        let mut parts = vec![row_label(words, &person, &name, None, None)];
        parts.extend(Some(second.clone()).filter(|second| *second != here));
        parts.extend(seen.map(|seen| words.seen(seen, now(), &zone)));
        parts.join(", ")
    };
    let failed = newest && person.last.as_ref().is_some_and(|last| last.state == MessageState::Failed);
    rsx! {
        li { class: if newest { "line" } else { "line with-info" }, role: "presentation",
            button {
                class: if person.unread > 0 { "row unread" } else { "row" },
                r#type: "button",
                role: "option",
                tabindex: if reached { "0" } else { "-1" },
                "aria-selected": if selected { "true" } else { "false" },
                "aria-posinset": "{place}",
                "aria-setsize": "{all}",
                "aria-haspopup": "menu",
                onclick: move |_| ui.send(Event::Main(Act::Open(user))),
                oncontextmenu: move |event| {
                    event.prevent_default();
                    ui.send(Event::Main(Act::Show(Overlay::Row(user))));
                },
                onkeydown: move |event| {
                    if shortcut_of(&event) == Some(Shortcut::Menu) {
                        event.prevent_default();
                        event.stop_propagation();
                        ui.stir();
                        ui.send(Event::Main(Act::Show(Overlay::Row(user))));
                    }
                },
                // The name of the line says all that is seen in it, in order.
                span { class: "vh", "{label}" }
                Avatar { user, name: name.clone(), presence: person.contact.presence, silent: true }
                span { "aria-hidden": "true",
                    span { class: "row-top",
                        span { class: "row-name trunc", bdi { "{name}" } }
                        if person.contact.safety == SafetyLevel::Compared {
                            span { class: "seal", Icon { glyph: Glyph::Seal, size: 14 } }
                        }
                        if person.muted {
                            span { class: "row-mark", Icon { glyph: Glyph::Mute, size: 14 } }
                        }
                        if let Some(time) = time {
                            span { class: "row-time", "{time}" }
                        }
                    }
                    span { class: "row-bot",
                        if let Some(last) = person.last.as_ref().filter(|last| newest && !changed && !is_incoming(last)) {
                            Delivery { state: last.state, label: String::new() }
                        }
                        span {
                            class: if changed { "row-last trunc warn" } else if failed { "row-last trunc failed" } else { "row-last trunc" },
                            dir: "auto",
                            "{second}"
                        }
                        if person.unread > 0 {
                            span { class: if person.muted { "badge quiet" } else { "badge" }, "{person.unread}" }
                        }
                    }
                }
            }
            // For the pointer: the keyboard has the same in the menu of the line.
            if !newest {
                button {
                    class: "icon-btn icon-btn-s row-info",
                    r#type: "button",
                    tabindex: "-1",
                    "aria-hidden": "true",
                    "aria-label": words.with("profile-of", &[("name", name.into())]),
                    title: words.say("page-profile"),
                    onclick: move |_| ui.send(Event::Main(Act::Person(user))),
                    Icon { glyph: Glyph::Info }
                }
            }
        }
    }
}

/// The newest message, or who and where the person is.
fn second_line(words: Words, person: &Person, line: &Line, now: u64, zone: &TimeZone) -> String {
    if let (Line::Newest, Some(last)) = (line, &person.last) {
        let text = in_one_line(words, last);
        return match last.state {
            MessageState::Received => text,
            MessageState::Failed => words.with("not-sent-preview", &[("text", text.into())]),
            _ => words.with("you-preview", &[("text", text.into())]),
        };
    }
    if let Some(status) = person.contact.status_text.as_deref().filter(|text| !text.trim().is_empty()) {
        return name::shown(status, "");
    }
    if let Line::Who(Some(position)) = line {
        return name::shown(position, "");
    }
    match (line, person.contact.presence, person.contact.last_seen) {
        // A line about a person has that time at its end.
        (Line::Newest, PresenceStatus::Offline, Some(seen)) => words.seen(seen, now, zone),
        (_, presence, _) => words.say(presence_key(presence)),
    }
}

fn row_label(words: Words, person: &Person, name: &str, second: Option<&str>, time: Option<&str>) -> String {
    let mut parts = vec![name.to_owned(), words.say(presence_key(person.contact.presence))];
    if person.unread > 0 {
        parts.push(words.with("unread-count", &[("n", person.unread.into())]));
    }
    if person.contact.safety == SafetyLevel::Compared {
        parts.push(words.say("safety-compared"));
    }
    if let (Some(second), Some(_), Some(_)) = (second, &person.last, time) {
        parts.push(words.with("last-message", &[("text", second.into())]));
    }
    parts.extend(time.map(str::to_owned));
    if person.muted {
        parts.push(words.say("muted"));
    }
    parts.join(", ")
}
