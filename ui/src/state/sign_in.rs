//! The door: the password opens the local messages, with or without the server; then the code signs in.

pub mod phone;

use conclave_peer::model::{ErrorCode, Failure, Time, UserId};

use crate::command::{Command, SecondFactor, Typed, Update};

use self::phone::Phone;
use super::{Effect, Page, field};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Step {
    /// The password.
    #[default]
    Password,
    /// Six digits; the messages are open.
    Code,
    /// A recovery code; the messages are open.
    RecoveryCode,
    /// The recovery key, which opens the messages without the password.
    RecoveryKey,
    /// An administrator's code for another phone; the messages are open.
    PhoneCode,
    /// The first six digits of that phone.
    Phone,
    /// The recovery codes that come with it.
    PhoneCodes,
}

/// Whose messages are behind the door: known as long as they were open in this run, and never written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The account.
    pub user: UserId,
    /// The name, made fit to stand in a line.
    pub name: String,
    /// The user name.
    pub account: String,
}

/// How somebody has signed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOut {
    /// The session has ended at the server too.
    Everywhere,
    /// The server could not be asked.
    HereOnly,
}

/// The door.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SignIn {
    /// What is asked for.
    pub step: Step,
    /// Whether an answer is awaited.
    pub busy: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// No try before this time.
    pub wait_until: Option<Time>,
    /// Rises when the code field must be emptied.
    pub attempt: u32,
    /// Whether there is no account in this profile.
    pub no_account: bool,
    /// Whether an invite link was opened that is of no use here: there is an account.
    pub invited: bool,
    /// Whether the messages were open already.
    pub open: bool,
    /// Whether an enrolment that was cut short goes on after the sign-in.
    pub resuming: bool,
    /// Whether the messages were closed by the lock: the same person comes back.
    pub locked: bool,
    /// Whether the person at the lock wants to sign out: the password opens the messages for that alone.
    pub leaving: bool,
    /// How the person has signed out, if that is how the door was closed.
    pub signed_out: Option<SignedOut>,
    /// Whether an answer is on its way that was asked for before the computer slept.
    pub asleep: bool,
    /// Rises when what is typed at the door must go.
    pub closed: u32,
    /// Whose they are, when that is known.
    pub owner: Option<Owner>,
    /// The phone that replaces another.
    pub phone: Box<Phone>,
}

/// What a person does here.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// The password.
    SubmitPassword(Typed),
    /// Six digits.
    SubmitCode(Typed),
    /// A recovery code.
    SubmitRecoveryCode(Typed),
    /// The recovery key.
    SubmitRecoveryKey(Typed),
    /// From the lock to signing out, or back.
    Leave(bool),
    /// To the recovery key.
    UseRecoveryKey,
    /// To the recovery codes.
    UseRecoveryCode,
    /// To the authenticator.
    UseCode,
    /// Back to the password.
    UsePassword,
    /// Read without signing in.
    Offline,
    /// To the first run.
    HaveLink,
    /// Another phone.
    Phone(phone::Act),
    /// Into the main window: the session has begun.
    Enter,
}

impl SignIn {
    /// The door for somebody whose messages are open but who is not signed in.
    #[must_use]
    pub fn unlocked(owner: Option<Owner>) -> Self {
        Self { open: true, owner, ..Self::default() }
    }

    /// The same for an enrolment that goes on afterwards.
    #[must_use]
    pub fn resuming() -> Self {
        Self { open: true, resuming: true, ..Self::default() }
    }

    /// The door of messages that were closed by the lock.
    #[must_use]
    pub fn locked(owner: Option<Owner>) -> Self {
        Self { locked: true, owner, ..Self::default() }
    }

    /// The door after a sign-out: nothing is known any more of who it was.
    #[must_use]
    pub fn signed_out(everywhere: bool) -> Self {
        let signed_out = if everywhere { SignedOut::Everywhere } else { SignedOut::HereOnly };
        Self { signed_out: Some(signed_out), ..Self::default() }
    }

    /// The door of open messages when the password is still kept: only the code is asked for.
    #[must_use]
    pub fn at_the_code(owner: Option<Owner>) -> Self {
        Self { step: Step::Code, ..Self::unlocked(owner) }
    }

    /// Whether the password that opened the messages is kept for a code that may follow: after a lock the session comes
    /// back by itself, and the recovery key gives no password to sign in with.
    pub(super) fn keeps_password(&self) -> bool {
        !self.locked && self.step == Step::Password
    }

    /// The vault opened onto an enrolment that was cut short: the server wants a code before it goes on.
    pub(super) fn resume(&mut self) -> Vec<Effect> {
        self.busy = false;
        self.resuming = true;
        self.go(Step::Code, Page::FocusCode(self.attempt))
    }

    /// Seconds to wait before the next try.
    #[must_use]
    pub fn wait(&self, now: Time) -> Option<u64> {
        let left = self.wait_until?.saturating_sub(now);
        (left > 0).then(|| left.div_ceil(1000))
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        if self.busy
            || self.wait_until.is_some()
                && !matches!(
                    act,
                    Act::UseRecoveryCode
                        | Act::UseCode
                        | Act::UsePassword
                        | Act::UseRecoveryKey
                        | Act::Phone(phone::Act::Begin)
                )
        {
            return Vec::new();
        }
        self.failure = None;
        match act {
            Act::SubmitPassword(password) if password.text().is_empty() => {
                vec![Effect::Page(Page::Focus(field::DOOR))]
            }
            Act::SubmitPassword(password) if self.open => {
                let mut effects = self.go(Step::Code, Page::FocusCode(self.attempt));
                effects.push(Effect::Ask(Command::KeepPassword(password)));
                effects
            }
            Act::SubmitPassword(password) => self.ask(Command::Unlock(password)),
            Act::SubmitCode(code) => self.ask(Command::Login(SecondFactor::Code(code))),
            Act::SubmitRecoveryCode(code) if code.text().trim().is_empty() => {
                vec![Effect::Page(Page::Focus(field::RECOVERY_CODE))]
            }
            Act::SubmitRecoveryCode(code) => self.ask(Command::Login(SecondFactor::RecoveryCode(code))),
            Act::SubmitRecoveryKey(key) if key.text().trim().is_empty() => {
                vec![Effect::Page(Page::Focus(field::RECOVERY_KEY))]
            }
            Act::SubmitRecoveryKey(key) => self.ask(Command::UnlockByKey(key)),
            Act::Leave(leaving) => {
                self.leaving = leaving && self.locked;
                vec![Effect::Page(Page::Focus(field::DOOR))]
            }
            Act::UseRecoveryKey => self.go(Step::RecoveryKey, Page::Focus(field::RECOVERY_KEY)),
            Act::UseRecoveryCode => self.go(Step::RecoveryCode, Page::Focus(field::RECOVERY_CODE)),
            Act::UseCode => self.go(Step::Code, Page::FocusCode(self.attempt)),
            Act::UsePassword => self.go(Step::Password, Page::Focus(field::DOOR)),
            Act::Phone(act) => self.phone(act),
            Act::Offline | Act::HaveLink | Act::Enter => Vec::new(),
        }
    }

    pub(super) fn take(&mut self, update: Update, now: Time) -> Vec<Effect> {
        match update {
            // Onto messages, or onto an enrolment that was cut short?
            Update::Unlocked(Ok(())) if self.leaving => vec![Effect::Ask(Command::Logout)],
            Update::Unlocked(Ok(())) => {
                self.open = true;
                vec![Effect::Ask(Command::Status)]
            }
            Update::Status(Err(failure)) => {
                self.refused(failure, now);
                Vec::new()
            }
            Update::Unlocked(Err(failure)) => {
                self.no_account = failure.code == ErrorCode::ApiState;
                self.refused(failure, now);
                let key = self.step == Step::RecoveryKey;
                vec![Effect::Page(Page::Focus(if key { field::RECOVERY_KEY } else { field::DOOR }))]
            }
            Update::LoggedIn(Err(failure)) => {
                self.refused(failure, now);
                self.attempt += 1;
                vec![Effect::Page(match self.step {
                    Step::RecoveryCode => Page::Focus(field::RECOVERY_CODE),
                    _ => Page::FocusCode(self.attempt),
                })]
            }
            Update::PhoneGiven(result) => self.phone_given(result, now),
            Update::PhoneProven(result) => self.phone_proven(result, now),
            Update::Saved(result) => {
                self.phone.keeping.written(result);
                Vec::new()
            }
            Update::Copied(done) => {
                self.copied(done);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn tick(&mut self, now: Time) {
        if self.wait_until.is_some_and(|until| until <= now) {
            self.wait_until = None;
            self.failure = None;
        }
    }

    fn refused(&mut self, failure: Failure, now: Time) {
        self.busy = false;
        if matches!(failure.code, ErrorCode::AuthThrottled | ErrorCode::AuthKicked | ErrorCode::ServerBusy) {
            self.wait_until = failure.retry_after_ms.map(|wait| now.saturating_add(wait));
        }
        self.failure = Some(failure);
    }

    fn go(&mut self, step: Step, page: Page) -> Vec<Effect> {
        self.step = step;
        vec![Effect::Page(page)]
    }

    fn ask(&mut self, command: Command) -> Vec<Effect> {
        self.busy = true;
        vec![Effect::Ask(command)]
    }
}
