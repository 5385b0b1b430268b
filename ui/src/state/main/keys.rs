//! What the keys of the one table do in the main window.

use conclave_peer::model::UserId;

use crate::command::Command;
use crate::state::overlay::Overlay;
use crate::state::shortcut::Shortcut;
use crate::state::switcher::Switcher;
use crate::state::{Effect, Event, Page, field};
use crate::state::{doctor, search, settings};

use super::{Act, Main, Section};

impl Main {
    pub(in crate::state) fn pressed(&mut self, shortcut: Shortcut, focused: bool) -> Vec<Effect> {
        // Nothing else is on screen, and no key takes it away.
        if self.stops() && shortcut != Shortcut::Lock {
            return Vec::new();
        }
        if self.overlay.is_some() && !matches!(shortcut, Shortcut::Escape | Shortcut::Lock) {
            return Vec::new();
        }
        match shortcut {
            Shortcut::NextChat => self.step(true, false, focused),
            Shortcut::PreviousChat => self.step(false, false, focused),
            Shortcut::NextUnread => self.step(true, true, focused),
            Shortcut::PreviousUnread => self.step(false, true, focused),
            Shortcut::Nth(n) => {
                let user = self.listed_people().get(usize::from(n) - 1).copied();
                user.map(|user| self.open(user, focused)).unwrap_or_default()
            }
            Shortcut::Switcher => self.show(Overlay::Switcher(Switcher::default())),
            Shortcut::SearchHere => {
                let here = self.open.as_ref().map(|open| open.with);
                self.search(search::Act::Open(here))
            }
            Shortcut::SearchEverywhere => self.search(search::Act::Open(None)),
            Shortcut::People => {
                if self.section != Section::People {
                    self.filter.clear();
                }
                self.section = Section::People;
                self.search = None;
                vec![Effect::Page(Page::Focus(field::FILTER_PEOPLE))]
            }
            Shortcut::Composer => {
                if self.open.is_some() && !self.section.talks() {
                    self.section = Section::Chats;
                }
                self.to_composer().into_iter().collect()
            }
            Shortcut::Attach => vec![Effect::Page(Page::Click(field::ATTACH))],
            Shortcut::Emoji if self.open.is_some() => self.show(Overlay::Emoji),
            Shortcut::Details if self.open.is_some() => self.show_details(!self.details),
            Shortcut::End => self.end(),
            Shortcut::NextRegion => vec![Effect::Page(Page::Region(true))],
            Shortcut::PreviousRegion => vec![Effect::Page(Page::Region(false))],
            Shortcut::Settings => {
                self.search = None;
                self.filter.clear();
                let mut effects = self.settings(settings::Page::default());
                self.pages = true;
                effects.push(Effect::Page(Page::Focus(field::SETTINGS)));
                effects
            }
            Shortcut::Lock => Self::lock(),
            Shortcut::Keys => self.show(Overlay::Keys),
            Shortcut::TryNow => self.try_now(),
            Shortcut::Escape => self.dismiss(),
            Shortcut::OldestUnread => {
                let oldest = self.open.as_ref().and_then(|open| open.unread_from);
                oldest.map(|(id, _)| Effect::Page(Page::ShowMessage(id))).into_iter().collect()
            }
            Shortcut::ReplyEarlier => self.pick(true),
            Shortcut::ReplyLater => self.pick(false),
            // No message has the keyboard: it would have taken them.
            Shortcut::Reply
            | Shortcut::React
            | Shortcut::Delete
            | Shortcut::Save
            | Shortcut::Menu
            | Shortcut::Emoji
            | Shortcut::Details
            | Shortcut::Larger
            | Shortcut::Smaller
            | Shortcut::UsualSize => Vec::new(),
        }
    }

    /// Picks the message that is answered: the newest first, then the one before; later than the newest is none.
    fn pick(&mut self, earlier: bool) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let there: Vec<_> = open.messages.iter().filter(|message| message.deleted.is_none()).collect();
        let here = open.reply_to.and_then(|id| there.iter().position(|message| message.id == id));
        let next = match (here, earlier) {
            (None, true) => there.len().checked_sub(1),
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) => Some(at + 1),
            (None, false) => return Vec::new(),
        };
        let picked = next.and_then(|at| there.get(at)).map(|message| message.id);
        open.editing = None;
        open.reply_to = picked;
        let seen = picked.map(|id| Effect::Page(Page::Reveal(id)));
        self.to_composer().into_iter().chain(seen).collect()
    }

    /// Does not wait for the next try; what was found wrong is looked at again.
    pub(super) fn try_now(&self) -> Vec<Effect> {
        let mut effects = vec![Effect::Ask(Command::TryNow)];
        if self.section == Section::Settings && self.page == settings::Page::Doctor {
            effects.push(Effect::Then(Box::new(Event::Main(Act::Doctor(doctor::Act::Again)))));
        }
        effects
    }

    /// The people in the order of the list on screen.
    fn listed_people(&self) -> Vec<UserId> {
        let people = match self.section {
            Section::People => {
                let mut all = self.roster.half(true, &self.filter);
                all.extend(self.roster.half(false, &self.filter));
                all
            }
            Section::Chats | Section::Requests | Section::Transfers | Section::Settings => {
                self.roster.chats(&self.filter)
            }
        };
        people.into_iter().map(|person| person.contact.user).collect()
    }

    fn step(&mut self, forward: bool, unread: bool, focused: bool) -> Vec<Effect> {
        let people = self.listed_people();
        let count = people.len();
        if count == 0 {
            return Vec::new();
        }
        let here = self.open.as_ref().and_then(|open| people.iter().position(|user| *user == open.with));
        let start = here.unwrap_or(if forward { count - 1 } else { 0 });
        let next = (1..=count)
            .map(
                |steps| {
                    if forward { (start + steps) % count } else { (start + count - steps % count) % count }
                },
            )
            .filter_map(|at| people.get(at).copied())
            .find(|user| !unread || self.roster.person(*user).is_some_and(|person| person.unread > 0));
        next.map(|user| self.open(user, focused)).unwrap_or_default()
    }
}
