//! How long messages stay: one of a few times.

use dioxus::prelude::*;

use crate::app::use_words;

use super::Segmented;

/// Times that messages may stay, milliseconds.
const TIMERS: [(u64, &str); 4] =
    [(0, "timer-off"), (3_600_000, "timer-hour"), (86_400_000, "timer-day"), (604_800_000, "timer-week")];

/// How long messages stay; none is on when it is another time.
#[component]
pub(crate) fn Timer(
    /// The time that is on, milliseconds; 0 is for ever.
    on: u64,
    /// Another one.
    onchange: EventHandler<u64>,
) -> Element {
    let words = use_words();
    rsx! {
        Segmented {
            label: words.say("disappearing"),
            choices: TIMERS.iter().map(|(_, key)| words.say(key)).collect::<Vec<_>>(),
            on: TIMERS.iter().position(|(ms, _)| *ms == on).unwrap_or(TIMERS.len()),
            onchange: move |place: usize| {
                if let Some((ms, _)) = TIMERS.get(place) {
                    onchange.call(*ms);
                }
            },
        }
    }
}
