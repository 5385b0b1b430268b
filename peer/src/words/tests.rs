use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use conclave_proto::ErrorCode;
use serde_json::json;

use super::*;

/// Every key and attribute of a language, with its text.
fn entries(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("i18n").join(language);
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let mut key = String::new();
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let (name, text) = line.split_once(" = ").expect(line);
            let before = match name.trim_start().strip_prefix('.') {
                Some(attribute) => found.insert(format!("{key}.{attribute}"), text.to_owned()),
                None => {
                    name.clone_into(&mut key);
                    found.insert(key.clone(), text.to_owned())
                }
            };
            assert!(before.is_none(), "{name} stands twice");
        }
    }
    found
}

fn variables(text: &str) -> BTreeSet<String> {
    text.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()).collect()
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
fn every_code_has_words_that_need_no_variable() {
    let english = entries("en");
    for code in ErrorCode::ALL {
        let text = &english[code.text()];
        assert!(
            variables(text).is_empty() || english.contains_key(&format!("{code}.plain")),
            "{code} has variables and no plain text"
        );
        for language in Language::ALL {
            let said = failure(language, &Failure::new(*code));
            assert!(said.len() > 10 && !said.contains('$') && said != code.text(), "{code}: {said}");
        }
    }
    assert!(
        english.iter().filter(|(key, _)| key.ends_with(".plain")).all(|(_, text)| variables(text).is_empty())
    );
}

#[test]
fn french_spacing_is_kept() {
    for (key, text) in entries("fr") {
        let bare = text.replace("{\" ", "{\"");
        for bad in [" ;", " !", " ?", " :", "« ", " »"] {
            assert!(!bare.contains(bad), "{key} has a plain space in {bad:?}: {text}");
        }
    }
}

#[test]
fn details_become_words() {
    let full = Failure::new(ErrorCode::DiskFull).with("need", 3_250_000).with("free", 12_000);
    assert_eq!(failure(Language::En, &full), "Not enough room: 3.2\u{a0}MB needed, 12\u{a0}KB free.");
    assert_eq!(
        failure(Language::Fr, &full),
        "Espace insuffisant\u{a0}: il faut 3,2\u{a0}Mo, il reste 12\u{a0}ko."
    );

    let mut throttled = Failure::new(ErrorCode::AuthThrottled);
    throttled.retry_after_ms = Some(1500);
    assert_eq!(failure(Language::En, &throttled), "Too many tries. Wait 2\u{a0}s.");

    let weak = Failure::new(ErrorCode::AccountPassword)
        .with("reasons", json!([{"code": "x", "message": "at least 10 characters"}, "contains your name"]));
    assert_eq!(
        failure(Language::En, &weak),
        "Choose another password: at least 10 characters · contains your name."
    );

    let refused = Failure::new(ErrorCode::AuthRefused).with("clockSkewMs", -299_600);
    assert!(failure(Language::En, &refused).contains("300 s off"));
}

#[test]
fn locales_choose_the_language() {
    assert_eq!(Language::of_locale("fr_CH.UTF-8"), Language::Fr);
    assert_eq!(Language::of_locale("C"), Language::En);
    assert_eq!("fr".parse(), Ok(Language::Fr));
    assert_eq!("de".parse::<Language>(), Err(NotALanguage));
}
