//! What was begun and not sent: it stands here, apart from the state, so that no view is drawn again for a key.
//!
//! The engine keeps each draft sealed. One that it cannot take, because the disk is full, stays here until it can, also
//! while the messages are closed. Nothing of it is written by the window.

use std::collections::BTreeMap;

use conclave_peer::model::UserId;

use crate::command::Typed;

/// A text that was begun.
#[derive(Debug)]
struct Draft {
    text: Typed,
    /// Whether the engine has it.
    kept: bool,
}

/// What was begun, by person.
#[derive(Debug, Default)]
pub(crate) struct Drafts(BTreeMap<UserId, Draft>);

impl Drafts {
    /// The text for a person, when one stands here.
    pub(crate) fn of(&self, to: UserId) -> Option<&str> {
        self.0.get(&to).map(|draft| draft.text.text())
    }

    /// Another text takes its place.
    pub(crate) fn set(&mut self, to: UserId, text: String) {
        self.0.insert(to, Draft { text: Typed::new(text), kept: false });
    }

    /// What the engine does not have yet; it counts as handed over.
    pub(crate) fn hand_over(&mut self) -> Vec<(UserId, String)> {
        let begun = self.0.iter_mut().filter(|(_, draft)| !draft.kept);
        begun
            .map(|(to, draft)| {
                draft.kept = true;
                (*to, draft.text.text().to_owned())
            })
            .collect()
    }

    /// All of it, for good: what the engine does not have yet is handed over.
    pub(crate) fn give_up(&mut self) -> Vec<(UserId, String)> {
        let begun = self.hand_over();
        self.0.clear();
        begun
    }

    /// The engine did not take a draft: it stays, unless somebody went on writing.
    pub(crate) fn refused(&mut self, to: UserId, text: Typed) {
        let draft = self.0.entry(to).or_insert(Draft { text, kept: false });
        draft.kept = false;
    }

    /// A message was refused, and nothing else shows it any more: it stands before what was begun since.
    pub(crate) fn returned(&mut self, to: UserId, text: &str, begun: &str) {
        let gap = if begun.trim().is_empty() { "" } else { "\n\n" };
        self.set(to, format!("{text}{gap}{begun}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId::new([1; 16]);

    fn begun(texts: &[&str]) -> Vec<(UserId, String)> {
        texts.iter().map(|text| (ANA, (*text).to_owned())).collect()
    }

    #[test]
    fn each_text_is_handed_over_once() {
        let mut drafts = Drafts::default();
        drafts.set(ANA, "The lease".to_owned());
        assert_eq!(drafts.hand_over(), begun(&["The lease"]));
        assert_eq!(drafts.hand_over(), begun(&[]));
        assert_eq!(drafts.of(ANA), Some("The lease"));
        assert_eq!(drafts.give_up(), begun(&[]));
        assert_eq!(drafts.of(ANA), None);
    }

    #[test]
    fn a_refused_draft_is_handed_over_again_also_after_it_was_given_up() {
        let mut drafts = Drafts::default();
        drafts.set(ANA, "The lease".to_owned());
        let _first = drafts.hand_over();
        drafts.refused(ANA, Typed::new("The lease".to_owned()));
        assert_eq!(drafts.give_up(), begun(&["The lease"]));
        drafts.refused(ANA, Typed::new("The lease".to_owned()));
        assert_eq!(drafts.of(ANA), Some("The lease"));
        assert_eq!(drafts.hand_over(), begun(&["The lease"]));
    }

    #[test]
    fn what_was_written_since_is_not_replaced_by_what_was_refused() {
        let mut drafts = Drafts::default();
        drafts.set(ANA, "The lease of May".to_owned());
        drafts.refused(ANA, Typed::new("The lease".to_owned()));
        assert_eq!(drafts.of(ANA), Some("The lease of May"));
    }

    #[test]
    fn a_refused_message_stands_before_what_was_begun() {
        let mut drafts = Drafts::default();
        drafts.returned(ANA, "We sign.", " ");
        assert_eq!(drafts.of(ANA), Some("We sign. "));
        drafts.returned(ANA, "Tonight.", "And then");
        assert_eq!(drafts.hand_over(), begun(&["Tonight.\n\nAnd then"]));
    }
}
