//! What stands above the window, and what it was answered with.

use conclave_peer::model::{Call, MessageId, PresenceSet, PresenceStatus, Time, UserId};

use super::ask::{self, one, question};
use super::{Main, Section};
use crate::command::{Command, Purpose};
use crate::state::overlay::{Confirm, Overlay};
use crate::state::{Effect, Page, field, safety, shared};

impl Main {
    pub(super) fn show(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.in_open(|open| open.menu = None);
        let first = match &overlay {
            Overlay::Switcher(_) => Some(field::SWITCHER),
            Overlay::Emoji | Overlay::React(_) => Some(field::EMOJI),
            Overlay::Attach(_) => Some(field::CAPTION),
            Overlay::Confirm(_) | Overlay::ExportData | Overlay::EraseAll | Overlay::Link(_) => {
                Some(field::SAFE)
            }
            Overlay::Presence | Overlay::Row(_) | Overlay::Keys | Overlay::Path(_) | Overlay::Safety(_) => {
                Some(field::FIRST)
            }
            Overlay::Picture { .. } | Overlay::Pages { .. } => Some(field::VIEWER),
        };
        let effects = match &overlay {
            Overlay::Path(user) => vec![Self::ask_path(*user)],
            Overlay::Confirm(Confirm::OpenFile(file)) if self.outside.at(*file).is_none() => {
                vec![Effect::Ask(Command::Outside)]
            }
            Overlay::Confirm(Confirm::Erase(user)) => {
                self.held = None;
                vec![shared::count(*user)]
            }
            Overlay::EraseAll => vec![self.ask_erasing()],
            Overlay::ExportData => {
                self.exporting.failure = None;
                Vec::new()
            }
            _ => Vec::new(),
        };
        self.overlay = Some(overlay);
        effects.into_iter().chain(first.map(|id| Effect::Page(Page::Focus(id)))).collect()
    }

    /// Away with what stands above, or with the answer begun.
    pub(super) fn dismiss(&mut self) -> Vec<Effect> {
        if self.erasing.busy {
            return Vec::new();
        }
        if let Some(overlay) = self.overlay.take() {
            let seen = match overlay {
                Overlay::Attach(attach) => attach.closed().map(Effect::Ask),
                _ => None,
            };
            return seen.into_iter().chain([Effect::Page(Page::GiveBack)]).collect();
        }
        if self.search.take().is_some() {
            return vec![Effect::Page(Page::GiveBack)];
        }
        if self.note.take_if(|note| note.stays()).is_some() {
            return vec![Effect::Page(Page::GiveBack)];
        }
        if self.section == Section::People && self.person.take().is_some() {
            return vec![Effect::Page(Page::Focus(field::FILTER_PEOPLE))];
        }
        let Some(open) = &mut self.open else { return Vec::new() };
        if open.menu.take().is_some() {
            return vec![Effect::Page(Page::GiveBack)];
        }
        if open.reply_to.take().is_some() || open.editing.take().is_some() || open.custody.take().is_some() {
            return self.to_composer().into_iter().collect();
        }
        if self.details && self.shared.listed.is_some() {
            return self.share(shared::Act::Show(None));
        }
        self.details = false;
        Vec::new()
    }

    /// What was shared; the keyboard goes where the pane begins.
    pub(super) fn share(&mut self, act: shared::Act) -> Vec<Effect> {
        let turned = matches!(act, shared::Act::Show(_));
        let mut effects = self.shared.act(act);
        effects.extend(turned.then_some(Effect::Page(Page::Focus(field::DETAILS))));
        effects
    }

    /// Shows the menu of a message, or takes it away.
    pub(super) fn menu(&mut self, id: Option<MessageId>) -> Vec<Effect> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.menu = id.filter(|id| open.menu != Some(*id));
        vec![Effect::Page(if open.menu.is_some() { Page::Focus(field::MENU) } else { Page::GiveBack })]
    }

    pub(super) fn confirmed(&mut self, confirm: Confirm) -> Vec<Effect> {
        self.overlay = None;
        let mut effects = match confirm {
            Confirm::Block(user) => vec![question(Purpose::Quiet, Call::ContactBlock(one(user)))],
            Confirm::CancelFile(file) | Confirm::Withdraw(file) => ask::turn(file, Call::FileCancel),
            Confirm::AcceptKey(user) => self.safety(safety::Act::Accept(user)),
            Confirm::Erase(user) => self.erase(user),
            Confirm::OpenFile(file) => {
                let at = self.outside.at(file).map(std::path::Path::to_owned);
                vec![Effect::Ask(Command::OpenFile { file, at })]
            }
            Confirm::Delete { id, everyone } => Self::delete(id, everyone),
            Confirm::SignOut => return vec![Effect::Page(Page::Closing), Effect::Ask(Command::Logout)],
        };
        effects.push(Effect::Page(Page::GiveBack));
        effects
    }

    pub(super) fn block(&mut self, user: UserId, on: bool) -> Vec<Effect> {
        if on {
            return self.show(Overlay::Confirm(Confirm::Block(user)));
        }
        vec![question(Purpose::Quiet, Call::ContactUnblock(one(user)))]
    }

    pub(super) fn safety(&mut self, act: safety::Act) -> Vec<Effect> {
        let opened = matches!(act, safety::Act::Compare(_));
        let mut effects = self.safety.act(act, &mut self.overlay);
        if opened {
            effects.push(Effect::Page(Page::Focus(field::FIRST)));
        }
        effects
    }

    pub(super) fn set_presence(&mut self, status: PresenceStatus, until: Option<Time>) -> Vec<Effect> {
        self.overlay = None;
        self.presence = status;
        self.presence_until = until;
        let set = PresenceSet { status, text: None, until };
        vec![question(Purpose::Quiet, Call::PresenceSet(set)), Effect::Page(Page::GiveBack)]
    }
}
