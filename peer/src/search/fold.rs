//! Folding: characters as they are compared, each with the bytes of the text it came from.
//!
//! Case, width and diacritics do not count: `Été`, `ETE` and `été` in either normal form are the same word. Marks that
//! carry the sound of a syllable (kana, Thai, Devanagari) are kept.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a character is to the words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word.
    Gap,
    /// Belongs to a word that ends at a gap.
    Letter,
    /// Belongs to a run without gaps between its words.
    Unspaced,
}

/// A folded character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) ch: char,
    pub(super) class: Class,
    /// Bytes of the text it came from.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Folds a text.
pub(super) fn fold(text: &str) -> Vec<Folded> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((from, ch)) = chars.next() {
        let mut to = from + ch.len_utf8();
        if ch.is_ascii() {
            let class = if ch.is_ascii_alphanumeric() { Class::Letter } else { Class::Gap };
            out.push(Folded { ch: ch.to_ascii_lowercase(), class, from, to });
            continue;
        }
        if is_ignored(ch) {
            continue;
        }
        let class = class(ch);
        if class == Class::Gap {
            out.push(Folded { ch, class, from, to });
            continue;
        }
        // A base and the marks on it are one cluster: both normal forms fold alike.
        let mut cluster = String::from(ch);
        while let Some((at, mark)) = chars.next_if(|(_, next)| is_mark(*next)) {
            cluster.push(mark);
            to = at + mark.len_utf8();
        }
        let before = out.len();
        let mut push = |ch: char| out.push(Folded { ch, class, from, to });
        if class == Class::Unspaced {
            cluster.nfkc().flat_map(char::to_lowercase).for_each(&mut push);
        } else {
            cluster.nfkd().filter(|ch| !is_folded_away(*ch)).flat_map(char::to_lowercase).for_each(|ch| {
                spelled(ch, &mut push);
            });
        }
        // Marks alone belong to the letter before them.
        if let (true, Some(last)) = (out.len() == before, out.last_mut())
            && last.to == from
        {
            last.to = to;
        }
    }
    out
}

fn class(ch: char) -> Class {
    if is_unspaced(ch) {
        Class::Unspaced
    } else if ch.is_alphanumeric() || is_combining_mark(ch) {
        Class::Letter
    } else {
        Class::Gap
    }
}

/// What belongs to the character before it; the sound marks of half-width kana are letters by themselves.
fn is_mark(ch: char) -> bool {
    is_combining_mark(ch) || matches!(ch, '\u{ff9e}' | '\u{ff9f}')
}

/// Scripts written without spaces, and Hangul, whose particles hang on their word.
fn is_unspaced(ch: char) -> bool {
    matches!(u32::from(ch),
        0x0e00..=0x0eff                                            // Thai, Lao
        | 0x1000..=0x109f                                          // Burmese
        | 0x1780..=0x17ff                                          // Khmer
        | 0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7ff      // Hangul
        | 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3021..=0x3029      // Han: radicals, marks, numerals
        | 0x3041..=0x3096 | 0x3099..=0x309a | 0x309d..=0x309f      // Hiragana
        | 0x30a1..=0x30fa | 0x30fc..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f  // Katakana
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af)
        && (ch.is_alphanumeric() || is_combining_mark(ch))
}

/// Joiners and marks of direction inside a word.
fn is_ignored(ch: char) -> bool {
    matches!(u32::from(ch), 0x00ad | 0x200b..=0x200f | 0x2060 | 0xfe00..=0xfe0f | 0xfeff)
}

/// Accents and points that a hasty writer leaves out.
fn is_folded_away(ch: char) -> bool {
    matches!(u32::from(ch),
        0x0300..=0x036f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f   // Latin, Greek, Cyrillic
        | 0x0591..=0x05bd | 0x05bf | 0x05c1..=0x05c2 | 0x05c4..=0x05c5 | 0x05c7                    // Hebrew
        | 0x0610..=0x061a | 0x064b..=0x065f | 0x0670 | 0x06d6..=0x06dc | 0x06df..=0x06e8) // Arabic
}

/// Letters that no decomposition takes apart.
fn spelled(ch: char, push: &mut impl FnMut(char)) {
    let (first, second) = match ch {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        other => (other, None),
    };
    push(first);
    if let Some(second) = second {
        push(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).into_iter().map(|folded| folded.ch).collect()
    }

    #[test]
    fn case_width_and_diacritics_do_not_count() {
        assert_eq!(folded("ÉTÉ"), "ete");
        assert_eq!(folded("e\u{301}te\u{301}"), "ete");
        assert_eq!(folded("Straße ŒUVRE Øre İstanbul"), "strasse oeuvre ore istanbul");
        assert_eq!(folded("ＡＢＣ ﬁn ΣΊΣΥΦΟΣ"), "abc fin σισυφοσ");
        assert_eq!(folded("שָׁלוֹם مُحَمَّد"), "שלום محمد");
    }

    #[test]
    fn marks_that_carry_a_sound_stay() {
        assert_eq!(folded("が"), "が");
        assert_eq!(folded("か\u{3099}"), "が");
        assert_eq!(folded("ｶﾞ"), folded("ガ"));
        assert_eq!(folded("हिन्दी"), "हिन्दी".nfkd().collect::<String>());
    }

    #[test]
    fn every_character_knows_the_bytes_it_came_from() {
        let text = "aé\u{301}ßb";
        let places: Vec<_> =
            fold(text).into_iter().map(|folded| (folded.ch, folded.from, folded.to)).collect();
        assert_eq!(places, [('a', 0, 1), ('e', 1, 5), ('s', 5, 7), ('s', 5, 7), ('b', 7, 8)]);
        assert_eq!(text.len(), 8);
    }
}
