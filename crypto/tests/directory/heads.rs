//! Adopting heads and finding split views.

use conclave_crypto::directory::{
    Ban, BanReason, Checkpoint, CheckpointRefused, Directory, Head, HeadRefused, HeadView, LeafRefused,
    ServerKey, SignWith, Target, sign_ban, sign_server_key,
};
use conclave_crypto::keys::DirectorySecret;

use crate::org::{DAY, Org, START};

const NOW: u64 = START + 1000;

fn refs(leaves: &[Vec<u8>]) -> Vec<&[u8]> {
    leaves.iter().map(Vec::as_slice).collect()
}

/// A client that holds all of the organisation's log.
fn client(org: &Org) -> Directory {
    let mut client = Directory::new(org.ork.public());
    client.adopt(&refs(&org.leaves()), org.note(0).as_bytes(), NOW).unwrap();
    client
}

/// `refused`, and nothing has changed.
fn refuses(client: &mut Directory, leaves: &[&[u8]], note: &str, now: u64) -> HeadRefused {
    let before = format!("{client:?}");
    let refused = client.adopt(leaves, note.as_bytes(), now).unwrap_err();
    assert_eq!(format!("{client:?}"), before, "{refused}");
    refused
}

#[test]
fn a_client_follows_the_server_in_any_batches() {
    let mut org = Org::new("batches");
    for name in ["ada", "bob", "cyd"] {
        org.join(name);
    }
    let leaves = org.leaves();
    let mut whole = Directory::new(org.ork.public());
    for leaf in &leaves {
        whole.append(leaf, NOW).unwrap();
    }
    for batch in 1..=leaves.len() {
        let mut client = Directory::new(org.ork.public());
        for chunk in leaves.chunks(batch) {
            let size = client.size() + chunk.len() as u64;
            let head = Head { size, root: whole.root_at(size).unwrap() };
            let note = Checkpoint::sign(&org.id(), head, START / 1000, &org.dsk);
            let enough = size >= 2;
            let result = client.adopt(&refs(chunk), note.text().as_bytes(), NOW);
            // One leaf, the policy, certifies no directory key yet: such a head cannot be verified.
            assert_eq!(result.is_ok(), enough);
            if !enough {
                break;
            }
            assert_eq!(client.head().unwrap().head(), &head);
            let seen: Vec<u64> = result.unwrap().iter().map(|folded| folded.index).collect();
            assert_eq!(seen, (size - chunk.len() as u64..size).collect::<Vec<_>>());
        }
        if batch > 1 {
            assert_eq!(client.root(), whole.root());
            assert!(client.users().eq(whole.users()) && client.rooms().eq(whole.rooms()));
        }
    }
}

#[test]
fn a_bad_leaf_stops_a_client_at_its_last_good_size_until_it_is_mended() {
    let mut org = Org::new("bad leaf");
    org.join("ada");
    let mut client = client(&org);
    let good = client.size();
    let (bob, bob_add) = org.person("bob");
    let mut bad = bob_add.clone();
    *bad.last_mut().unwrap() ^= 1;
    // A server that appended the bad leaf and one more signs their tree.
    let mut tree = conclave_crypto::directory::Merkle::new();
    for leaf in org.leaves().iter().chain([&bad, &bob_add]) {
        tree.append(leaf);
    }
    let head = Head { size: good + 2, root: tree.root() };
    let note = Checkpoint::sign(&org.id(), head, START / 1000, &org.dsk);
    let refused = refuses(&mut client, &[&bad, &bob_add], note.text(), NOW);
    assert_eq!(refused, HeadRefused::Leaf { index: good, refused: LeafRefused::Signature });
    assert_eq!(client.size(), good);
    // Also when only the second leaf is bad, the first is not kept.
    let mut tree = conclave_crypto::directory::Merkle::new();
    for leaf in org.leaves().iter().chain([&bob_add, &bad]) {
        tree.append(leaf);
    }
    let head = Head { size: good + 2, root: tree.root() };
    let note = Checkpoint::sign(&org.id(), head, START / 1000, &org.dsk);
    refuses(&mut client, &[&bob_add, &bad], note.text(), NOW);
    // Mended: the log that goes on from the last good size.
    org.append(&bob_add).unwrap();
    client.adopt(&[&bob_add], org.note(1).as_bytes(), NOW).unwrap();
    assert_eq!(client.root(), org.log.root());
    assert!(client.user(&bob.id).is_some());
}

#[test]
fn heads_that_do_not_fit_are_refused() {
    let mut org = Org::new("heads");
    org.join("ada");
    let mut client = client(&org);
    let mine = client.size();
    let old = org.note(0);
    let (_, bob_add) = org.person("bob");
    org.append(&bob_add).unwrap();
    let note = org.note(1);
    assert_eq!(refuses(&mut client, &[], &note, NOW), HeadRefused::Size { head: mine + 1, given: mine });
    assert_eq!(
        refuses(&mut client, &[&bob_add], &old, NOW),
        HeadRefused::Size { head: mine, given: mine + 1 }
    );
    assert_eq!(refuses(&mut client, &[&bob_add], &org.note(10 * 60), NOW), HeadRefused::Early);
    let other_key = DirectorySecret::generate(&mut org.rng);
    let forged = Checkpoint::sign(&org.id(), org.log.current(), START / 1000, &other_key);
    assert_eq!(
        refuses(&mut client, &[&bob_add], forged.text(), NOW),
        HeadRefused::Checkpoint(CheckpointRefused::Key)
    );
    let mut head = org.log.current();
    head.root[0] ^= 1;
    let wrong_root = Checkpoint::sign(&org.id(), head, START / 1000, &org.dsk);
    assert_eq!(refuses(&mut client, &[&bob_add], wrong_root.text(), NOW), HeadRefused::Root);
    let before_its_key = Checkpoint::sign(&org.id(), org.log.current(), START / 1000 - 1, &org.dsk);
    assert_eq!(
        refuses(&mut client, &[&bob_add], before_its_key.text(), NOW),
        HeadRefused::Checkpoint(CheckpointRefused::Key)
    );
    client.adopt(&[&bob_add], note.as_bytes(), NOW).unwrap();
    assert_eq!(refuses(&mut client, &[], &old, NOW), HeadRefused::Shorter { mine: mine + 1, theirs: mine });
    // The same tree, signed later: only the head's time moves, and never back.
    client.adopt(&[], org.note(60).as_bytes(), NOW).unwrap();
    assert_eq!(client.head().unwrap().time(), START / 1000 + 60);
    client.adopt(&[], note.as_bytes(), NOW).unwrap();
    assert_eq!(client.head().unwrap().time(), START / 1000 + 60);
    assert_eq!(client.view(NOW, false).head_time, Some(START + 60_000));
}

#[test]
fn a_stored_log_is_verified_again() {
    let mut org = Org::new("restore");
    org.join("ada");
    let mut leaves = org.leaves();
    let note = org.note(3600);
    let restored = Directory::restore(org.ork.public(), &refs(&leaves), note.as_bytes()).unwrap();
    assert_eq!((restored.root(), restored.head().unwrap().text()), (org.log.root(), note.as_str()));
    leaves.last_mut().unwrap()[100] ^= 1;
    assert!(Directory::restore(org.ork.public(), &refs(&leaves), note.as_bytes()).is_err());
}

#[test]
fn every_bit_of_a_note_counts() {
    let mut org = Org::new("note bits");
    org.join("ada");
    let mut client = Directory::new(org.ork.public());
    let leaves = org.leaves();
    let note = org.note(0).into_bytes();
    for bit in 0..note.len() * 8 {
        let mut changed = note.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(client.adopt(&refs(&leaves), &changed, NOW).is_err(), "bit {bit}");
        assert_eq!(client.size(), 0);
    }
    client.adopt(&refs(&leaves), &note, NOW).unwrap();
}

#[test]
fn a_new_directory_key_may_sign_the_head_that_brings_it() {
    let mut org = Org::new("new key");
    let mut client = client(&org);
    let key = DirectorySecret::generate(&mut org.rng);
    let server_key = ServerKey { key: key.public(), nbf: START, naf: START + DAY };
    let leaf = sign_server_key(&org.id(), server_key, &org.ork);
    org.append(&leaf).unwrap();
    let note = Checkpoint::sign(&org.id(), org.log.current(), START / 1000, &key);
    client.adopt(&[&leaf], note.text().as_bytes(), NOW).unwrap();
    assert_eq!(client.server_keys().len(), 2);
}

#[test]
fn two_directories_are_found_at_first_contact() {
    let mut org = Org::new("split");
    org.join("ada");
    let ada = client(&org);
    // The server shows bob another directory that begins alike.
    let mut other = Org::new("split");
    other.join("ada");
    let common = other.log.size();
    let (_, mal) = other.person("mallory");
    other.append(&mal).unwrap();
    let mut bob = client(&other);
    assert_eq!(ada.compare(other.note(0).as_bytes()), Ok(HeadView::Ahead { size: common + 1 }));
    assert_eq!(bob.compare(org.note(0).as_bytes()), Ok(HeadView::Agrees));
    let (_, eve) = org.person("eve");
    org.append(&eve).unwrap();
    let ada = client(&org);
    let Ok(HeadView::Split(proof)) = ada.compare(bob.head().unwrap().text().as_bytes()) else {
        panic!("the split was not seen");
    };
    assert_eq!((proof.size, proof.my_root), (common + 1, ada.root()));
    assert_eq!(proof.mine.as_deref(), Some(ada.head().unwrap().text()));
    assert_eq!(proof.theirs, bob.head().unwrap().text());
    // Both notes of the proof are truly the server's.
    for note in [proof.mine.unwrap(), proof.theirs] {
        let note = Checkpoint::parse(&org.id(), note.as_bytes()).unwrap();
        note.verify(&org.id(), &org.dsk.public()).unwrap();
    }
    // The server's own head says it too.
    let refused = refuses(&mut bob, &[], &org.note(0), NOW);
    assert!(matches!(refused, HeadRefused::SplitView(_)));
    // A forged note is no proof.
    let liar = DirectorySecret::generate(&mut org.rng);
    let forged = Checkpoint::sign(&org.id(), other.log.current(), START / 1000, &liar);
    assert_eq!(ada.compare(forged.text().as_bytes()), Err(CheckpointRefused::Key));
}

#[test]
fn a_ban_heard_outside_the_log_counts_only_from_an_admin() {
    let mut org = Org::new("gossip");
    let ada = org.join("ada");
    let target = Target::User(ada.id);
    let ban = |seq| Ban { target, seq, reason: BanReason::Removed, at: START, until: 0 };
    let by_admin = sign_ban(&org.id(), ban(1), SignWith::Admin(&org.admin));
    let by_server = sign_ban(&org.id(), ban(1), SignWith::Directory(&org.dsk));
    let later = sign_ban(&org.id(), ban(2), SignWith::Admin(&org.admin));
    assert_eq!(org.log.gossiped_ban(&by_admin, NOW), Ok(target));
    assert_eq!(org.log.gossiped_ban(&by_server, NOW), Err(LeafRefused::SignerRole));
    assert_eq!(org.log.gossiped_ban(&later, NOW), Err(LeafRefused::Sequence));
    org.append(&by_server).unwrap();
    assert_eq!(org.log.gossiped_ban(&by_admin, NOW), Err(LeafRefused::Sequence));
}
