//! Another phone, by the one-time code of an administrator (PROTOCOL §2.11): the code, the new secret, its first six
//! digits, and the recovery codes that come with it. Password and keys stay.

use conclave_peer::model::{EnrolAccount, Failure, RecoveryCodes};

use crate::command::{Command, Typed};
use crate::i18n::Words;
use crate::state::keeping::{self, Codes, Keeping};
use crate::state::{Effect, Page, field};

use super::{SignIn, Step};

/// A phone on its way to replace another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Phone {
    /// The secret for the authenticator.
    pub secret: Option<EnrolAccount>,
    /// The codes that count from then on, shown once.
    pub codes: Option<RecoveryCodes>,
    /// How far the person has stored them.
    pub keeping: Keeping,
    /// Whether the secret is on the clipboard.
    pub copied: bool,
}

/// What a person does there.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// To the field of the administrator's code.
    Begin,
    /// The administrator's code.
    SubmitCode(Typed),
    /// The first six digits of the new phone.
    Prove(Typed),
    /// The secret to the clipboard.
    CopySecret,
    /// The codes are being stored.
    Keep(keeping::Act),
}

impl SignIn {
    /// Whether a new phone is being set up: the session that begins meanwhile may not hide its codes.
    #[must_use]
    pub fn sets_up_phone(&self) -> bool {
        matches!(self.step, Step::Phone | Step::PhoneCodes)
    }

    pub(super) fn phone(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::Begin => {
                *self.phone = Phone::default();
                self.go(Step::PhoneCode, Page::Focus(field::PHONE_CODE))
            }
            Act::SubmitCode(code) if code.text().trim().is_empty() => {
                vec![Effect::Page(Page::Focus(field::PHONE_CODE))]
            }
            Act::SubmitCode(code) => {
                self.ask(Command::ReplacePhone(Typed::new(code.text().trim().to_owned())))
            }
            Act::Prove(code) => self.ask(Command::ProvePhone(code)),
            Act::CopySecret => {
                let secret = self.phone.secret.iter().map(|secret| Typed::new(secret.secret.to_string()));
                secret.map(|secret| Effect::Ask(Command::Copy(secret))).collect()
            }
            // The words are the state's: it hands this on by itself.
            Act::Keep(_) => Vec::new(),
        }
    }

    /// The secret of the new phone, or why there is none.
    pub(super) fn phone_given(&mut self, result: Result<EnrolAccount, Failure>, now: u64) -> Vec<Effect> {
        match result {
            Ok(secret) => {
                self.busy = false;
                self.phone.secret = Some(secret);
                self.attempt += 1;
                self.go(Step::Phone, Page::FocusCode(self.attempt))
            }
            Err(failure) => {
                self.refused(failure, now);
                vec![Effect::Page(Page::Focus(field::PHONE_CODE))]
            }
        }
    }

    /// The new phone counts, or its first code was wrong.
    pub(super) fn phone_proven(&mut self, result: Result<RecoveryCodes, Failure>, now: u64) -> Vec<Effect> {
        match result {
            Ok(codes) => {
                self.busy = false;
                self.phone.secret = None;
                self.phone.codes = Some(codes);
                self.phone.copied = false;
                self.step = Step::PhoneCodes;
                Vec::new()
            }
            Err(failure) => {
                self.refused(failure, now);
                self.attempt += 1;
                vec![Effect::Page(Page::FocusCode(self.attempt))]
            }
        }
    }

    pub(super) fn copied(&mut self, done: bool) {
        if !self.phone.keeping.copied(done) {
            self.phone.copied = done;
        }
    }
}

impl Phone {
    /// The codes are being stored.
    pub(in crate::state) fn keep(&mut self, act: keeping::Act, words: Words) -> Vec<Effect> {
        let Some(codes) = &self.codes else { return Vec::new() };
        self.keeping.act(act, Codes { codes: &codes.recovery_codes, key: None }, words)
    }
}
