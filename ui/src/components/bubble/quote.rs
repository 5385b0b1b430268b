//! The message that is answered, in one line above the answer.

use conclave_peer::model::Quote as Quoted;
use dioxus::prelude::*;

use crate::app::{use_main, use_words};
use crate::name;

/// The message that is answered.
#[component]
pub(crate) fn Quote(
    /// What is known of it here; nothing when it is not.
    quoted: Option<Quoted>,
    /// The other person's name.
    name: String,
) -> Element {
    let words = use_words();
    let me = use_main(|main| main.me.as_ref().map(|me| me.user));
    let Some(quoted) = quoted else {
        return rsx! {
            span { class: "quote", span { {words.say("quote-not-found")} } }
        };
    };
    let mine = me().flatten() == Some(quoted.author);
    let author = if mine { words.say("you") } else { name };
    let text = name::tame(&quoted.text).split_whitespace().collect::<Vec<_>>().join(" ");
    rsx! {
        span { class: "quote",
            b { bdi { "{author}" } }
            span { class: "trunc", dir: "auto", "{text}" }
        }
    }
}
