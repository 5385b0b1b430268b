//! A message in the timeline. Its text is only ever text: no markup, no address, no script comes out of it.

mod custody;
mod menu;
mod quote;
mod reactions;
mod text;
mod unsent;
mod words;

use conclave_peer::model::{Message, MessageState, Target};
use dioxus::prelude::*;

use crate::app::{use_now, use_ui, use_words, use_zone};
use crate::i18n::Words;
use crate::name;
use crate::state::Event;
use crate::state::conversation::in_one_line;
use crate::state::main::{Act, failure_of};
use crate::state::preview::Kind as ViewKind;
use crate::state::remedy::Beside;
use crate::state::technical::Subject;
use crate::state::timeline::Item;
use crate::state::transfers::Progress;

use super::{Button, Delivery, FileCard, Glyph, Icon, Media, Remedies, Technical};
use custody::CustodyLine;
use menu::{Bar, Menu};
use quote::Quote;
use reactions::Reactions;
use text::Text;

pub(crate) use text::addresses;
pub(crate) use unsent::UnsentBubble;
pub(crate) use words::state as state_words;

/// A bubble; mine at the end, theirs at the start.
#[component]
pub(crate) fn Bubble(
    /// The message and its place in its group.
    item: Item,
    /// The other person's name, for the words of the delivery state.
    name: String,
    /// How its file moves, when told.
    progress: Option<Progress>,
    /// Whether its state is said in words below it: the newest message of mine.
    spoken: bool,
    /// Whether its custody line is shown.
    custody: bool,
    /// Whether a search led to it.
    found: bool,
    /// Whether its menu is open.
    menu: bool,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    // The pointer or the keyboard was here: half of what a message is drawn from is its bar, and few are ever reached.
    let mut reached = use_signal(|| false);
    let mut reach = move || {
        if !*reached.peek() {
            reached.set(true);
        }
    };
    let Item { message, mine, first, last, unread } = item;
    let id = message.id;
    let with = match message.conversation {
        Target::User(user) => Some(user),
        _ => None,
    };
    let place = format!("{}{}", if first { " first" } else { "" }, if last { " last" } else { "" });
    let side = match (mine, found) {
        (true, true) => " mine found",
        (true, false) => " mine",
        (false, true) => " found",
        (false, false) => "",
    };
    let gone = message.deleted;
    let file = message.file.clone().filter(|_| gone.is_none());
    let viewed = file.as_ref().and_then(ViewKind::of);
    let jumbo = message.file.is_none() && message.reply_to.is_none() && text::is_jumbo(&message.text);
    let shape = match (&file, viewed) {
        _ if jumbo => "jumbo",
        (Some(_), Some(_)) => "bubble media",
        (Some(_), None) => "bubble filecard",
        (None, _) => "bubble",
    };
    let clock = words.clock(message.time, &zone);
    let state = mine.then(|| words::state(words, &message, &name, now(), &zone));
    let author = if mine { words.say("you") } else { name.clone() };
    let label = label(words, &author, &message, &clock, state.as_deref());
    let failed = message.state == MessageState::Failed;
    let bare = file.is_some() && message.text.trim().is_empty();
    rsx! {
        if let Some(count) = unread {
            li { class: "unread-line",
                span { {words.with("new-messages", &[("n", count.into())])} }
            }
        }
        li {
            class: "msg{side}{place}",
            id: "m-{id}",
            "data-message": "{id}",
            tabindex: "-1",
            "aria-label": "{label}",
            "aria-haspopup": "menu",
            onmouseenter: move |_| reach(),
            onfocusin: move |_| reach(),
            oncontextmenu: move |event| {
                event.prevent_default();
                ui.send(Event::Main(Act::Menu(Some(id))));
            },
            onkeydown: {
                let message = message.clone();
                move |event: KeyboardEvent| menu::pressed(ui, &message, &event)
            },
            div { class: if gone.is_some() { "bubble gone" } else { shape },
                if message.reply_to.is_some() {
                    Quote { quoted: message.quote.clone(), name: name.clone() }
                }
                if let Some(file) = file.clone() {
                    if let Some(kind) = viewed {
                        Media { file: file.clone(), kind }
                    }
                    if !matches!(viewed, Some(ViewKind::Picture)) {
                        FileCard { file, progress, name: name.clone() }
                    }
                }
                div { class: if jumbo { "jumbo-text" } else if bare { "text bare" } else { "text" }, dir: "auto",
                    if message.unknown_kind.is_some() {
                        {words.say("needs-newer")}
                    } else if let Some(deleted) = gone {
                        span { class: "muted", {words::deleted(words, deleted, &name)} }
                    } else {
                        Text { text: message.text.clone() }
                    }
                    span { class: "meta", dir: "ltr",
                        if message.clock_suspect == Some(true) {
                            span { class: "warn", role: "img", "aria-label": words.say("clock-suspect"),
                                Icon { glyph: Glyph::Alert, size: 14 }
                            }
                        }
                        if message.edited.is_some() {
                            span { {words.say("edited")} }
                        }
                        if message.expires_at.is_some() {
                            span { role: "img", "aria-label": words.say("disappears"), Icon { glyph: Glyph::Clock, size: 14 } }
                        }
                        time { "{clock}" }
                        if let Some(label) = state.clone() {
                            Delivery { state: message.state, label }
                        }
                    }
                }
                if reached() || menu {
                    Bar { id, open: menu }
                }
                if menu {
                    Menu { message: message.clone() }
                }
            }
            if !message.reactions.is_empty() {
                Reactions { message: message.clone(), name: name.clone() }
            }
            if custody {
                CustodyLine { message: message.clone(), name: name.clone() }
            } else if let Some(label) = state.filter(|_| spoken || failed) {
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
                    if let Some(fault) = message.error.clone() {
                        Remedies { failure: failure_of(&fault.code), beside: Beside { user: with, ..Beside::default() } }
                        Technical { failure: failure_of(&fault.code), about: vec![Subject::Message(id)] }
                    }
                }
            }
        }
    }
}

/// The name of a message: who, what, when, and where it is.
fn label(words: Words, author: &str, message: &Message, clock: &str, state: Option<&str>) -> String {
    let said = name::spoken(&in_one_line(words, message));
    let said =
        Some(format!("{author}: {said}")).filter(|_| !said.is_empty()).unwrap_or_else(|| author.to_owned());
    let edited = message.edited.is_some().then(|| words.say("edited"));
    let parts = [Some(said), Some(clock.to_owned()), edited, state.map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
