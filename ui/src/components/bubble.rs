//! A message in the timeline. Its text is only ever text: no markup, no address, no script comes out of it.

use conclave_peer::model::{CustodyKind, Message, MessageState};
use dioxus::prelude::*;
use jiff::tz::TimeZone;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::dates;
use crate::i18n::Words;
use crate::state::Event;
use crate::state::conversation::Unsent;
use crate::state::main::{Act, failure_of};
use crate::state::timeline::Item;

use super::{Button, Delivery, FileCard, Glyph, Icon};

/// Messages of at most so many emoji, and nothing else, are shown large.
const JUMBO: usize = 5;

/// A bubble; mine at the end, theirs at the start.
#[component]
pub(crate) fn Bubble(
    /// The message and its place in its group.
    item: Item,
    /// The other person's name, for the words of the delivery state.
    name: String,
    /// Bytes done of its file, when told since.
    done: Option<u64>,
    /// Whether its state is said in words below it: the newest message of mine.
    spoken: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let Item { message, mine, first, last, unread } = item;
    let id = message.id;
    let class = format!(
        "msg{}{}{}",
        if mine { " mine" } else { "" },
        if first { " first" } else { "" },
        if last { " last" } else { "" }
    );
    let jumbo = message.file.is_none() && is_jumbo(&message.text);
    let clock = dates::clock(message.time, &zone);
    let state = mine.then(|| state_words(words, &message, &name, now(), &zone));
    let author = if mine { words.say("you") } else { name };
    let failed = message.state == MessageState::Failed;
    rsx! {
        if let Some(count) = unread {
            li { class: "unread-line", role: "separator",
                span { {words.with("new-messages", &[("n", count.into())])} }
            }
        }
        li { class, "aria-label": "{author}, {clock}",
            div { class: if jumbo { "jumbo" } else if message.file.is_some() { "bubble filecard" } else { "bubble" },
                if let Some(file) = message.file.clone() {
                    FileCard { file, done }
                }
                p { class: if jumbo { "jumbo-text" } else { "text" }, dir: "auto",
                    if message.unknown_kind.is_some() {
                        {words.say("needs-newer")}
                    } else {
                        "{message.text}"
                    }
                    span { class: "meta", dir: "ltr",
                        if message.clock_suspect == Some(true) {
                            span { class: "warn", role: "img", "aria-label": words.say("clock-suspect"),
                                Icon { glyph: Glyph::Alert, size: 14 }
                            }
                        }
                        time { "{clock}" }
                        if let Some(label) = state.clone() {
                            Delivery { state: message.state, label }
                        }
                    }
                }
            }
            if let Some(label) = state.filter(|_| spoken || failed) {
                div { class: if failed { "state-line danger" } else { "state-line" },
                    span { "{label}" }
                    if failed {
                        Button {
                            label: words.say("try-again"),
                            kind: super::Kind::Quiet,
                            small: true,
                            onclick: move |()| ui.send(Event::Main(Act::Retry(id))),
                        }
                    }
                }
            }
        }
    }
}

/// Text on its way to the engine, or refused by it: nothing typed is lost.
#[component]
pub(crate) fn UnsentBubble(
    /// The text and its fate.
    unsent: Unsent,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let number = unsent.number;
    rsx! {
        li { class: "msg mine first last unsent",
            div { class: "bubble",
                p { class: "text", dir: "auto", "{unsent.text}" }
            }
            if let Some(failure) = unsent.failure {
                div { class: "state-line danger", role: "alert",
                    span { {words.failure(&failure)} }
                    Button {
                        label: words.say("try-again"),
                        kind: super::Kind::Quiet,
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::TryAgain(number))),
                    }
                    Button {
                        label: words.say("delete"),
                        kind: super::Kind::Quiet,
                        small: true,
                        onclick: move |()| ui.send(Event::Main(Act::Drop(number))),
                    }
                }
            }
        }
    }
}

/// The words of a delivery state (UI §3.C), with the time of the newest proof.
fn state_words(words: Words, message: &Message, name: &str, now: u64, zone: &TimeZone) -> String {
    let proven = |kind: CustodyKind| message.custody.iter().rev().find(|step| step.step == kind);
    let clock = |kind| proven(kind).map(|step| dates::clock(step.time, zone)).unwrap_or_default();
    match message.state {
        MessageState::Saved if proven(CustodyKind::DropBoxExpired).is_some() => {
            words.with("state-expired", &[("name", name.into())])
        }
        MessageState::Saved => words.say("state-saved"),
        MessageState::Waiting => words.with("state-waiting", &[("name", name.into())]),
        MessageState::Sending => words.say("state-sending"),
        MessageState::InDropBox => {
            let until = proven(CustodyKind::InDropBox).and_then(|step| step.until);
            let when = until.map(|until| words.day(dates::day(until, now, zone))).unwrap_or_default();
            words.with("state-drop-box", &[("when", when.into())])
        }
        MessageState::Delivered => words.with(
            "state-delivered",
            &[("name", name.into()), ("time", clock(CustodyKind::Delivered).into())],
        ),
        MessageState::Read => words.with("state-read", &[("time", clock(CustodyKind::Read).into())]),
        MessageState::Failed => message.error.as_ref().map_or_else(
            || words.say("state-failed"),
            |fault| {
                let why = words.failure(&failure_of(&fault.code));
                words.with("state-failed-why", &[("why", why.into())])
            },
        ),
        MessageState::Received => String::new(),
    }
}

/// Whether a text is a few emoji and nothing else.
fn is_jumbo(text: &str) -> bool {
    let mut pictures = 0;
    for letter in text.trim().chars() {
        match letter {
            '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' | ' ' => {}
            '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' => pictures += 1,
            _ => return false,
        }
    }
    (1..=JUMBO).contains(&pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_emoji_alone_are_large() {
        assert!(is_jumbo("👏✨"));
        assert!(is_jumbo("❤️"));
        assert!(!is_jumbo("👏 ok"));
        assert!(!is_jumbo(""));
        assert!(!is_jumbo(&"👏".repeat(6)));
    }
}
