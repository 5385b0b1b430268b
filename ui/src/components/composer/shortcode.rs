//! `:shortcode:` while it is written: the colon that ends a name of the emoji table makes it the emoji (UI R10). Text
//! that was pasted, or brought back by undoing, stays as it is.

/// The name and the emoji that the colon just written completes, and the text with it.
pub(super) fn completed(before: &str, after: &str) -> Option<(&'static str, &'static str, String)> {
    let end = written_colon(before, after)?;
    let (head, tail) = (after.get(..end)?, after.get(end + 1..)?);
    let (rest, code) = head.rsplit_once(':')?;
    // "9:100:" is a time or a score.
    if rest.ends_with(char::is_alphanumeric) {
        return None;
    }
    let sign = emojis::get_by_shortcode(code)?;
    let code = sign.shortcodes().find(|known| *known == code)?;
    Some((code, sign.as_str(), format!("{rest}{}{tail}", sign.as_str())))
}

/// Where one colon was written, if that is all that changed.
fn written_colon(before: &str, after: &str) -> Option<usize> {
    if after.len() != before.len() + 1 {
        return None;
    }
    let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let fits = after.as_bytes().get(same) == Some(&b':')
        && before.as_bytes().get(same..) == after.as_bytes().get(same + 1..);
    fits.then_some(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_colon_makes_the_emoji() {
        assert_eq!(
            completed("Well done :clap", "Well done :clap:"),
            Some(("clap", "👏", "Well done 👏".to_owned()))
        );
        assert_eq!(completed(":+1 é", ":+1: é"), Some(("+1", "👍", "👍 é".to_owned())));
        assert_eq!(completed("(:tada)", "(:tada:)").map(|(.., text)| text).as_deref(), Some("(🎉)"));
    }

    #[test]
    fn what_is_no_code_stays_as_it_is() {
        for (before, after) in [
            ("", ":clap:"),
            ("at 9:100", "at 9:100:"),
            (":no such thing", ":no such thing:"),
            (":", "::"),
            ("👏", ":clap:"),
            (":clap", ":claps"),
            ("x:clap", "x:clap:"),
        ] {
            assert_eq!(completed(before, after), None, "{after}");
        }
    }
}
