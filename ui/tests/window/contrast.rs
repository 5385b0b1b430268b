//! The contrast table of UI §6, computed again from the stylesheet (WCAG 2.2, relative luminance).

use std::collections::BTreeMap;

/// Tokens of a theme: those of `:root`, and over them those of its own block.
fn tokens(theme: &str) -> BTreeMap<String, [f64; 3]> {
    let sheet = include_str!("../../assets/theme.css");
    let mut found = BTreeMap::new();
    let blocks: &[&str] = if theme == "dark" { &[":root {", "[data-theme=dark] {"] } else { &[":root {"] };
    for block in blocks {
        let body = sheet.split(&format!("\n{block}")).nth(1).expect(block).split("\n}").next().unwrap();
        for declaration in body.split(';') {
            let Some((name, value)) =
                declaration.rsplit_once("--").and_then(|(_, rest)| rest.split_once(':'))
            else {
                continue;
            };
            let value = value.trim();
            if let Some(hex) = value.strip_prefix('#').filter(|hex| hex.len() == 6) {
                let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
                found.insert(name.trim().to_owned(), [part(0), part(2), part(4)]);
            }
        }
    }
    found
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Ink, grounds, the least contrast.
const PAIRS: [(&str, &[&str], f64); 24] = [
    ("text", &["bg", "surface", "surface-2", "selected", "raised"], 4.5),
    ("muted", &["bg", "surface", "surface-2", "selected", "theirs"], 4.5),
    ("on-mine", &["mine"], 4.5),
    ("mine-muted", &["mine"], 4.5),
    ("on-theirs", &["theirs"], 4.5),
    ("accent", &["bg", "surface", "selected", "mine"], 4.5),
    ("on-accent", &["accent", "accent-hover"], 4.5),
    ("on-accent-soft", &["accent-soft"], 4.5),
    ("ok", &["bg", "ok-soft"], 4.5),
    ("warn", &["bg", "warn-soft"], 4.5),
    ("danger", &["bg", "danger-soft"], 4.5),
    ("rail-text", &["rail-bg", "rail-selected"], 4.5),
    ("rail-on", &["rail-selected"], 4.5),
    ("avatar-ink", &["av-1"], 4.5),
    ("avatar-ink", &["av-2"], 4.5),
    ("avatar-ink", &["av-3"], 4.5),
    ("avatar-ink", &["av-4"], 4.5),
    ("avatar-ink", &["av-5"], 4.5),
    ("avatar-ink", &["av-6"], 4.5),
    ("avatar-ink", &["av-7"], 4.5),
    ("avatar-ink", &["av-8"], 4.5),
    ("line", &["bg", "surface", "raised"], 3.0),
    ("focus", &["bg", "surface", "selected", "mine"], 3.0),
    ("ink", &["paper"], 4.5),
];

#[test]
fn every_pair_has_its_contrast_in_both_themes() {
    for theme in ["light", "dark"] {
        let tokens = tokens(theme);
        for (ink, grounds, least) in PAIRS {
            for ground in grounds {
                let ratio = contrast(tokens[ink], tokens[*ground]);
                assert!(ratio >= least, "{theme}: {ink} on {ground}: {ratio:.2} < {least}");
            }
        }
    }
}

#[test]
fn the_formula_gives_the_known_ratios() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.001);
    let light = tokens("light");
    assert!((contrast(light["text"], light["bg"]) - 16.4).abs() < 0.05);
    let dark = tokens("dark");
    assert!((contrast(dark["text"], dark["bg"]) - 15.3).abs() < 0.05);
}

#[test]
fn a_system_that_asks_for_contrast_gets_all_of_it() {
    // A rule of a part for the setting alone would leave its white bubbles on white: edges are tokens as colours are.
    let [own, asked] =
        ["[data-contrast=more] {\n", "@media (prefers-contrast: more) {\n.window {\n"].map(|start| {
            let (_, rest) = conclave_ui::style::SHEET.split_once(start).unwrap();
            rest.split('}').next().unwrap()
        });
    assert_eq!(own, asked);
    for edge in ["--edge:", "--edge-mine:", "--edge-raised:", "--edge-field:", "--edge-chosen:"] {
        assert!(own.contains(edge), "{edge}");
    }
    for (path, text) in crate::rules::sources("css") {
        let parts =
            text.lines().filter(|line| line.starts_with("[data-contrast=more]") && !line.contains(".t-"));
        assert_eq!(parts.count(), 0, "{}", path.display());
    }
    let sheet = conclave_ui::style::SHEET;
    assert!(sheet.contains("border: var(--edge)") && sheet.contains("box-shadow: var(--edge-chosen)"));
}
