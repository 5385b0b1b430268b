//! Which hit of the search the conversation stands at, and the way to the next one.

use conclave_peer::model::{Target, UserId};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Glyph, IconButton};
use crate::state::Event;
use crate::state::main::Act;
use crate::state::search::{self, Search};

/// What stands there.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    number: usize,
    of: usize,
    /// Whether there are hits beyond those at hand.
    more: bool,
    time: u64,
    first: bool,
    last: bool,
}

fn place(search: &Search, with: UserId) -> Option<Place> {
    let at = search.place()?;
    let message = &search.hits.get(at)?.message;
    (message.conversation == Target::User(with)).then(|| Place {
        number: at + 1,
        of: search.hits.len(),
        more: search.more(),
        time: message.time,
        first: search.beside(false).is_none(),
        last: search.beside(true).is_none(),
    })
}

/// Shown while a hit in this conversation was gone to.
#[component]
pub(crate) fn FindBar(
    /// With whom the conversation is.
    with: UserId,
) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let found = use_main(move |main| main.search.as_ref().and_then(|search| place(search, with)));
    let Some(Place { number, of, more, time, first, last }) = found().flatten() else { return rsx! {} };
    let of = if more { format!("{of}+") } else { of.to_string() };
    let says = words.with(
        "search-place",
        &[("number", number.into()), ("of", of.into()), ("when", words.age(time, now(), &zone).into())],
    );
    let step = move |forward| ui.send(Event::Main(Act::Search(search::Act::Step(forward))));
    rsx! {
        div { class: "findbar",
            span { role: "status", "{says}" }
            IconButton {
                label: words.say("search-newer"),
                glyph: Glyph::Up,
                small: true,
                disabled: first,
                onclick: move |()| step(false),
            }
            IconButton {
                label: words.say("search-older"),
                glyph: Glyph::Down,
                small: true,
                disabled: last,
                onclick: move |()| step(true),
            }
        }
    }
}
