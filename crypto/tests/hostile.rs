//! Altered, cut and spliced messages: refused, with the state bit for bit as before and nothing drawn (PROTOCOL §4,
//! Property 2), and what secret-bearing types print.

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

use conclave_crypto::error::DecodeError;
use conclave_crypto::keys::{ConversationId, MessageId, OrgId};
use conclave_crypto::plain::{Ack, Body, Kind, Plain, Reaction, Text};
use conclave_crypto::prekey::{PrekeyError, Prekeys, SignedBundle, SignedOneTime};
use conclave_crypto::session::{Envelope, PartKey, PeerSessions, Refused};
use data_encoding::HEXLOWER;
use proptest::prelude::*;

use input::TestRng;
use pair::{BEGIN, End, ORG, Peer, pair};

struct World {
    a: End<TestRng>,
    b: End<TestRng>,
    view_a: Peer,
    view_b: Peer,
}

fn world(name: &str) -> World {
    let (mut a, mut b) = pair(TestRng::new(&format!("{name} a")), TestRng::new(&format!("{name} b")));
    let (view_a, view_b) = (a.peer_view(), b.peer_view());
    let (bundle, one_time) = (b.bundle.clone(), b.one_time(BEGIN));
    a.start(&view_b, &bundle, Some(&one_time), BEGIN);
    World { a, b, view_a, view_b }
}

impl World {
    fn a_says(&mut self) -> Envelope {
        let plain = self.a.text(40, BEGIN);
        self.a.send(&plain, BEGIN)
    }

    fn b_says(&mut self) -> Envelope {
        let plain = self.b.text(40, BEGIN);
        self.b.send(&plain, BEGIN)
    }

    /// B refuses, and is as before.
    fn refused(&mut self, envelope: &Envelope) -> Refused {
        let (before, drawn) = (self.b.sessions.encode(), self.b.rng.blocks());
        let refused = self.b.open(&self.view_a, envelope, BEGIN).unwrap_err();
        assert_eq!(self.b.sessions.encode(), before);
        assert!(self.b.sessions.take_changes().is_empty());
        assert_eq!(self.b.rng.blocks(), drawn);
        refused
    }
}

/// Flips `count` bits spread over the envelope, one at a time.
fn flip_all(world: &mut World, envelope: &Envelope, count: usize) {
    let bytes = envelope.encode();
    let bits = bytes.len() * 8;
    for n in 0..count {
        // A step that is coprime to the length visits every region.
        let bit = (n * 7919 + n * n) % bits;
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        if let Ok(altered) = Envelope::decode(&altered) {
            world.refused(&altered);
        }
    }
    world.b.open(&world.view_a, envelope, BEGIN).unwrap();
    world.b.sessions.take_changes();
}

#[test]
fn a_flipped_bit_of_a_first_handshake_changes_nothing() {
    let mut world = world("flip prekey");
    let envelope = world.a_says();
    world.b.sessions.take_changes();
    flip_all(&mut world, &envelope, 400);
}

#[test]
fn a_flipped_bit_of_a_turn_a_chain_message_or_an_old_chain_changes_nothing() {
    let mut world = world("flip msg");
    let first = world.a_says();
    world.b.open(&world.view_a, &first, BEGIN).unwrap();
    let answer = world.b_says();
    world.a.open(&world.view_b, &answer, BEGIN).unwrap();
    world.b.sessions.take_changes();
    let (turn, within, late) = (world.a_says(), world.a_says(), world.a_says());
    flip_all(&mut world, &turn, 1000);
    flip_all(&mut world, &within, 1000);
    let answer = world.b_says();
    world.a.open(&world.view_b, &answer, BEGIN).unwrap();
    let newer = world.a_says();
    world.b.open(&world.view_a, &newer, BEGIN).unwrap();
    world.b.sessions.take_changes();
    flip_all(&mut world, &late, 400);
}

#[test]
fn cut_lengthened_and_spliced_messages_are_refused() {
    let mut world = world("splice");
    let first = world.a_says();
    world.b.open(&world.view_a, &first, BEGIN).unwrap();
    let answer = world.b_says();
    world.a.open(&world.view_b, &answer, BEGIN).unwrap();
    let (one, other) = (world.a_says(), world.a_says());
    world.b.sessions.take_changes();
    for len in [0, 1, 2, 100, 2353, 2417, 2418, one.wire.len() - 1] {
        let cut = Envelope { wire: one.wire[..len].to_vec(), ..one.clone() };
        assert_eq!(world.refused(&cut), Refused::Malformed, "{len}");
    }
    for len in [0, 1, 1687, 1688, 1689, 1688 + 2418] {
        let cut = Envelope { wire: first.wire[..len].to_vec(), ..first.clone() };
        assert_eq!(world.refused(&cut), Refused::Malformed, "{len}");
    }
    let longer = Envelope { wire: [one.wire.as_slice(), &[0]].concat(), ..one.clone() };
    assert_eq!(world.refused(&longer), Refused::Malformed);
    // The header of one with the body of the other, and the envelope of one around the other.
    let spliced = Envelope { wire: [&one.wire[..2354], &other.wire[2354..]].concat(), ..one.clone() };
    assert!(matches!(world.refused(&spliced), Refused::Anomaly(_)));
    let renamed = Envelope { msg_id: other.msg_id, ..one.clone() };
    assert!(matches!(world.refused(&renamed), Refused::Anomaly(_)));
    // The handshake of the session in front of another message is as good as the message alone.
    let again = Envelope { wire: [&first.wire[..1688], &one.wire].concat(), ..one.clone() };
    world.b.open(&world.view_a, &again, BEGIN).unwrap();
    world.b.open(&world.view_a, &other, BEGIN).unwrap();
}

#[test]
fn a_reflected_message_is_refused() {
    let mut world = world("reflect");
    let first = world.a_says();
    world.b.open(&world.view_a, &first, BEGIN).unwrap();
    let own = world.b_says();
    world.b.sessions.take_changes();
    assert_eq!(world.refused(&own), Refused::Undecryptable);
    let before = world.a.sessions.encode();
    assert_eq!(world.a.open(&world.view_b, &first, BEGIN).unwrap_err(), Refused::OtherDevice);
    assert_eq!(world.a.sessions.encode(), before);
}

#[test]
fn false_prekeys_are_refused() {
    let mut world = world("prekeys");
    let org = OrgId::new(ORG);
    let bundle = world.b.bundle.encode();
    let party = &world.view_b.party;
    let check = |bytes: &[u8]| {
        SignedBundle::decode(&org, bytes).map(|bundle| bundle.verify(party, 0, BEGIN).map(|_| ()))
    };
    assert_eq!(check(&bundle), Ok(Ok(())));
    for at in 0..bundle.len() {
        let mut altered = bundle.clone();
        altered[at] ^= 0x40;
        assert!(!matches!(check(&altered), Ok(Ok(()))), "byte {at}");
    }
    assert_eq!(SignedBundle::decode(&OrgId::new([8; 16]), &bundle).unwrap_err(), DecodeError::Organisation);
    let bundle = SignedBundle::decode(&org, &bundle).unwrap();
    assert_eq!(bundle.verify(party, 2, BEGIN).unwrap_err(), PrekeyError::Old { seen: 2 });
    assert_eq!(bundle.verify(&world.view_a.party, 0, BEGIN).unwrap_err(), PrekeyError::Device);
    assert_eq!(bundle.verify(party, 0, BEGIN - 3_600_000).unwrap_err(), PrekeyError::Time);
    assert_eq!(bundle.verify(party, 0, BEGIN + 38 * 86_400_000).unwrap_err(), PrekeyError::Time);
    // An encapsulation key that fails the modulus check: all coefficients 4095.
    let mut bytes = bundle.encode();
    let at = 1 + 16 + 16 + 4 + 3 + 4 + 32 + 4;
    bytes[at..at + 1536].fill(0xFF);
    assert_eq!(SignedBundle::decode(&org, &bytes).unwrap_err(), DecodeError::Key);

    let (dh, _) = {
        let end = &mut world.b;
        end.prekeys.one_time_pair(&org, end.party.device_id, &end.dik_s, BEGIN, &mut end.rng)
    };
    let bytes = dh.encode();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let result = SignedOneTime::decode(&org, &altered).map(|key| key.verify(&world.view_b.party).is_ok());
        assert_ne!(result, Ok(true), "byte {at}");
    }
}

#[test]
fn prekeys_rotate_expire_and_survive_the_store() {
    const DAY: u64 = 86_400_000;
    let mut world = world("owner");
    let org = OrgId::new(ORG);
    let end = &mut world.b;
    assert!(!end.prekeys.rotation_due(BEGIN + 7 * DAY - 1));
    assert!(end.prekeys.rotation_due(BEGIN + 7 * DAY));
    let newer = end.prekeys.rotate(&org, end.party.device_id, &end.dik_s, BEGIN + 7 * DAY, &mut end.rng);
    assert_eq!(newer.unverified().bundle_seq, 2);
    let more = end.prekeys.refill(19, &org, end.party.device_id, &end.dik_s, BEGIN, &mut end.rng);
    assert_eq!(more.len(), 62);
    assert!(end.prekeys.refill(20, &org, end.party.device_id, &end.dik_s, BEGIN, &mut end.rng).is_empty());
    let bytes = end.prekeys.encode();
    assert_eq!(Prekeys::decode(&bytes).unwrap().encode(), bytes);
    assert!(bytes.len() < 6 * 1024);
    assert!(!end.prekeys.expire(BEGIN + 30 * DAY));
    assert!(end.prekeys.expire(BEGIN + 30 * DAY + 1));
    assert_eq!(end.prekeys.one_time_held(), 0);
    // The first standing pair goes 37 days after it was made; the newest stays.
    use conclave_crypto::prekey::PrekeySource;
    assert!(end.prekeys.signed(1).is_some());
    assert!(end.prekeys.expire(BEGIN + 37 * DAY + 1));
    assert!(end.prekeys.signed(1).is_none() && end.prekeys.last_resort(1).is_none());
    end.prekeys.expire(BEGIN + 1000 * DAY);
    assert!(end.prekeys.signed(newer.unverified().spk_id).is_some());
}

#[test]
fn secret_bearing_types_print_no_secret() {
    let mut world = world("debug");
    let first = world.a_says();
    let staged = world
        .b
        .sessions
        .decrypt(&world.b.local, &world.view_a.party, &world.b.prekeys, &first, BEGIN, &mut world.b.rng)
        .unwrap();
    assert_eq!(format!("{staged:?}"), "Staged(redacted)");
    let opened = staged.commit(&mut world.b.sessions).unwrap();
    assert!(!format!("{opened:?}").contains("xxxx"));
    assert!(!format!("{:?}", opened.plain.content()).contains("xxxx"));
    let printed = format!("{:?} {:?} {:?}", world.b.sessions, world.b.prekeys, world.b.local);
    // No eight bytes in a row of the stored secrets, as hex or as a list.
    for (key, part) in world.b.sessions.parts() {
        if matches!(key, PartKey::Session(_)) {
            for window in part[64..].windows(8).filter(|window| window.iter().any(|byte| *byte != 0)) {
                assert!(!printed.contains(&HEXLOWER.encode(window)));
                let list = format!("{window:?}");
                assert!(!printed.contains(list.trim_matches(['[', ']'])));
            }
        }
    }
    assert!(printed.contains("redacted"));
}

#[test]
fn bodies_keep_to_their_bounds() {
    let target = MessageId::new([1; 16]);
    let acks =
        |count: usize| Body::Delivered((0..count).map(|_| Ack { msg_id: target, digest: [2; 16] }).collect());
    assert_eq!(Body::decode(Kind::DELIVERED, &acks(512).encode()), Ok(acks(512)));
    assert_eq!(Body::decode(Kind::DELIVERED, &acks(513).encode()), Err(DecodeError::Range));
    for (kind, bytes, error) in [
        (Kind::TEXT, vec![2], DecodeError::Range),
        (Kind::NUDGE, vec![0], DecodeError::Trailing),
        (Kind::DELETE, vec![0; 15], DecodeError::Truncated),
        (Kind::CONTACT_ANS, vec![2], DecodeError::Range),
        (Kind::CONTACT_REQ, vec![0, 1, 0xFF], DecodeError::Range),
    ] {
        assert_eq!(Body::decode(kind, &bytes), Err(error), "kind {kind}");
    }
    // A mention must be a piece of the text, on character boundaries.
    let mention = |start, len| {
        Body::Text(Text {
            format: conclave_crypto::plain::Format::Plain,
            reply_to: None,
            timer_s: 0,
            mentions: vec![conclave_crypto::plain::Mention {
                user_id: conclave_crypto::keys::UserId::new([1; 16]),
                start,
                len,
            }],
            text: "é!".to_owned(),
        })
    };
    assert!(Body::decode(Kind::TEXT, &mention(0, 2).encode()).is_ok());
    for (start, len) in [(0, 1), (1, 1), (2, 2), (u32::MAX, u32::MAX)] {
        assert_eq!(Body::decode(Kind::TEXT, &mention(start, len).encode()), Err(DecodeError::Range));
    }
    let unknown = Body::decode(200, b"anything").unwrap();
    assert_eq!((unknown.kind(), unknown.encode()), (200, b"anything".to_vec()));
    assert!(Kind::is_acked(200) && Kind::is_acked(Kind::TEXT) && !Kind::is_acked(Kind::DELIVERED));
}

#[test]
fn an_ack_digest_does_not_depend_on_the_list_versions() {
    let body =
        Body::Reaction(Reaction { target: MessageId::new([1; 16]), set: true, emoji: "👍".to_owned() });
    let plain = Plain::new(MessageId::new([9; 16]), ConversationId::new([3; 16]), 5, BEGIN, &body);
    assert_eq!(plain.clone().with_lists(1, 2).ack(), plain.clone().with_lists(3, 4).ack());
    let other = Plain { clock: 6, ..plain.clone() };
    assert_ne!(plain.ack(), other.ack());
}

proptest! {
    #[test]
    fn parsers_of_messages_never_panic_and_are_exact(kind in 0..60_u8, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(body) = Body::decode(kind, &bytes) {
            prop_assert_eq!(body.encode(), bytes.clone());
        }
        if let Ok(plain) = Plain::decode(&bytes) {
            prop_assert_eq!(plain.encode(), bytes.clone());
        }
        if let Ok(envelope) = Envelope::decode(&bytes) {
            prop_assert_eq!(envelope.encode(), bytes.clone());
        }
        if let Ok(key) = PartKey::decode(&bytes) {
            prop_assert_eq!(key.encode(), bytes.clone());
        }
        prop_assert!(PeerSessions::decode(&bytes).is_err());
        let _ = Prekeys::decode(&bytes);
    }

    #[test]
    fn a_stored_state_with_a_part_missing_is_refused(which in any::<prop::sample::Index>()) {
        let mut world = world("parts");
        let first = world.a_says();
        world.b.open(&world.view_a, &first, BEGIN).unwrap();
        let mut parts = world.b.sessions.parts();
        parts.remove(which.index(parts.len()));
        let read = PeerSessions::from_parts(parts.iter().map(|(key, part)| (*key, part.as_slice())));
        prop_assert!(read.is_err());
    }
}
