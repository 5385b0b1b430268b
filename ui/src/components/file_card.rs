//! A file in a bubble: its name, its size, how far it has come, and what can be done with it.

mod glyph;

use conclave_peer::model::{Direction, Failure, File, FileState};
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::i18n::Words;
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, failure_of};
use crate::state::outside;
use crate::state::remedy::Beside;
use crate::state::technical::Subject;
use crate::state::transfers::Progress;

use super::{Button, Glyph, Icon, IconButton, Kind, Remedies, Technical};

pub(crate) use glyph::{file_glyph, name_glyph};

/// Hundredths that are done.
pub(crate) fn percent(file: &File, progress: Option<Progress>) -> i64 {
    let done = progress.map_or(file.done, |progress| progress.done);
    i64::try_from(u128::from(done) * 100 / u128::from(file.size.max(1))).unwrap_or(100).min(100)
}

/// `45 % · 3.2 of 7.1 MB · 1.1 MB/s · 4 s left`
pub(crate) fn progress_words(words: Words, file: &File, progress: Option<Progress>) -> String {
    let done = progress.map_or(file.done, |progress| progress.done);
    let mut text = words.with(
        "file-progress",
        &[
            ("pct", percent(file, progress).to_string().into()),
            ("done", words.size(done).into()),
            ("size", words.size(file.size).into()),
        ],
    );
    if let Some(progress) = progress.filter(|progress| progress.speed > 0) {
        text.push_str(&words.with("file-speed", &[("speed", words.size(progress.speed).into())]));
    }
    text
}

/// `4 s left`
pub(crate) fn left_words(words: Words, progress: Option<Progress>) -> Option<String> {
    let left = progress?.left?;
    let left = conclave_peer::words::span(words.0, left.saturating_mul(1000));
    Some(words.with("file-left", &[("left", left.into())]))
}

/// Why a file that comes in does not move.
pub(crate) fn stopped(
    file: &File,
    progress: Option<Progress>,
    title: String,
    name: String,
) -> Option<Failure> {
    let still = matches!(file.state, FileState::Failed | FileState::Queued);
    let code = file.error.as_deref().filter(|_| still && file.direction == Direction::In)?;
    let stopped = failure_of(code).with("file", title).with("name", name);
    let pct = format!("{} %", percent(file, progress));
    Some(stopped.with("pct", pct).with("done", file.done).with("size", file.size))
}

/// The card.
#[component]
pub(crate) fn FileCard(
    /// The file.
    file: File,
    /// How it moves, when told.
    progress: Option<Progress>,
    /// The other person's name.
    name: String,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = file.file;
    let title = name::shown(&file.name, &words.say("file"));
    let incoming = file.direction == Direction::In;
    let moving = matches!(file.state, FileState::Active | FileState::Paused);
    let why = stopped(&file, progress, title.clone(), name.clone());
    let said = progress_words(words, &file, progress);
    let left = left_words(words, progress);
    let sub = words.with(
        "file-line",
        &[("size", words.size(file.size).into()), ("state", words.say(state_key(&file)).into())],
    );
    rsx! {
        div { class: "file", role: "group", "aria-label": "{title}",
            span { class: "file-ic", Icon { glyph: file_glyph(&file) } }
            span { class: "trunc",
                span { class: "file-name trunc", dir: "auto", "{title}" }
                span { class: "file-sub", "{sub}" }
            }
            Turns { file: file.clone() }
            if moving {
                progress { class: "file-bar", max: 100, value: percent(&file, progress), "aria-label": "{said}" }
                span { class: "prog",
                    span { "{said}" }
                    if let Some(left) = left {
                        span { "{left}" }
                    }
                }
            }
            if let Some(why) = why {
                span { class: "prog warn", dir: "auto", {words.failure(&why)} }
                div { class: "file-why",
                    if file.state == FileState::Failed {
                        Remedies { failure: why.clone(), beside: Beside { file: Some(id), ..Beside::default() } }
                    }
                    Technical { failure: why, about: vec![Subject::File(id)] }
                }
            }
            if file.state == FileState::Offered && incoming {
                div { class: "btns file-answer",
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
            }
        }
    }
}

const fn state_key(file: &File) -> &'static str {
    match (file.state, file.direction) {
        (FileState::Offered, Direction::In) => "file-offered",
        (FileState::Offered, Direction::Out) | (FileState::Queued, _) => "file-queued",
        (FileState::Active, Direction::In) => "file-receiving",
        (FileState::Active, Direction::Out) => "file-sending",
        (FileState::Paused, _) => "file-paused",
        (FileState::Done, Direction::In) => "file-received",
        (FileState::Done, Direction::Out) => "file-sealed",
        (FileState::Failed, _) => "file-failed",
        (FileState::Gone, _) => "file-gone",
    }
}

/// What can be done with a transfer now: pause, go on, end, write out.
#[component]
pub(crate) fn Turns(
    /// The file.
    file: File,
) -> Element {
    let words = use_words();
    let id = file.file;
    let outgoing = file.direction == Direction::Out;
    let (pause, resume, cancel, save) = match (file.state, outgoing) {
        (FileState::Active, _) | (FileState::Queued, false) => (true, false, true, false),
        (FileState::Paused, _) | (FileState::Failed, false) => (false, true, true, false),
        (FileState::Done, true) => (false, false, true, false),
        (FileState::Done, false) => (false, false, false, true),
        (FileState::Queued | FileState::Failed, true) | (FileState::Offered | FileState::Gone, _) => {
            (false, false, false, false)
        }
    };
    let written = use_main(move |main| main.outside.at(id).is_some());
    let opens = save && outside::ending(&file.mime).is_some();
    let end = words.say(if outgoing { "withdraw" } else { "cancel" });
    rsx! {
        span { class: "file-acts",
            if pause {
                Turn { glyph: Glyph::Pause, label: words.say("pause"), act: Act::PauseFile(id) }
            }
            if resume {
                Turn { glyph: Glyph::Play, label: words.say("resume"), act: Act::ResumeFile(id) }
            }
            if cancel {
                Turn { glyph: Glyph::Cross, label: end, act: Act::CancelFile(id) }
            }
            if opens {
                Turn { glyph: Glyph::Open, label: words.say("open-file"), act: Act::OpenFile(id) }
            }
            if save && written() == Some(true) {
                Turn { glyph: Glyph::Folder, label: words.say("show-in-folder"), act: Act::Reveal(id) }
            }
            if save {
                Turn { glyph: Glyph::Save, label: words.say("save-as"), act: Act::SaveFile(id) }
            }
        }
    }
}

#[component]
fn Turn(glyph: Glyph, label: String, act: Act) -> Element {
    let ui = use_ui();
    rsx! {
        IconButton {
            label,
            glyph,
            small: true,
            onclick: move |()| ui.send(Event::Main(act.clone())),
        }
    }
}
