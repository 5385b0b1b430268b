//! Everything that is received: what asks, what moves and how fast, what waits, what is here (UI §3.G).

use conclave_peer::model::{Direction, File, FileState, Target};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, Icon, Kind, Turns, file_glyph, left_words, percent, progress_words};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Main};
use crate::state::transfers::Moving;

/// The page.
#[component]
pub(crate) fn Transfers() -> Element {
    let words = use_words();
    let offered = use_main(|main| named(main, main.transfers.offered()));
    let running = use_main(|main| named(main, main.transfers.running()));
    let waiting = use_main(|main| named(main, main.transfers.waiting()));
    let received = use_main(|main| named(main, main.transfers.received()));
    let totals = use_main(|main| main.transfers.totals());
    let parts = [
        ("transfers-ask", offered().unwrap_or_default()),
        ("transfers-running", running().unwrap_or_default()),
        ("transfers-waiting", waiting().unwrap_or_default()),
        ("transfers-received", received().unwrap_or_default()),
    ];
    let none = parts.iter().all(|(_, part)| part.is_empty());
    let moving = running().map_or(0, |running| running.len());
    let (speed, left) = totals().unwrap_or_default();
    let left = left.map(|left| conclave_peer::words::span(words.0, left.saturating_mul(1000)));
    rsx! {
        main { class: "main", "aria-label": words.say("transfers"), "data-region": "main",
            header { class: "head", h1 { {words.say("transfers")} } }
            div { class: "page",
                div { class: "page-in",
                    if none {
                        div { class: "empty",
                            span { class: "glyph", Icon { glyph: Glyph::Transfer, size: 24 } }
                            strong { {words.say("no-transfers")} }
                        }
                    }
                    if moving > 0 {
                        div { class: "card totals", role: "status",
                            div {
                                b { "{moving}" }
                                small { {words.say("in-progress")} }
                            }
                            div {
                                b { {words.with("per-second", &[("speed", words.size(speed).into())])} }
                                small { {words.say("receiving")} }
                            }
                            if let Some(left) = left {
                                div {
                                    b { "{left}" }
                                    small { {words.say("until-all-done")} }
                                }
                            }
                        }
                    }
                    for (label , part) in parts {
                        if !part.is_empty() {
                            section { key: "{label}", class: "section",
                                div { class: "section-head", h2 { {words.say(label)} } }
                                div { class: "card",
                                    for (moving , name) in part {
                                        Transfer { key: "{moving.file.file}", moving, name }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// With the name of the other person, when it is known.
fn named(main: &Main, moving: Vec<Moving>) -> Vec<(Moving, Option<String>)> {
    moving.into_iter().map(|moving| (moving.clone(), person(main, &moving.file))).collect()
}

fn person(main: &Main, file: &File) -> Option<String> {
    let Some(Target::User(user)) = file.conversation else { return None };
    main.roster.person(user).map(|person| person.name())
}

#[component]
fn Transfer(moving: Moving, name: Option<String>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let Moving { file, progress } = moving;
    let id = file.file;
    let title = name::shown(&file.name, &words.say("file"));
    let outgoing = file.direction == Direction::Out;
    let way = name
        .map(|name| words.with(if outgoing { "to-person" } else { "from-person" }, &[("name", name.into())]));
    let said = match file.state {
        FileState::Offered if outgoing => words.say("file-queued"),
        FileState::Offered | FileState::Done => words.size(file.size),
        FileState::Queued | FileState::Failed => {
            words.with("stopped-at", &[("progress", progress_words(words, &file, progress).into())])
        }
        FileState::Active | FileState::Paused | FileState::Gone => progress_words(words, &file, progress),
    };
    let moves = file.state == FileState::Active;
    let bar =
        matches!(file.state, FileState::Active | FileState::Paused | FileState::Queued | FileState::Failed);
    let end = match file.state {
        FileState::Paused => Some(words.say("file-paused")),
        _ => left_words(words, progress),
    };
    rsx! {
        div { class: "xfer", role: "group", "aria-label": "{title}", "data-state": if moves { "moving" } else { "still" },
            span { class: "file-ic", Icon { glyph: file_glyph(&file.mime) } }
            div { class: "xfer-body",
                div { class: "file-name trunc", dir: "auto", "{title}" }
                if bar {
                    progress { class: "file-bar", max: 100, value: percent(&file, progress), "aria-label": "{said}" }
                }
                div { class: "xfer-sub",
                    if let Some(way) = way {
                        span { class: "dir",
                            Icon { glyph: if outgoing { Glyph::Upload } else { Glyph::Download }, size: 14 }
                            "{way}"
                        }
                    }
                    span { "{said}" }
                    if let Some(end) = end {
                        span { class: "end", "{end}" }
                    }
                }
            }
            if file.state == FileState::Offered && !outgoing {
                div { class: "btns",
                    Button {
                        label: words.say("decline"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::DeclineFile(id))),
                    }
                    Button {
                        label: words.say("accept"),
                        kind: Kind::Primary,
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::AcceptFile(id))),
                    }
                }
            } else {
                Turns { file }
            }
        }
    }
}
