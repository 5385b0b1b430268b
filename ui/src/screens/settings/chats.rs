//! Writing, and the lock.

use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::components::{Button, Glyph};
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
