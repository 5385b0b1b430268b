//! Runs every shared vector file of a folder: `CONCLAVE_VECTORS`, or `tests/vectors/` beside this file.
//!
//! A file of a part that is not built yet is reported by name as skipped, never passed over in silence.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, in its support functions too, and says what it skips"
)]

#[path = "vector/cases.rs"]
mod cases;
#[path = "vector/directory.rs"]
mod directory;
#[path = "vector/input.rs"]
mod input;
#[path = "vector/log_cases.rs"]
mod log_cases;
#[path = "vector/parcels.rs"]
mod parcels;
#[path = "vector/session.rs"]
mod session;

use std::path::PathBuf;

use serde_json::Value;

/// What a runner did with a file: how many checks passed, and the names of parts that do not exist yet.
#[derive(Default)]
struct Outcome {
    checked: usize,
    skipped: Vec<String>,
}

fn folder() -> PathBuf {
    std::env::var_os("CONCLAVE_VECTORS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from)
}

#[test]
fn every_vector_file_of_the_folder_holds() {
    let folder = folder();
    let mut names: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no vector files in {}", folder.display());
    let mut checked = 0;
    for path in names {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(file["format"], "conclave/1 vectors, format 1", "{name}");
        let outcome = match file["kind"].as_str().unwrap() {
            "cases" => cases::run(&file),
            "session" => session::run(&name, &file),
            "directory" => directory::run(&name, &file),
            other => panic!("{name}: unknown kind {other}"),
        };
        for part in &outcome.skipped {
            println!("{name}: skipped {part}: not built yet");
        }
        println!("{name}: {} checks", outcome.checked);
        checked += outcome.checked;
    }
    assert!(checked > 0, "the vector files held no check");
}
