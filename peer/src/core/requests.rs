//! Contact requests, where Policy says `ask` (FEATURES C18, C19): nobody is befriended in silence.
//!
//! ```text
//! contact.request ─► CONTACT_REQ ─► contact.request event ─ yes ─► CONTACT_ANS ─► both may write
//!                                                        └ no ──► nothing is sent; may be asked again after 7 days
//! ```
//!
//! Before that only requests, answers, profiles and what keeps the session alive pass between two; anything else is
//! refused whole, neither shown nor acknowledged. An answer to a question that was not put counts for nothing; two who
//! ask each other have both agreed. Who wrote to each other both ways while Policy allowed it may go on.

use conclave_crypto::keys::UserId;
use conclave_crypto::plain::{Body, Kind, Plain};
use conclave_proto::ErrorCode;

use super::Core;
use super::gate::Step;
use crate::model::{Answer, Approval, ContactAnswer, ContactAsk, ContactRequested, Event, Failure, Time};
use crate::record::Read;

/// A question is put again after so long at the earliest, whatever became of the first (FEATURES C18).
pub(super) const ASK_AGAIN: Time = 7 * 24 * 60 * 60 * 1000;
/// Characters of the note.
const MOST_NOTE: usize = 300;

/// What may pass between two who have not agreed to write to each other.
const fn passes_unasked(kind: u8) -> bool {
    matches!(
        kind,
        Kind::CONTACT_REQ
            | Kind::CONTACT_ANS
            | Kind::DELIVERED
            | Kind::NUDGE
            | Kind::RESET
            | Kind::PROFILE
            | Kind::PROFILE_REQ
    )
}

impl<R: Read> Core<R> {
    fn allows_all(&self) -> bool {
        self.log.directory.policy().is_some_and(|policy| policy.contact_requests_allowed)
    }

    /// Whether the two may write to each other.
    pub(super) fn may_talk(&self, user: &UserId) -> bool {
        matches!(self.approval(user), Approval::Company | Approval::Accepted)
    }

    /// Whether a plaintext of this kind is taken from this person.
    pub(super) fn may_receive(&self, user: &UserId, kind: u8) -> bool {
        passes_unasked(kind) || self.may_talk(user)
    }

    /// Whether the two may write to each other, and why.
    pub(super) fn approval(&self, user: &UserId) -> Approval {
        if self.allows_all() {
            return Approval::Company;
        }
        let person = self.people.get(user);
        let talked =
            self.conversations.get(user).is_some_and(|record| record.sent > 0 && record.received > 0);
        if talked || person.is_some_and(|person| person.accepted) {
            Approval::Accepted
        } else if person.is_some_and(|person| person.asking_since != 0) {
            Approval::Asking
        } else if person.is_some_and(|person| person.asked_at != 0) {
            Approval::Asked
        } else {
            Approval::None
        }
    }

    /// `contact.request`.
    pub(super) fn contact_request(
        &mut self,
        step: &mut Step<'_>,
        call: ContactAsk,
    ) -> Result<Answer, Failure> {
        let user = self.resolve_user(&call.user)?;
        if user == self.setup.user {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "user"));
        }
        let note = call.note.unwrap_or_default();
        if note.chars().count() > MOST_NOTE {
            return Err(Failure::new(ErrorCode::ApiParams).with("field", "note"));
        }
        if let Some(code) = self.stopped(&user) {
            return Err(Failure::new(code).with("name", self.display_name(&user)));
        }
        let state = |state: &str| Failure::new(ErrorCode::ApiState).with("state", state);
        let mut person = self.person(&user);
        match self.approval(&user) {
            Approval::Company => return Err(state("company")),
            Approval::Accepted => return Err(state("accepted")),
            Approval::Asking => return self.agree(step, &user),
            Approval::Asked => {
                let again = person.asked_at.saturating_add(ASK_AGAIN);
                if step.now < again {
                    let retry_after_ms = Some(again - step.now);
                    return Err(Failure { retry_after_ms, ..state("asked") });
                }
            }
            Approval::None => {}
        }
        person.asked_at = step.now.max(1);
        person.asked_note.clone_from(&note);
        self.save_person(step, &user, person);
        self.send_aside(step, &user, &Body::ContactRequest(note), None)?;
        self.contact_changed(step, &user, "asked");
        Ok(Answer::Done {})
    }

    /// `contact.requests`: oldest first.
    pub(super) fn contact_requests(&self) -> Answer {
        let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
        for (user, person) in &self.people {
            let note = |note: &String| Some(note.clone()).filter(|note| !note.is_empty());
            match self.approval(user) {
                Approval::Asking => incoming.push(ContactRequested {
                    user: *user,
                    note: note(&person.asking_note),
                    time: person.asking_since,
                    again_at: None,
                }),
                Approval::Asked => outgoing.push(ContactRequested {
                    user: *user,
                    note: note(&person.asked_note),
                    time: person.asked_at,
                    again_at: Some(person.asked_at.saturating_add(ASK_AGAIN)),
                }),
                _ => {}
            }
        }
        incoming.sort_by_key(|request| request.time);
        outgoing.sort_by_key(|request| request.time);
        Answer::Requests { incoming, outgoing }
    }

    /// `contact.answer`.
    pub(super) fn contact_answer(
        &mut self,
        step: &mut Step<'_>,
        call: &ContactAnswer,
    ) -> Result<Answer, Failure> {
        let user = self.resolve_user(&call.user)?;
        if self.approval(&user) != Approval::Asking {
            return Err(Failure::new(ErrorCode::ApiNotFound));
        }
        if call.accept {
            return self.agree(step, &user);
        }
        let mut person = self.person(&user);
        person.asking_since = 0;
        person.asking_note.clear();
        person.refused_at = step.now.max(1);
        self.save_person(step, &user, person);
        self.contact_changed(step, &user, "refused");
        Ok(Answer::Done {})
    }

    // I agree to what they asked, and say so.
    fn agree(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<Answer, Failure> {
        if let Some(code) = self.stopped(user) {
            return Err(Failure::new(code).with("name", self.display_name(user)));
        }
        self.agreed(step, user);
        self.send_aside(step, user, &Body::ContactAnswer(true), None)?;
        Ok(Answer::Done {})
    }

    fn agreed(&mut self, step: &mut Step<'_>, user: &UserId) {
        let mut person = self.person(user);
        person.accepted = true;
        person.asked_at = 0;
        person.asked_note.clear();
        person.asking_since = 0;
        person.asking_note.clear();
        person.refused_at = 0;
        self.save_person(step, user, person);
        self.contact_changed(step, user, "agreed");
    }

    /// CONTACT_REQ or CONTACT_ANS came.
    pub(super) fn on_contact(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        plain: &Plain,
    ) -> Result<(), Failure> {
        match plain.content() {
            Ok(Body::ContactRequest(note)) => self.on_request(step, user, &note),
            Ok(Body::ContactAnswer(true)) if self.person(user).asked_at != 0 => {
                self.agreed(step, user);
                Ok(())
            }
            // A refusal is silent, and an answer to nothing says nothing.
            _ => Ok(()),
        }
    }

    fn on_request(&mut self, step: &mut Step<'_>, user: &UserId, note: &str) -> Result<(), Failure> {
        let mut person = self.person(user);
        match self.approval(user) {
            Approval::Company => return Ok(()),
            // They have lost what was agreed, or we asked each other.
            Approval::Accepted => {
                return self.send_aside(step, user, &Body::ContactAnswer(true), None).map(drop);
            }
            Approval::Asked => return self.agree(step, user).map(drop),
            Approval::None
                if person.refused_at != 0 && step.now < person.refused_at.saturating_add(ASK_AGAIN) =>
            {
                return Ok(());
            }
            Approval::Asking | Approval::None => {}
        }
        let new = person.asking_since == 0;
        person.asking_note = note.chars().filter(|sign| !sign.is_control()).take(MOST_NOTE).collect();
        if new {
            person.asking_since = step.now.max(1);
            person.refused_at = 0;
        }
        let note = Some(person.asking_note.clone()).filter(|note| !note.is_empty());
        self.save_person(step, user, person);
        if new {
            self.event(step, Event::ContactRequest { user: *user, note });
        }
        Ok(())
    }
}
