//! Names that others chose, made fit to stand in a line: nothing in them turns the text around them.
//!
//! Marks that change the direction of following text, line breaks and other controls are taken out, and marks piled
//! on one letter are cut. The directory forbids them in user names; display names come from the person's own profile.

/// Characters of a name that are shown: longer ones would push everything else out of the window.
pub const SHOWN: usize = 80;
/// Combining marks on one letter; no writing system needs more in a name.
pub const MARKS: usize = 4;

/// The name as it is shown; `fallback` when nothing visible is left.
#[must_use]
pub fn shown(name: &str, fallback: &str) -> String {
    let mut clean = String::new();
    let mut marks = 0;
    for letter in name.chars().filter(|letter| !is_hidden(*letter)) {
        marks = if is_mark(letter) { marks + 1 } else { 0 };
        if marks <= MARKS {
            clean.push(letter);
        }
    }
    let mut letters = clean.trim().chars();
    let mut short: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    if short.is_empty() { fallback.to_owned() } else { short }
}

/// A text of somebody else: marks piled on one letter are cut, so that they cannot cover the lines around them.
#[must_use]
pub fn tame(text: &str) -> String {
    let mut marks = 0;
    let kept = |letter: &char| {
        marks = if is_mark(*letter) { marks + 1 } else { 0 };
        marks <= MARKS
    };
    text.chars().filter(kept).collect()
}

/// One or two letters for a picture's place.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).take(2).collect()
}

/// Controls, line separators, and marks that change direction (Unicode Standard Annex 9, §2).
/// A text of somebody else where it cannot be kept apart from the words around it: the name of a control, and what is
/// read out. One line, and nothing in it turns the rest around.
#[must_use]
pub fn spoken(text: &str) -> String {
    let kept = tame(text).replace(|letter: char| is_hidden(letter) && !letter.is_whitespace(), "");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_override_is_taken_out() {
        assert_eq!(shown("Ana \u{202e}fdp.exe", "x"), "Ana fdp.exe");
        assert_eq!(spoken("a \u{202e}\n b"), "a b");
        assert_eq!(shown("\u{2066}Bob\u{2069}\n", "x"), "Bob");
    }

    #[test]
    fn a_name_of_nothing_falls_back() {
        assert_eq!(shown(" \u{200f}\u{202e} ", "ana.ruiz"), "ana.ruiz");
    }

    #[test]
    fn piled_marks_and_long_names_are_cut() {
        let piled = format!("Z{}", "\u{0301}".repeat(65_536));
        assert_eq!(shown(&piled, "x").chars().count(), 1 + MARKS);
        assert_eq!(shown(&"a".repeat(10_000), "x").chars().count(), SHOWN + 1);
    }

    #[test]
    fn scripts_keep_their_letters() {
        for name in ["Bob Ünal", "合同", "שרה", "नमस्ते", "Zoe\u{301}"] {
            assert_eq!(shown(name, "x"), name);
        }
    }

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(initials("Ana Ruiz"), "AR");
        assert_eq!(initials("marie.dupont"), "MD");
        assert_eq!(initials("Jean de la Tour"), "JT");
        assert_eq!(initials("合同"), "合");
        assert_eq!(initials("👏"), "");
    }
}
