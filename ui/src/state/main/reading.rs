//! The open conversation: opened, read, paged through.

use conclave_peer::model::{Answer, Call, Failure, File, FileId, MarkRead, UserId};

use super::Main;
use super::Section;
use super::ask::{self, one, page_after, page_before, question, target};
use crate::command::{Command, Purpose};
use crate::state::conversation::{Conversation, is_incoming};
use crate::state::preview::Kind;
use crate::state::profile::Profiles;
use crate::state::safety::Safety;
use crate::state::{Effect, Page};

impl Main {
    /// The open conversation is in front of the person: what came is read.
    pub(in crate::state) fn read_open(&mut self) -> Vec<Effect> {
        // Under the settings or the transfers nobody sees it.
        let Some(open) = self.open.as_ref().filter(|_| self.section.talks()) else { return Vec::new() };
        let with = open.with;
        let unread = self.roster.person(open.with).is_some_and(|person| person.unread > 0);
        match open.newest_incoming() {
            Some(up_to) if unread && !open.newer => {
                self.roster.read(open.with);
                let mark = MarkRead { conversation: target(with), up_to };
                let mut effects = vec![question(Purpose::Quiet, Call::MarkRead(mark))];
                effects.extend(self.withdraw(with));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// The notice of a conversation that is read now.
    pub(super) fn withdraw(&mut self, user: UserId) -> Option<Effect> {
        self.noticed.remove(&user).then_some(Effect::Ask(Command::Withdraw(user)))
    }

    /// A notice was answered with "read": everything that came from a person so far.
    pub(in crate::state) fn read_there(&mut self, user: UserId) -> Vec<Effect> {
        let newest = self.roster.person(user).filter(|person| person.unread > 0);
        let newest = newest.and_then(|person| person.last.as_ref()).filter(|last| is_incoming(last));
        let Some(up_to) = newest.map(|last| last.id) else { return Vec::new() };
        self.roster.read(user);
        let mark = MarkRead { conversation: target(user), up_to };
        let mut effects = vec![question(Purpose::Quiet, Call::MarkRead(mark))];
        effects.extend(self.withdraw(user));
        effects
    }

    pub(in crate::state) fn open(&mut self, user: UserId, focused: bool) -> Vec<Effect> {
        self.person = None;
        self.search.iter_mut().for_each(|search| search.behind = true);
        if !self.section.talks() {
            self.section = Section::Chats;
        }
        if self.is_open(user) {
            let mut effects: Vec<Effect> = self.to_composer().into_iter().collect();
            if focused {
                effects.extend(self.read_open());
            }
            return effects;
        }
        let unread = self.roster.person(user).map_or(0, |person| person.unread);
        self.leave();
        let known = self.recent.take(user, unread);
        let at_hand = known.is_some();
        self.open = Some(known.unwrap_or_else(|| Conversation::new(user, unread)));
        let mut effects: Vec<Effect> = self.to_composer().into_iter().collect();
        let questions = [ask::newest(user, unread), Safety::ask(user), Self::ask_path(user)];
        effects.extend(questions.into_iter().map(|ask| if at_hand { ask.behind() } else { ask }));
        if self.details {
            effects.extend(self.show_details(true));
        }
        effects
    }

    /// Begins to read the pages at the top of the list, once that has come.
    pub(super) fn begin_ahead(&mut self) -> Option<Effect> {
        let roster = &self.roster;
        self.ahead.begin(|| roster.chats("").into_iter().map(|person| person.contact.user));
        self.ask_ahead()
    }

    /// A page that was read ahead; the next one follows.
    pub(super) fn read_ahead(&mut self, user: UserId, result: Result<Answer, Failure>) -> Option<Effect> {
        self.ahead.answered();
        if let Ok(Answer::Messages { messages, more }) = result
            && !self.is_open(user)
        {
            self.recent.ahead(user, messages, more);
        }
        self.ask_ahead()
    }

    fn ask_ahead(&mut self) -> Option<Effect> {
        let (open, recent) = (self.open.as_ref().map(|open| open.with), &self.recent);
        let next = self.ahead.ask(|user| open == Some(user) || recent.has(user))?;
        Some(ask::ahead(next))
    }

    fn is_open(&self, user: UserId) -> bool {
        self.open.as_ref().is_some_and(|open| open.with == user)
    }

    /// The open conversation is left.
    pub(super) fn leave(&mut self) {
        if let Some(left) = self.open.take() {
            self.recent.put(left);
        }
    }

    pub(super) fn ask_path(user: UserId) -> Effect {
        question(Purpose::Path(user), Call::PathGet(one(user)))
    }

    pub(super) fn show_details(&mut self, shown: bool) -> Vec<Effect> {
        self.details = shown;
        match &self.open {
            Some(open) if shown => {
                let mut effects = Profiles::ask(open.with, false);
                effects.extend(self.shared.open(open.with));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// The pictures before and after one, as far as they are at hand: those of the details where it is among them, else
    /// those of the open conversation.
    #[must_use]
    pub fn pictures_beside(&self, file: FileId) -> (Option<FileId>, Option<FileId>) {
        let there = self.open.iter().flat_map(|open| &open.messages);
        let files =
            there.filter(|message| message.deleted.is_none()).filter_map(|message| message.file.as_ref());
        let pictures: Vec<FileId> = match self.shared.get(file).filter(|_| self.details) {
            Some(_) => pictures(self.shared.files().rev()),
            None => pictures(files),
        };
        let Some(at) = pictures.iter().position(|picture| *picture == file) else { return (None, None) };
        let before = at.checked_sub(1).and_then(|at| pictures.get(at).copied());
        (before, pictures.get(at + 1).copied())
    }

    pub(super) fn older(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.loading || !open.more {
            return Vec::new();
        }
        open.loading = true;
        vec![page_before(Purpose::Older(open.with), open.with, open.oldest())]
    }

    pub(super) fn newer(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.loading || !open.newer {
            return Vec::new();
        }
        open.loading = true;
        vec![page_after(Purpose::Newer(open.with), open.with, open.newest_at_hand())]
    }

    pub(super) fn end(&mut self) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let mut effects = vec![Effect::Page(Page::ToEnd)];
        if open.newer {
            open.loading = true;
            effects.push(page_before(Purpose::Newest(open.with), open.with, None));
        }
        effects
    }
}

/// Those among files that can be looked at as pictures.
fn pictures<'a>(files: impl Iterator<Item = &'a File>) -> Vec<FileId> {
    files.filter(|file| Kind::of(file) == Some(Kind::Picture)).map(|file| file.file).collect()
}
