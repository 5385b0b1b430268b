//! A question before something that cannot be taken back: it names the thing and the consequence, and the button
//! repeats the verb. The keyboard is on the button that changes nothing.

use std::path::Path;

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Kind};
use crate::name;
use crate::state::Event;
use crate::state::main::{Act, Main};
use crate::state::overlay::Confirm as Question;

use super::{Cancel, Dialog};

#[component]
pub(super) fn Confirm(confirm: Question) -> Element {
    let ui = use_ui();
    let words = use_words();
    let named = use_main(move |main| named(main, confirm));
    let name = named().unwrap_or_default();
    let place = use_main(move |main| match confirm {
        Question::OpenFile(file) => {
            let at = main.outside.at(file);
            let folder = at.and_then(Path::parent).or(main.outside.folder.as_deref());
            Some((at.is_some(), name::shown(&folder?.to_string_lossy(), "")))
        }
        _ => None,
    });
    let place = place().flatten();
    let (written, folder) = place.clone().unwrap_or_default();
    let (title, lede, verb) = match confirm {
        Question::Block(_) => ("confirm-block", "confirm-block-means", "block"),
        Question::CancelFile(_) => ("confirm-cancel", "confirm-cancel-means", "cancel-transfer"),
        Question::Withdraw(_) => ("confirm-withdraw", "confirm-withdraw-means", "withdraw"),
        Question::AcceptKey(_) => ("confirm-accept", "confirm-accept-means", "accept-and-send"),
        Question::Delete { everyone: false, .. } => {
            ("confirm-delete-here", "confirm-delete-here-means", "delete-here")
        }
        Question::Delete { everyone: true, .. } => {
            ("confirm-delete-there", "confirm-delete-there-means", "delete-there")
        }
        Question::OpenFile(_) if written => ("open-outside", "open-written-means", "open-file"),
        Question::OpenFile(_) => ("open-outside", "open-outside-means", "open-file"),
        Question::Erase(_) => ("confirm-erase", "confirm-erase-means", "delete-conversation"),
        Question::SignOut => ("confirm-sign-out", "confirm-sign-out-means", "sign-out"),
    };
    let counted = use_main(move |main| match (confirm, main.held) {
        (Question::Erase(user), Some((with, counts))) if with == user => {
            Some((counts.messages, counts.files))
        }
        (Question::Erase(_), _) => None,
        (Question::OpenFile(file), _) if main.outside.at(file).is_none() && main.outside.folder.is_none() => {
            None
        }
        _ => Some((0, 0)),
    });
    let counted = counted().flatten();
    let (messages, files) = counted.unwrap_or_default();
    let variables = [
        ("name", name.into()),
        ("messages", messages.into()),
        ("files", files.into()),
        ("folder", folder.into()),
    ];
    rsx! {
        Dialog {
            title: words.with(title, &variables),
            small: true,
            foot: rsx! {
                Cancel {}
                Button {
                    label: words.say(verb),
                    kind: Kind::Danger,
                    disabled: counted.is_none(),
                    onclick: move |()| {
                        if let Question::Erase(user) = confirm {
                            ui.set_draft(user, String::new());
                        }
                        ui.send(Event::Main(Act::Confirmed(confirm)));
                    },
                }
            },
            if counted.is_some() {
                p { class: "lede", {words.with(lede, &variables)} }
            } else {
                p { class: "lede", role: "status", {words.say("opening")} }
            }
        }
    }
}

fn named(main: &Main, confirm: Question) -> String {
    match confirm {
        Question::Block(user) | Question::AcceptKey(user) | Question::Erase(user) => {
            main.roster.person(user).map(|person| person.name()).unwrap_or_default()
        }
        Question::CancelFile(file) | Question::Withdraw(file) | Question::OpenFile(file) => {
            main.known_file(file).map(|file| name::shown(&file.name, "")).unwrap_or_default()
        }
        Question::Delete { .. } => {
            let person = main.open.as_ref().and_then(|open| main.roster.person(open.with));
            person.map(|person| person.name()).unwrap_or_default()
        }
        Question::SignOut => String::new(),
    }
}
