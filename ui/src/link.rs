//! An invite link that comes from outside of the window: an argument of the program, or another start of it.
//!
//! It is only put into its field: who opens an address on this computer may not make it talk to a server (UI §3.A).

use crate::command::Typed;

/// The scheme of invite links.
pub const SCHEME: &str = "conclave://";
/// What the QR code of an invite begins with (PROTOCOL §2.3, Enrolment).
const CODE: &str = "CONCLAVE1:";
/// Bytes of the longest link that is taken; the field takes as many letters.
pub const LONGEST: usize = 4096;

/// The text, if it has the shape of an invite link.
#[must_use]
pub fn invite(text: &str) -> Option<Typed> {
    shaped(text, &[SCHEME])
}

/// The text of a QR code, if it has the shape of an invite: the engine reads both.
#[must_use]
pub fn scanned(text: &str) -> Option<Typed> {
    shaped(text, &[SCHEME, CODE])
}

fn shaped(text: &str, begins: &[&str]) -> Option<Typed> {
    let text = text.trim();
    let begun = begins.iter().any(|begin| text.starts_with(begin));
    let shaped = begun && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
    shaped.then(|| Typed::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_an_invite_link_is_taken() {
        assert_eq!(invite(" conclave://a/b?c \n").unwrap().text(), "conclave://a/b?c");
        for odd in ["", "conclave:/a", "https://a/b", "conclave://a\nb", "conclave://\u{202e}a", "--lang"] {
            assert_eq!(invite(odd), None, "{odd:?}");
        }
        assert!(invite("CONCLAVE1:AqrnA").is_none() && scanned("CONCLAVE1:AqrnA").is_some());
        assert!(scanned("https://a/b").is_none() && scanned("conclave://a/b").is_some());
        assert!(invite(&format!("{SCHEME}{}", "a".repeat(LONGEST - SCHEME.len()))).is_some());
        assert!(invite(&format!("{SCHEME}{}", "a".repeat(LONGEST))).is_none());
    }
}
