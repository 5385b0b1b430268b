//! vodozemac: Olm version 1, the classic double ratchet.

use std::hint::black_box;

use vodozemac::olm::{Account, OlmMessage, Session, SessionConfig};

use crate::TEXT;

fn message(from: &mut Session, to: &mut Session) {
    let (kind, wire) = from.encrypt([b'x'; TEXT]).unwrap().to_parts();
    let parsed = OlmMessage::from_parts(kind, &wire).unwrap();
    black_box(to.decrypt(&parsed).unwrap());
}

fn start(alice: &Account, bob: &mut Account) -> (Session, Session) {
    bob.generate_one_time_keys(1);
    let one_time = *bob.one_time_keys().values().next().unwrap();
    bob.mark_keys_as_published();
    let mut outbound =
        alice.create_outbound_session(SessionConfig::version_1(), bob.curve25519_key(), one_time).unwrap();
    let (kind, wire) = outbound.encrypt([b'x'; TEXT]).unwrap().to_parts();
    let OlmMessage::PreKey(first) = OlmMessage::from_parts(kind, &wire).unwrap() else {
        panic!("the first message is a pre-key message");
    };
    let created =
        bob.create_inbound_session(SessionConfig::version_1(), alice.curve25519_key(), &first).unwrap();
    black_box(created.plaintext);
    (outbound, created.session)
}

fn established() -> (Session, Session) {
    let (mut a, mut b) = start(&Account::new(), &mut Account::new());
    message(&mut b, &mut a);
    (a, b)
}

pub fn one_way() -> impl FnMut() {
    let (mut a, mut b) = established();
    move || message(&mut a, &mut b)
}

pub fn turn() -> impl FnMut() {
    let (mut a, mut b) = established();
    let mut from_a = true;
    move || {
        if from_a {
            message(&mut a, &mut b);
        } else {
            message(&mut b, &mut a);
        }
        from_a = !from_a;
    }
}

pub fn set_up() -> impl FnMut() {
    let (alice, mut bob) = (Account::new(), Account::new());
    move || {
        black_box(start(&alice, &mut bob));
    }
}
