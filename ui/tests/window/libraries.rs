//! The libraries of others: the list says what is built in, and each has the text of a licence.

use std::fs;
use std::path::Path;
use std::process::Command;

use conclave_ui::i18n::Language;
use conclave_ui::libraries::{self, LICENCES};
use conclave_ui::state::State;
use conclave_ui::state::main::Act;
use conclave_ui::state::settings::Page;

use crate::render::draw;
use crate::sample::{self, act, desk};

/// What cargo builds into the program beside the packages of this workspace, as the list has it.
fn built_in() -> String {
    let edges = ["-e", "normal,no-proc-macro", "--target", "x86_64-unknown-linux-gnu"];
    let shape = ["--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"];
    let tree = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--locked", "--offline", "-p", "conclave-ui"])
        .args(edges)
        .args(shape)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    // A package of this workspace has the folder where it is behind its version.
    let others = tree.lines().filter(|line| !line.contains(" (/")).filter_map(|line| line.split_once(" v"));
    let mut lines: Vec<String> = others.map(|(name, rest)| format!("{name}\t{rest}\n")).collect();
    lines.sort();
    lines.dedup();
    lines.concat()
}

#[test]
fn the_list_is_what_is_built_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = built_in();
    assert!(built.lines().count() > 100, "{built}");
    if built != fs::read_to_string(root.join("assets/libraries.tsv")).unwrap() {
        let new = root.join("../target/libraries.tsv");
        fs::write(&new, built).unwrap();
        panic!("ui/assets/libraries.tsv is not what is built in: {} is", new.display());
    }
}

#[test]
fn every_library_has_a_licence_whose_text_is_there() {
    let there = |licence: &str| LICENCES.iter().any(|(name, _)| *name == licence.trim());
    for library in libraries::all() {
        let plain = library.licences.replace(['(', ')'], "").replace('/', " OR ");
        let every = plain.split(" AND ").all(|part| part.split(" OR ").any(there));
        assert!(every && !library.version.is_empty(), "{library:?}");
    }
    for (name, text) in LICENCES {
        assert!(text.len() > 500, "{name}");
        assert!(libraries::all().any(|library| library.licences.contains(name)), "{name} is nobody's");
    }
}

/// The page with the list.
pub(crate) fn listed(language: Language) -> State {
    let mut state = sample::main(language);
    let _page = act(&mut state, Act::Settings(Page::About));
    let _list = act(&mut state, Act::Libraries(true));
    state
}

#[test]
fn the_list_is_drawn_when_it_is_asked_for() {
    let mut state = listed(Language::En);
    let html = draw(state.clone());
    let count = libraries::all().count();
    assert_eq!(html.split("id=\"libraries\"").nth(1).unwrap().matches("<li>").count(), count);
    assert!(html.contains(&format!("{count} libraries are part of this program")), "{html}");
    assert!(html.contains("Mozilla Public License Version 2.0"));
    let _other = act(&mut state, Act::Settings(Page::Chats));
    let _back = act(&mut state, Act::Settings(Page::About));
    assert!(!desk(&state).libraries, "not when the page is opened");
    let html = draw(state);
    assert!(html.contains("aria-expanded=\"false\"") && !html.contains("id=\"libraries\""), "{html}");
}
