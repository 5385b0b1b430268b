//! "Did you mean": the nearest of the names that exist.

/// The nearest name, if it is at most a third of the letters away; swapped neighbours count as one mistake.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let most = (name.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_near_and_other_names_are_not() {
        assert_eq!(nearest("bbo", ["alice", "bob"]).as_deref(), Some("bob"));
        assert_eq!(nearest("alcie", ["alice", "bob"]).as_deref(), Some("alice"));
        assert_eq!(nearest("zoe", ["alice", "bob"]), None);
    }
}
