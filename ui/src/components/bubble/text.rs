//! The text of a message: long ones are folded, addresses are buttons that ask before anything is opened.

use dioxus::prelude::*;
use linkify::{LinkFinder, LinkKind};

use crate::app::use_words;
use crate::components::Address;
use crate::name;

/// Messages of at most so many emoji, and nothing else, are shown large.
const JUMBO: usize = 5;
/// Lines shown before a text is folded (UI §3.B).
const LINES: usize = 20;
/// Characters shown before a text is folded: as many as stand on so many lines.
const LETTERS: usize = 1_400;
/// Addresses of one message that can be opened; the rest stays text.
const MOST_LINKS: usize = 50;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Address(String),
}

/// The text, folded when it is long.
#[component]
pub(super) fn Text(
    /// What was written.
    text: String,
) -> Element {
    let words = use_words();
    let mut whole = use_signal(|| false);
    let shown = if whole() { None } else { fold(&text) };
    let folded = shown.is_some();
    let pieces = pieces(&name::tame(shown.as_deref().unwrap_or(&text)));
    rsx! {
        for piece in pieces {
            match piece {
                Piece::Words(text) => rsx! { "{text}" },
                Piece::Address(address) => rsx! { Address { address } },
            }
        }
        if folded {
            button { class: "link more", r#type: "button", onclick: move |_| whole.set(true),
                {words.say("read-more")}
            }
        }
    }
}

/// The beginning of a long text; nothing when it is short enough.
fn fold(text: &str) -> Option<String> {
    let by_lines: usize = text.split_inclusive('\n').take(LINES).map(str::len).sum();
    let by_letters = text.char_indices().nth(LETTERS).map_or(text.len(), |(at, _)| at);
    let end = by_lines.min(by_letters);
    (end < text.len()).then(|| format!("{}…\n", text.get(..end).unwrap_or_default().trim_end()))
}

/// Words and addresses. Only addresses of the web and of mail: anything else stays text.
fn pieces(text: &str) -> Vec<Piece> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut pieces = Vec::new();
    let mut links = 0;
    for span in finder.spans(text) {
        let piece = span.as_str().to_owned();
        let web = piece.starts_with("https://") || piece.starts_with("http://");
        if span.kind().is_some() && web && links < MOST_LINKS {
            links += 1;
            pieces.push(Piece::Address(piece));
        } else if let Some(Piece::Words(words)) = pieces.last_mut() {
            words.push_str(&piece);
        } else {
            pieces.push(Piece::Words(piece));
        }
    }
    pieces
}

/// The addresses of a text that can be opened.
pub(crate) fn addresses(text: &str) -> Vec<String> {
    let found = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Address(address) => Some(address),
        Piece::Words(_) => None,
    });
    found.collect()
}

/// Whether a text is a few emoji and nothing else.
pub(super) fn is_jumbo(text: &str) -> bool {
    let mut pictures = 0;
    for letter in text.trim().chars() {
        match letter {
            '\u{fe0f}' | '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' | ' ' => {}
            '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' => pictures += 1,
            _ => return false,
        }
    }
    (1..=JUMBO).contains(&pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_few_emoji_alone_are_large() {
        assert!(is_jumbo("👏✨"));
        assert!(is_jumbo("❤️"));
        assert!(!is_jumbo("👏 ok"));
        assert!(!is_jumbo(""));
        assert!(!is_jumbo(&"👏".repeat(6)));
    }

    #[test]
    fn only_addresses_of_the_web_can_be_opened() {
        let found =
            pieces("See https://example.org/a(b), javascript:alert(1), file:///etc/passwd or ftp://x.org.");
        let addresses: Vec<_> = found.iter().filter(|piece| matches!(piece, Piece::Address(_))).collect();
        assert_eq!(addresses, [&Piece::Address("https://example.org/a(b)".to_owned())]);
        let text: String = found
            .iter()
            .map(|piece| match piece {
                Piece::Words(text) | Piece::Address(text) => text.as_str(),
            })
            .collect();
        assert!(text.contains("javascript:alert(1)") && text.ends_with("ftp://x.org."));
    }

    #[test]
    fn a_message_of_addresses_has_only_so_many_buttons() {
        let many = "https://a.example/ ".repeat(1_000);
        let buttons = pieces(&many).iter().filter(|piece| matches!(piece, Piece::Address(_))).count();
        assert_eq!(buttons, MOST_LINKS);
    }

    #[test]
    fn long_texts_are_folded_by_lines_and_by_letters() {
        assert_eq!(fold("short"), None);
        assert_eq!(fold(&"line\n".repeat(20)), None);
        assert_eq!(fold(&"line\n".repeat(21)).unwrap().lines().count(), 20);
        assert!(fold(&"é".repeat(65_536)).unwrap().chars().count() <= LETTERS + 2);
    }
}
