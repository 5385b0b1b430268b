//! A backup instead of an invitation: the messages of another computer, or of before.

use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::command::Typed;
use crate::components::{AuthFrame, ErrorNote, FilePick, Glyph, Hint, Secrecy, TextField};
use crate::name;
use crate::state::enrol::{Act, Enrol as Run};
use crate::state::{Event, field};

use super::Onward;

#[component]
pub(super) fn Restore(run: Run) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut typed = use_signal(Typed::default);
    let chosen = run.backup.as_ref().and_then(|path| path.file_name());
    let chosen = chosen.map(|file| name::shown(&file.to_string_lossy(), ""));
    rsx! {
        AuthFrame {
            wide: true,
            onsubmit: move |()| ui.send(Event::Enrol(Act::Restore(typed.peek().clone()))),
            h1 { {words.say("restore-title")} }
            p { class: "lede", {words.say("restore-lede")} }
            if run.instead {
                Hint { text: words.say("restore-instead") }
            }
            if let Some(folder) = run.aside.clone() {
                Hint { text: words.with("restore-aside", &[("name", folder.into())]) }
            }
            div { class: "btns",
                FilePick {
                    label: chosen.clone().unwrap_or_else(|| words.say("choose-backup")),
                    name: words.say("choose-backup"),
                    glyph: if chosen.is_some() { Glyph::Check } else { Glyph::Archive },
                    accept: "*/*",
                    onpick: move |path| ui.send(Event::Enrol(Act::Backup(path))),
                }
            }
            div { class: "field-group",
                TextField {
                    id: field::PASSWORD,
                    label: words.say("backup-passphrase"),
                    secrecy: Secrecy::Hidden,
                    wrong: run.failure.is_some(),
                    oninput: move |text| typed.set(Typed::new(text)),
                }
                if let Some(failure) = run.failure {
                    ErrorNote { failure }
                } else {
                    Hint { text: words.say("restore-then") }
                }
            }
            Onward {
                label: words.say(if run.busy { "restoring" } else { "restore" }),
                busy: run.busy,
                ready: chosen.is_some() && !typed.read().text().is_empty(),
            }
        }
    }
}
