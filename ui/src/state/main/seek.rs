//! From a hit of the search to its place in the history.

use conclave_peer::model::{MessageId, Target, UserId};

use crate::command::Purpose;
use crate::state::conversation::Conversation;
use crate::state::safety::Safety;
use crate::state::search::{Act, Search};
use crate::state::{Effect, Page, field};

use super::ask::page_around;
use super::{Main, Section};

impl Main {
    pub(super) fn search(&mut self, act: Act) -> Vec<Effect> {
        if let Act::Open(within) = act {
            if !self.section.talks() {
                self.section = Section::Chats;
            }
            match &mut self.search {
                Some(search) => {
                    search.behind = false;
                    drop(search.within(within));
                }
                None => self.search = Some(Search::new(within)),
            }
            return vec![Effect::Page(Page::Focus(field::SEARCH))];
        }
        let Some(search) = &mut self.search else { return Vec::new() };
        match act {
            Act::Type(text) => search.typed(text),
            Act::Within(within) => search.within(within),
            Act::Of(kind) => search.of(kind),
            Act::More => search.next(),
            Act::Step(forward) => match search.beside(forward).map(|hit| &hit.message) {
                Some(message) => {
                    let (conversation, id) = (message.conversation, message.id);
                    let Target::User(user) = conversation else { return Vec::new() };
                    search.taken = Some(id);
                    self.go_to(user, id)
                }
                None => Vec::new(),
            },
            Act::Take(user, id) => {
                search.taken = Some(id);
                self.go_to(user, id)
            }
            Act::Close => {
                self.search = None;
                vec![Effect::Page(Page::GiveBack)]
            }
            Act::Open(_) => Vec::new(),
        }
    }

    /// Opens the history at a message.
    pub(super) fn go_to(&mut self, user: UserId, id: MessageId) -> Vec<Effect> {
        self.person = None;
        self.search.iter_mut().for_each(|search| search.behind = true);
        let here = self.open.as_mut().filter(|open| open.with == user);
        if let Some(open) = here {
            open.found = Some(id);
            if open.message(id).is_some() {
                return vec![Effect::Page(Page::ShowMessage(id))];
            }
            open.loading = true;
            return vec![page_around(Purpose::Around(user), user, id)];
        }
        let mut open = Conversation::new(user, 0);
        open.found = Some(id);
        self.leave();
        self.open = Some(open);
        let mut effects = vec![page_around(Purpose::Around(user), user, id), Safety::ask(user)];
        if self.details {
            effects.extend(self.show_details(true));
        }
        effects
    }
}
