//! The question before everything of the account leaves this computer: what goes, what others keep, what it takes to come
//! back. The user name and the password are typed; the keyboard is on the button that changes nothing (UI §3.I).

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::command::Typed;
use crate::components::{Button, Kind, TextField, Wrong};
use crate::state::main::Act;
use crate::state::{Event, field};

use super::{Cancel, Dialog, Proof};

/// The id of the words beside the field that was wrong.
const ERROR: &str = "error-erase";

#[component]
pub(super) fn EraseAll() -> Element {
    let ui = use_ui();
    let words = use_words();
    let erasing = use_main(|main| main.erasing.clone());
    let erasing = erasing().unwrap_or_default();
    let account = use_main(|main| main.me.as_ref().map(|me| me.name.clone()));
    let account = account().flatten().unwrap_or_default();
    let mut name = use_signal(String::new);
    let mut password = use_signal(Typed::default);
    let wrong_name = erasing.wrong_name();
    let ready = !name.read().trim().is_empty() && !password.read().text().is_empty();
    rsx! {
        form {
            onsubmit: move |event| {
                event.prevent_default();
                let (confirm, password) = (name.peek().clone(), password.peek().clone());
                ui.send(Event::Main(Act::EraseAll { confirm, password }));
            },
            Dialog {
                title: words.say("confirm-erase-all"),
                foot: rsx! {
                    Cancel { disabled: erasing.busy }
                    Button {
                        label: words.say(if erasing.busy { "erasing-all" } else { "erase-all" }),
                        kind: Kind::Danger,
                        submit: true,
                        disabled: erasing.busy || !ready,
                    }
                },
                Goes {}
                p { class: "lede", {words.say("erase-all-others")} }
                p { class: "lede", {words.say("erase-all-final")} }
                p { class: "lede", {words.say("erase-all-account")} }
                div { class: "form",
                    div { class: "field-group",
                        TextField {
                            id: field::ERASE_NAME,
                            label: words.with("erase-all-name", &[("name", account.into())]),
                            longest: 64,
                            wrong: wrong_name,
                            error: ERROR,
                            oninput: move |text| name.set(text),
                        }
                        if wrong_name {
                            Wrong { id: ERROR, text: words.say("erase-all-name-wrong") }
                        }
                    }
                    Proof {
                        id: field::ERASE_PASSWORD,
                        error: ERROR,
                        failure: erasing.failure.clone().filter(|_| !wrong_name),
                        wrong: "erase-all-password-wrong",
                        oninput: move |typed| password.set(typed),
                    }
                }
            }
        }
    }
}

/// What leaves this computer, in numbers once they are known.
#[component]
fn Goes() -> Element {
    let words = use_words();
    let measured = use_main(|main| {
        let total = main.storage.sizes.as_ref()?.total;
        Some((main.storage.conversations.len(), total))
    });
    let goes = match measured().flatten() {
        Some((n, bytes)) => {
            words.with("erase-all-goes", &[("n", n.into()), ("size", words.size(bytes).into())])
        }
        None => words.say("erase-all-goes-unmeasured"),
    };
    rsx! {
        p { class: "lede", role: "status", {goes} }
    }
}
