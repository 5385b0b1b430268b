//! The strength of a password, 0 to 4, and every rule it still breaks, together.

use conclave_peer::password::Verdict;
use dioxus::prelude::*;

use crate::app::use_words;

use super::{Glyph, Icon};

/// Bars of the meter.
const BARS: u8 = 4;

/// Meter and reasons.
#[component]
pub(crate) fn PasswordMeter(
    /// The judgement; absent for an empty field.
    verdict: Option<Verdict>,
) -> Element {
    let words = use_words();
    let score = verdict.as_ref().map_or(0, |verdict| verdict.score.min(BARS));
    let good = verdict.as_ref().is_some_and(|verdict| verdict.reasons.is_empty());
    let reasons = verdict.map(|verdict| verdict.reasons).unwrap_or_default();
    rsx! {
        div {
            class: if good { "meter" } else { "meter weak" },
            role: "img",
            "aria-label": words.with("strength", &[("n", score.into()), ("all", BARS.into())]),
            for bar in 1..=BARS {
                i { class: if bar <= score { "on" } else { "" } }
            }
        }
        ul { class: "reasons", "aria-live": "polite",
            if good {
                li { class: "ok",
                    Icon { glyph: Glyph::Check, size: 16 }
                    {words.say("password-good")}
                }
            }
            for reason in reasons {
                li {
                    span { class: "danger", Icon { glyph: Glyph::Cross, size: 16 } }
                    {reason.message(words.0)}
                }
            }
        }
    }
}
