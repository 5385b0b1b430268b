//! The message that is answered, in one line above the answer.

use conclave_peer::model::Message;
use dioxus::prelude::*;

use crate::app::use_words;
use crate::components::list::preview;
use crate::state::conversation::is_incoming;

/// The message that is answered.
#[component]
pub(crate) fn Quote(
    /// The message; nothing when it is not known here.
    quoted: Option<Message>,
    /// The other person's name.
    name: String,
) -> Element {
    let words = use_words();
    let Some(message) = quoted else {
        return rsx! {
            span { class: "quote", span { {words.say("quote-not-found")} } }
        };
    };
    let author = if is_incoming(&message) { name } else { words.say("you") };
    rsx! {
        span { class: "quote",
            b { bdi { "{author}" } }
            span { class: "trunc", dir: "auto", {preview(words, &message)} }
        }
    }
}
