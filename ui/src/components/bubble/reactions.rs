//! Emoji on a message: each with its number, mine marked, a click sets or clears it.

use conclave_peer::model::Message;
use dioxus::prelude::*;

use crate::app::{use_main, use_ui, use_words};
use crate::state::Event;
use crate::state::main::Act;

/// Kinds of emoji shown on one message.
const MOST: usize = 12;
/// Letters of an emoji that are shown: the longest known one has fewer.
const LONG: usize = 12;

/// The emoji on a message.
#[component]
pub(super) fn Reactions(
    /// The message.
    message: Message,
    /// The other person's name.
    name: String,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let me = use_main(|main| main.me.as_ref().map(|me| me.user));
    let me = me().flatten();
    let id = message.id;
    let said: Vec<_> = message
        .reactions
        .iter()
        .take(MOST)
        .map(|reaction| {
            let own = me.is_some_and(|me| reaction.users.contains(&me));
            let key = match (own, reaction.users.len()) {
                (true, 0 | 1) => "reaction-mine",
                (true, _) => "reaction-both",
                (false, _) => "reaction-theirs",
            };
            let variables = [("emoji", shown(&reaction.emoji).into()), ("name", name.clone().into())];
            (reaction.clone(), words.with(key, &variables))
        })
        .collect();
    rsx! {
        div { class: "reacts", role: "group", "aria-label": words.say("reactions"),
            for (reaction , label) in said {
                button {
                    key: "{reaction.emoji}",
                    class: if me.is_some_and(|me| reaction.users.contains(&me)) { "react own" } else { "react" },
                    r#type: "button",
                    "aria-pressed": if me.is_some_and(|me| reaction.users.contains(&me)) { "true" } else { "false" },
                    "aria-label": "{label}",
                    title: "{label}",
                    onclick: {
                        let emoji = reaction.emoji.clone();
                        let on = !me.is_some_and(|me| reaction.users.contains(&me));
                        move |_| ui.send(Event::Main(Act::React { id, emoji: emoji.clone(), on }))
                    },
                    span { class: "e", {shown(&reaction.emoji)} }
                    span { class: "num", "{reaction.users.len()}" }
                }
            }
        }
    }
}

fn shown(emoji: &str) -> String {
    emoji.chars().take(LONG).collect()
}
