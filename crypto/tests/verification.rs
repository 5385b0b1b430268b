//! Comparing keys, and the identity backup (PROTOCOL §2.8, §2.11).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use conclave_crypto::keys::{OrgId, UikPublic, UikSecret, UserId};
use conclave_crypto::safety_number::{BadQr, Comparison, HalfNumber, SafetyNumber, VerifyQr};
use conclave_crypto::uik_backup;
use conclave_crypto::vault::RecoveryCode;
use input::TestRng;

fn account(rng: &mut TestRng) -> (UserId, UikPublic) {
    (UserId::random(rng), UikSecret::generate(rng).public())
}

#[test]
fn both_people_see_the_same_number() {
    let mut rng = TestRng::new("verify/number");
    let (ada, bob, eve) = (account(&mut rng), account(&mut rng), account(&mut rng));
    let seen = SafetyNumber::between((&ada.1, &ada.0), (&bob.1, &bob.0));
    assert_eq!(seen, SafetyNumber::between((&bob.1, &bob.0), (&ada.1, &ada.0)));
    assert_ne!(seen, SafetyNumber::between((&ada.1, &ada.0), (&eve.1, &bob.0)));
    assert_ne!(seen, SafetyNumber::between((&ada.1, &ada.0), (&bob.1, &eve.0)));
    assert_eq!(seen.groups().len(), 12);
    assert_eq!(seen.to_string().len(), 60 + 11);
    let half = HalfNumber::of(&ada.1, &ada.0);
    assert!(seen.digits().contains(half.digits()));
    assert_eq!(half.to_string().split(' ').map(str::len).collect::<Vec<_>>(), [5; 6]);
}

#[test]
fn a_scanned_code_says_what_differs() {
    let mut rng = TestRng::new("verify/qr");
    let org = OrgId::new([1; 16]);
    let (ada, bob, eve) = (account(&mut rng), account(&mut rng), account(&mut rng));
    let shown = VerifyQr { mine: ada, theirs: bob, log_size: 3, log_root: [7; 32] };
    let text = shown.to_text(&org);
    let scanned = VerifyQr::parse(&text, &org).unwrap();
    assert_eq!(scanned, shown);
    // Bob scans Ada's code.
    let compare = |me: &(UserId, UikPublic), ada: &(UserId, UikPublic)| {
        scanned.compare((&me.0, &me.1), (&ada.0, &ada.1))
    };
    assert_eq!(compare(&bob, &ada), Comparison::Same);
    assert_eq!(compare(&bob, &(ada.0, eve.1)), Comparison::Different);
    assert_eq!(compare(&(bob.0, eve.1), &ada), Comparison::Different);
    assert_eq!(compare(&eve, &ada), Comparison::OtherPeople);
    assert_eq!(compare(&ada, &bob), Comparison::OtherPeople);
    assert_eq!(VerifyQr::parse(&text, &OrgId::new([2; 16])), Err(BadQr));
    for wrong in [
        "",
        "CONCLAVE1:",
        "conclave1:AURD",
        &text[..text.len() - 1],
        &format!("{text}A"),
        &text.replace(':', ";"),
    ] {
        assert_eq!(VerifyQr::parse(wrong, &org), Err(BadQr), "{wrong}");
    }
}

#[test]
fn the_backup_opens_for_its_user_and_code_only() {
    let mut rng = TestRng::new("verify/backup");
    let (org, user) = (OrgId::new([1; 16]), UserId::random(&mut rng));
    let (code, uik) = (RecoveryCode::generate(&mut rng), UikSecret::generate(&mut rng));
    let backup = uik_backup::seal(&org, &user, &code, &uik, &mut rng);
    assert_eq!(uik_backup::open(&org, &user, &code, &backup).unwrap().public(), uik.public());
    assert!(uik_backup::open(&org, &UserId::random(&mut rng), &code, &backup).is_err());
    assert!(uik_backup::open(&OrgId::new([2; 16]), &user, &code, &backup).is_err());
    assert!(uik_backup::open(&org, &user, &RecoveryCode::generate(&mut rng), &backup).is_err());
    for at in 0..backup.len() {
        let mut changed = backup;
        changed[at] ^= 1;
        assert!(uik_backup::open(&org, &user, &code, &changed).is_err(), "byte {at}");
    }
}
