//! Conclave's side: the same calls that the peer makes, each with its wire form.

use std::hint::black_box;

use conclave_crypto::keys::{DhSecret, OrgId};
use conclave_crypto::login::{LoggingIn, LoginName, LoginRecord, LoginServer, Registering};
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{Kem768Public, Kem768Secret};
use conclave_crypto::session::{Envelope, PeerSessions};
use getrandom::SysRng;
use rand_core::UnwrapErr;

#[allow(dead_code)]
#[path = "../../../tests/support/pair.rs"]
mod pair;

use pair::{BEGIN, End, Peer, pair};

use crate::TEXT;

type Os = UnwrapErr<SysRng>;

/// Messages one way before an answer: the silence rule makes a new chain no later.
const CHAIN: u32 = 200;

fn os() -> Os {
    UnwrapErr(SysRng)
}

fn message(from: &mut End<Os>, to: &mut End<Os>, view: &Peer) {
    let plain = from.text(TEXT, BEGIN);
    let wire = from.send(&plain, BEGIN).encode();
    let envelope = Envelope::decode(&wire).unwrap();
    black_box(to.open(view, &envelope, BEGIN).unwrap());
    to.opened.clear();
}

fn established() -> (End<Os>, End<Os>, Peer, Peer) {
    let (mut a, mut b) = pair(os(), os());
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    let bundle = b.bundle.clone();
    a.start(&view_b, &bundle, None, BEGIN);
    message(&mut a, &mut b, &view_a);
    message(&mut b, &mut a, &view_b);
    (a, b, view_a, view_b)
}

pub fn one_way() -> impl FnMut() {
    let (mut a, mut b, view_a, view_b) = established();
    let mut sent = 0;
    move || {
        message(&mut a, &mut b, &view_a);
        sent += 1;
        if sent % CHAIN == 0 {
            message(&mut b, &mut a, &view_b);
        }
    }
}

/// One turn a call: the sides alternate.
pub fn turn() -> impl FnMut() {
    let (mut a, mut b, view_a, view_b) = established();
    let mut from_a = true;
    move || {
        if from_a {
            message(&mut a, &mut b, &view_a);
        } else {
            message(&mut b, &mut a, &view_b);
        }
        from_a = !from_a;
    }
}

/// What no turn can do without.
pub fn limit() -> impl FnMut() {
    let mut rng = os();
    let own = DhSecret::generate(&mut rng);
    let theirs = *DhSecret::generate(&mut rng).public();
    let kem = Kem768Secret::generate(&mut rng);
    let public = kem.public();
    let (ct, _) = Kem768Public::parse(&public).unwrap().encapsulate(&mut rng);
    move || {
        black_box(own.agree(&theirs).unwrap());
        black_box(kem.decapsulate(&ct));
        let fresh = DhSecret::generate(&mut rng);
        black_box(Kem768Secret::generate(&mut rng).public());
        black_box(Kem768Public::parse(&public).unwrap().encapsulate(&mut rng));
        black_box(fresh.agree(&theirs).unwrap());
    }
}

/// One-time keys made and signed, the bundle verified, the session made on both sides by its first message.
pub fn set_up() -> impl FnMut() {
    let (mut a, mut b) = pair(os(), os());
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    let bundle = b.bundle.clone();
    move || {
        let one_time = b.one_time(BEGIN);
        a.sessions = PeerSessions::new(b.party.user_id, b.party.device_id);
        b.sessions = PeerSessions::new(a.party.user_id, a.party.device_id);
        a.start(&view_b, &bundle, Some(&one_time), BEGIN);
        message(&mut a, &mut b, &view_a);
    }
}

/// The server's two steps of a login, against a client whose proof is false: the last step costs the same.
pub fn login() -> impl FnMut() {
    let mut rng = os();
    let (org, name, password) =
        (OrgId::new([1; 16]), LoginName::parse("ada").unwrap(), Password::new("secret"));
    let server = LoginServer::generate(org, &mut rng).unwrap();
    let (registering, request) = Registering::start(&password, &mut rng).unwrap();
    let response = server.register(&name, &request).unwrap();
    let upload = registering.finish(&password, &org, &name, &response, &mut rng).unwrap();
    let record = LoginRecord::parse(&upload).unwrap();
    let (_, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    move || {
        let (challenged, _) = server.start(&name, Some(&record), &ke1, &mut rng).unwrap();
        black_box(challenged.finish(&[1; 64]).unwrap_err());
    }
}
