//! The moments at which a Hello stops being accepted.

use conclave_crypto::directory::{Grounds, NotAdmitted, View};
use conclave_crypto::hello::Hello;
use conclave_crypto::lease::Lease;

use crate::org::{DAY, Org, Person, START};

const MINUTE: u64 = 60_000;

fn hello(org: &Org, person: &Person, issued: u64, not_after: u64) -> Hello {
    let devcert_hash = org.log.party(&person.device.id).unwrap().devcert_hash;
    let (user_id, device_id) = (person.id, person.device.id);
    let lease = Lease { user_id, device_id, devcert_hash, issued, not_after };
    Hello {
        user_id,
        device_id,
        devcert_hash,
        lease: lease.sign(&org.id(), &org.dsk).to_bytes(),
        checkpoint: Vec::new(),
        suites: vec![1],
        clock: 0,
    }
}

#[test]
fn a_lease_holds_from_five_minutes_before_it_was_given_to_its_last_millisecond() {
    let mut org = Org::new("lease");
    let ada = org.join("ada");
    let (issued, end) = (START + DAY, START + 2 * DAY);
    let at = |now, hello: &Hello| {
        let view = View { now, server_reachable: true, head_time: Some(START) };
        org.log.admit(hello, &ada.device.tpk.public(), &view).map(|admitted| admitted.grounds)
    };
    let good = hello(&org, &ada, issued, end);
    assert_eq!(at(issued - 5 * MINUTE - 1, &good), Err(NotAdmitted::NoLease));
    for now in [issued - 5 * MINUTE, issued, end] {
        assert_eq!(at(now, &good), Ok(Grounds::Lease { not_after: end }));
    }
    assert_eq!(at(end + 1, &good), Err(NotAdmitted::NoLease));
    for (issued, end) in [(issued, end + 1), (issued, issued), (issued, issued - 1)] {
        assert_eq!(at(issued, &hello(&org, &ada, issued, end)), Err(NotAdmitted::NoLease));
    }
    // The key is certified from START on.
    let early = hello(&org, &ada, START - 1, START + MINUTE);
    assert_eq!(at(START, &early), Err(NotAdmitted::NoLease));
}

#[test]
fn grace_needs_an_absent_server_and_a_young_head() {
    let mut org = Org::new("grace");
    let ada = org.join("ada");
    let mut without = hello(&org, &ada, START, START + 1);
    without.lease.clear();
    let until = START + 3 * DAY;
    let at = |now, server_reachable, head_time| {
        let view = View { now, server_reachable, head_time };
        org.log.admit(&without, &ada.device.tpk.public(), &view).map(|admitted| admitted.grounds)
    };
    assert_eq!(at(until, false, Some(START)), Ok(Grounds::Grace { until }));
    assert_eq!(at(until + 1, false, Some(START)), Err(NotAdmitted::NoLease));
    assert_eq!(at(START, true, Some(START)), Err(NotAdmitted::NoLease));
    assert_eq!(at(START, false, None), Err(NotAdmitted::NoLease));
}
