//! An invite link was opened outside of the window: it comes to where a link is asked for, and waits there for the
//! person.

use crate::command::Typed;

use super::enrol::Enrol;
use super::main::Said;
use super::{Effect, Page, Screen, State};

impl State {
    pub(super) fn invited(&mut self, link: Typed) -> Vec<Effect> {
        let mut effects = vec![Effect::Page(Page::Front)];
        match &mut self.screen {
            // Whether there is an account here is not known yet.
            Screen::Opening => self.invited = Some(link),
            Screen::Closed(_) => {}
            Screen::Enrol(run) => effects.extend(run.given(link)),
            Screen::SignIn(door) if door.no_account => {
                let mut run = Enrol::default();
                effects.extend(run.given(link));
                self.screen = Screen::Enrol(Box::new(run));
            }
            Screen::SignIn(door) => door.invited = true,
            Screen::Main(main) => main.say(Said::Invited, self.now),
        }
        effects
    }
}
