//! What the source may not contain (UI §7), and the policy of the page.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, kind: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, kind, found);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            found.push(path);
        }
    }
}

/// Every source file of the window, with its text.
pub(crate) fn sources(kind: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), kind, &mut found);
    assert!(found.len() > 5);
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn no_bound_value_no_address_no_markup() {
    // A bound value loses keystrokes; an address goes to xdg-open unasked; markup could run.
    let forbidden = [
        "value: \"{",
        "dangerous_inner_html",
        "href:",
        "srcdoc:",
        "src:",
        "style: \"",
        "document::eval",
        "asset!(",
    ];
    for (path, text) in sources("rs") {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let line = line.replace("initial_value: \"{", "");
            // The one file whose elements have an address, made of a name given on this side.
            let line = if path.ends_with("components/held.rs") {
                line.replace("src: \"media://localhost/{name}\"", "")
            } else {
                line
            };
            for word in forbidden {
                assert!(!line.contains(word), "{}: {word}: {line}", path.display());
            }
            let element = line.trim_start();
            assert!(
                !element.starts_with("a {") && !element.starts_with("iframe {"),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_bridge_holds_the_engine() {
    for (path, text) in sources("rs") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let named = code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("Peer::"));
        assert_eq!(named, path.ends_with("bridge.rs"), "{}", path.display());
    }
}

#[test]
fn no_word_on_screen_is_written_in_the_views() {
    let told = ["label: \"", "aria-label\": \"", "placeholder: \"", "title: \"", "alt: \""];
    for (path, text) in sources("rs") {
        let views = ["screens", "components"]
            .iter()
            .any(|folder| path.components().any(|part| part.as_os_str() == *folder));
        if !views {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            // A text node: a line that is nothing but a string.
            if line.starts_with('"') && line.ends_with('"') && line.len() > 2 && !line.contains("\": ") {
                let outside = without_braces(line.trim_matches('"'));
                let is_path =
                    outside.starts_with(['M', 'm']) && outside.chars().any(|letter| letter.is_ascii_digit());
                assert!(is_path || !outside.chars().any(char::is_alphabetic), "{}: {line}", path.display());
            }
            for start in told {
                if let Some((_, rest)) = line.split_once(start) {
                    let value = without_braces(rest.split('"').next().unwrap());
                    assert!(!value.chars().any(char::is_alphabetic), "{}: {line}", path.display());
                }
            }
        }
    }
}

fn without_braces(text: &str) -> String {
    let mut depth = 0;
    let mut outside = String::new();
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => outside.push(letter),
            _ => {}
        }
    }
    outside
}

#[test]
fn the_stylesheet_asks_for_nothing_from_outside() {
    let sheet = conclave_ui::style::SHEET;
    for word in ["url(", "@import", "http:", "https:", "@font-face", "expression("] {
        assert!(!sheet.contains(word), "{word}");
    }
}

#[test]
fn components_name_no_colour_of_their_own() {
    for (path, text) in sources("css") {
        for line in text.lines() {
            let hex = line.split('#').skip(1).any(|rest| {
                let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
                digits >= 3 && !rest.starts_with("main")
            });
            assert!(!hex, "{}: {line}", path.display());
        }
    }
}

#[test]
fn left_and_right_are_never_named() {
    for (path, text) in sources("css") {
        for line in text.lines() {
            for word in [
                "margin-left",
                "margin-right",
                "padding-left",
                "padding-right",
                " left:",
                " right:",
                "text-align: left",
                "text-align: right",
            ] {
                assert!(!line.contains(word), "{}: {line}", path.display());
            }
        }
    }
}

#[cfg(feature = "desktop")]
#[test]
fn the_policy_lets_nothing_in_and_ends_without_scripts() {
    use conclave_ui::window::{POLICY, SEALED};
    assert!(POLICY.starts_with("default-src 'none'"));
    let own = POLICY.replace("ws://127.0.0.1:*", "").replace("media-src blob:", "");
    for open in ["*", "https:", "http:", "file:", "'self'", "dioxus:;", "dioxus: ", "data:", "blob:"] {
        assert!(!own.contains(open), "{open}");
    }
    for closed in ["frame-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'none'"] {
        assert!(POLICY.contains(closed), "{closed}");
    }
    assert_eq!(SEALED, "script-src 'none'");
}
