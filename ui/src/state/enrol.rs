//! First run (UI §3.A): link → organisation and fingerprint → name → password → one-time code → recovery → done.

mod act;
mod step;
mod take;

use std::path::PathBuf;

use conclave_peer::model::{
    Answer, Call, EnrolAccount, EnrolConfirm, EnrolFinish, EnrolKind, EnrolStart, EnrolState, ErrorCode,
    Failure, ProfileSet, Time,
};
use conclave_peer::password::Verdict;

use crate::command::{Command, Purpose, Typed};
use crate::i18n::Words;

use super::crop::{self, Choosing};
use super::keeping::{self, Codes, Keeping};
use super::main::ask::question;
use super::{Effect, Page, field};

pub use act::{Act, Copied, First};
pub use step::Step;

/// How often a waiting enrolment asks whether the administrator has confirmed, milliseconds.
const ASK_AGAIN: Time = 15_000;

/// The first run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Enrol {
    /// The page.
    pub step: Step,
    /// Whether an answer is awaited.
    pub busy: bool,
    /// Whether the account is on its way into the directory. That begins at once when the code is proven, while the
    /// person still stores the recovery codes: the connection that proved it may not wait for them.
    pub finishing: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// The link, as it was accepted.
    pub link: Typed,
    /// What the link is for.
    pub start: Option<EnrolStart>,
    /// The backup that was chosen.
    pub backup: Option<PathBuf>,
    /// The user name, as submitted.
    pub user_name: String,
    /// The display name, as submitted.
    pub display_name: String,
    /// The judgement on the password at hand.
    pub verdict: Option<Verdict>,
    /// The secret for the authenticator.
    pub secret: Option<EnrolAccount>,
    /// Codes and key, shown once.
    pub recovery: Option<EnrolConfirm>,
    /// What the directory answered.
    pub finish: Option<EnrolFinish>,
    /// How far the person has stored codes and key.
    pub keeping: Keeping,
    /// What was copied last.
    pub copied: Option<Copied>,
    /// The picture that is being chosen.
    pub picture: Choosing,
    /// Whether a picture was taken into the profile.
    pub pictured: bool,
    /// Rises when the code field must be emptied.
    pub attempt: u32,
    /// Rises with each link that is put into the field from elsewhere.
    pub given: u32,
    /// Whether the keys were closed while the codes are still on the page: the password leads on from there.
    pub closed: bool,
    /// Whether no link could be read in the picture.
    pub no_code: bool,
    /// Whether this computer was erased a moment ago.
    pub erased: bool,
    /// Whether the backup takes the place of a profile that is damaged.
    pub instead: bool,
    /// The name that the damaged profile was given.
    pub aside: Option<String>,
    leaving: bool,
    judged: u64,
    copying: Option<Copied>,
    asked_at: Time,
}

impl Enrol {
    /// An enrolment that was cut short after the code was proven.
    #[must_use]
    pub fn resumed() -> Self {
        Self { step: Step::Confirmation, finishing: true, keeping: Keeping::done(), ..Self::default() }
    }

    /// To a backup, in place of a profile that is damaged.
    #[must_use]
    pub fn instead() -> Self {
        Self { step: Step::Restore, instead: true, ..Self::default() }
    }

    /// After everything was erased.
    #[must_use]
    pub fn erased() -> Self {
        Self { erased: true, ..Self::default() }
    }

    /// Whether the link is that of a reset: the account is there, and keeps its name.
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.start.as_ref().is_some_and(|start| start.kind == EnrolKind::Reset)
    }

    /// The rule of user names, as E-ACC-1 says it.
    #[must_use]
    pub fn is_name(&self, name: &str) -> bool {
        let (least, most) =
            self.start.as_ref().map_or((3, 32), |start| (start.rules.name_min, start.rules.name_max));
        (least..=most).contains(&name.len())
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
    }

    pub(super) fn act(&mut self, act: Act) -> Vec<Effect> {
        if self.busy && !matches!(act, Act::TypePassword(_) | Act::Copy(_)) {
            return Vec::new();
        }
        self.failure = None;
        self.no_code = false;
        match act {
            Act::ReadCode(path) => self.ask(Command::ReadCode(path)),
            Act::HaveLink => self.go(Step::Link),
            Act::HaveBackup => self.go(Step::Restore),
            Act::Backup(path) => {
                self.backup = Some(path);
                vec![Effect::Page(Page::Focus(field::PASSWORD))]
            }
            Act::Restore(passphrase) => match self.backup.clone() {
                Some(path) if self.instead => self.ask(Command::RestoreInstead(path, passphrase)),
                Some(path) => self.ask(Command::Restore(path, passphrase)),
                None => Vec::new(),
            },
            Act::Back => self.back(),
            Act::SubmitLink(link) => {
                let link = Typed::new(link.text().trim().to_owned());
                if link.text().is_empty() {
                    return vec![Effect::Page(Page::Focus(field::LINK))];
                }
                self.start = None;
                self.link = link.clone();
                self.ask(Command::EnrolStart(link))
            }
            Act::SameFingerprint if self.start.is_some() => self.go(Step::Name),
            Act::SubmitName { user_name, display_name } => self.name(user_name.trim(), display_name.trim()),
            Act::TypePassword(password) => self.judge(password),
            Act::SubmitPassword(password) => self.ask(Command::EnrolAccount {
                user_name: self.user_name.clone(),
                display_name: Some(self.display_name.clone()).filter(|name| !name.is_empty()),
                password,
            }),
            Act::SubmitCode(code) => self.ask(Command::EnrolConfirm(code)),
            Act::Finish if self.keeping.stored => self.onward(),
            Act::Copy(what) => self.copy(what),
            Act::Picture(act) => {
                let takes = act == crop::Act::Take;
                let effects = self.picture.act(act);
                if takes && !effects.is_empty() {
                    self.pictured = false;
                    self.busy = true;
                }
                effects
            }
            Act::SubmitProfile(fields) => {
                self.leaving = true;
                self.set_profile(fields.into_set())
            }
            Act::SkipProfile => self.go(Step::Done),
            Act::SameFingerprint
            | Act::Finish
            | Act::HaveAccount
            | Act::Enter
            | Act::Begin(_)
            | Act::SignIn
            | Act::Keep(_) => Vec::new(),
        }
    }

    pub(super) fn tick(&mut self, now: Time) -> Vec<Effect> {
        let waits = self.step == Step::Confirmation && self.finish.is_some() && !self.finishing;
        if waits && now.saturating_sub(self.asked_at) >= ASK_AGAIN {
            self.asked_at = now;
            return self.finish();
        }
        Vec::new()
    }

    /// On from the recovery codes, as far as the account has come.
    fn onward(&mut self) -> Vec<Effect> {
        // Shown once: nothing of them stays in memory longer than the page.
        match self.finish.as_ref().map(|finish| finish.state) {
            Some(EnrolState::Ready) => {
                self.recovery = None;
                self.go(Step::Profile)
            }
            Some(EnrolState::AwaitingAdmin) if self.step != Step::Confirmation => {
                self.recovery = None;
                self.go(Step::Confirmation)
            }
            // Its answer leads on.
            None if self.finishing => {
                self.busy = true;
                Vec::new()
            }
            Some(EnrolState::AwaitingAdmin) | None => {
                self.busy = self.step == Step::Recovery;
                self.finish()
            }
        }
    }

    fn finish(&mut self) -> Vec<Effect> {
        if self.finishing {
            return Vec::new();
        }
        self.finishing = true;
        vec![Effect::Ask(Command::EnrolFinish)]
    }

    fn set_profile(&mut self, set: ProfileSet) -> Vec<Effect> {
        self.busy = true;
        vec![question(Purpose::OwnProfile, Call::ProfileSet(set))]
    }

    /// The profile was taken: a picture stays on the page, the form leads on.
    fn profiled(&mut self, result: Result<Answer, Failure>) -> Vec<Effect> {
        let leaving = std::mem::take(&mut self.leaving);
        match self.settled(result) {
            Some(_) if leaving => self.go(Step::Done),
            Some(_) => {
                self.pictured = true;
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn name(&mut self, user_name: &str, display_name: &str) -> Vec<Effect> {
        user_name.clone_into(&mut self.user_name);
        display_name.clone_into(&mut self.display_name);
        if self.is_name(user_name) {
            return self.go(Step::Password);
        }
        self.failure = Some(Failure::new(ErrorCode::AccountName));
        vec![Effect::Page(Page::Focus(field::USER_NAME))]
    }

    fn judge(&mut self, password: Typed) -> Vec<Effect> {
        self.judged += 1;
        if password.text().is_empty() {
            self.verdict = None;
            return Vec::new();
        }
        let user_name = self.user_name.clone();
        vec![Effect::Ask(Command::Judge { password, user_name, number: self.judged })]
    }

    /// Codes and key are being stored; whatever is awaited meanwhile.
    pub(super) fn keep(&mut self, act: keeping::Act, words: Words) -> Vec<Effect> {
        let Some(recovery) = &self.recovery else { return Vec::new() };
        let codes = Codes { codes: &recovery.recovery_codes, key: Some(&recovery.recovery_key) };
        self.keeping.act(act, codes, words)
    }

    fn copy(&mut self, what: Copied) -> Vec<Effect> {
        let text = match what {
            Copied::Secret => self.secret.as_ref().map(|secret| secret.secret.to_string()),
            Copied::Digits => self.finish.as_ref().map(|finish| finish.digits30.clone()),
        };
        let Some(text) = text else { return Vec::new() };
        self.copying = Some(what);
        vec![Effect::Ask(Command::Copy(Typed::new(text)))]
    }

    fn back(&mut self) -> Vec<Effect> {
        match self.step {
            Step::Welcome | Step::Recovery | Step::Confirmation | Step::Profile | Step::Done => Vec::new(),
            Step::Link if self.start.is_some() => {
                self.start = None;
                self.go(Step::Link)
            }
            Step::Link | Step::Restore => self.go(Step::Welcome),
            Step::Name => self.go(Step::Link),
            Step::Password => self.go(Step::Name),
            Step::Code => self.begin_again(),
        }
    }

    /// Everything that was made goes; the link stays.
    pub(super) fn begin_again(&mut self) -> Vec<Effect> {
        let (link, given) = (std::mem::take(&mut self.link), self.given);
        *self = Self { step: Step::Link, link, given, ..Self::default() };
        vec![Effect::Ask(Command::EnrolCancel), Effect::Page(Page::Focus(field::LINK))]
    }

    fn go(&mut self, step: Step) -> Vec<Effect> {
        self.step = step;
        self.copied = None;
        let id = match step {
            Step::Link if self.start.is_some() => return Vec::new(),
            Step::Link => field::LINK,
            // A name given by the invite needs only its display name.
            Step::Name if self.start.as_ref().is_some_and(|start| start.user_name.is_some()) => {
                field::DISPLAY_NAME
            }
            Step::Name => field::USER_NAME,
            Step::Password => field::PASSWORD,
            Step::Code => return vec![Effect::Page(Page::FocusCode(self.attempt))],
            Step::Profile => field::FULL_NAME,
            Step::Welcome | Step::Restore | Step::Recovery | Step::Confirmation | Step::Done => {
                return Vec::new();
            }
        };
        vec![Effect::Page(Page::Focus(id))]
    }

    fn ask(&mut self, command: Command) -> Vec<Effect> {
        self.busy = true;
        vec![Effect::Ask(command)]
    }

    fn settled<T>(&mut self, result: Result<T, Failure>) -> Option<T> {
        self.busy = false;
        match result {
            Ok(value) => {
                self.failure = None;
                Some(value)
            }
            Err(failure) => {
                self.failure = Some(failure);
                None
            }
        }
    }

    fn failed(&self, codes: &[ErrorCode]) -> bool {
        self.failure.as_ref().is_some_and(|failure| codes.contains(&failure.code))
    }
}
