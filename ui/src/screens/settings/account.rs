//! The password, signing out, and everything of the account: to a file, and off this computer.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::command::Typed;
use crate::components::{Button, ErrorNote, Glyph, Icon, Kind, PasswordMeter, Secrecy, TextField, Wrong};
use crate::state::account::{self, Change};
use crate::state::main::Act;
use crate::state::overlay::{Confirm, Overlay};
use crate::state::{Event, field};

use super::{Group, Setting};

#[component]
pub(super) fn Account() -> Element {
    let ui = use_ui();
    let words = use_words();
    let done = use_main(|main| main.account.change == Change::Done);
    let logged_in = use_main(|main| main.logged_in);
    let forbidden = use_main(|main| main.policy.as_ref().is_some_and(|policy| !policy.export));
    let forbidden = forbidden() == Some(true);
    rsx! {
        Group { label: words.say("password"),
            if done() == Some(true) {
                div { class: "callout ok", role: "status",
                    Icon { glyph: Glyph::Check }
                    p { {words.say("password-changed")} }
                }
            } else if logged_in() == Some(true) {
                Form {}
            } else {
                p { class: "callout", {words.say("password-needs-server")} }
            }
        }
        Group { label: words.say("session"),
            Setting { label: words.say("sign-out"), hint: words.say("sign-out-hint"),
                Button {
                    label: words.say("sign-out"),
                    icon: Glyph::Logout,
                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::Confirm(Confirm::SignOut)))),
                }
            }
        }
        Group { label: words.say("this-computer"),
            Setting {
                label: words.say("export-data"),
                hint: words.say(if forbidden { "export-data-forbidden" } else { "export-data-hint" }),
                if !forbidden {
                    Button {
                        label: words.say("export-data-open"),
                        onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::ExportData))),
                    }
                }
            }
            Setting { label: words.say("erase-all"), hint: words.say("erase-all-hint"),
                Button {
                    label: words.say("erase-all-open"),
                    onclick: move |()| ui.send(Event::Main(Act::Show(Overlay::EraseAll))),
                }
            }
        }
    }
}

#[component]
fn Form() -> Element {
    let ui = use_ui();
    let words = use_words();
    let account = use_main(|main| main.account.clone());
    let mut old = use_signal(Typed::default);
    let mut new = use_signal(Typed::default);
    let mut again = use_signal(Typed::default);
    let mut code = use_signal(Typed::default);
    let Some(account) = account() else { return rsx! {} };
    let busy = account.change == Change::Busy;
    let good = account.verdict.as_ref().is_some_and(|verdict| verdict.reasons.is_empty());
    rsx! {
        form {
            class: "card-in form",
            onsubmit: move |event| {
                event.prevent_default();
                let act = account::Act::Change {
                    old: old.peek().clone(),
                    new: new.peek().clone(),
                    again: again.peek().clone(),
                    code: code.peek().clone(),
                };
                ui.send(Event::Main(Act::Account(act)));
            },
            TextField {
                id: field::PASSWORD_OLD,
                label: words.say("password-now"),
                secrecy: Secrecy::Hidden,
                autocomplete: "current-password",
                wrong: account.failure.is_some(),
                oninput: move |text| old.set(Typed::new(text)),
            }
            div { class: "field-group",
                TextField {
                    id: field::PASSWORD,
                    label: words.say("new-password"),
                    secrecy: Secrecy::Hidden,
                    autocomplete: "new-password",
                    oninput: move |text: String| {
                        let typed = Typed::new(text);
                        new.set(typed.clone());
                        ui.send(Event::Main(Act::Account(account::Act::Type(typed))));
                    },
                }
                PasswordMeter { verdict: account.verdict.clone() }
            }
            TextField {
                id: field::PASSWORD_AGAIN,
                label: words.say("password-again"),
                secrecy: Secrecy::Hidden,
                autocomplete: "new-password",
                wrong: account.change == Change::Differ,
                error: "error-again",
                oninput: move |text| again.set(Typed::new(text)),
            }
            if account.change == Change::Differ {
                Wrong { id: "error-again", text: words.say("passwords-differ") }
            }
            TextField {
                id: field::CODE,
                label: words.say("one-time-code"),
                autocomplete: "one-time-code",
                longest: 16,
                oninput: move |text: String| code.set(Typed::new(text.chars().filter(char::is_ascii_digit).collect())),
            }
            if let Some(failure) = account.failure.clone() {
                ErrorNote { failure }
            }
            div { class: "btns",
                Button {
                    label: words.say(if busy { "changing-password" } else { "change-password" }),
                    kind: Kind::Primary,
                    submit: true,
                    disabled: busy || !good || code.read().text().len() != 6,
                }
            }
        }
    }
}
