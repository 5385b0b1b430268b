//! The emoji that can be chosen, by group and by what is typed, in both languages.
//!
//! English names and short codes come with the crate. `assets/emoji.fr.tsv` holds the French ones: the emoji, its name,
//! and the words that find it, without capitals and accents, parted by tabulators. They are those of Unicode's CLDR 48
//! (Unicode-3.0).

use std::collections::HashMap;
use std::sync::LazyLock;

use emojis::{Emoji, Group};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::i18n::Language;

/// Emoji found at most: letters narrow them.
const MOST: usize = 160;
/// Emoji of one group: the largest has fewer.
const OF_GROUP: usize = 400;
/// Newer ones are not drawn by the fonts of every system.
const NEWEST: (u32, u32) = (14, 0);

/// The groups, each with the key of its name.
pub(crate) const GROUPS: [(Group, &str); 8] = [
    (Group::SmileysAndEmotion, "emoji-smileys"),
    (Group::PeopleAndBody, "emoji-people"),
    (Group::AnimalsAndNature, "emoji-nature"),
    (Group::FoodAndDrink, "emoji-food"),
    (Group::TravelAndPlaces, "emoji-travel"),
    (Group::Activities, "emoji-activities"),
    (Group::Objects, "emoji-objects"),
    (Group::Symbols, "emoji-symbols"),
];

/// The French names and words, by emoji.
static FRENCH: LazyLock<HashMap<&str, (&str, &str)>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut parts = line.split('\t');
        Some((parts.next()?, (parts.next()?, parts.next()?)))
    };
    include_str!("../assets/emoji.fr.tsv").lines().filter_map(line).collect()
});

/// Its name.
pub(crate) fn name(sign: &'static Emoji, language: Language) -> &'static str {
    match language {
        Language::Fr => FRENCH.get(sign.as_str()).map_or(sign.name(), |(name, _)| name),
        Language::En => sign.name(),
    }
}

/// The emoji whose name, words or short code hold what was typed; all of a group without it.
pub(crate) fn found(typed: &str, group: usize, language: Language) -> Vec<&'static Emoji> {
    let typed = folded(typed.trim().trim_matches(':'));
    if typed.is_empty() {
        let group = GROUPS.get(group).map(|(group, _)| *group);
        return group.into_iter().flat_map(|group| group.emojis()).filter(is_drawn).take(OF_GROUP).collect();
    }
    let all = GROUPS.into_iter().flat_map(|(group, _)| group.emojis()).filter(is_drawn);
    all.filter(|sign| is_named(sign, &typed, language)).take(MOST).collect()
}

fn is_drawn(sign: &&'static Emoji) -> bool {
    let version = sign.unicode_version();
    (version.major(), version.minor()) <= NEWEST
}

fn is_named(sign: &'static Emoji, typed: &str, language: Language) -> bool {
    let coded = || sign.shortcodes().any(|code| code.contains(typed));
    match language {
        // In any order, each from its beginning: French puts small words between.
        Language::Fr => {
            let words = FRENCH.get(sign.as_str()).map_or("", |(_, words)| words);
            let begins = |part: &str| words.split(' ').any(|word| word.starts_with(part));
            typed.split_whitespace().all(begins) || coded()
        }
        Language::En => sign.name().contains(typed) || coded(),
    }
}

/// Without capitals, accents and ligatures.
fn folded(text: &str) -> String {
    let small: String =
        text.nfkd().filter(|sign| !is_combining_mark(*sign)).flat_map(char::to_lowercase).collect();
    small.replace('œ', "oe").replace('æ', "ae")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, language: Language, sign: &str) -> bool {
        found(typed, 0, language).iter().any(|one| one.as_str() == sign)
    }

    #[test]
    fn letters_and_short_codes_find_an_emoji() {
        assert!(finds(":clap:", Language::En, "👏") && finds(":clap:", Language::Fr, "👏"));
        assert!(finds("Sparkles", Language::En, "✨"));
        assert!(found("no such thing", 0, Language::En).is_empty());
    }

    #[test]
    fn french_words_find_it_with_and_without_accents() {
        for typed in ["pouce", "Pouce", "vers le haut", "haut pouce"] {
            assert!(finds(typed, Language::Fr, "👍"), "{typed}");
        }
        assert!(finds("fête", Language::Fr, "🎉") && finds("fete", Language::Fr, "🎉"));
        assert!(finds("Cœur", Language::Fr, "❤️") && finds("coeur", Language::Fr, "❤️"));
        assert_eq!(name(emojis::get("👍").unwrap(), Language::En), "thumbs up");
        assert_eq!(name(emojis::get("👍").unwrap(), Language::Fr), "pouce vers le haut");
    }

    #[test]
    fn every_group_is_whole_and_every_emoji_has_a_french_name() {
        for group in 0..GROUPS.len() {
            let signs = found("", group, Language::Fr);
            assert!((40..OF_GROUP).contains(&signs.len()), "none of a group is left out");
            for sign in signs {
                assert!(FRENCH.contains_key(sign.as_str()), "{sign}");
            }
        }
        assert!(found("", 1, Language::En).iter().any(|sign| sign.as_str() == "👍"));
    }
}
