//! A new authenticator: its secret as a QR and in groups of letters, and the field of its first code.

use conclave_peer::model::{EnrolAccount, Failure};
use dioxus::prelude::*;

use crate::app::use_words;
use crate::command::Typed;

use super::{CodeField, ErrorNote, Glyph, IconButton, Qr};

/// Letters of a group, as people read a secret.
const GROUP: usize = 4;

/// A new authenticator, from the secret to the first code.
#[component]
pub(crate) fn Authenticator(
    /// The secret.
    secret: EnrolAccount,
    /// Changes to empty the field of the code after a refusal.
    attempt: u32,
    /// Whether an answer is awaited.
    busy: bool,
    /// Why the last code was refused.
    failure: Option<Failure>,
    /// Whether the secret is on the clipboard.
    copied: bool,
    /// The secret is to be copied.
    oncopy: EventHandler<()>,
    /// The six digits.
    oncode: EventHandler<Typed>,
) -> Element {
    let words = use_words();
    rsx! {
        div { class: "totp",
            Qr { text: secret.otpauth.to_string(), label: words.say("authenticator-qr") }
            ol {
                li { {words.say("authenticator-1")} }
                li { {words.say("authenticator-2")} }
                li { {words.say("authenticator-3")} }
            }
        }
        div { class: "input secret",
            span { class: "mono", dir: "ltr", {grouped(&secret.secret)} }
            IconButton {
                label: words.say(if copied { "copied" } else { "copy-secret" }),
                glyph: if copied { Glyph::Check } else { Glyph::Copy },
                small: true,
                onclick: move |()| oncopy.call(()),
            }
        }
        CodeField {
            attempt,
            wrong: failure.is_some(),
            note: Some(rsx! { span { {words.say(if busy { "checking" } else { "submits-on-sixth" })} } }),
            oncode,
        }
        if let Some(failure) = failure {
            ErrorNote { failure }
        }
    }
}

fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().filter(|letter| !letter.is_whitespace()).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_grouped_for_reading() {
        assert_eq!(grouped("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
    }
}
