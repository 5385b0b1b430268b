//! Where a message is written. Enter sends, Shift+Enter breaks the line. The field is never written back to; the
//! shell empties it once the text was handed over, and a draft waits for each person as long as the window lives.

mod full;
mod shortcode;

use conclave_peer::model::{Message, UserId};
use dioxus::html::HasFileData;
use dioxus::prelude::*;

use crate::app::{Ui, use_ui, use_words};
use crate::state::conversation::in_one_line;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::main::full::LONGEST;
use crate::state::overlay::Overlay;
use crate::state::shortcut::{self, Shortcut};
use crate::state::{Event, Page, Screen, field};

use super::{Emoji, Glyph, Icon, IconButton};
use full::TooLong;

/// Lines shown before the field scrolls.
const LINES: usize = 8;
/// Letters of a line at the usual width, for a guess at how text wraps; wide scripts take two places.
const WIDTH: usize = 84;

/// The composer for one person.
#[component]
pub(crate) fn Composer(
    /// To whom.
    to: UserId,
    /// Their name.
    name: String,
    /// The message that is answered.
    reply: Option<Message>,
    /// The message whose text is changed.
    edit: Option<Message>,
) -> Element {
    let ui = use_ui();
    rsx! {
        div {
            class: "compose",
            "data-region": "composer",
            ondragover: move |event| event.prevent_default(),
            ondrop: move |event| {
                event.prevent_default();
                let paths = event.files().iter().map(|file| file.path()).collect();
                ui.send(Event::Main(Act::Attach(paths)));
            },
            Emoji {}
            TooLong { to }
            // Keys only count in lists: a list of one, so that each person has a field of their own, filled once with
            // their draft.
            for id in [edit.as_ref().map(|message| message.id)] {
                if let (Some(id), Some(message)) = (id, edit.clone()) {
                    EditField { key: "{id}", to, message }
                } else {
                    Field { key: "{to}", to, name: name.clone(), reply: reply.clone() }
                }
            }
        }
    }
}

#[component]
fn Field(to: UserId, name: String, reply: Option<Message>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let enter_sends = use_memo(move || ui.state.read().settings.enter_sends);
    let draft = use_hook(|| ui.draft(to));
    let mut empty = use_signal(|| ui.draft(to).trim().is_empty());
    let mut lines = use_signal(|| rows(&ui.draft(to)));
    let mut pasted = use_signal(|| false);
    let label = words.with("message-to", &[("name", name.clone().into())]);
    let mut send = move || {
        let text = ui.draft(to);
        if text.trim().is_empty() {
            return;
        }
        empty.set(true);
        lines.set(1);
        ui.send(Event::Main(Act::Send { to, text }));
        ui.sent(to);
    };
    rsx! {
        div { class: "composer", role: "form", "aria-label": words.say("composer"),
            if let Some(message) = reply {
                Answered { message, name }
            }
            div { class: "composer-row",
                Attach {}
                textarea {
                    id: "{field::COMPOSER}-{to}",
                    rows: "{lines}",
                    dir: "auto",
                    maxlength: "{LONGEST}",
                    "aria-label": "{label}",
                    placeholder: "{label}",
                    initial_value: "{draft}",
                    oninput: move |event| {
                        let before = ui.draft(to);
                        let text = written(ui, &before, event.value());
                        full::tell(ui, to, &before, &text, pasted.replace(false));
                        let (is_empty, count) = (text.trim().is_empty(), rows(&text));
                        if *empty.peek() != is_empty {
                            empty.set(is_empty);
                        }
                        if *lines.peek() != count {
                            lines.set(count);
                        }
                        if is_empty != before.trim().is_empty() {
                            ui.send(Event::Main(Act::Typing(to, !is_empty)));
                        }
                        ui.set_draft(to, text);
                    },
                    onpaste: move |_| {
                        pasted.set(true);
                        full::pasting(ui, to, &ui.draft(to));
                        ui.send(Event::Main(Act::PastePicture));
                    },
                    onkeydown: move |event| {
                        let held = event.modifiers();
                        let enter = event.key() == Key::Enter && !event.is_composing() && !held.shift();
                        if enter && (enter_sends() || held.ctrl()) {
                            event.prevent_default();
                            event.stop_propagation();
                            ui.stir();
                            send();
                        } else if event.key() == Key::ArrowUp && empty() && held.is_empty() {
                            event.prevent_default();
                            event.stop_propagation();
                            ui.send(Event::Main(Act::EditLast));
                        }
                    },
                }
                button {
                    class: "icon-btn",
                    r#type: "button",
                    "aria-label": words.say("key-emoji"),
                    title: words.say("key-emoji"),
                    "aria-haspopup": "dialog",
                    "aria-keyshortcuts": shortcut::aria(Shortcut::Emoji),
                    onclick: move |_| {
                        let open = matches!(&ui.state.peek().screen, Screen::Main(main) if main.overlay == Some(Overlay::Emoji));
                        ui.send(Event::Main(if open { Act::Dismiss } else { Act::Show(Overlay::Emoji) }));
                    },
                    Icon { glyph: Glyph::Emoji }
                }
                button {
                    class: "send",
                    r#type: "button",
                    "aria-label": words.say("send"),
                    title: words.say("send"),
                    "aria-keyshortcuts": if enter_sends() { "Enter" } else { "Control+Enter" },
                    disabled: empty(),
                    onclick: move |_| send(),
                    Icon { glyph: Glyph::Send }
                }
            }
        }
    }
}

/// The text of a message of mine while it is changed. The draft of the next message waits.
#[component]
fn EditField(to: UserId, message: Message) -> Element {
    let ui = use_ui();
    let words = use_words();
    let id = message.id;
    let mut text = use_signal(|| message.text.clone());
    let mut pasted = use_signal(|| false);
    let save = move || {
        let text = text.peek().clone();
        ui.send(Event::Main(Act::SaveEdit { id, text }));
    };
    rsx! {
        div { class: "composer", role: "form", "aria-label": words.say("edit-message"),
            div { class: "composer-part",
                div {
                    b { {words.say("edit-message")} }
                    span { class: "trunc", dir: "auto", {in_one_line(words, &message)} }
                }
                IconButton {
                    label: words.say("cancel"),
                    glyph: Glyph::Cross,
                    small: true,
                    size: 16,
                    onclick: move |()| ui.send(Event::Main(Act::Edit(None))),
                }
            }
            div { class: "composer-row",
                textarea {
                    id: "{field::COMPOSER}-{id}",
                    rows: "{rows(&message.text)}",
                    dir: "auto",
                    maxlength: "{LONGEST}",
                    "aria-label": words.say("edit-message"),
                    initial_value: "{message.text}",
                    oninput: move |event| {
                        let after = written(ui, &text.peek(), event.value());
                        full::tell(ui, to, &text.peek(), &after, pasted.replace(false));
                        text.set(after);
                    },
                    onpaste: move |_| {
                        pasted.set(true);
                        full::pasting(ui, to, &text.peek());
                    },
                    onkeydown: move |event| {
                        if event.key() == Key::Enter && !event.is_composing() && !event.modifiers().shift() {
                            event.prevent_default();
                            event.stop_propagation();
                            save();
                        }
                    },
                }
                button {
                    class: "send",
                    r#type: "button",
                    "aria-label": words.say("save"),
                    title: words.say("save"),
                    disabled: text.read().trim().is_empty(),
                    onclick: move |_| save(),
                    Icon { glyph: Glyph::Check }
                }
            }
        }
    }
}

/// What stands in the field after a key, with the emoji of a short code that the key completed. The field follows.
fn written(ui: Ui, before: &str, after: String) -> String {
    let Some((code, emoji, text)) = shortcode::completed(before, &after) else { return after };
    ui.act(Page::Swap(code, emoji));
    text
}

/// The button that asks for files. The system's own dialog stands behind it.
#[component]
fn Attach() -> Element {
    let ui = use_ui();
    let words = use_words();
    rsx! {
        label { class: "icon-btn file-pick", title: words.say("key-attach"),
            Icon { glyph: Glyph::Attach }
            input {
                id: field::ATTACH,
                class: "vh",
                r#type: "file",
                multiple: true,
                "aria-label": words.say("key-attach"),
                "aria-keyshortcuts": shortcut::aria(Shortcut::Attach),
                onchange: move |event| {
                    let paths = event.files().iter().map(|file| file.path()).collect();
                    ui.send(Event::Main(Act::Attach(paths)));
                },
            }
        }
    }
}

/// The message that is answered, above the field.
#[component]
fn Answered(message: Message, name: String) -> Element {
    let ui = use_ui();
    let words = use_words();
    let author = if is_incoming(&message) { name } else { words.say("you") };
    rsx! {
        div { class: "composer-part", role: "group", "aria-label": words.say("reply"),
            div {
                b { bdi { "{author}" } }
                span { class: "trunc", dir: "auto", {in_one_line(words, &message)} }
            }
            IconButton {
                label: words.say("cancel-reply"),
                glyph: Glyph::Cross,
                small: true,
                size: 16,
                onclick: move |()| ui.send(Event::Main(Act::Reply(None))),
            }
        }
    }
}

/// Lines the field needs, at least one and at most [`LINES`].
fn rows(text: &str) -> usize {
    let width =
        |line: &str| line.chars().map(|letter| if letter < '\u{2e80}' { 1 } else { 2 }).sum::<usize>();
    let lines = text.split('\n').map(|line| width(line).div_ceil(WIDTH).max(1));
    lines.sum::<usize>().clamp(1, LINES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_lines_has_its_height() {
        let sheet = include_str!("composer/style.css");
        let height =
            |lines: usize| format!("textarea[rows=\"{lines}\"] {{ block-size: {}px; }}", lines * 22 + 14);
        assert!(sheet.contains("textarea { contain: strict; block-size: 36px; }"));
        assert!((2..=LINES).all(|lines| sheet.contains(&height(lines))));
    }

    #[test]
    fn the_field_grows_with_its_text_up_to_a_bound() {
        assert_eq!(rows(""), 1);
        assert_eq!(rows("one\ntwo\n"), 3);
        assert_eq!(rows(&"a".repeat(WIDTH + 1)), 2);
        assert_eq!(rows(&"合".repeat(WIDTH)), 2);
        assert_eq!(rows(&"\n".repeat(1000)), LINES);
    }
}
