//! Safety numbers: what the engine told of them, and the dialog in which two people compare (UI §3.H).

use std::collections::BTreeMap;
use std::path::PathBuf;

use conclave_peer::model::{
    Answer, Call, ErrorCode, Failure, SafetyChange, SafetyLevel, SafetyVerify, Time, UserId, UserRef,
};

use crate::command::{Command, Purpose, Typed};

use super::Effect;
use super::main::ask::{one, question};
use super::overlay::Overlay;

/// How the text of a safety number's code begins.
const CODE: &str = "CONCLAVE1:";

/// The safety number with a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// 12 groups of 5.
    pub digits: String,
    /// Text of the QR code.
    pub qr: String,
    /// How far it was compared.
    pub level: SafetyLevel,
    /// Since when.
    pub since: Option<Time>,
    /// A change that was not accepted yet: sending waits.
    pub change: Option<SafetyChange>,
}

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// With whom.
    pub user: UserId,
    /// Whether the digits stand large, for reading aloud.
    pub aloud: bool,
    /// Whether the person said that the numbers differ.
    pub differ: bool,
    /// Whether the digits were put on the clipboard.
    pub copied: bool,
    /// Whether a picture is being read.
    pub reading: bool,
    /// Whether no safety number could be read in a picture.
    pub unread: bool,
    /// What went wrong last.
    pub failure: Option<Failure>,
}

/// What a person does with a safety number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Opens the dialog.
    Compare(UserId),
    /// Large digits, or the code beside them.
    Aloud(bool),
    /// To the clipboard.
    Copy,
    /// They are the same.
    Match,
    /// They differ.
    Differ,
    /// Takes a comparison back.
    Forget(UserId),
    /// Takes a changed key without comparing.
    Accept(UserId),
}

/// Everything known of safety numbers, and the dialog if it is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Safety {
    numbers: BTreeMap<UserId, Number>,
}

impl Safety {
    /// The number with a person, when it was asked for.
    #[must_use]
    pub fn number(&self, user: UserId) -> Option<&Number> {
        self.numbers.get(&user)
    }

    /// The change that keeps messages to a person here.
    #[must_use]
    pub fn change(&self, user: UserId) -> Option<&SafetyChange> {
        self.numbers.get(&user).and_then(|number| number.change.as_ref())
    }

    /// Asks for a person's number.
    #[must_use]
    pub fn ask(user: UserId) -> Effect {
        question(Purpose::Safety(user), Call::SafetyGet(one(user)))
    }

    pub(super) fn act(&mut self, act: Act, overlay: &mut Option<Overlay>) -> Vec<Effect> {
        match act {
            Act::Compare(user) => {
                let compare = Compare {
                    user,
                    aloud: false,
                    differ: false,
                    copied: false,
                    reading: false,
                    unread: false,
                    failure: None,
                };
                *overlay = Some(Overlay::Safety(compare));
                vec![Self::ask(user)]
            }
            Act::Forget(user) => {
                vec![question(Purpose::Safety(user), Call::SafetyUnverify(one(user))), Self::ask(user)]
            }
            Act::Accept(user) => {
                *overlay = None;
                vec![question(Purpose::Safety(user), Call::SafetyAccept(one(user))), Self::ask(user)]
            }
            act => match overlay {
                Some(Overlay::Safety(compare)) => self.compare(act, compare),
                _ => Vec::new(),
            },
        }
    }

    fn compare(&self, act: Act, compare: &mut Compare) -> Vec<Effect> {
        compare.failure = None;
        compare.unread = false;
        let Some(number) = self.numbers.get(&compare.user) else { return Vec::new() };
        match act {
            Act::Aloud(aloud) => compare.aloud = aloud,
            Act::Copy => {
                compare.copied = true;
                return vec![Effect::Ask(Command::CopyText(Typed::new(number.digits.clone())))];
            }
            Act::Match => {
                let verify = SafetyVerify {
                    user: UserRef::Id(compare.user),
                    digits: Some(number.digits.clone()),
                    qr: None,
                };
                return vec![question(Purpose::Verified(compare.user), Call::SafetyVerify(verify))];
            }
            Act::Differ => {
                compare.differ = true;
                return vec![
                    question(Purpose::Safety(compare.user), Call::SafetyUnverify(one(compare.user))),
                    Self::ask(compare.user),
                ];
            }
            Act::Compare(_) | Act::Forget(_) | Act::Accept(_) => {}
        }
        Vec::new()
    }

    /// Reads the other person's code out of a picture.
    pub(super) fn read(&self, path: PathBuf, overlay: &mut Option<Overlay>) -> Vec<Effect> {
        let Some(Overlay::Safety(compare)) = overlay else { return Vec::new() };
        (compare.reading, compare.unread, compare.failure) = (true, false, None);
        vec![Effect::Ask(Command::ReadCode(path))]
    }

    /// What a picture says: the engine compares it.
    pub(super) fn number_read(&self, text: Option<Typed>, overlay: &mut Option<Overlay>) -> Vec<Effect> {
        let Some(Overlay::Safety(compare)) = overlay else { return Vec::new() };
        if !std::mem::take(&mut compare.reading) {
            return Vec::new();
        }
        let Some(text) = text.filter(|text| text.text().starts_with(CODE)) else {
            compare.unread = true;
            return Vec::new();
        };
        let qr = Some(text.text().to_owned());
        let verify = SafetyVerify { user: UserRef::Id(compare.user), digits: None, qr };
        vec![question(Purpose::Verified(compare.user), Call::SafetyVerify(verify))]
    }

    /// An answer about a number.
    pub(super) fn take(&mut self, user: UserId, answer: Answer) {
        if let Answer::Safety { digits, qr, level, since, change } = answer {
            self.numbers.insert(user, Number { digits, qr, level, since, change });
        }
    }

    /// The engine compared the digits that both people hold.
    pub(super) fn verified(
        user: UserId,
        result: Result<Answer, Failure>,
        overlay: &mut Option<Overlay>,
    ) -> Vec<Effect> {
        let Some(Overlay::Safety(compare)) = overlay else { return vec![Self::ask(user)] };
        match result {
            Ok(Answer::Match { matches: true }) => *overlay = None,
            Ok(_) => compare.differ = true,
            // A code of another organisation, or a damaged one.
            Err(failure) if failure.code == ErrorCode::ApiParams => compare.unread = true,
            Err(failure) => compare.failure = Some(failure),
        }
        vec![Self::ask(user)]
    }
}
