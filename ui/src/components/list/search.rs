//! What was found in the history, newest first.

use conclave_peer::model::{SearchHit, Target};
use conclave_peer::search::DocumentKind;
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::components::{Avatar, Button, ErrorNote, Glyph, Icon, IconButton};
use crate::name;
use crate::state::conversation::is_incoming;
use crate::state::main::Act;
use crate::state::search::{self, Search};
use crate::state::{Event, field};

use super::Empty;

/// Characters before the first word that was found.
const BEFORE: usize = 24;
/// Characters of a line.
const LONG: usize = 140;

#[component]
pub(super) fn Found(search: Search) -> Element {
    let ui = use_ui();
    let words = use_words();
    let open = use_main(|main| main.open.as_ref().map(|open| open.with));
    let here = search.within.or(open().flatten());
    let send = move |act| ui.send(Event::Main(Act::Search(act)));
    let typed = !search.text.trim().is_empty();
    rsx! {
        nav { class: "list", "aria-label": words.say("search"), "data-region": "list",
            div { class: "list-head",
                h1 { {words.say("search")} }
                IconButton {
                    label: words.say("close-search"),
                    glyph: Glyph::Cross,
                    onclick: move |()| send(search::Act::Close),
                }
            }
            div { class: "list-tools", role: "search",
                label { class: "searchbox",
                    Icon { glyph: Glyph::Search, size: 16 }
                    input {
                        id: field::SEARCH,
                        r#type: "text",
                        initial_value: "{search.text}",
                        maxlength: "256",
                        spellcheck: "false",
                        "aria-label": words.say("search-words"),
                        placeholder: words.say("search-words"),
                        oninput: move |event| send(search::Act::Type(event.value())),
                    }
                }
            }
            if let Some(here) = here {
                div { class: "filters", role: "group", "aria-label": words.say("search"),
                    button {
                        class: "chip",
                        r#type: "button",
                        "aria-pressed": if search.within.is_none() { "true" } else { "false" },
                        onclick: move |_| send(search::Act::Within(None)),
                        {words.say("search-everywhere")}
                    }
                    button {
                        class: "chip",
                        r#type: "button",
                        "aria-pressed": if search.within.is_some() { "true" } else { "false" },
                        onclick: move |_| send(search::Act::Within(Some(here))),
                        {words.say("search-here")}
                    }
                }
            }
            Kinds { kind: search.kind }
            // The place is always there, so that readers hear the number and not each hit anew.
            p { class: "vh", role: "status",
                if typed && !search.busy && !search.hits.is_empty() {
                    {words.with(if search.more() { "search-more-than" } else { "search-hits" }, &[("n", search.hits.len().into())])}
                } else if typed && !search.busy && search.failure.is_none() {
                    {words.with("search-nothing", &[("text", search.text.trim().into())])}
                }
            }
            div { class: "list-scroll",
                if let Some(failure) = search.failure.clone() {
                    ErrorNote { failure }
                } else if !typed {
                    Empty { glyph: Glyph::Search, says: words.say("search-start"), next: words.say("search-start-next") }
                } else if search.hits.is_empty() && !search.busy {
                    Empty {
                        glyph: Glyph::Search,
                        says: words.with("search-nothing", &[("text", search.text.trim().into())]),
                        next: words.say(if search.is_narrowed() { "search-nothing-wider" } else { "search-nothing-next" }),
                        if search.is_narrowed() {
                            div { class: "btns",
                                Button {
                                    label: words.say("search-everywhere-long"),
                                    onclick: move |()| {
                                        send(search::Act::Of(None));
                                        send(search::Act::Within(None));
                                    },
                                }
                            }
                        }
                    }
                }
                ul { role: "listbox", "aria-label": words.say("search"),
                    for (place , hit) in search.hits.iter().enumerate() {
                        Hit {
                            key: "{hit.message.id}",
                            hit: hit.clone(),
                            taken: search.taken == Some(hit.message.id),
                            reached: place == 0,
                        }
                    }
                }
                if search.more() {
                    div { class: "earlier",
                        Button {
                            label: words.say("more-hits"),
                            small: true,
                            disabled: search.busy,
                            onclick: move |()| send(search::Act::More),
                        }
                    }
                }
            }
        }
    }
}

/// Of which kind the hits shall be.
#[component]
fn Kinds(kind: Option<DocumentKind>) -> Element {
    let ui = use_ui();
    let words = use_words();
    let all = [
        (None, "search-all"),
        (Some(DocumentKind::Text), "search-messages"),
        (Some(DocumentKind::Media), "shared-media"),
        (Some(DocumentKind::Audio), "shared-audio"),
        (Some(DocumentKind::Document), "shared-documents"),
        (Some(DocumentKind::Link), "shared-links"),
    ];
    rsx! {
        div { class: "filters", role: "group", "aria-label": words.say("search-kind"),
            for (one , key) in all {
                button {
                    class: "chip",
                    r#type: "button",
                    "aria-pressed": if one == kind { "true" } else { "false" },
                    onclick: move |_| ui.send(Event::Main(Act::Search(search::Act::Of(one)))),
                    {words.say(key)}
                }
            }
        }
    }
}

#[component]
fn Hit(hit: SearchHit, taken: bool, reached: bool) -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let message = &hit.message;
    let Target::User(user) = message.conversation else { return rsx! {} };
    let person = use_main(move |main| main.roster.person(user).map(|person| person.name()));
    let name = person().flatten().unwrap_or_else(|| words.say("no-name"));
    let who = if is_incoming(message) {
        name.clone()
    } else {
        words.with("you-to", &[("name", name.clone().into())])
    };
    let time = words.age(message.time, now(), &zone);
    let id = message.id;
    let pieces = if message.text.trim().is_empty() {
        vec![(false, message.file.as_ref().map(|file| name::shown(&file.name, "")).unwrap_or_default())]
    } else {
        excerpt(&hit)
    };
    rsx! {
        li { role: "presentation",
            button {
                class: "hit-row",
                r#type: "button",
                role: "option",
                tabindex: if reached { "0" } else { "-1" },
                "aria-selected": if taken { "true" } else { "false" },
                onclick: move |_| ui.send(Event::Main(Act::Search(search::Act::Take(user, id)))),
                Avatar { user, name, size: "s" }
                span {
                    span { class: "row-top",
                        span { class: "row-name trunc", bdi { "{who}" } }
                        span { class: "row-time", "{time}" }
                    }
                    span { class: "row-last", dir: "auto",
                        for (marked , piece) in pieces {
                            if marked {
                                mark { "{piece}" }
                            } else {
                                "{piece}"
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The text around the first word that was found, in pieces: found or not.
fn excerpt(hit: &SearchHit) -> Vec<(bool, String)> {
    let text = &hit.message.text;
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let first = hit.ranges.first().map_or(0, |range| place(range.start).min(text.len()));
    let start = text
        .get(..first)
        .map_or(0, |before| before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at));
    let mut pieces = Vec::new();
    let mut left = LONG;
    let mut push = |marked: bool, piece: &str| {
        let piece: String = name::tame(piece)
            .chars()
            .take(left)
            .map(|letter| if letter == '\n' { ' ' } else { letter })
            .collect();
        left -= piece.chars().count();
        if !piece.is_empty() {
            pieces.push((marked, piece));
        }
    };
    if start > 0 {
        push(false, "…");
    }
    let mut at = start;
    for range in &hit.ranges {
        let (from, to) = (place(range.start), place(range.start).saturating_add(place(range.len)));
        let (Some(before), Some(word)) = (text.get(at..from), text.get(from..to)) else { continue };
        push(false, before);
        push(true, word);
        at = to;
    }
    push(false, text.get(at..).unwrap_or_default());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use conclave_peer::model::{Message, MessageId, MessageState, UserId};
    use conclave_peer::search::Range;

    fn hit(text: &str, ranges: &[(u32, u32)]) -> SearchHit {
        let message: Message = serde_json::from_value(serde_json::json!({
            "id": MessageId::new([1; 16]).to_string(),
            "conversation": Target::User(UserId::new([2; 16])).to_string(),
            "author": UserId::new([2; 16]).to_string(),
            "text": text,
            "time": 0,
            "position": "0",
            "state": MessageState::Received,
        }))
        .unwrap();
        let ranges = ranges.iter().map(|(start, len)| Range { start: *start, len: *len }).collect();
        SearchHit { message, ranges }
    }

    #[test]
    fn the_word_that_was_found_is_marked_and_near_the_beginning() {
        let long = format!("{}the lease ends", "é".repeat(100));
        let at = u32::try_from(long.find("lease").unwrap()).unwrap();
        let pieces = excerpt(&hit(&long, &[(at, 5)]));
        assert_eq!(pieces[0], (false, "…".to_owned()));
        assert_eq!(pieces[2], (true, "lease".to_owned()));
        assert!(pieces[1].1.chars().count() <= BEFORE);
    }

    #[test]
    fn ranges_that_do_not_fit_the_text_do_no_harm() {
        for ranges in [&[(1, 1)][..], &[(900, 4)], &[(0, u32::MAX)], &[(u32::MAX, 1)]] {
            let pieces = excerpt(&hit("é lease", ranges));
            assert_eq!(pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>(), "é lease");
        }
    }
}
