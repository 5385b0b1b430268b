//! Files that come and go: what asks, what moves and how fast, what waits, what is here (UI §3.G).

use conclave_peer::model::{Direction, File, FileState, Target};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{
    Button, Empty, Glyph, Icon, Kind, Turns, file_glyph, left_words, percent, progress_words, stopped,
};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Main};
use crate::state::transfers::{Moving, Totals};

/// The part of those that stand still.
const WAITING: &str = "transfers-waiting";

/// The page.
#[component]
pub(crate) fn Transfers() -> Element {
    let ui = use_ui();
    let words = use_words();
    let offered = use_main(|main| named(main, main.transfers.offered()));
    let running = use_main(|main| named(main, main.transfers.running()));
    let waiting = use_main(|main| named(main, main.transfers.waiting()));
    let received = use_main(|main| named(main, main.transfers.received()));
    let totals = use_main(|main| main.transfers.totals());
    let parts = [
        ("transfers-ask", offered().unwrap_or_default()),
        ("transfers-running", running().unwrap_or_default()),
        (WAITING, waiting().unwrap_or_default()),
        ("transfers-received", received().unwrap_or_default()),
    ];
    let done = parts.last().is_some_and(|(_, received)| !received.is_empty());
    let none = parts.iter().all(|(_, part)| part.is_empty());
    let moving = running().map_or(0, |running| running.len());
    let Totals { receiving, sending, left } = totals().unwrap_or_default();
    let speeds = [("receiving", receiving), ("sending-files", sending)];
    let left = left.map(|left| conclave_peer::words::span(words.0, left.saturating_mul(1000)));
    rsx! {
        main { class: "main", "aria-label": words.say("transfers"), "data-region": "main",
            header { class: "head",
                h1 { {words.say("transfers")} }
                if done {
                    Button {
                        label: words.say("clear-finished"),
                        kind: Kind::Quiet,
                        onclick: move |()| ui.send(Event::Main(Act::ClearFiles)),
                    }
                }
            }
            div { class: "page",
                div { class: "page-in",
                    if none {
                        Empty { glyph: Glyph::Transfer, says: words.say("no-transfers") }
                    }
                    if moving > 0 {
                        div { class: "card totals", role: "status",
                            div {
                                b { "{moving}" }
                                small { {words.say("in-progress")} }
                            }
                            for (way , speed) in speeds.into_iter().filter_map(|(way, speed)| Some((way, speed?))) {
                                div { key: "{way}",
                                    b { {words.with("per-second", &[("speed", words.size(speed).into())])} }
                                    small { {words.say(way)} }
                                }
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
                                div { class: "section-head",
                                    h2 { {words.say(label)} }
                                    if label == WAITING {
                                        Button {
                                            label: words.say("retry-all"),
                                            kind: Kind::Quiet,
                                            small: true,
                                            onclick: move |()| ui.send(Event::Main(Act::RetryFiles)),
                                        }
                                    }
                                }
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
        .clone()
        .map(|name| words.with(if outgoing { "to-person" } else { "from-person" }, &[("name", name.into())]));
    let why = stopped(&file, progress, title.clone(), name.clone().unwrap_or_default());
    let said = match (file.state, why, name.as_deref()) {
        (_, Some(why), Some(_)) => words.failure(&why),
        (FileState::Offered, _, _) if outgoing => words.say("file-queued"),
        (FileState::Offered, _, Some(name)) => {
            words.with("wants-to-send", &[("name", name.into()), ("size", words.size(file.size).into())])
        }
        (FileState::Offered | FileState::Done, _, _) => words.size(file.size),
        (FileState::Queued, _, Some(name)) if file.done == 0 => {
            words.with("state-waiting", &[("name", name.into())])
        }
        (FileState::Queued | FileState::Failed, _, _) => {
            words.with("stopped-at", &[("progress", progress_words(words, &file, progress).into())])
        }
        (FileState::Active | FileState::Paused | FileState::Gone, _, _) => {
            progress_words(words, &file, progress)
        }
    };
    let stands = matches!(file.state, FileState::Queued | FileState::Failed);
    let moves = match file.state {
        FileState::Active => "moving",
        _ if stands => "stopped",
        _ => "still",
    };
    // An offer says in its own words who sends it.
    let way = way.filter(|_| outgoing || file.state != FileState::Offered);
    let bar =
        matches!(file.state, FileState::Active | FileState::Paused | FileState::Queued | FileState::Failed);
    let end = match file.state {
        FileState::Paused => Some(words.say("file-paused")),
        _ => left_words(words, progress),
    };
    rsx! {
        div { class: "xfer", role: "group", "aria-label": "{title}", "data-state": moves,
            span { class: "file-ic", Icon { glyph: file_glyph(&file) } }
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
                    span { class: if stands { "warn" } else { "" }, dir: "auto", "{said}" }
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
