//! Writing, files that come, how conversations begin, and the lock.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph, Timer};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::settings::{Choice, LOCKS};

use super::{Group, Segmented, Setting, Switch};

#[component]
pub(super) fn Chats() -> Element {
    let ui = use_ui();
    let words = use_words();
    let enter = use_memo(move || ui.state.read().settings.enter_sends);
    rsx! {
        Group { label: words.say("writing"),
            Setting { label: words.say("enter-sends"), hint: words.say("enter-sends-hint"),
                Switch {
                    label: words.say("enter-sends"),
                    on: enter(),
                    onchange: move |on| ui.send(Event::Choose(Choice::EnterSends(on))),
                }
            }
        }
        Incoming {}
        Begun {}
    }
}

/// Sizes up to which files may come without a question, bytes; the usual one is the engine's.
const LIMITS: [(u64, &str, u32); 5] = [
    (0, "ask-always", 0),
    (1_000_000, "megabytes", 1),
    (10 << 20, "megabytes", 10),
    (100_000_000, "megabytes", 100),
    (1_000_000_000, "gigabytes", 1),
];

/// Which files of others come without a question.
#[component]
fn Incoming() -> Element {
    let ui = use_ui();
    let words = use_words();
    let limit = use_main(|main| main.privacy.map(|settings| settings.accept_up_to));
    let largest = use_main(|main| main.policy.as_ref().map_or(u64::MAX, |policy| policy.file_max));
    let Some(limit) = limit().flatten() else { return rsx! {} };
    let largest = largest().unwrap_or(u64::MAX);
    let limits: Vec<_> = LIMITS.into_iter().filter(|(bytes, ..)| *bytes <= largest).collect();
    rsx! {
        Group { label: words.say("incoming-files"),
            Setting { label: words.say("accept-up-to"), hint: words.say("accept-up-to-hint"),
                Segmented {
                    label: words.say("accept-up-to"),
                    choices: limits.iter().map(|(_, key, n)| words.with(key, &[("n", (*n).into())])).collect::<Vec<_>>(),
                    on: limits.iter().position(|(bytes, ..)| *bytes == limit).unwrap_or(limits.len()),
                    onchange: move |place: usize| {
                        if let Some((bytes, ..)) = limits.get(place) {
                            ui.send(Event::Main(Act::AcceptUpTo(*bytes)));
                        }
                    },
                }
            }
        }
    }
}

/// How conversations begin.
#[component]
fn Begun() -> Element {
    let ui = use_ui();
    let words = use_words();
    let timer = use_main(|main| main.privacy.map(|settings| settings.timer_ms));
    let Some(on) = timer().flatten() else { return rsx! {} };
    rsx! {
        Group { label: words.say("new-conversations"),
            Setting { label: words.say("disappearing"), hint: words.say("usual-timer-hint"),
                Timer { on, onchange: move |ms| ui.send(Event::Main(Act::UsualTimer(ms))) }
            }
        }
    }
}

#[component]
pub(super) fn Lock() -> Element {
    let ui = use_ui();
    let words = use_words();
    let after = use_memo(move || ui.state.read().settings.lock_after);
    let policy = use_main(|main| main.policy.as_ref().map(|policy| policy.idle_lock_s).filter(|s| *s > 0));
    let on = LOCKS.iter().position(|minutes| *minutes == after()).unwrap_or(LOCKS.len());
    let most = policy().flatten().map(|seconds| {
        let span = conclave_peer::words::span(words.0, u64::from(seconds) * 1000);
        words.with("lock-policy", &[("span", span.into())])
    });
    rsx! {
        Group { label: words.say("page-lock"),
            Setting { label: words.say("lock-after"), hint: most.unwrap_or_else(|| words.say("lock-after-hint")),
                Segmented {
                    label: words.say("lock-after"),
                    choices: LOCKS.iter().map(|n| words.with("minutes", &[("n", (*n).into())])).collect::<Vec<_>>(),
                    on,
                    onchange: move |place: usize| {
                        if let Some(minutes) = LOCKS.get(place) {
                            ui.send(Event::Choose(Choice::LockAfter(*minutes)));
                        }
                    },
                }
            }
            Setting { label: words.say("lock-now"), hint: words.say("lock-now-hint"),
                Button {
                    label: words.say("lock-now"),
                    icon: Glyph::Lock,
                    onclick: move |()| ui.send(Event::Main(Act::Lock)),
                }
            }
        }
    }
}
