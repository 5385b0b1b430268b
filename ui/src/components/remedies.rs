//! The buttons beside the words of an error.

use conclave_peer::model::Failure;
use dioxus::prelude::*;

use crate::app::{use_ui, use_words};
use crate::state::remedy::{Beside, Remedy};

use super::Button;

/// What helps with an error, as far as it can be done where it stands.
#[component]
pub(crate) fn Remedies(
    /// The error.
    failure: Failure,
    /// What it stands beside.
    #[props(default)]
    beside: Beside,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let there: Vec<Remedy> = {
        let state = ui.state.peek();
        let can = |remedy: &Remedy| remedy.event(&state, &failure, beside).is_some();
        Remedy::of(failure.code).iter().copied().filter(can).collect()
    };
    if there.is_empty() {
        return rsx! {};
    }
    rsx! {
        div { class: "btns remedies",
            for remedy in there {
                Button {
                    key: "{remedy.key()}",
                    label: words.say(remedy.key()),
                    small: true,
                    onclick: {
                        let failure = failure.clone();
                        move |()| {
                            let event = remedy.event(&ui.state.peek(), &failure, beside);
                            if let Some(event) = event {
                                ui.send(event);
                            }
                        }
                    },
                }
            }
        }
    }
}
