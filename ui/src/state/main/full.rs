//! A text that the field did not take whole (UI §3.F, E-MSG-3): what fits stands in it, all of it can go as a file.
//!
//! ```text
//! paste ─► the field is full ─► the clipboard is read ─► before it + pasted + behind it = the whole text
//! key   ─► the field is full ─► what stands in it is the whole text
//! ```

use std::sync::Arc;

use conclave_peer::model::UserId;

use crate::command::{Command, Typed};
use crate::state::overlay::{Attach, Chosen};
use crate::state::{Effect, Page};

use super::Main;

/// Characters of a message at most, as a field counts them (UTF-16): larger pastes belong into a file (event data over
/// 100 KB arrive late, over 1 MB not at all).
pub const LONGEST: usize = 65_536;

/// A full field.
#[derive(Debug, Clone, PartialEq)]
pub struct Full {
    /// To whom the text is.
    pub to: UserId,
    /// What stood in the field before it was full.
    before: Typed,
    /// What stands in it.
    after: Typed,
    /// All of the text.
    whole: Option<Arc<Typed>>,
}

impl Full {
    /// How many characters did not fit; nothing while that is not known.
    #[must_use]
    pub fn left_out(&self) -> Option<usize> {
        let whole = self.whole.as_ref()?;
        Some(length(whole.text()).saturating_sub(length(self.after.text())))
    }
}

/// What a person does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The field for a person is full.
    Filled {
        /// To whom.
        to: UserId,
        /// What stood in it before.
        before: Typed,
        /// What stands in it.
        after: Typed,
        /// By a paste, and not by a key.
        pasted: bool,
    },
    /// Sends all of the text as a file.
    SendAsFile,
    /// Leaves it at what fits.
    Close,
}

/// The length of a text as a field counts it.
#[must_use]
pub fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl Main {
    pub(super) fn full_act(&mut self, act: Act) -> Vec<Effect> {
        match act {
            // A field that is full and takes nothing more changes nothing of what is told.
            Act::Filled { to, pasted: false, .. } if self.full.as_ref().is_some_and(|full| full.to == to) => {
                Vec::new()
            }
            Act::Filled { to, before, after, pasted } => {
                let whole = (!pasted).then(|| Arc::new(after.clone()));
                self.full = Some(Full { to, before, after, whole });
                pasted.then_some(Effect::Ask(Command::ReadClipboard)).into_iter().collect()
            }
            Act::SendAsFile => {
                let Some(Full { to, whole: Some(whole), .. }) = &self.full else { return Vec::new() };
                self.attach_all(*to, vec![Chosen::written(whole.text())])
            }
            Act::Close => {
                let closed = self.full.take();
                closed.and_then(|_| self.to_composer()).into_iter().collect()
            }
        }
    }

    /// What is on the clipboard after a paste that filled the field.
    pub(super) fn clipboard_read(&mut self, text: Option<&Typed>) {
        let Some(full) = self.full.as_mut().filter(|full| full.whole.is_none()) else { return };
        let whole = text.and_then(|text| joined(full.before.text(), full.after.text(), text.text()));
        full.whole = Some(Arc::new(whole.map_or_else(|| full.after.clone(), Typed::new)));
    }

    /// The whole text went as a file: the field is empty again.
    pub(super) fn whole_sent(&mut self, attach: &Attach) -> Option<Effect> {
        let sent = |full: &mut Full| {
            let whole = full.whole.as_ref();
            full.to == attach.to
                && whole.is_some_and(|whole| attach.files.iter().any(|file| file.is_text(whole.text())))
        };
        self.full.take_if(sent).map(|full| Effect::Page(Page::EmptyComposer(full.to)))
    }
}

/// The text as it would be if the field had taken all of a paste; nothing when that paste is not what filled it.
fn joined(before: &str, after: &str, pasted: &str) -> Option<String> {
    let pasted = pasted.replace("\r\n", "\n");
    let same = |(a, b): &(char, char)| a == b;
    let size = |pair: (char, char)| pair.0.len_utf8();
    let most: usize = before.chars().zip(after.chars()).take_while(same).map(size).sum();
    let behind: usize = before.chars().rev().zip(after.chars().rev()).take_while(same).map(size).sum();
    // The paste may begin as what stood behind the cursor: then the cursor was before that.
    (0..=most).rev().filter(|start| before.is_char_boundary(*start)).find_map(|start| {
        let end = after.len().checked_sub(behind.min(before.len() - start))?;
        let taken = after.get(start..end)?;
        let whole =
            || [after.get(..start), Some(&pasted), after.get(end..)].into_iter().collect::<Option<_>>();
        pasted.starts_with(taken).then(whole)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_that_was_cut_is_put_together_wherever_the_cursor_was() {
        for (before, after, pasted, whole) in [
            ("", "abc", "abcdef", "abcdef"),
            ("say: ", "say: abc", "abcdef", "say: abcdef"),
            ("end", "abcend", "abcdef", "abcdefend"),
            ("one two", "one abctwo", "abcdef", "one abcdeftwo"),
            ("ab", "abXYb", "bXYZ", "abXYZb"),
            ("old text", "old new", "newer", "old newer"),
            ("é, 合", "é, né合", "néant", "é, néant合"),
            ("full", "full", "more", "fullmore"),
            ("", "a\nb", "a\r\nbc", "a\nbc"),
        ] {
            assert_eq!(joined(before, after, pasted).as_deref(), Some(whole), "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_key_that_fills_the_field_is_not_taken_for_a_paste() {
        assert_eq!(joined("abc", "abcd", "clipboard"), None);
    }
}
