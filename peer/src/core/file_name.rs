//! Names that came from outside (BARS §4, file names): shown cleaned, never used as a path.

/// Longest name, bytes: what common file systems take.
const LONGEST: usize = 255;

const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name without separators, control characters, marks that turn the direction of writing, and names that a system
/// keeps for itself.
pub(crate) fn cleaned(name: &str) -> String {
    let mut clean: String = name
        .chars()
        .filter(|c| !c.is_control() && !turns_direction(*c) && !matches!(c, '\u{feff}' | '\u{200b}'))
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    while clean.len() > LONGEST {
        clean.pop();
    }
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = clean.split('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    if clean.is_empty() {
        "file".to_owned()
    } else if RESERVED.contains(&stem.as_str()) {
        let mut safe = format!("_{clean}");
        while safe.len() > LONGEST {
            safe.pop();
        }
        safe
    } else {
        clean.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn hostile_names_become_plain_ones() {
        for (from, to) in [
            ("report.pdf", "report.pdf"),
            ("Übersicht 日本 😀.txt", "Übersicht 日本 😀.txt"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "file"),
            ("", "file"),
            ("/", "_"),
            ("C:\\Windows\\a.exe", "C__Windows_a.exe"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("a\0b\nc", "abc"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            (" trailing. ", "trailing"),
        ] {
            assert_eq!(cleaned(from), to, "{from:?}");
        }
        let long = cleaned(&"é".repeat(400));
        assert!(long.len() <= 255 && long.chars().all(|c| c == 'é'));
    }
}
