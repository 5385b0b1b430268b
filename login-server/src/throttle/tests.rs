use super::*;

fn who(account: &str, address: u8, known: bool) -> Who {
    Who {
        account: account.to_owned(),
        address: Some(IpAddr::from([192, 0, 2, address])),
        known_device: known.then_some([7; 32]),
    }
}

fn fail(throttle: &mut Throttle, who: &Who, now: u64) -> Verdict {
    let verdict = throttle.attempt(who, now);
    if verdict == Verdict::Allowed {
        throttle.failed(who, now);
    }
    verdict
}

#[test]
fn five_failures_are_free_and_then_the_wait_doubles_to_a_quarter_of_an_hour() {
    let mut throttle = Throttle::new();
    let bob = who("bob", 1, false);
    let mut now = 1_000_000;
    for _ in 0..5 {
        assert_eq!(fail(&mut throttle, &bob, now), Verdict::Allowed);
    }
    let mut expected = 1_000;
    for _ in 0..14 {
        assert_eq!(throttle.attempt(&bob, now), Verdict::Wait(expected));
        assert_eq!(throttle.attempt(&bob, now + expected - 1), Verdict::Wait(1));
        now += expected;
        assert_eq!(fail(&mut throttle, &bob, now), Verdict::Allowed);
        expected = (expected * 2).min(900_000);
    }
    assert_eq!(throttle.attempt(&bob, now), Verdict::Wait(900_000));
}

#[test]
fn parallel_attempts_count_before_they_fail() {
    let mut throttle = Throttle::new();
    let allowed = (0..100).filter(|_| throttle.attempt(&who("bob", 1, false), 5) == Verdict::Allowed).count();
    assert_eq!(allowed, 5);
}

#[test]
fn success_starts_the_account_anew_but_not_the_address() {
    let mut throttle = Throttle::new();
    for _ in 0..4 {
        fail(&mut throttle, &who("bob", 1, false), 0);
    }
    throttle.attempt(&who("bob", 1, false), 0);
    throttle.succeeded(&who("bob", 1, false));
    assert_eq!(fail(&mut throttle, &who("bob", 1, false), 0), Verdict::Allowed);
    assert_eq!(throttle.attempt(&who("eve", 1, false), 0), Verdict::Wait(1_000));
    assert_eq!(throttle.attempt(&who("eve", 2, false), 0), Verdict::Allowed);
}

#[test]
fn a_known_device_is_not_held_up_by_others() {
    let mut throttle = Throttle::new();
    for _ in 0..50 {
        fail(&mut throttle, &who("bob", 1, false), 0);
    }
    assert!(matches!(throttle.attempt(&who("bob", 1, false), 0), Verdict::Wait(_)));
    assert!(matches!(throttle.attempt(&who("ada", 1, false), 0), Verdict::Wait(_)));
    assert_eq!(throttle.attempt(&who("bob", 1, true), 0), Verdict::Allowed);
}

#[test]
fn an_office_behind_one_address_may_come_back_at_once() {
    let mut throttle = Throttle::new();
    for number in 0..200 {
        assert_eq!(throttle.attempt(&who(&format!("user{number}"), 1, false), 0), Verdict::Allowed);
    }
}

#[test]
fn ten_wrong_codes_an_hour() {
    let mut throttle = Throttle::new();
    let tested = (0..25).filter(|&minute| throttle.try_code("bob", minute * 60_000)).count();
    assert_eq!(tested, 10);
    assert!(throttle.try_code("ada", 0));
    assert!(throttle.try_code("bob", 3_600_001));
    throttle.right_code("bob");
    assert_eq!((0..25).filter(|_| throttle.try_code("bob", 4_000_000)).count(), 10);
}

#[test]
fn the_tables_are_bounded() {
    let mut throttle = Throttle::new();
    for number in 0..BUCKETS + 100 {
        throttle
            .attempt(&Who { account: number.to_string(), address: None, known_device: None }, number as u64);
    }
    assert!(throttle.counts.len() <= BUCKETS);
}

#[test]
fn one_host_is_one_address_in_ipv6() {
    let mut throttle = Throttle::new();
    for number in 0..20_u128 {
        let address = IpAddr::V6((0x2001_0db8_u128 << 96 | number).into());
        let eve = Who { account: format!("name{number}"), address: Some(address), known_device: None };
        fail(&mut throttle, &eve, 0);
    }
    let address = IpAddr::V6((0x2001_0db8_u128 << 96 | 77).into());
    let eve = Who { account: "other".into(), address: Some(address), known_device: None };
    assert!(matches!(throttle.attempt(&eve, 0), Verdict::Wait(_)));
}
