//! The custody line: where a message has been, each step with its time. Only proven steps are shown.

use conclave_peer::model::{CustodyKind, Message};
use dioxus::prelude::*;

use crate::app::{use_now, use_words, use_zone};
use crate::components::{Glyph, Icon, Technical};
use crate::state::main::failure_of;
use crate::state::technical::Subject;

/// The line of one message.
#[component]
pub(super) fn CustodyLine(
    /// The message.
    message: Message,
    /// The other person's name.
    name: String,
) -> Element {
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let steps = message.custody.iter().map(|step| {
        let (glyph, label) = match step.step {
            CustodyKind::Saved => (Glyph::Computer, words.say("state-saved")),
            CustodyKind::InDropBox => (Glyph::Box, words.say("step-drop-box")),
            CustodyKind::DropBoxExpired => (Glyph::Clock, words.say("step-expired")),
            CustodyKind::Delivered => {
                (Glyph::Download, words.with("step-delivered", &[("name", name.clone().into())]))
            }
            CustodyKind::Read => (Glyph::Eye, words.say("step-read")),
        };
        let until = step.until.map(|until| {
            let day = words.until(until, now(), &zone);
            words.with("step-until", &[("when", day.into())])
        });
        (glyph, label, words.clock(step.time, &zone), until)
    });
    let steps: Vec<_> = steps.collect();
    rsx! {
        div { class: "custody", role: "group", "aria-label": words.say("message-details"),
            if steps.is_empty() {
                p { class: "hint", {words.say("received-here")} }
            } else {
                ol {
                    for (glyph , label , time , until) in steps {
                        li {
                            span { class: "node", Icon { glyph, size: 14 } }
                            b { "{label}" }
                            time { "{time}" }
                            if let Some(until) = until {
                                small { "{until}" }
                            }
                        }
                    }
                }
            }
            if let Some(fault) = &message.error {
                Technical { failure: failure_of(&fault.code), about: vec![Subject::Message(message.id)] }
            }
            div { class: "proof",
                Icon { glyph: Glyph::Shield, size: 14 }
                {words.say("each-step-proven")}
            }
        }
    }
}
