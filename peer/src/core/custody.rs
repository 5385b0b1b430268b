//! The custody line: what is proven of an outgoing message (PROTOCOL §2.5, Custody states; LIBRARY §3, Order 7).
//!
//! ```text
//! saved ─► (in the drop box until … ─► expired, back to waiting)* ─► delivered ─► read
//!          a deposit counts while nothing more is proven                 both for ever
//! ```
//!
//! Proofs may come in any order and more than once; what is shown only goes forward, but for a deposit that expires.
//! "Waiting" and "sending" are no proofs: they say what is being tried. A failure is the reason why nothing is tried.

use conclave_crypto::keys::{MessageId, UserId};

use super::Core;
use super::gate::{Staged, Step};
use super::history::{StoredMessage, id16};
use super::records::name;
use crate::model::{
    Answer, CustodyKind, CustodyStep, Event, Failure, MessageFault, MessageState, RecipientCustody, Time,
};
use crate::record::{Read, Tree};

/// Deposits remembered of one message: with 14 days each, most of a year. The oldest go first.
const MOST_DEPOSITS: usize = 24;

/// One stay in the drop box.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Deposit {
    #[prost(uint64, tag = "1")]
    at: u64,
    #[prost(uint64, tag = "2")]
    until: u64,
    /// When it was found expired; 0 while it stands.
    #[prost(uint64, tag = "3")]
    expired: u64,
}

/// What is proven of an outgoing message; 0 where nothing is.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct CustodyRecord {
    #[prost(uint64, tag = "1")]
    pub(super) delivered: u64,
    #[prost(uint64, tag = "2")]
    read: u64,
    #[prost(message, repeated, tag = "3")]
    deposits: Vec<Deposit>,
}

/// A proof of where a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The server's receipt for a parcel that holds it, kept until then.
    Deposited { until: Time },
    /// That parcel was not collected in time.
    DepositExpired,
    /// DELIVERED with the right digest.
    Delivered,
    /// READ with the right digest.
    Read,
}

impl CustodyRecord {
    /// Takes a proof; says whether it proves something new.
    pub(super) fn prove(&mut self, proof: Proof, now: Time) -> bool {
        // 0 means "not proven": a clock at the epoch must not undo a proof.
        let now = now.max(1);
        let before = self.clone();
        match proof {
            Proof::Deposited { until } if self.delivered == 0 && until > now => {
                match self.deposits.last_mut() {
                    Some(last) if last.expired == 0 => last.until = last.until.max(until),
                    _ => {
                        if self.deposits.len() >= MOST_DEPOSITS {
                            self.deposits.remove(0);
                        }
                        self.deposits.push(Deposit { at: now, until, expired: 0 });
                    }
                }
            }
            Proof::DepositExpired if self.delivered == 0 => {
                if let Some(last) = self.deposits.last_mut().filter(|last| last.expired == 0) {
                    last.expired = now;
                }
            }
            Proof::Deposited { .. } | Proof::DepositExpired => {}
            Proof::Delivered | Proof::Read => {
                if self.delivered == 0 {
                    self.delivered = now;
                }
                if proof == Proof::Read && self.read == 0 {
                    self.read = now;
                }
            }
        }
        *self != before
    }

    /// The highest state proven beyond "saved".
    pub(super) fn state(&self) -> Option<MessageState> {
        if self.read != 0 {
            Some(MessageState::Read)
        } else if self.delivered != 0 {
            Some(MessageState::Delivered)
        } else if self.deposits.last().is_some_and(|last| last.expired == 0) {
            Some(MessageState::InDropBox)
        } else {
            None
        }
    }

    /// All proven steps of a message that was saved at this time.
    pub(super) fn steps(&self, saved: Time) -> Vec<CustodyStep> {
        let proven = |step, time| CustodyStep { step, time, until: None };
        let mut steps = vec![proven(CustodyKind::Saved, saved)];
        for deposit in &self.deposits {
            let until = Some(deposit.until);
            steps.push(CustodyStep { step: CustodyKind::InDropBox, time: deposit.at, until });
            if deposit.expired != 0 {
                steps.push(proven(CustodyKind::DropBoxExpired, deposit.expired));
            }
        }
        for (step, time) in [(CustodyKind::Delivered, self.delivered), (CustodyKind::Read, self.read)] {
            if time != 0 {
                steps.push(proven(step, time));
            }
        }
        steps
    }
}

impl<R: Read> Core<R> {
    /// What is proven of an outgoing message.
    pub(super) fn custody_of(&self, step: &Staged, id: &MessageId) -> Result<CustodyRecord, Failure> {
        Ok(self.load(step, Tree::History, &name(b'k', &[id.as_bytes()]))?.unwrap_or_default())
    }

    /// Takes a proof of where an outgoing message is, and tells of it when it is new; says whether it was.
    pub(super) fn prove(
        &mut self,
        step: &mut Step<'_>,
        id: &MessageId,
        proof: Proof,
    ) -> Result<bool, Failure> {
        let mut custody = self.custody_of(step, id)?;
        if !custody.prove(proof, step.now) {
            return Ok(false);
        }
        step.save(Tree::History, name(b'k', &[id.as_bytes()]), &custody);
        self.tell_state(step, id)?;
        Ok(true)
    }

    /// State, proven steps and fault of an outgoing message.
    pub(super) fn standing(
        &self,
        step: &Staged,
        stored: &StoredMessage,
    ) -> Result<(MessageState, Vec<CustodyStep>, Option<MessageFault>), Failure> {
        let id = id16(&stored.id, MessageId::new)?;
        let with = id16(&stored.with, UserId::new)?;
        let custody = self.custody_of(step, &id)?;
        let steps = custody.steps(stored.at);
        if let Some(state) = custody.state() {
            return Ok((state, steps, None));
        }
        if let Some(code) = self.held_back(&with) {
            let fault = MessageFault { code: code.text().to_owned() };
            return Ok((MessageState::Failed, steps, Some(fault)));
        }
        let state =
            if self.is_on_its_way(&with, &id) { MessageState::Sending } else { MessageState::Waiting };
        let fault = self.box_fault(&with).filter(|_| state == MessageState::Waiting);
        Ok((state, steps, fault.map(|code| MessageFault { code: code.text().to_owned() })))
    }

    /// An event with the state a message has now; nothing about what is no message of its own.
    pub(super) fn tell_state(&mut self, step: &mut Step<'_>, id: &MessageId) -> Result<(), Failure> {
        if self.index(step, id)?.is_none_or(|index| index.key == 0) {
            return Ok(());
        }
        let (stored, _) = self.find_message(step, id)?;
        let (state, custody, error) = self.standing(step, &stored)?;
        self.event(step, Event::MessageState { id: *id, state, custody, error });
        Ok(())
    }

    /// `message.custody`.
    pub(super) fn message_custody(&self, step: &Staged, id: &MessageId) -> Result<Answer, Failure> {
        let (stored, _) = self.find_message(step, id)?;
        if stored.incoming {
            return Ok(Answer::Custody { custody: Vec::new(), recipients: Vec::new() });
        }
        let (_, custody, _) = self.standing(step, &stored)?;
        let user = id16(&stored.with, UserId::new)?;
        Ok(Answer::Custody { custody: custody.clone(), recipients: vec![RecipientCustody { user, custody }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROOFS: [Proof; 5] = [
        Proof::Deposited { until: 900 },
        Proof::DepositExpired,
        Proof::Deposited { until: 950 },
        Proof::Delivered,
        Proof::Read,
    ];

    fn shown(custody: &CustodyRecord) -> u8 {
        match custody.state() {
            None => 0,
            Some(MessageState::InDropBox) => 1,
            Some(MessageState::Delivered) => 2,
            Some(MessageState::Read) => 3,
            Some(other) => panic!("{other:?} is no proof"),
        }
    }

    #[test]
    fn states_only_go_forward_but_for_a_deposit_that_expires() {
        // Every sequence of five proofs, repetitions included.
        for mut choice in 0..PROOFS.len().pow(5) {
            let mut custody = CustodyRecord::default();
            for at in 1..=5 {
                let proof = PROOFS[choice % PROOFS.len()];
                choice /= PROOFS.len();
                let before = custody.clone();
                let new = custody.prove(proof, at * 10);
                assert_eq!(new, custody != before);
                assert!(!custody.clone().prove(proof, at * 10), "a proof counts once: {proof:?}");
                let expired = proof == Proof::DepositExpired && shown(&before) == 1;
                assert!(expired && shown(&custody) == 0 || shown(&custody) >= shown(&before), "{proof:?}");
                let (old, steps) = (before.steps(1), custody.steps(1));
                assert!(steps.len() >= old.len(), "a step that was proven stays");
            }
        }
    }

    #[test]
    fn an_expired_parcel_goes_back_to_waiting_and_may_be_deposited_again() {
        let mut custody = CustodyRecord::default();
        assert!(!custody.prove(Proof::DepositExpired, 5), "nothing was there");
        assert!(!custody.prove(Proof::Deposited { until: 10 }, 10), "already over");
        assert!(custody.prove(Proof::Deposited { until: 100 }, 10));
        assert!(custody.prove(Proof::Deposited { until: 120 }, 11), "kept longer");
        assert_eq!(custody.state(), Some(MessageState::InDropBox));
        assert!(custody.prove(Proof::DepositExpired, 120));
        assert_eq!(custody.state(), None);
        assert!(custody.prove(Proof::Deposited { until: 300 }, 130));
        assert!(custody.prove(Proof::Delivered, 140));
        assert!(!custody.prove(Proof::DepositExpired, 300), "what was delivered is not in the box any more");
        let steps: Vec<_> = custody.steps(1).iter().map(|step| (step.step, step.time, step.until)).collect();
        let want = [
            (CustodyKind::Saved, 1, None),
            (CustodyKind::InDropBox, 10, Some(120)),
            (CustodyKind::DropBoxExpired, 120, None),
            (CustodyKind::InDropBox, 130, Some(300)),
            (CustodyKind::Delivered, 140, None),
        ];
        assert_eq!(steps, want);
    }

    #[test]
    fn deposits_are_bounded() {
        let mut custody = CustodyRecord::default();
        for n in 0..1000 {
            custody.prove(Proof::Deposited { until: n * 10 + 9 }, n * 10);
            custody.prove(Proof::DepositExpired, n * 10 + 9);
        }
        assert_eq!(custody.deposits.len(), MOST_DEPOSITS);
    }
}
