//! What the engine answered in the first run.

use conclave_peer::model::{EnrolState, ErrorCode, Time};

use crate::command::{Command, Purpose, Typed, Update};
use crate::link;
use crate::state::{Effect, Page, field};

use super::{Act, Enrol, Step};

impl Enrol {
    /// A link that was opened elsewhere waits in its field, unless an enrolment is under way already.
    pub(in crate::state) fn given(&mut self, link: Typed) -> Vec<Effect> {
        let asked = matches!(self.step, Step::Welcome | Step::Link) && self.start.is_none() && !self.busy;
        if !asked {
            return Vec::new();
        }
        self.failure = None;
        self.no_code = false;
        self.link = link;
        self.given += 1;
        self.go(Step::Link)
    }

    pub(in crate::state) fn take(&mut self, update: Update, now: Time) -> Vec<Effect> {
        match update {
            Update::EnrolStarted(result) => {
                if let Some(start) = self.settled(result) {
                    self.user_name = start.user_name.clone().unwrap_or_default();
                    self.start = Some(start);
                }
                Vec::new()
            }
            Update::CodeRead(read) => {
                self.busy = false;
                match read.and_then(|text| link::scanned(text.text())) {
                    Some(link) => {
                        self.given += 1;
                        self.act(Act::SubmitLink(link))
                    }
                    None => {
                        self.no_code = true;
                        Vec::new()
                    }
                }
            }
            Update::Judged { number, verdict } => {
                if number == self.judged {
                    self.verdict = Some(verdict);
                }
                Vec::new()
            }
            // The first run began again meanwhile.
            Update::EnrolAccount(_) if self.step != Step::Password => vec![Effect::Ask(Command::EnrolCancel)],
            Update::EnrolAccount(result) => match self.settled(result) {
                Some(secret) => {
                    self.secret = Some(secret);
                    self.go(Step::Code)
                }
                None if self.failed(&[ErrorCode::AccountName, ErrorCode::AccountNameTaken]) => {
                    self.step = Step::Name;
                    vec![Effect::Page(Page::Focus(field::USER_NAME))]
                }
                None => Vec::new(),
            },
            Update::EnrolConfirmed(result) => match self.settled(result) {
                Some(recovery) => {
                    self.recovery = Some(recovery);
                    self.secret = None;
                    let mut effects = self.go(Step::Recovery);
                    effects.extend(self.finish());
                    effects
                }
                None => {
                    self.attempt += 1;
                    vec![Effect::Page(Page::FocusCode(self.attempt))]
                }
            },
            Update::EnrolFinished(result) => {
                self.asked_at = now;
                self.finishing = false;
                let waited = self.busy || self.step == Step::Confirmation;
                self.finish = self.settled(result).or(self.finish.take());
                if self.closed {
                    // It ended after the computer slept, and opened what had been closed.
                    return vec![Effect::Ask(Command::Lock)];
                }
                match &self.finish {
                    Some(finish) if waited && self.failure.is_none() => match (finish.state, self.step) {
                        (EnrolState::AwaitingAdmin, Step::Confirmation) => Vec::new(),
                        _ => self.onward(),
                    },
                    _ => Vec::new(),
                }
            }
            Update::Answer(Purpose::OwnProfile, result) => self.profiled(*result),
            Update::SetAside(Ok(name)) => {
                self.instead = false;
                self.aside = Some(name);
                Vec::new()
            }
            Update::SetAside(Err(failure)) => {
                let _not = self.settled::<()>(Err(failure));
                Vec::new()
            }
            Update::Restored(result) => {
                let _not = self.settled(result);
                vec![Effect::Page(Page::Focus(field::PASSWORD))]
            }
            Update::PictureShown(seen) => self.picture.shown(seen),
            Update::Saved(result) => {
                self.keeping.written(result);
                Vec::new()
            }
            Update::Copied(done) if self.keeping.copied(done) => Vec::new(),
            Update::Copied(done) => {
                self.copied = self.copying.take().filter(|_| done);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}
