//! Properties of sessions (PROTOCOL §4, Properties 1 and 3 to 5): two ends, a lossy path, restarts, old copies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[allow(dead_code, reason = "shared with other tests")]
#[path = "vector/input.rs"]
mod input;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "support/pair.rs"]
mod pair;

use std::collections::BTreeMap;

use conclave_crypto::keys::{ConversationId, MessageId};
use conclave_crypto::plain::{Body, Plain};
use conclave_crypto::session::{
    Anomaly, Envelope, PeerSessions, Refused, RestartCause, RestartDecision, SILENCE_MESSAGES, SILENCE_TIME,
    Start, Superseded,
};
use proptest::collection::vec;
use proptest::prelude::*;

use input::TestRng;
use pair::{BEGIN, End, Peer, pair};

type Ends = [End<TestRng>; 2];

fn ends(seed: u64) -> (Ends, [Peer; 2]) {
    let (a, b) = pair(TestRng::new(&format!("a {seed}")), TestRng::new(&format!("b {seed}")));
    let views = [a.peer_view(), b.peer_view()];
    ([a, b], views)
}

fn start(ends: &mut Ends, views: &[Peer; 2], from: usize, now: u64) {
    let bundle = ends[1 - from].bundle.clone();
    let one_time = ends[1 - from].one_time(now);
    ends[from].start(&views[1 - from], &bundle, Some(&one_time), now);
}

fn say(ends: &mut Ends, from: usize, now: u64) -> Envelope {
    let plain = ends[from].text(20, now);
    ends[from].send(&plain, now)
}

fn hear(
    ends: &mut Ends,
    views: &[Peer; 2],
    to: usize,
    envelope: &Envelope,
    now: u64,
) -> Result<bool, Refused> {
    ends[to].receive(&views[1 - to], envelope, now).map(|opened| opened.turn)
}

/// A message each way, both heard.
fn exchange(ends: &mut Ends, views: &[Peer; 2], first: usize, now: u64) {
    for from in [first, 1 - first] {
        let envelope = say(ends, from, now);
        hear(ends, views, 1 - from, &envelope, now).unwrap();
    }
}

fn established(seed: u64) -> (Ends, [Peer; 2]) {
    let (mut ends, views) = ends(seed);
    start(&mut ends, &views, 0, BEGIN);
    exchange(&mut ends, &views, 0, BEGIN);
    (ends, views)
}

fn same_active(ends: &Ends) -> bool {
    let th = |end: &End<TestRng>| end.sessions.details().map(|details| details.rank);
    th(&ends[0]).is_some() && th(&ends[0]) == th(&ends[1])
}

#[derive(Debug, Clone)]
enum Op {
    Send(bool),
    /// Deliver one of those on their way, and maybe leave it there to come again.
    Deliver(prop::sample::Index, bool),
    Lose(prop::sample::Index),
    /// Store and load again.
    Reload(bool),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => any::<bool>().prop_map(Op::Send),
        4 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(which, again)| Op::Deliver(which, again)),
        1 => any::<prop::sample::Index>().prop_map(Op::Lose),
        1 => any::<bool>().prop_map(Op::Reload),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_delivered_message_opens_exactly_once(seed in any::<u64>(), script in vec(op(), 1..60)) {
        let (mut ends, views) = established(seed);
        // (to, envelope, plaintext, the sender's turn when it was sent)
        let mut way: Vec<(usize, Envelope, Plain, usize)> = Vec::new();
        let mut turns = [0_usize; 2];
        let mut newest = [0_usize; 2];
        for op in script {
            match op {
                Op::Send(from) => {
                    let from = usize::from(from);
                    let plain = ends[from].text(20, BEGIN);
                    let envelope = ends[from].send(&plain, BEGIN);
                    way.push((1 - from, envelope, plain, turns[from]));
                }
                Op::Deliver(which, again) if !way.is_empty() => {
                    let at = which.index(way.len());
                    let (to, envelope, plain, chain) = way[at].clone();
                    let known = ends[to].opened.contains(&plain.msg_id);
                    match ends[to].open(&views[1 - to], &envelope, BEGIN) {
                        Ok(opened) => {
                            prop_assert!(!known, "opened twice");
                            prop_assert_eq!(&opened.plain, &plain);
                            prop_assert_eq!(opened.ack, plain.ack());
                            turns[to] += usize::from(opened.turn);
                            newest[to] = newest[to].max(chain);
                        }
                        Err(Refused::Duplicate) => prop_assert!(known),
                        // Only what is older than the eight remembered chains is lost.
                        Err(refused) => {
                            prop_assert_eq!(refused, Refused::Undecryptable);
                            prop_assert!(newest[to] - chain >= 8, "chain {} of {}", chain, newest[to]);
                        }
                    }
                    if !again {
                        way.remove(at);
                    }
                }
                Op::Lose(which) if !way.is_empty() => {
                    way.remove(which.index(way.len()));
                }
                Op::Reload(who) => {
                    let sessions = &mut ends[usize::from(who)].sessions;
                    *sessions = PeerSessions::decode(&sessions.encode()).unwrap();
                }
                Op::Deliver(..) | Op::Lose(..) => {}
            }
        }
        // One clean exchange, and both go on.
        exchange(&mut ends, &views, 0, BEGIN);
        exchange(&mut ends, &views, 1, BEGIN);
        prop_assert!(same_active(&ends));
    }

    #[test]
    fn what_is_written_piecewise_is_the_whole_state(seed in any::<u64>(), script in vec(op(), 1..60)) {
        let (mut ends, views) = established(seed);
        let mut disk: [BTreeMap<_, Vec<u8>>; 2] = Default::default();
        let mut way: Vec<(usize, Envelope)> = Vec::new();
        for op in script {
            match op {
                Op::Send(from) => {
                    let from = usize::from(from);
                    way.push((1 - from, say(&mut ends, from, BEGIN)));
                }
                Op::Deliver(which, again) if !way.is_empty() => {
                    let at = which.index(way.len());
                    let (to, envelope) = way[at].clone();
                    let _ = ends[to].open(&views[1 - to], &envelope, BEGIN);
                    if !again {
                        way.remove(at);
                    }
                }
                Op::Reload(who) => {
                    let who = usize::from(who);
                    if ends[who].sessions.plan_restart(RestartCause::User, BEGIN) != (RestartDecision::Wait { until: BEGIN + 30_000 }) {
                        start(&mut ends, &views, who, BEGIN);
                    }
                }
                Op::Deliver(..) | Op::Lose(..) => {}
            }
            for (end, disk) in ends.iter_mut().zip(&mut disk) {
                for (key, part) in end.sessions.take_changes() {
                    match part {
                        Some(part) => disk.insert(key, part.to_vec()),
                        None => disk.remove(&key),
                    };
                }
                let parts = disk.iter().map(|(key, part)| (*key, part.as_slice()));
                let read = PeerSessions::from_parts(parts).unwrap();
                prop_assert_eq!(read.encode(), end.sessions.encode());
            }
        }
    }

    #[test]
    fn crossing_handshakes_and_restarts_converge(
        seed in any::<u64>(),
        script in vec((0..4_u8, any::<prop::sample::Index>()), 1..14),
    ) {
        let (mut ends, views) = ends(seed);
        let mut now = BEGIN;
        let mut way: Vec<(usize, Envelope)> = Vec::new();
        for (op, which) in script {
            now += 31_000;
            match op {
                0 | 1 => {
                    let from = usize::from(op);
                    start(&mut ends, &views, from, now);
                    way.push((1 - from, say(&mut ends, from, now)));
                }
                _ if !way.is_empty() => {
                    let (to, envelope) = way.remove(which.index(way.len()));
                    match hear(&mut ends, &views, to, &envelope, now) {
                        Ok(_) | Err(Refused::Stale) => {}
                        Err(refused) => prop_assert!(false, "{:?}", refused),
                    }
                }
                _ => {}
            }
        }
        // Everything arrives; then both hold the same set of the newest restart.
        for (to, envelope) in way {
            let _ = hear(&mut ends, &views, to, &envelope, now);
        }
        if ends[0].sessions.has_active() || ends[1].sessions.has_active() {
            prop_assert!(same_active(&ends));
            exchange(&mut ends, &views, 0, now);
            exchange(&mut ends, &views, 1, now);
        }
    }
}

#[test]
fn all_schedules_of_two_starts_end_in_one_active_session() {
    // Each end starts once and says two things; every order of the eight events that a path can make.
    fn walk(seed: u64, order: &mut Vec<u8>, left: [u8; 4], count: &mut u32) {
        if left == [0; 4] {
            run(seed, order);
            *count += 1;
            return;
        }
        for event in 0..4_u8 {
            let at = usize::from(event);
            // A delivery needs something sent.
            if left[at] == 0 || (event >= 2 && left[at] <= left[at - 2]) {
                continue;
            }
            let mut left = left;
            left[at] -= 1;
            order.push(event);
            walk(seed, order, left, count);
            order.pop();
        }
    }
    fn run(seed: u64, order: &[u8]) {
        let (mut ends, views) = ends(seed);
        let mut way: [Vec<Envelope>; 2] = Default::default();
        for event in order {
            let end = usize::from(event % 2);
            if *event < 2 {
                if ends[end].sessions.is_first() {
                    start(&mut ends, &views, end, BEGIN);
                }
                let envelope = say(&mut ends, end, BEGIN);
                way[end].push(envelope);
            } else {
                let envelope = way[end].remove(0);
                hear(&mut ends, &views, 1 - end, &envelope, BEGIN).unwrap();
            }
        }
        assert!(same_active(&ends), "{order:?}");
        exchange(&mut ends, &views, 0, BEGIN);
    }
    let mut count = 0;
    walk(1, &mut Vec::new(), [2, 2, 2, 2], &mut count);
    assert!(count > 100, "{count}");
}

#[test]
fn a_thousand_lost_messages_are_bridged_and_one_more_is_an_anomaly() {
    let (mut ends, views) = established(2);
    let mut lost: Vec<Envelope> = (0..1000).map(|_| say(&mut ends, 0, BEGIN)).collect();
    let next = say(&mut ends, 0, BEGIN);
    hear(&mut ends, &views, 1, &next, BEGIN).unwrap();
    assert_eq!(ends[1].sessions.stored_keys(), 1000);
    let late = lost.remove(417);
    hear(&mut ends, &views, 1, &late, BEGIN).unwrap();
    assert_eq!(ends[1].sessions.stored_keys(), 999);

    for _ in 0..1001 {
        say(&mut ends, 0, BEGIN);
    }
    let too_far = say(&mut ends, 0, BEGIN);
    let before = ends[1].sessions.encode();
    assert_eq!(hear(&mut ends, &views, 1, &too_far, BEGIN), Err(Refused::Anomaly(Anomaly::TooManySkipped)));
    assert_eq!(ends[1].sessions.encode(), before);
}

#[test]
fn at_most_two_thousand_keys_are_stored_and_the_oldest_go_first() {
    let (mut ends, views) = established(3);
    let mut held = Vec::new();
    for _ in 0..3 {
        let lost: Vec<Envelope> = (0..900).map(|_| say(&mut ends, 0, BEGIN)).collect();
        exchange(&mut ends, &views, 0, BEGIN);
        held.push(lost);
        assert!(ends[1].sessions.stored_keys() <= 2000);
    }
    assert_eq!(ends[1].sessions.stored_keys(), 2000);
    // 2700 were lost: of the oldest chain the lowest 700 are gone.
    let gone = hear(&mut ends, &views, 1, &held[0][699], BEGIN);
    assert_eq!(gone, Err(Refused::Anomaly(Anomaly::KeyGone)));
    hear(&mut ends, &views, 1, &held[0][700], BEGIN).unwrap();
    hear(&mut ends, &views, 1, &held[2][0], BEGIN).unwrap();
    let sessions = &ends[1].sessions;
    assert_eq!(PeerSessions::decode(&sessions.encode()).unwrap().encode(), sessions.encode());
}

#[test]
fn a_chain_is_forgotten_30_days_after_its_successor_began() {
    const DAYS_30: u64 = 30 * 24 * 3600 * 1000;
    let (mut ends, views) = established(4);
    let late = say(&mut ends, 0, BEGIN);
    for _ in 0..2 {
        exchange(&mut ends, &views, 0, BEGIN);
    }
    assert!(!ends[1].sessions.expire(BEGIN + DAYS_30 - 1));
    let mut kept = PeerSessions::decode(&ends[1].sessions.encode()).unwrap();
    assert!(kept.expire(BEGIN + DAYS_30));
    hear(&mut ends, &views, 1, &late, BEGIN).unwrap();
    ends[1].sessions = kept;
    ends[1].opened.clear();
    assert_eq!(hear(&mut ends, &views, 1, &late, BEGIN), Err(Refused::Undecryptable));
}

#[test]
fn a_replayed_handshake_makes_no_second_session_and_uses_no_prekey() {
    let (mut ends, views) = ends(5);
    start(&mut ends, &views, 0, BEGIN);
    let first = say(&mut ends, 0, BEGIN);
    hear(&mut ends, &views, 1, &first, BEGIN).unwrap();
    assert_eq!(ends[1].prekeys.one_time_held(), 0);
    let one_time = ends[1].one_time(BEGIN);
    let before = ends[1].sessions.encode();
    // By the record of ids, by the chain, and when the session itself is gone: by its EK.
    assert_eq!(hear(&mut ends, &views, 1, &first, BEGIN), Err(Refused::Duplicate));
    ends[1].opened.clear();
    assert_eq!(hear(&mut ends, &views, 1, &first, BEGIN), Err(Refused::Duplicate));
    assert_eq!(ends[1].sessions.encode(), before);
    ends[1].sessions.erase();
    assert_eq!(hear(&mut ends, &views, 1, &first, BEGIN), Err(Refused::Replayed));
    assert_eq!(Refused::Replayed.restart_cause(), None);
    assert_eq!(Refused::Duplicate.restart_cause(), None);
    assert_eq!(ends[1].prekeys.one_time_held(), 1);
    drop(one_time);
}

#[test]
fn a_missing_prekey_leads_to_a_restart_that_heals() {
    let (mut ends, views) = ends(6);
    start(&mut ends, &views, 0, BEGIN);
    let lost = say(&mut ends, 0, BEGIN);
    ends[1].prekeys.consume(Some(2), Some(2));
    let refused = hear(&mut ends, &views, 1, &lost, BEGIN).unwrap_err();
    assert_eq!(refused, Refused::MissingPrekey);
    let cause = refused.restart_cause().unwrap();
    let RestartDecision::Now(permit) = ends[1].sessions.plan_restart(cause, BEGIN) else {
        panic!("no permit")
    };
    let bundle = ends[0].bundle.verify(&views[0].party, 0, BEGIN).unwrap();
    let end = &mut ends[1];
    let staged = end
        .sessions
        .start(&end.local, &views[0].party, &bundle, None, Start::Restart(permit), BEGIN, &mut end.rng)
        .unwrap();
    let started = staged.commit(&mut end.sessions).unwrap();
    assert_eq!(started.reset_time, BEGIN / 1000);
    assert!(started.last_resort);
    let reset = Plain::new(
        MessageId::random(&mut end.rng),
        ConversationId::new([3; 16]),
        1,
        BEGIN,
        &Body::Reset { reason: 1, last_good: MessageId::new([0; 16]) },
    );
    let envelope = end.send(&reset, BEGIN);
    let opened = ends[0].receive(&views[1], &envelope, BEGIN).unwrap();
    assert!(opened.active_changed && opened.new_session);
    assert!(matches!(opened.plain.content(), Ok(Body::Reset { .. })));
    assert!(same_active(&ends));
    exchange(&mut ends, &views, 0, BEGIN);
    // The first handshake's messages are older than the restart now: no further restart.
    assert_eq!(hear(&mut ends, &views, 1, &lost, BEGIN), Err(Refused::Stale));
    assert_eq!(Refused::Stale.restart_cause(), None);
}

#[test]
fn a_restored_sender_heals_by_restart_and_loses_no_message() {
    let (mut ends, views) = established(7);
    let old = ends[0].sessions.encode();
    for _ in 0..3 {
        let envelope = say(&mut ends, 0, BEGIN);
        hear(&mut ends, &views, 1, &envelope, BEGIN).unwrap();
    }
    ends[0].sessions = PeerSessions::decode(&old).unwrap();
    let plain = ends[0].text(20, BEGIN);
    let envelope = ends[0].send(&plain, BEGIN);
    let refused = hear(&mut ends, &views, 1, &envelope, BEGIN).unwrap_err();
    assert_eq!(refused, Refused::Anomaly(Anomaly::OtherMessage));
    assert_eq!(refused.restart_cause(), Some(RestartCause::Anomaly));
    start(&mut ends, &views, 1, BEGIN);
    let reset = say(&mut ends, 1, BEGIN);
    assert!(ends[0].receive(&views[1], &reset, BEGIN).unwrap().active_changed);
    let again = ends[0].send(&plain, BEGIN);
    assert_eq!(ends[1].receive(&views[0], &again, BEGIN).unwrap().plain, plain);
    exchange(&mut ends, &views, 1, BEGIN);
    assert!(same_active(&ends));
}

#[test]
fn a_restored_receiver_heals_by_restart_and_loses_no_message() {
    let (mut ends, views) = established(8);
    let old = ends[1].sessions.encode();
    exchange(&mut ends, &views, 0, BEGIN);
    exchange(&mut ends, &views, 0, BEGIN);
    ends[1].sessions = PeerSessions::decode(&old).unwrap();
    let plain = ends[0].text(20, BEGIN);
    let envelope = ends[0].send(&plain, BEGIN);
    let refused = hear(&mut ends, &views, 1, &envelope, BEGIN).unwrap_err();
    assert!(refused.restart_cause().is_some(), "{refused:?}");
    start(&mut ends, &views, 1, BEGIN);
    let reset = say(&mut ends, 1, BEGIN);
    hear(&mut ends, &views, 0, &reset, BEGIN).unwrap();
    let again = ends[0].send(&plain, BEGIN);
    assert_eq!(ends[1].receive(&views[0], &again, BEGIN).unwrap().plain, plain);
    assert!(same_active(&ends));
}

#[test]
fn a_copy_of_an_old_state_never_repeats_a_ciphertext() {
    let (mut ends, _) = established(9);
    let old = ends[0].sessions.encode();
    let plain = ends[0].text(20, BEGIN);
    let one = ends[0].send(&plain, BEGIN);
    ends[0].sessions = PeerSessions::decode(&old).unwrap();
    let other = ends[0].send(&plain, BEGIN);
    // The same message key: header nonce and body salt are fresh, so no (key, nonce) pair repeats.
    assert_ne!(one.wire[1..25], other.wire[1..25]);
    assert_ne!(one.wire[2354..2370], other.wire[2354..2370]);
    assert_ne!(one.wire[2402..], other.wire[2402..]);
}

#[test]
fn a_staged_change_of_an_older_state_is_refused() {
    let (mut ends, _) = established(10);
    let (one, other) = (ends[0].text(20, BEGIN), ends[0].text(20, BEGIN));
    let end = &mut ends[0];
    let first = end.sessions.encrypt(&one, BEGIN, &mut end.rng).unwrap();
    let second = end.sessions.encrypt(&other, BEGIN, &mut end.rng).unwrap();
    first.commit(&mut end.sessions).unwrap();
    let before = end.sessions.encode();
    assert_eq!(second.commit(&mut end.sessions), Err(Superseded));
    assert_eq!(end.sessions.encode(), before);
}

#[test]
fn a_handshake_from_the_future_or_of_another_device_is_dropped() {
    let (mut ends, views) = established(11);
    start(&mut ends, &views, 0, BEGIN + 400_000);
    let early = say(&mut ends, 0, BEGIN + 400_000);
    assert_eq!(hear(&mut ends, &views, 1, &early, BEGIN), Err(Refused::Future));
    let (others, _) = self::ends(12);
    let stranger = others[0].peer_view();
    assert_eq!(ends[1].open(&stranger, &early, BEGIN).unwrap_err(), Refused::OtherDevice);
    hear(&mut ends, &views, 1, &early, BEGIN + 400_000).unwrap();
}

#[test]
fn at_most_five_sessions_are_held_and_inactive_ones_for_30_days() {
    let (mut ends, views) = established(13);
    let mut now = BEGIN;
    let first = say(&mut ends, 1, now);
    for _ in 0..4 {
        now += 60_000;
        start(&mut ends, &views, 0, now);
        let envelope = say(&mut ends, 0, now);
        hear(&mut ends, &views, 1, &envelope, now).unwrap();
    }
    assert_eq!(ends[0].sessions.details().unwrap().inactive, 4);
    // The first session still receives.
    hear(&mut ends, &views, 0, &first, now).unwrap();
    let late = say(&mut ends, 1, now);
    now += 60_000;
    start(&mut ends, &views, 0, now);
    assert_eq!(ends[0].sessions.details().unwrap().inactive, 4);
    hear(&mut ends, &views, 0, &late, now).unwrap();
    assert!(ends[0].sessions.expire(now + 30 * 24 * 3600 * 1000));
    assert_eq!(ends[0].sessions.details().unwrap().inactive, 0);
    assert!(!ends[0].sessions.expire(now + 365 * 24 * 3600 * 1000));
}

#[test]
fn silence_asks_for_a_nudge_and_a_turn_ends_it() {
    let (mut ends, views) = established(14);
    assert!(!ends[0].sessions.nudge_due(BEGIN + SILENCE_TIME));
    for _ in 0..SILENCE_MESSAGES - 1 {
        say(&mut ends, 0, BEGIN);
    }
    assert!(!ends[0].sessions.nudge_due(BEGIN));
    let last = say(&mut ends, 0, BEGIN);
    assert!(ends[0].sessions.nudge_due(BEGIN));
    let id = MessageId::random(&mut ends[0].rng);
    let nudge = Plain::new(id, ConversationId::new([3; 16]), 1, BEGIN, &Body::Nudge);
    ends[0].send(&nudge, BEGIN);
    assert!(!ends[0].sessions.nudge_due(BEGIN + SILENCE_TIME - 1));
    assert!(ends[0].sessions.nudge_due(BEGIN + SILENCE_TIME));
    hear(&mut ends, &views, 1, &last, BEGIN).unwrap();
    assert_eq!(ends[1].sessions.unanswered(), SILENCE_MESSAGES);
    let answer = say(&mut ends, 1, BEGIN);
    assert_eq!(ends[1].sessions.unanswered(), 0);
    hear(&mut ends, &views, 0, &answer, BEGIN).unwrap();
    assert!(!ends[0].sessions.nudge_due(BEGIN + SILENCE_TIME));
}

#[test]
fn a_full_state_leaked_before_an_honest_round_trip_opens_nothing_new() {
    let (mut ends, views) = established(15);
    let leaked: Vec<_> = ends.iter().map(|end| end.sessions.encode()).collect();
    exchange(&mut ends, &views, 0, BEGIN);
    exchange(&mut ends, &views, 0, BEGIN);
    let secret = [say(&mut ends, 0, BEGIN), say(&mut ends, 1, BEGIN)];
    for (at, state) in leaked.iter().enumerate() {
        ends[at].sessions = PeerSessions::decode(state).unwrap();
        ends[at].opened.clear();
        assert_eq!(hear(&mut ends, &views, at, &secret[1 - at], BEGIN), Err(Refused::Undecryptable));
    }
}

#[test]
fn what_is_stored_usually_is_small() {
    let (mut ends, views) = established(16);
    for _ in 0..30 {
        exchange(&mut ends, &views, 0, BEGIN);
    }
    for end in &mut ends {
        end.sessions.take_changes();
    }
    let envelope = say(&mut ends, 0, BEGIN);
    hear(&mut ends, &views, 1, &envelope, BEGIN).unwrap();
    for end in &mut ends {
        let size: usize =
            end.sessions.take_changes().iter().flat_map(|(_, part)| part).map(|part| part.len()).sum();
        assert!(size < 6 * 1024, "{size}");
        assert!(end.sessions.encode().len() < 6 * 1024);
    }
}
