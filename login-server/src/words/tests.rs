use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::admin::Reply;
use crate::exit::{Exit, Failure};

/// Every key of a language with its text, its lines joined.
fn entries(language: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("i18n").join(language);
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let mut key = String::new();
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if line.starts_with(' ') {
                found.get_mut(&key).map(|text: &mut String| text.push_str(line)).unwrap();
                continue;
            }
            let (name, text) = line.split_once(" =").expect(line);
            name.clone_into(&mut key);
            assert!(found.insert(key.clone(), text.to_owned()).is_none(), "{name} stands twice");
        }
    }
    found
}

fn variables(text: &str) -> BTreeSet<String> {
    text.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()).collect()
}

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
}

/// The first string literal after each place where `call` stands.
fn literals<'s>(source: &'s str, call: &'s str) -> impl Iterator<Item = &'s str> {
    source.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
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
fn what_the_code_says_exists_and_nothing_else_does() {
    let english = entries("en");
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.retain(|(path, _)| !path.ends_with("words/tests.rs"));
    for (path, source) in &files {
        for key in literals(source, "said(").chain(literals(source, " word(")) {
            assert!(english.contains_key(key), "{}: no text '{key}'", path.display());
        }
        if !path.components().any(|part| part.as_os_str() == "cli") {
            continue;
        }
        let heads = source.split("(\"").skip(1).filter_map(|rest| rest.split_once("\", &"));
        for (head, _) in heads.filter(|(head, _)| !head.is_empty() && *head == head.to_uppercase()) {
            let key = format!("column-{}", head.to_lowercase().replace(' ', "-"));
            assert!(english.contains_key(&key), "{}: no head '{key}'", path.display());
        }
    }
    let all: String = files.into_iter().map(|(_, source)| source).collect();
    for key in english.keys() {
        let made = ["column-", "field-", "state-"].iter().any(|kind| key.starts_with(kind));
        assert!(made || all.contains(&format!("\"{key}\"")), "nothing says '{key}'");
    }
}

#[test]
fn french_spacing_is_kept() {
    for (key, text) in entries("fr") {
        for bad in [" ;", " !", " ?", " :", "« ", " »"] {
            assert!(!text.contains(bad), "{key} has a plain space in {bad:?}: {text}");
        }
    }
}

#[test]
fn a_failure_reaches_the_command_in_every_language_and_programs_in_english() {
    let made = Failure::new(Exit::NotFound, said("no-user").with("user", "bbo"))
        .hint(said("did-you-mean").with("near", "bob"));
    let line = serde_json::to_string(&Reply::from(Err(made.clone()))).unwrap();
    let reply: Reply = serde_json::from_str(&line).unwrap();
    let Err(failure) = Result::from(reply) else { panic!("it was a failure") };
    assert_eq!(failure, made);
    assert_eq!(failure.message.in_language(Language::Fr), "pas d'utilisateur «\u{a0}bbo\u{a0}»");
    assert_eq!(failure.to_json()["error"]["message"], "no user 'bbo'");
    assert_eq!(failure.to_json()["error"]["hint"], "did you mean 'bob'?");
}

#[test]
fn a_key_of_another_version_is_said_in_the_words_that_came_with_it() {
    let line = r#"{"error":{"code":"refused","message":"in words","hint":null,"said":{"key":"of-tomorrow","with":{}}}}"#;
    let Err(failure) = Result::from(serde_json::from_str::<Reply>(line).unwrap()) else { panic!() };
    assert_eq!(failure.message.in_language(Language::Fr), "in words");
}

#[test]
fn the_language_is_that_of_the_locale() {
    for (locale, language) in
        [("fr_CH.UTF-8", Language::Fr), ("FR", Language::Fr), ("C", Language::En), ("", Language::En)]
    {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
}
