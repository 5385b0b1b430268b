//! Both languages are complete and say every word the views ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use conclave_ui::i18n::{Language, Words};

use crate::rules::sources;

/// Every key of a language, with its whole text.
fn entries(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("i18n").join(language);
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if line.starts_with([' ', '}']) {
                found.entry(key.clone()).or_insert_with(String::new).push_str(line);
            } else {
                let (name, words) = line.split_once(" = ").expect(line);
                name.clone_into(&mut key);
                assert!(found.insert(key.clone(), words.to_owned()).is_none(), "{name} stands twice");
            }
        }
    }
    found
}

fn variables(text: &str) -> BTreeSet<String> {
    text.split("{ $").skip(1).map(|rest| rest.split([' ', '}']).next().unwrap().to_owned()).collect()
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    let (english, french) = (entries("en"), entries("fr"));
    assert_eq!(english.keys().collect::<Vec<_>>(), french.keys().collect::<Vec<_>>());
    for (key, text) in &english {
        assert_eq!(variables(text), variables(&french[key]), "{key}");
    }
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let english = entries("en");
    let code: String = sources("rs").into_iter().map(|(_, text)| text).collect();
    for key in english.keys().filter(|key| !key.starts_with("weekday-") && !key.starts_with("month-")) {
        assert!(code.contains(&format!("\"{key}\"")), "{key} is never said");
    }
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
    for call in ["say(\"", "words.with(\"", "self.with(\"", "words().with(\"", "say(if ", "words.with(if "] {
        for rest in code.split(call).skip(1) {
            let said: Vec<&str> = if call.ends_with('"') {
                rest.split('"').take(1).collect()
            } else {
                // if … { "a" } else { "b" }
                let end = [" })", " },"].iter().filter_map(|end| rest.find(end)).min().unwrap();
                rest[..end + 2].split('"').skip(1).step_by(2).collect()
            };
            for key in said {
                assert!(english.contains_key(key), "{key} has no words");
            }
        }
    }
}

#[test]
fn every_text_can_be_said_in_both_languages() {
    for language in Language::ALL {
        let words = Words::of(language);
        for (key, text) in entries("en") {
            let names: Vec<&'static str> =
                variables(&text).into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
            let variables: Vec<_> = names.iter().map(|name| (*name, 2.into())).collect();
            let said = words.with(&key, &variables);
            assert!(
                !said.contains("{$") && !said.contains('}') && (said != key || text == key),
                "{key}: {said}"
            );
        }
    }
}

#[test]
fn a_name_in_a_sentence_cannot_turn_it_around() {
    let said = Words::of(Language::En).with("message-to", &[("name", "Ana".into())]);
    assert_eq!(said, "Message to \u{2068}Ana\u{2069}");
}

#[test]
fn french_has_its_spaces() {
    for (key, text) in entries("fr") {
        for (at, mark) in text.char_indices().filter(|(_, letter)| matches!(letter, ';' | '!' | '?' | ':')) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            let address = text[at..].starts_with("://");
            assert!(address || matches!(before, '\u{202f}' | '\u{a0}'), "{key}: {mark} in {text}");
        }
    }
}
