//! The computer goes to sleep: whatever is open closes first, also at the door and in the first run. Only recovery codes
//! stay on their page, because they exist nowhere else until they are stored.

use crate::command::Command;

use super::enrol::{Enrol, Step};
use super::sign_in::{self, SignIn};
use super::{Effect, Page, Screen, State, field};

impl State {
    pub(super) fn fall_asleep(&mut self) -> Vec<Effect> {
        match &mut self.screen {
            Screen::Opening | Screen::Closed(_) => Vec::new(),
            Screen::Main(_) => self.close_messages(),
            Screen::SignIn(door) => door.fall_asleep(),
            Screen::Enrol(run) if run.is_open() => {
                let mut effects = vec![Effect::Ask(Command::Lock)];
                effects.extend(self.door(SignIn::locked(None)));
                effects
            }
            Screen::Enrol(run) => run.fall_asleep(),
        }
    }
}

impl SignIn {
    fn fall_asleep(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Ask(Command::ForgetPassword), Effect::Ask(Command::Lock)];
        if self.step == sign_in::Step::PhoneCodes {
            self.open = false;
            return effects;
        }
        *self = Self {
            locked: self.locked,
            owner: self.owner.take(),
            // An answer that is on its way would open them again.
            asleep: self.busy,
            closed: self.closed + 1,
            ..Self::default()
        };
        effects.push(Effect::Page(Page::Focus(field::DOOR)));
        effects
    }
}

impl Enrol {
    /// Whether the account is there and its messages are open.
    fn is_open(&self) -> bool {
        matches!(self.step, Step::Confirmation | Step::Profile | Step::Done)
    }

    fn fall_asleep(&mut self) -> Vec<Effect> {
        match self.step {
            Step::Password | Step::Code => self.begin_again(),
            Step::Recovery => {
                self.closed = true;
                vec![Effect::Ask(Command::Lock)]
            }
            _ => Vec::new(),
        }
    }
}
