//! Recovery codes, shown once, each beside its number.

use dioxus::prelude::*;
use zeroize::Zeroizing;

use crate::app::use_words;

/// The codes under their name, which says what they are for.
#[component]
pub(crate) fn RecoveryCodes(
    /// The codes.
    codes: Zeroizing<Vec<String>>,
) -> Element {
    let words = use_words();
    rsx! {
        div { class: "field",
            span { class: "field-label",
                {words.say("recovery-codes")}
                small { {words.say("recovery-codes-for")} }
            }
            ol { class: "codes", dir: "ltr", "aria-label": words.say("recovery-codes"),
                for (place , code) in codes.iter().enumerate() {
                    li { "data-n": "{place + 1}", "{code}" }
                }
            }
        }
    }
}
