//! Where the account is signed in.

use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_words, use_zone};
use crate::components::{ErrorNote, Glyph, Icon};

use super::Group;

#[component]
pub(super) fn Sessions() -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let sessions = use_main(|main| main.account.sessions.clone());
    let sessions = match sessions().flatten() {
        Some(Ok(sessions)) => sessions,
        Some(Err(failure)) => return rsx! { ErrorNote { failure } },
        None => {
            return rsx! {
                p { class: "hint", role: "status", {words.say("opening")} }
            };
        }
    };
    rsx! {
        Group { label: words.say("page-sessions"),
            for session in sessions {
                div { key: "{session.id}", class: "set",
                    div { class: "person",
                        Icon { glyph: Glyph::Computer }
                        div {
                            b {
                                if session.current {
                                    {words.say("this-computer")}
                                } else {
                                    {words.say("other-computer")}
                                }
                            }
                            if let Some(system) = &session.system {
                                small { dir: "ltr", "{system}" }
                            }
                            small { dir: "ltr", "{session.address}" }
                            small {
                                {words.with("session-since", &[
                                    ("since", words.moment_within(session.since, now(), &zone).into()),
                                    ("active", words.moment_within(session.last_active, now(), &zone).into()),
                                ])}
                            }
                        }
                    }
                }
            }
        }
        p { class: "hint", {words.say("one-computer")} }
    }
}
