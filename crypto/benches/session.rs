//! Speed of sessions on one core, beside the cost of their own primitives measured in the same run.
//!
//! `cargo bench -p conclave-crypto --bench session`

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench prints and may stop")]

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/support/pair.rs"]
mod pair;

use std::hint::black_box;
use std::time::{Duration, Instant};

use conclave_crypto::keys::DhSecret;
use conclave_crypto::primitives::{Kem768Public, Kem768Secret};
use getrandom::SysRng;
use rand_core::UnwrapErr;

use pair::{BEGIN, pair};

type Os = UnwrapErr<SysRng>;

const SPAN: Duration = Duration::from_secs(2);
const BODY: usize = 150;

/// Time this thread has been on a core, in seconds; the machine may be shared. Wall time where Linux is not.
fn on_core(begin: Instant) -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()))
        .map_or_else(|| begin.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Calls `step` for about two seconds; the best of ten spans, in calls per second of one core.
fn rate(name: &str, mut step: impl FnMut()) -> f64 {
    let mut best: f64 = 0.0;
    for _ in 0..10 {
        let begin = Instant::now();
        let before = on_core(begin);
        let mut calls = 0_u32;
        while begin.elapsed() < SPAN / 10 {
            for _ in 0..16 {
                step();
            }
            calls += 16;
        }
        best = best.max(f64::from(calls) / (on_core(begin) - before));
    }
    println!("{name:<64} {best:>8.0} /s {:>9.2} µs", 1e6 / best);
    best
}

fn one_way() -> f64 {
    let (mut a, mut b) = pair(UnwrapErr(SysRng), UnwrapErr(SysRng));
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    establish(&mut a, &mut b);
    // A new chain every 200 messages, as the silence rule makes it.
    let mut sent = 0;
    rate("one-way, 256 B class: encrypt + decrypt", || {
        let plain = a.text(BODY, BEGIN);
        let envelope = a.send(&plain, BEGIN);
        black_box(b.open(&view_a, &envelope, BEGIN).unwrap());
        sent += 1;
        if sent % 200 == 0 {
            let plain = b.text(BODY, BEGIN);
            let envelope = b.send(&plain, BEGIN);
            a.open(&view_b, &envelope, BEGIN).unwrap();
        }
    })
}

fn one_way_stored() {
    let (mut a, mut b) = pair(UnwrapErr(SysRng), UnwrapErr(SysRng));
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    establish(&mut a, &mut b);
    let mut sent = 0;
    let mut bytes = 0;
    rate("the same, with the changed parts of both ends encoded", || {
        let plain = a.text(BODY, BEGIN);
        let envelope = a.send(&plain, BEGIN);
        black_box(b.open(&view_a, &envelope, BEGIN).unwrap());
        for end in [&mut a, &mut b] {
            bytes += end
                .sessions
                .take_changes()
                .iter()
                .flat_map(|(_, part)| part)
                .map(|part| part.len())
                .sum::<usize>();
        }
        sent += 1;
        if sent % 200 == 0 {
            let plain = b.text(BODY, BEGIN);
            let envelope = b.send(&plain, BEGIN);
            a.open(&view_b, &envelope, BEGIN).unwrap();
        }
    });
    println!("    {} bytes of state per message and end", bytes / sent / 2);
}

fn establish(a: &mut pair::End<Os>, b: &mut pair::End<Os>) {
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    let bundle = b.bundle.clone();
    a.start(&view_b, &bundle, None, BEGIN);
    let plain = a.text(BODY, BEGIN);
    let envelope = a.send(&plain, BEGIN);
    b.open(&view_a, &envelope, BEGIN).unwrap();
    let plain = b.text(BODY, BEGIN);
    let envelope = b.send(&plain, BEGIN);
    a.open(&view_b, &envelope, BEGIN).unwrap();
}

fn turns() -> f64 {
    let (mut a, mut b) = pair(UnwrapErr(SysRng), UnwrapErr(SysRng));
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    establish(&mut a, &mut b);
    // Two turns a call.
    2.0 * rate("ping-pong: two messages, two turns", || {
        let plain = a.text(BODY, BEGIN);
        let envelope = a.send(&plain, BEGIN);
        assert!(b.open(&view_a, &envelope, BEGIN).unwrap().turn);
        let plain = b.text(BODY, BEGIN);
        let envelope = b.send(&plain, BEGIN);
        assert!(a.open(&view_b, &envelope, BEGIN).unwrap().turn);
    })
}

/// What no turn can do without: both keys made, both agreements, encapsulation and decapsulation.
fn limit() -> f64 {
    let mut rng = UnwrapErr(SysRng);
    let own = DhSecret::generate(&mut rng);
    let theirs = *DhSecret::generate(&mut rng).public();
    let kem = Kem768Secret::generate(&mut rng);
    let public = kem.public();
    let (ct, _) = Kem768Public::parse(&public).unwrap().encapsulate(&mut rng);
    rate("own limit of a turn: X25519 + ML-KEM keygen, 2 DH, both KEM", || {
        black_box(own.agree(&theirs).unwrap());
        black_box(kem.decapsulate(&ct));
        let fresh = DhSecret::generate(&mut rng);
        black_box(Kem768Secret::generate(&mut rng).public());
        black_box(Kem768Public::parse(&public).unwrap().encapsulate(&mut rng));
        black_box(fresh.agree(&theirs).unwrap());
    })
}

fn handshakes() {
    let (mut a, mut b) = pair(UnwrapErr(SysRng), UnwrapErr(SysRng));
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    let bundle = b.bundle.clone();
    rate("PX handshake with one-time keys, both sides, first message", || {
        let one_time = b.one_time(BEGIN);
        a.sessions = conclave_crypto::session::PeerSessions::new(b.party.user_id, b.party.device_id);
        b.sessions = conclave_crypto::session::PeerSessions::new(a.party.user_id, a.party.device_id);
        a.start(&view_b, &bundle, Some(&one_time), BEGIN);
        let plain = a.text(BODY, BEGIN);
        let envelope = a.send(&plain, BEGIN);
        black_box(b.open(&view_a, &envelope, BEGIN).unwrap());
    });
}

fn main() {
    // An argument of any kind but cargo's own `--bench` asks for the first measurement only, to profile it.
    if std::env::args().skip(1).any(|argument| argument != "--bench") {
        one_way();
        return;
    }
    one_way();
    one_way_stored();
    let turns = turns();
    let limit = limit();
    println!("{:<64} {turns:>8.0} /s", "ping-pong turns");
    println!("{:<64} {:>8.1} %", "of the own limit", 100.0 * turns / limit);
    handshakes();
}
