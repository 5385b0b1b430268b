//! Safety numbers and changed account keys (PROTOCOL §2.8, §2.6 last paragraph).

use conclave_crypto::directory::PolicyAdmin;
use conclave_crypto::keys::{UikPublic, UserId};
use conclave_crypto::safety_number::{Comparison, VerifyQr};
use conclave_proto::ErrorCode;

use super::Core;
use super::contacts::KeyChange;
use super::gate::Step;
use crate::model::{Answer, Event, Failure, SafetyChange, SafetyLevel, SafetyVerify};
use crate::record::Read;

impl<R: Read> Core<R> {
    fn keys_with(&self, user: &UserId) -> Result<(UikPublic, UikPublic), Failure> {
        let theirs = self.log.directory.user(user).ok_or_else(|| Failure::new(ErrorCode::ApiNotFound))?.uik;
        Ok((self.setup.device.party().uik, theirs))
    }

    /// `safety.get`.
    pub(super) fn safety_get(&mut self, user: &UserId) -> Result<Answer, Failure> {
        let (mine, theirs) = self.keys_with(user)?;
        let number = self.half_numbers.between((self.setup.user, mine), (*user, theirs));
        let qr = VerifyQr {
            mine: (self.setup.user, mine),
            theirs: (*user, theirs),
            log_size: self.log.directory.size(),
            log_root: self.log.directory.root(),
        };
        let person = self.person(user);
        let verified = person.verified == theirs.as_bytes();
        Ok(Answer::Safety {
            digits: number.to_string(),
            qr: qr.to_text(&self.setup.org),
            level: if verified { SafetyLevel::Compared } else { SafetyLevel::Directory },
            since: verified.then_some(person.verified_at),
            change: person.change.map(|change| SafetyChange {
                cause: change.cause,
                admin: Some(change.admin).filter(|admin| !admin.is_empty()),
                time: change.time,
            }),
        })
    }

    /// `safety.verify`.
    pub(super) fn safety_verify(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        call: &SafetyVerify,
    ) -> Result<Answer, Failure> {
        let (mine, theirs) = self.keys_with(user)?;
        let matches = match (&call.digits, &call.qr) {
            (Some(digits), None) => {
                let said: String = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
                let number = self.half_numbers.between((self.setup.user, mine), (*user, theirs));
                said == number.digits()
            }
            (None, Some(qr)) => {
                let qr = VerifyQr::parse(qr, &self.setup.org)
                    .map_err(|_| Failure::new(ErrorCode::ApiParams).with("field", "qr"))?;
                let same = qr.compare((&self.setup.user, &mine), (user, &theirs)) == Comparison::Same;
                same && self.log.directory.root_at(qr.log_size).is_none_or(|root| root == qr.log_root)
            }
            _ => return Err(Failure::new(ErrorCode::ApiParams).with("field", "digits")),
        };
        if matches {
            let mut person = self.person(user);
            person.verified = theirs.as_bytes().to_vec();
            person.verified_at = step.now;
            person.change = None;
            self.save_person(step, user, person);
            self.contact_changed(step, user, "verified");
            self.pump(step, user)?;
        }
        Ok(Answer::Match { matches })
    }

    /// `safety.unverify`.
    pub(super) fn safety_unverify(&mut self, step: &mut Step<'_>, user: &UserId) -> Answer {
        let mut person = self.person(user);
        if !person.verified.is_empty() {
            person.verified.clear();
            person.verified_at = 0;
            self.save_person(step, user, person);
            self.contact_changed(step, user, "unverified");
        }
        Answer::Done {}
    }

    /// `safety.accept`: takes a changed key without comparing.
    pub(super) fn safety_accept(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<Answer, Failure> {
        let mut person = self.person(user);
        if person.change.take().is_some() {
            self.save_person(step, user, person);
            self.contact_changed(step, user, "accepted");
            self.pump(step, user)?;
        }
        Ok(Answer::Done {})
    }

    // Who granted the reset of a person's account key, by name: one administrator, or two.
    fn resetter(&self, user: &UserId) -> String {
        let granted = self.log.directory.user(user).and_then(|user| user.used_reset.as_ref());
        let names = granted.into_iter().flat_map(|granted| [Some(granted.by), granted.second]).flatten();
        let name = |admin: PolicyAdmin| match self.log.directory.user(&admin.user_id) {
            Some(_) => self.display_name(&admin.user_id),
            None => admin.user_id.to_string(),
        };
        names.map(name).collect::<Vec<_>>().join(", ")
    }

    /// The account key of a colleague was reset: nothing is sent to it until this person accepts it.
    pub(super) fn identity_changed(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        old: &UikPublic,
    ) -> Result<(), Failure> {
        let mut person = self.person(user);
        let compared = person.verified == old.as_bytes();
        let change = KeyChange { cause: "reset".to_owned(), admin: self.resetter(user), time: step.now };
        person.change = Some(change.clone());
        self.save_person(step, user, person);
        self.identity_since(step, user);
        self.event(
            step,
            Event::SafetyChanged {
                user: *user,
                cause: change.cause,
                admin: Some(change.admin.clone()).filter(|admin| !admin.is_empty()),
                time: change.time,
            },
        );
        let data = serde_json::json!({ "compared": compared, "admin": change.admin });
        self.line(step, user, "keyChanged", data)?;
        self.contact_changed(step, user, "key");
        self.tell_stopped(step, user)
    }
}
