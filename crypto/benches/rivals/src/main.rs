//! The sessions and the login of Conclave beside those of other projects, on one core.
//!
//! Both sides of a ratio run in turn in this one process: five pairs, all printed, and the median of their ratios. What
//! is compared is not the same work: Conclave's messages are padded, their headers are encrypted, they commit to their
//! key and every turn is post-quantum; vodozemac's (Olm v1) are none of these; those of MLS are signed, and openmls
//! writes its (in-memory) store for each.

#![forbid(unsafe_code)]

mod bare_opaque;
mod mls;
mod olm;
mod ours;

use rustix::time::{ClockId, clock_gettime};

/// Seconds of processor time of one measurement; long enough to forget single disturbances.
const SPAN: f64 = 0.7;
const PAIRS: usize = 5;
/// Bytes of text in a message.
pub const TEXT: usize = 256;

/// Processor time of this process, so that other work on the machine counts for nobody.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Calls a second of processor time.
fn rate(step: &mut dyn FnMut()) -> f64 {
    let (begin, mut calls) = (now(), 0.0);
    while now() - begin < SPAN {
        for _ in 0..8 {
            step();
        }
        calls += 8.0;
    }
    calls / (now() - begin)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn row(values: &[f64], digits: usize) -> String {
    values.iter().map(|value| format!("{value:>9.digits$}")).collect()
}

/// Five pairs of rates, taken in turn.
fn race(job: &str, ours: &mut dyn FnMut(), name: &str, theirs: &mut dyn FnMut(), bar: &str) {
    let (mut left, mut right, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    rate(ours);
    rate(theirs);
    for _ in 0..PAIRS {
        let (our, their) = (rate(ours), rate(theirs));
        left.push(our);
        right.push(their);
        ratios.push(our / their);
    }
    println!("{job}");
    println!("  {:<34}{}   median {:>9.0} /s", "conclave", row(&left, 0), median(&left));
    println!("  {name:<34}{}   median {:>9.0} /s", row(&right, 0), median(&right));
    println!("  {:<34}{}   median {:>9.2}   {bar}", "ratio", row(&ratios, 2), median(&ratios));
}

fn main() {
    println!("text of {TEXT} B, one core, {PAIRS} pairs of {SPAN} s of processor time, median of the ratios");
    race(
        "one way: encrypt, wire, decrypt",
        &mut ours::one_way(),
        "vodozemac 0.11.1, Olm v1",
        &mut olm::one_way(),
        "R1: at least 1.0",
    );
    race(
        "one way: encrypt, wire, decrypt",
        &mut ours::one_way(),
        "openmls 0.9.2, X-Wing, libcrux",
        &mut mls::one_way(),
        "",
    );
    race(
        "ping-pong: a turn and a message, both sides",
        &mut ours::turn(),
        "openmls 0.9.2, X-Wing, libcrux",
        &mut mls::turn(),
        "R2: at least 3",
    );
    race(
        "ping-pong: a turn and a message, both sides",
        &mut ours::turn(),
        "vodozemac 0.11.1, Olm v1, classic",
        &mut olm::turn(),
        "R3: at least 0.3, the gap is the post-quantum part",
    );
    race(
        "ping-pong, beside its own primitives",
        &mut ours::turn(),
        "2 keygen, 2 X25519, 2 ML-KEM-768",
        &mut ours::limit(),
        "R4: at least 0.70",
    );
    race(
        "session set-up, both sides, first message",
        &mut ours::set_up(),
        "openmls 0.9.2, X-Wing, libcrux",
        &mut mls::set_up(),
        "R5: at least 1.5",
    );
    race(
        "session set-up, both sides, first message",
        &mut ours::set_up(),
        "vodozemac 0.11.1, Olm v1, classic",
        &mut olm::set_up(),
        "",
    );
    race(
        "a login at the server, without network, code and store",
        &mut ours::login(),
        "opaque-ke 4.0.1 alone",
        &mut bare_opaque::login(),
        "",
    );
}
