//! What lies on this computer: how much, and copies of it.

use conclave_peer::model::UserId;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::command::Typed;
use crate::components::{Avatar, Button, ErrorNote, Glyph, Hint, Kind, Secrecy, TextField, Wrong};
use crate::name;
use crate::state::main::{Act, Main};
use crate::state::overlay::{Confirm, Overlay};
use crate::state::storage::{self, Work};
use crate::state::{Event, field};

use super::{Group, Setting};

/// Letters of the shortest passphrase of a copy (the engine refuses shorter ones): it can be guessed unnoticed.
const SHORTEST: usize = 12;

#[component]
pub(super) fn Storage() -> Element {
    let ui = use_ui();
    let words = use_words();
    let storage = use_main(|main| main.storage.clone());
    let Some(storage) = storage() else { return rsx! {} };
    let Some(sizes) = storage.sizes else {
        return rsx! {
            if let Some(failure) = storage.failure {
                ErrorNote { failure }
            } else {
                p { class: "hint", role: "status", {words.say("opening")} }
            }
        };
    };
    let compacting = storage.work == Some(Work::Compacting);
    let parts = [
        ("storage-total", sizes.total),
        ("storage-journal", sizes.journal),
        ("storage-index", sizes.index),
        ("storage-blobs", sizes.blobs),
    ];
    rsx! {
        Group { label: words.say("storage-here"),
            for (key , bytes) in parts {
                div { key: "{key}", class: "set",
                    b { {words.say(key)} }
                    span { class: "num", {words.size(bytes)} }
                }
            }
            Setting { label: words.say("compact"), hint: words.say("compact-hint"),
                Button {
                    label: words.say(if compacting { "compacting" } else { "compact-now" }),
                    disabled: storage.work.is_some(),
                    onclick: move |()| ui.send(Event::Main(Act::Storage(storage::Act::Compact))),
                }
            }
            if let Some(freed) = storage.freed {
                p { class: "callout ok", role: "status", {words.with("compacted", &[("size", words.size(freed).into())])} }
            }
            if let Some(failure) = storage.failure.clone() {
                div { class: "card-in", ErrorNote { failure } }
            }
        }
        Group { label: words.say("storage-conversations"),
            if storage.conversations.is_empty() {
                div { class: "card-in", Hint { text: words.say("storage-none") } }
            }
            for (user , bytes) in storage.conversations.iter().copied() {
                Conversation { key: "{user}", user, bytes }
            }
        }
        Group { label: words.say("backup"),
            Copy { storage: storage.clone() }
            div { class: "set", small { {words.say("restore-how")} } }
        }
    }
}

#[component]
fn Conversation(user: UserId, bytes: u64) -> Element {
    let ui = use_ui();
    let words = use_words();
    let name = use_main(move |main: &Main| main.roster.person(user).map(|person| person.name()));
    let name = name().flatten().unwrap_or_else(|| words.say("no-name"));
    rsx! {
        div { class: "set",
            div { class: "person",
                Avatar { user, name: name.clone(), size: "s" }
                b { bdi { "{name}" } }
            }
            div { class: "btns",
                span { class: "num", {words.size(bytes)} }
                Button {
                    label: words.say("clear"),
                    name: words.with("clear-name", &[("name", name.into())]),
                    small: true,
                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::Erase(user))))),
                }
            }
        }
    }
}

/// A copy of everything, sealed.
#[component]
fn Copy(storage: storage::Storage) -> Element {
    let ui = use_ui();
    let words = use_words();
    let mut passphrase = use_signal(Typed::default);
    let mut again = use_signal(Typed::default);
    let busy = storage.work == Some(Work::BackingUp);
    let short = passphrase.read().text().chars().count() < SHORTEST;
    rsx! {
        form {
            class: "card-in form",
            onsubmit: move |event| {
                event.prevent_default();
                let act = storage::Act::BackUp { passphrase: passphrase.peek().clone(), again: again.peek().clone() };
                ui.send(Event::Main(Act::Storage(act)));
            },
            Hint { text: words.say("backup-hint") }
            TextField {
                id: field::PASSWORD,
                label: words.say("backup-passphrase"),
                secrecy: Secrecy::Hidden,
                autocomplete: "new-password",
                oninput: move |text| passphrase.set(Typed::new(text)),
            }
            TextField {
                id: field::PASSWORD_AGAIN,
                label: words.say("backup-again"),
                secrecy: Secrecy::Hidden,
                autocomplete: "new-password",
                wrong: storage.differ,
                oninput: move |text| again.set(Typed::new(text)),
            }
            if storage.differ {
                Wrong { text: words.say("backup-differ") }
            }
            if let Some((name, contents)) = storage.copy {
                p { class: "hint", role: "status",
                    {words.with("backup-done", &[
                        ("name", name::shown(&name, "").into()),
                        ("messages", contents.messages.into()),
                        ("files", contents.files.into()),
                        ("size", words.size(contents.bytes).into()),
                    ])}
                }
            }
            div { class: "btns",
                Button {
                    label: words.say(if busy { "backing-up" } else { "back-up" }),
                    icon: Glyph::Save,
                    kind: Kind::Primary,
                    submit: true,
                    disabled: storage.work.is_some() || short,
                }
            }
        }
    }
}
