use std::time::Duration;

use super::*;
use crate::model::{ContactPolicy, DirectoryStatus, Me, PeerCounts, PolicyView, ServerStatus, UserId};
use crate::net::{AddressCause, AddressFailure, PeerReport};

const NOW: Time = 1_800_000_000_000;
const SECRET_ADDRESS: &str = "203.0.113.77";

fn healthy() -> Facts {
    Facts {
        now: NOW,
        core: CoreStatus {
            me: Me { user: UserId::new([1; 16]), name: "marie".into(), display_name: "Marie Curie".into() },
            server: ServerStatus { state: ServerLink::Online, since: NOW - 60_000, next_try_at: None },
            directory: DirectoryStatus {
                size: 40,
                root: "00".repeat(32),
                age: 60_000,
                valid_until: NOW + 259_200_000,
                fault: None,
            },
            lease_until: Some(NOW + 86_400_000),
            clock_skew_ms: 120,
            peers: PeerCounts::default(),
            waiting_messages: 0,
            policy: Some(PolicyView {
                lease_ttl_s: 86_400,
                grace_s: 259_200,
                file_max: 1,
                idle_lock_s: 300,
                contact_requests: ContactPolicy::Ask,
                relay: true,
                lan: true,
                export: true,
            }),
        },
        network: NetReport {
            listening: vec!["/ip4/10.0.0.7/tcp/7000".into()],
            has_network: true,
            observed: vec![format!("/ip4/{SECRET_ADDRESS}/tcp/7000")],
            server: Some(Some(Duration::from_millis(20))),
            relay: true,
            reserved: true,
            discovering: false,
            nearby: 0,
            peer: None,
        },
        room: Some(50 << 30),
        path: Some(PathFacts { path: Path::Internet, reason: None, rtt_ms: Some(12) }),
    }
}

fn found(facts: &Facts, id: &str) -> Check {
    examine(facts).into_iter().find(|check| check.id == id).unwrap()
}

#[test]
fn all_is_well_in_both_languages() {
    for check in examine(&healthy()) {
        assert!(check.ok, "{check:?}");
        for language in Language::ALL {
            let meaning = check.meaning(language);
            assert!(!meaning.starts_with("doctor-") && !meaning.contains('$'), "{}: {meaning}", check.key);
            assert_eq!(check.todo(language), None);
        }
    }
}

#[test]
fn every_fault_is_found_and_says_what_to_do() {
    type Fault = fn(&mut Facts);
    let faults: [(&str, Fault); 10] = [
        ("network", |facts| facts.network.has_network = false),
        ("server", |facts| facts.core.server.state = ServerLink::Offline),
        ("server", |facts| facts.core.server.state = ServerLink::Connecting),
        ("clock", |facts| facts.core.clock_skew_ms = -600_000),
        ("directory", |facts| facts.core.directory.valid_until = NOW - 1),
        ("lease", |facts| facts.core.lease_until = None),
        ("ports", |facts| facts.network.listening.clear()),
        ("relay", |facts| facts.network.reserved = false),
        ("disk", |facts| facts.room = Some(1)),
        ("path", |facts| {
            let reason = Some("noNetwork".to_owned());
            facts.path = Some(PathFacts { path: Path::Waiting, reason, rtt_ms: None });
        }),
    ];
    for (id, fault) in faults {
        let mut facts = healthy();
        fault(&mut facts);
        let check = found(&facts, id);
        assert!(!check.ok, "{id}");
        for language in Language::ALL {
            assert!(check.todo(language).is_some_and(|todo| todo.len() > 10), "{}", check.key);
            assert!(!check.meaning(language).contains("doctor-"), "{}", check.key);
        }
    }
}

#[test]
fn the_router_is_told_from_what_the_server_sees() {
    let mut facts = healthy();
    assert_eq!(found(&facts, "router").key, "doctor-router-keeps");
    facts.network.observed = vec!["/ip4/203.0.113.1/tcp/17000".into()];
    assert_eq!(found(&facts, "router").key, "doctor-router-changes");
    facts.network.observed = vec!["/ip4/10.0.0.7/tcp/7000".into()];
    assert_eq!(found(&facts, "router").key, "doctor-router-none");
    facts.network.observed.clear();
    assert_eq!(found(&facts, "router").key, "doctor-router-unknown");
}

#[test]
fn a_relayed_path_says_why_it_is_not_direct() {
    let mut facts = healthy();
    facts.path = Some(PathFacts { path: Path::Relayed, reason: None, rtt_ms: Some(40) });
    let failure = |cause| AddressFailure { address: format!("/ip4/{SECRET_ADDRESS}/tcp/1"), cause };
    facts.network.peer = Some(PeerReport {
        failures: vec![failure(AddressCause::Unreachable), failure(AddressCause::TimedOut)],
        ..PeerReport::default()
    });
    let said = found(&facts, "path").meaning(Language::En);
    assert!(said.contains("no answer"), "{said}");
}

#[test]
fn every_reason_for_waiting_has_words() {
    use crate::model::WaitReason as Why;
    let reasons = [
        Why::Offline,
        Why::Connecting,
        Why::NoNetwork,
        Why::Blocked,
        Why::Unreachable,
        Why::TooOld,
        Why::Clock,
        Why::Refused,
    ];
    for reason in reasons {
        let mut facts = healthy();
        facts.path =
            Some(PathFacts { path: Path::Waiting, reason: Some(reason.text().to_owned()), rtt_ms: None });
        for language in Language::ALL {
            let said = found(&facts, "path").meaning(language);
            assert!(!said.contains("reason-"), "{said}");
        }
    }
}

#[test]
fn a_report_holds_no_name_and_no_address_unless_asked() {
    let mut facts = healthy();
    facts.network.peer = Some(PeerReport {
        address: Some(format!("/ip4/{SECRET_ADDRESS}/tcp/9")),
        failures: vec![AddressFailure {
            address: format!("/ip4/{SECRET_ADDRESS}/tcp/1"),
            cause: AddressCause::TimedOut,
        }],
        ..PeerReport::default()
    });
    let checks = examine(&facts);
    let text = |include: &[Include]| report::lines(&facts, &checks, include, Language::En).join("\n");
    let plain = text(&[]);
    for secret in ["marie", "Marie", SECRET_ADDRESS, "10.0.0.7"] {
        assert!(!plain.contains(secret), "{plain}");
    }
    assert!(text(&[Include::Names]).contains("marie") && !text(&[Include::Names]).contains(SECRET_ADDRESS));
    assert!(text(&[Include::Addresses]).contains(SECRET_ADDRESS));
}

#[test]
fn a_report_is_a_new_file_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    let facts = healthy();
    let checks = examine(&facts);
    write(&path, &facts, &checks, &[], Language::Fr).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = write(&path, &facts, &checks, &[], Language::Fr).unwrap_err();
    assert_eq!(again.code, ErrorCode::ApiParams);
    let nowhere = folder.path().join("no/such/folder");
    assert!(write(&nowhere, &facts, &checks, &[], Language::Fr).is_err());
}
