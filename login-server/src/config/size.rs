//! Sizes as people write them: `8GiB`, `512MiB`, `0`.

use serde::{Deserialize, Deserializer};

const UNITS: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// Bytes of a size; only whole numbers of binary units, so that nobody wonders which thousand was meant.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) =
        UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit))).unwrap_or((text, 1));
    let number = number.trim_end();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// The largest unit that divides the size.
pub(crate) fn show(bytes: u64) -> String {
    let whole = UNITS.iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    whole.map_or_else(|| bytes.to_string(), |(name, unit)| format!("{}{name}", bytes / unit))
}

/// A size for people, to a tenth of its unit.
pub(crate) fn words(bytes: u64) -> String {
    match UNITS.iter().find(|(_, unit)| bytes >= *unit && *unit > 1) {
        Some((name, unit)) => {
            let tenths = bytes / (unit / 10).max(1);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Bytes(u64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Bytes(bytes) => Ok(bytes),
        Written::Text(text) => parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("'{text}' is not a size such as \"8GiB\" or \"512MiB\""))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people_have_one_decimal() {
        for (bytes, text) in [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 << 29, "2.5 GiB")] {
            assert_eq!(words(bytes), text);
        }
    }

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes) in
            [("8GiB", 8 << 30), ("512 MiB", 512 << 20), ("3KiB", 3072), ("7B", 7), ("7", 7), ("0", 0)]
        {
            assert_eq!(parse(text), Some(bytes), "{text}");
            assert_eq!(parse(&show(bytes)), Some(bytes));
        }
        assert_eq!((show(8 << 30), show(0), show(1025)), ("8GiB".into(), "0".into(), "1025B".into()));
        for text in ["", "GiB", "8GB", "8G", "-1", "1.5GiB", "8 gib", "16777216TiB", "99999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
