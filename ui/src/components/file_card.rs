//! A file in a bubble: its name, its size, and how far it has come.

use conclave_peer::model::{Direction, File, FileState};
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::name;
use crate::state::Event;
use crate::state::main::Act;

use super::{Button, Glyph, Icon};

/// The card.
#[component]
pub(crate) fn FileCard(
    /// The file.
    file: File,
    /// Bytes done, when told since the file was.
    done: Option<u64>,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = file.file;
    let title = name::shown(&file.name, &words.say("file"));
    let done = done.unwrap_or(file.done);
    let percent =
        i64::try_from(u128::from(done) * 100 / u128::from(file.size.max(1))).unwrap_or(100).min(100);
    let moving = matches!(file.state, FileState::Active | FileState::Paused);
    let progress = words.with(
        "file-progress",
        &[
            ("pct", percent.to_string().into()),
            ("done", words.size(done).into()),
            ("size", words.size(file.size).into()),
        ],
    );
    let state = match (file.state, file.direction) {
        (FileState::Offered, Direction::In) => "file-offered",
        (FileState::Offered, Direction::Out) | (FileState::Queued, _) => "file-queued",
        (FileState::Active, Direction::In) => "file-receiving",
        (FileState::Active, Direction::Out) => "file-sending",
        (FileState::Paused, _) => "file-paused",
        (FileState::Done, Direction::In) => "file-received",
        (FileState::Done, Direction::Out) => "file-sealed",
        (FileState::Failed, _) => "file-failed",
        (FileState::Gone, _) => "file-gone",
    };
    let sub = words
        .with("file-line", &[("size", words.size(file.size).into()), ("state", words.say(state).into())]);
    rsx! {
        div { class: "file", role: "group", "aria-label": "{title}",
            span { class: "file-ic", Icon { glyph: Glyph::File } }
            span { class: "trunc",
                span { class: "file-name trunc", dir: "auto", "{title}" }
                span { class: "file-sub", "{sub}" }
            }
            if moving {
                progress { class: "file-bar", max: 100, value: percent, "aria-label": "{progress}" }
                span { class: "prog", "{progress}" }
            }
            if file.state == FileState::Offered && file.direction == Direction::In {
                div { class: "btns file-answer",
                    Button {
                        label: words.say("accept"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::AcceptFile(id))),
                    }
                    Button {
                        label: words.say("decline"),
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::DeclineFile(id))),
                    }
                }
            }
        }
    }
}
