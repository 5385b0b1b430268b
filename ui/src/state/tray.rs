//! The tray: shown only when it is wanted and there is one; then closing the window hides it.

use crate::command::Command;
use crate::i18n::Language;
use crate::order;

use super::{Effect, Page, State};

/// What is known of the tray, and what it was told last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tray {
    /// Whether there is one.
    pub there: bool,
    told: Option<(u64, Language)>,
}

impl Tray {
    /// Before anything is known.
    #[must_use]
    pub const fn new() -> Self {
        Self { there: false, told: None }
    }
}

impl State {
    /// There is a tray now, or there is none any more.
    pub(super) fn tray(&mut self, there: bool) -> Vec<Effect> {
        let hidden = self.tray.told.is_some() && !there;
        self.tray.there = there;
        // A window that only the tray could show would be lost.
        if hidden { vec![Effect::Page(Page::Front)] } else { Vec::new() }
    }

    /// Tells the tray what has changed.
    pub(super) fn tell_tray(&mut self) -> Vec<Effect> {
        let wanted = self.settings.tray && self.tray.there;
        let now = wanted.then(|| (self.unread(), self.language));
        if now == self.tray.told {
            return Vec::new();
        }
        let words = self.words();
        let shown = now.map(|(unread, _)| order::Tray {
            title: match unread {
                0 => words.say("app-name"),
                n => words.with("title-unread", &[("n", n.to_string().into())]),
            },
            unread: unread > 0,
            show: words.say("tray-show"),
            quit: words.say("tray-quit"),
        });
        let mut effects = vec![Effect::Ask(Command::Tray(shown))];
        if now.is_some() != self.tray.told.is_some() {
            effects.push(Effect::Page(Page::Hides(now.is_some())));
        }
        self.tray.told = now;
        effects
    }
}
