//! The list of people: online first, then offline, each by name. One click opens the whole history.

use conclave_peer::model::{Message, MessageState, PresenceStatus, SafetyLevel, UserId};
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::i18n::Words;
use crate::name;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::roster::Person;
use crate::state::{Event, Screen, State};

use super::avatar::presence_key;
use super::{Avatar, Delivery, Glyph, Icon};

/// Characters of the last message that a line can show at most.
const PREVIEW: usize = 120;

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    person: Person,
    selected: bool,
}

/// The list pane.
#[component]
pub(crate) fn PeopleList() -> Element {
    let ui = use_ui();
    let words = use_words();
    let online = use_memo(move || rows(&ui.state.read(), true));
    let offline = use_memo(move || rows(&ui.state.read(), false));
    let nobody = use_memo(
        move || matches!(&ui.state.read().screen, Screen::Main(main) if main.roster.loaded && main.roster.is_empty()),
    );
    let filter = use_memo(move || match &ui.state.read().screen {
        Screen::Main(main) => main.filter.trim().to_owned(),
        _ => String::new(),
    });
    let nothing = !filter().is_empty() && online.read().is_empty() && offline.read().is_empty();
    rsx! {
        nav { class: "list", "aria-label": words.say("people"),
            div { class: "list-head", h1 { {words.say("people")} } }
            div { class: "list-tools", role: "search",
                label { class: "searchbox",
                    Icon { glyph: Glyph::Search, size: 16 }
                    input {
                        r#type: "text",
                        initial_value: "",
                        maxlength: "64",
                        spellcheck: "false",
                        "aria-label": words.say("find-person"),
                        placeholder: words.say("find-person"),
                        oninput: move |event| ui.send(Event::Main(Act::Filter(event.value()))),
                    }
                }
            }
            div { class: "list-scroll",
                if nobody() {
                    div { class: "empty",
                        span { class: "glyph", Icon { glyph: Glyph::People, size: 24 } }
                        strong { {words.say("nobody-yet")} }
                        p { {words.say("nobody-yet-next")} }
                    }
                } else if nothing {
                    div { class: "empty",
                        span { class: "glyph", Icon { glyph: Glyph::Search, size: 24 } }
                        strong { dir: "auto", {words.with("nothing-found", &[("text", filter().into())])} }
                        p { {words.say("nothing-found-next")} }
                    }
                } else {
                    Half { online: true, rows: online() }
                    Half { online: false, rows: offline() }
                }
            }
        }
    }
}

#[component]
fn Half(online: bool, rows: Vec<Row>) -> Element {
    let words = use_words();
    let label =
        words.with(if online { "online-count" } else { "offline-count" }, &[("n", rows.len().into())]);
    let all = rows.len();
    if rows.is_empty() {
        return rsx! {};
    }
    rsx! {
        h2 { class: "list-label", "{label}" }
        ul { role: "listbox", "aria-label": "{label}",
            for (place , row) in rows.into_iter().enumerate() {
                Line { key: "{row.person.contact.user}", row, place: place + 1, all }
            }
        }
    }
}

#[component]
fn Line(row: Row, place: usize, all: usize) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Row { person, selected } = row;
    let user = person.contact.user;
    let name = person.name();
    let time = person.last.as_ref().map(|last| words.age(last.time, now(), &zone));
    let second = second_line(words, &person, now(), &zone);
    let label = row_label(words, &person, &name, &second, time.as_deref());
    rsx! {
        li { role: "presentation",
            button {
                class: if person.unread > 0 { "row unread" } else { "row" },
                r#type: "button",
                role: "option",
                "aria-selected": if selected { "true" } else { "false" },
                "aria-posinset": "{place}",
                "aria-setsize": "{all}",
                "aria-label": "{label}",
                onclick: move |_| ui.send(Event::Main(Act::Open(user))),
                Avatar { user, name: name.clone(), presence: person.contact.presence }
                span {
                    span { class: "row-top",
                        span { class: "row-name trunc", bdi { "{name}" } }
                        if person.contact.safety == SafetyLevel::Compared {
                            span { class: "seal", Icon { glyph: Glyph::Seal, size: 14 } }
                        }
                        if let Some(time) = time {
                            span { class: "row-time", "{time}" }
                        }
                    }
                    span { class: "row-bot",
                        if let Some(last) = person.last.as_ref().filter(|last| !is_incoming(last)) {
                            Delivery { state: last.state, label: String::new() }
                        }
                        span { class: "row-last trunc", dir: "auto", "{second}" }
                        if person.unread > 0 {
                            span { class: "badge", "{person.unread}" }
                        }
                    }
                }
            }
        }
    }
}

/// The newest message, or where the person is.
fn second_line(words: Words, person: &Person, now: u64, zone: &jiff::tz::TimeZone) -> String {
    if let Some(last) = &person.last {
        let text = preview(words, last);
        return match last.state {
            MessageState::Received => text,
            MessageState::Failed => words.with("not-sent-preview", &[("text", text.into())]),
            _ => words.with("you-preview", &[("text", text.into())]),
        };
    }
    if let Some(status) = person.contact.status_text.as_deref().filter(|text| !text.trim().is_empty()) {
        return name::shown(status, "");
    }
    match (person.contact.presence, person.contact.last_seen) {
        (PresenceStatus::Offline, Some(seen)) => words.seen(seen, now, zone),
        (presence, _) => words.say(presence_key(presence)),
    }
}

fn preview(words: Words, message: &Message) -> String {
    if message.unknown_kind.is_some() {
        return words.say("needs-newer");
    }
    let text = if message.text.trim().is_empty() {
        message.file.as_ref().map(|file| name::shown(&file.name, "")).unwrap_or_default()
    } else {
        message.text.clone()
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW).collect()
}

fn row_label(words: Words, person: &Person, name: &str, second: &str, time: Option<&str>) -> String {
    let mut parts = vec![name.to_owned(), words.say(presence_key(person.contact.presence))];
    if person.unread > 0 {
        parts.push(words.with("unread-count", &[("n", person.unread.into())]));
    }
    if person.contact.safety == SafetyLevel::Compared {
        parts.push(words.say("safety-compared"));
    }
    if person.last.is_some() {
        parts.push(words.with("last-message", &[("text", second.into())]));
    }
    parts.extend(time.map(str::to_owned));
    parts.join(", ")
}

fn rows(state: &State, online: bool) -> Vec<Row> {
    let Screen::Main(main) = &state.screen else { return Vec::new() };
    let chosen: Option<UserId> = main.open.as_ref().map(|open| open.with);
    let half = main.roster.half(online, &main.filter);
    half.into_iter()
        .map(|person| Row { selected: chosen == Some(person.contact.user), person: person.clone() })
        .collect()
}
