//! What is said for a moment at the foot of the window.

use dioxus::prelude::*;

use crate::app::{use_main, use_words};
use crate::name;
use crate::state::main::Said;

/// The note, if something is said.
#[component]
pub(crate) fn Toast() -> Element {
    let words = use_words();
    let note = use_main(|main| main.note.as_ref().map(|note| note.what.clone()));
    let text = match note().flatten() {
        Some(Said::Copied) => words.say("copied"),
        Some(Said::Saved(file)) => words.with("saved-as", &[("name", name::shown(&file, "").into())]),
        Some(Said::Invited) => words.say("invited-here"),
        Some(Said::NoProgram) => words.say("no-program"),
        Some(Said::Matched(name)) => words.with("numbers-match", &[("name", name.into())]),
        Some(Said::Erased(name)) => words.with("erased", &[("name", name.into())]),
        Some(Said::StillWaiting(name)) => words.with("erase-waiting", &[("name", name.into())]),
        Some(Said::Failed(failure)) => words.failure(&failure),
        None => return rsx! {},
    };
    rsx! {
        div { class: "toast", role: "status", dir: "auto", "{text}" }
    }
}
