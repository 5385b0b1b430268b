//! The vault as a whole (PROTOCOL §2.10, §4 property 9): what opens it, what damages it, and that nothing stored can
//! be moved. Argon2id runs far below its floor here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use conclave_crypto::keys::{ConversationId, UikSecret};
use conclave_crypto::password::Password;
use conclave_crypto::vault::{
    BadValue, BrokenJournal, Credential, DeviceKeys, HeaderCopy, JournalRecord, KdfParams, NewVault,
    RecoveryCode, Tree, UnlockError, VaultHeader, VaultKeys, choose,
};
use input::TestRng;
use proptest::prelude::*;

struct World {
    rng: TestRng,
    password: Password,
    code: RecoveryCode,
    uik: UikSecret,
    device: DeviceKeys,
    header: VaultHeader,
    keys: VaultKeys,
}

fn cheap() -> KdfParams {
    KdfParams::weak_for_tests(64, 1, 1).unwrap()
}

fn world(label: &str) -> World {
    let mut rng = TestRng::new(label);
    let password = Password::new("correct horse");
    let code = RecoveryCode::generate(&mut rng);
    let uik = UikSecret::generate(&mut rng);
    let device = DeviceKeys::generate(&mut rng);
    let new = NewVault { password: &password, cost: cheap(), recovery: &code, uik: &uik, device: &device };
    let (header, keys) = VaultHeader::create(&new, &mut rng).unwrap();
    World { rng, password, code, uik, device, header, keys }
}

fn reopen(header: &VaultHeader) -> VaultHeader {
    let again = VaultHeader::decode(&header.encode()).unwrap();
    assert_eq!(again, *header);
    again
}

#[test]
fn password_and_code_open_the_same_vault() {
    let mut w = world("vault/open");
    let key = w.keys.record_key(Tree::State, b"session");
    let value = w.keys.seal_value(Tree::State, &key, b"secret", &mut w.rng);
    let header = reopen(&w.header);
    for credential in [Credential::Password(&w.password), Credential::Recovery(&w.code)] {
        let opened = header.unlock(credential).unwrap();
        assert_eq!(*opened.keys.open_value(Tree::State, &key, &value).unwrap(), b"secret");
        assert_eq!(header.uik(credential).unwrap().public(), w.uik.public());
        let device = header.device_keys(&opened.keys).unwrap();
        assert_eq!(device.dik_s.public(), w.device.dik_s.public());
        assert_eq!(device.dik_x.public(), w.device.dik_x.public());
        assert_eq!(device.tpk.public(), w.device.tpk.public());
    }
    let wrong = Password::new("correct house");
    assert_eq!(header.unlock(Credential::Password(&wrong)).unwrap_err(), UnlockError::Refused);
    let wrong = RecoveryCode::generate(&mut w.rng);
    assert_eq!(header.unlock(Credential::Recovery(&wrong)).unwrap_err(), UnlockError::Refused);
}

#[test]
fn a_password_change_leaves_a_working_slot_after_a_crash_at_every_write() {
    let mut w = world("vault/change");
    let new = Password::new("battery staple");
    let (old_open, new_open) = (Credential::Password(&w.password), Credential::Password(&new));
    let before = w.header.encode();
    let added = w.header.add_slot(old_open, new_open, cheap(), &mut w.rng).unwrap();
    let place = w.header.unlock(old_open).unwrap().slot;
    let removed = added.remove_slot(&w.keys, place).unwrap();
    let (added, removed) = (added.encode(), removed.encode());
    let opens = |a: Option<&[u8]>, b: Option<&[u8]>| {
        let (_, header) = choose(a, b).into_iter().next().unwrap();
        [old_open, new_open].map(|credential| header.unlock(credential).is_ok())
    };
    // Copy A, copy B; a torn write leaves half a file.
    assert_eq!(opens(Some(&before), None), [true, false]);
    assert_eq!(opens(Some(&before), Some(&added[..added.len() / 2])), [true, false]);
    assert_eq!(opens(Some(&before), Some(&added)), [true, true]);
    assert_eq!(opens(Some(&removed[..removed.len() / 2]), Some(&added)), [true, true]);
    assert_eq!(opens(Some(&removed), Some(&added)), [false, true]);
}

#[test]
fn the_last_password_slot_stays() {
    let w = world("vault/last");
    assert!(w.header.remove_slot(&w.keys, 0).is_none());
    assert!(w.header.remove_slot(&w.keys, 2).is_none());
    let without_code = w.header.remove_slot(&w.keys, 1).unwrap();
    assert_eq!(without_code.unlock(Credential::Recovery(&w.code)).unwrap_err(), UnlockError::Refused);
    assert!(without_code.unlock(Credential::Password(&w.password)).is_ok());
}

#[test]
fn the_copy_with_the_higher_generation_comes_first() {
    let w = world("vault/choose");
    let (one, two) = (w.header.encode(), w.header.again(&w.keys).encode());
    let order = |a: Option<&[u8]>, b: Option<&[u8]>| -> Vec<(HeaderCopy, u64)> {
        choose(a, b).into_iter().map(|(copy, header)| (copy, header.generation())).collect()
    };
    assert_eq!(order(Some(&one), Some(&two)), [(HeaderCopy::B, 2), (HeaderCopy::A, 1)]);
    assert_eq!(order(Some(&two), Some(&one)), [(HeaderCopy::A, 2), (HeaderCopy::B, 1)]);
    assert_eq!(order(Some(&one), Some(&one)), [(HeaderCopy::A, 1), (HeaderCopy::B, 1)]);
    assert_eq!(order(None, Some(&one)), [(HeaderCopy::B, 1)]);
    assert_eq!(order(None, None), []);
}

#[test]
fn every_changed_byte_of_the_header_is_noticed() {
    let w = world("vault/flip");
    let bytes = w.header.encode();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        // A flip in the password slot's cost could ask for gigabytes; the recovery slot shows the MAC.
        let Ok(header) = VaultHeader::decode(&changed) else { continue };
        assert!(header.unlock(Credential::Recovery(&w.code)).is_err(), "byte {at}");
    }
    for length in 0..bytes.len() {
        assert!(VaultHeader::decode(&bytes[..length]).is_err(), "{length} bytes");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(VaultHeader::decode(&longer).is_err());
}

#[test]
fn costs_from_disk_are_bounded() {
    let w = world("vault/bounds");
    // The cost of the first slot follows magic, version, generation, vault id, slot count and 19 bytes of the slot.
    let cost = 8 + 1 + 8 + 16 + 1 + 19;
    let with = |m: u32, t: u32, p: u32| {
        let mut bytes = w.header.encode();
        for (at, value) in [m, t, p].into_iter().enumerate() {
            bytes[cost + 4 * at..][..4].copy_from_slice(&value.to_be_bytes());
        }
        VaultHeader::decode(&bytes).is_ok()
    };
    assert!(with(64, 1, 1));
    assert!(with(4 * 1024 * 1024, 16, 16));
    for (m, t, p) in [
        (4 * 1024 * 1024 + 1, 3, 4),
        (65_536, 17, 4),
        (65_536, 3, 17),
        (0, 3, 4),
        (64, 0, 1),
        (64, 1, 0),
        (64, 1, 9),
    ] {
        assert!(!with(m, t, p), "{m} {t} {p}");
    }
    assert!(KdfParams::new(64 * 1024 - 1, 3, 4).is_err());
    assert_eq!(KdfParams::new(256 * 1024, 3, 4).unwrap(), KdfParams::DEFAULT);
}

#[test]
fn a_new_identity_and_new_device_keys_replace_the_old() {
    let mut w = world("vault/replace");
    let open = Credential::Password(&w.password);
    let uik = UikSecret::generate(&mut w.rng);
    let device = DeviceKeys::generate(&mut w.rng);
    let header = w.header.with_uik(open, &uik, &mut w.rng).unwrap();
    let header = header.with_device_keys(&w.keys, &device, &mut w.rng);
    let header = reopen(&header);
    assert_eq!(header.uik(open).unwrap().public(), uik.public());
    assert_eq!(header.device_keys(&w.keys).unwrap().tpk.public(), device.tpk.public());
    assert_eq!(header.generation(), 3);
}

#[test]
fn dropping_an_epoch_erases_what_was_sealed_under_it() {
    let mut w = world("vault/epoch");
    let key = w.keys.record_key(Tree::State, b"session");
    let old = w.keys.seal_value(Tree::State, &key, b"old", &mut w.rng);
    let (header, keys) = w.header.begin_epoch(&w.keys, &mut w.rng).unwrap();
    assert_eq!(keys.epochs().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(*keys.open_value(Tree::State, &key, &old).unwrap(), b"old");
    let new = keys.seal_value(Tree::State, &key, b"new", &mut w.rng);
    let (header, keys) = header.drop_old_epochs(&keys, &mut w.rng);
    assert_eq!(keys.open_value(Tree::State, &key, &old).unwrap_err(), BadValue::Erased(1));
    let opened = reopen(&header).unlock(Credential::Password(&w.password)).unwrap().keys;
    assert_eq!(*opened.open_value(Tree::State, &key, &new).unwrap(), b"new");
    assert_eq!(opened.open_value(Tree::State, &key, &old).unwrap_err(), BadValue::Erased(1));
    assert_eq!(opened.epochs().collect::<Vec<_>>(), [2]);
}

#[test]
fn a_value_opens_at_its_own_place_only() {
    let (mut w, other) = (world("vault/place"), world("vault/elsewhere"));
    let key = w.keys.record_key(Tree::History, b"one");
    let value = w.keys.seal_value(Tree::History, &key, b"text", &mut w.rng);
    assert_eq!(*w.keys.open_value(Tree::History, &key, &value).unwrap(), b"text");
    let moved = w.keys.record_key(Tree::History, b"two");
    assert_eq!(w.keys.open_value(Tree::History, &moved, &value), Err(BadValue::Altered));
    assert_eq!(w.keys.open_value(Tree::Outbox, &key, &value), Err(BadValue::Altered));
    assert_eq!(other.keys.open_value(Tree::History, &key, &value), Err(BadValue::Altered));
    assert_eq!(w.keys.open_value(Tree::History, &key, &value[..4]), Err(BadValue::Format));
    for at in 0..value.len() {
        let mut changed = value.clone();
        changed[at] ^= 0x80;
        assert!(w.keys.open_value(Tree::History, &key, &changed).is_err(), "byte {at}");
    }
}

#[test]
fn ordered_keys_sort_by_sequence_within_a_conversation() {
    let w = world("vault/order");
    let conversation = ConversationId::new([7; 16]);
    let keys: Vec<_> =
        [0, 1, 255, 256, 1 << 40].map(|seq| w.keys.ordered_key(Tree::History, &conversation, seq)).into();
    assert!(keys.is_sorted());
    let prefix = w.keys.ordered_prefix(Tree::History, &conversation);
    assert!(keys.iter().all(|key| key.starts_with(&prefix)));
    assert_ne!(prefix, w.keys.ordered_prefix(Tree::Rooms, &conversation));
}

#[test]
fn the_journal_opens_in_order_only() {
    let mut w = world("vault/journal");
    let first = w.keys.seal_journal(1, &JournalRecord::FIRST_PREV, b"one", &mut w.rng);
    let second = w.keys.seal_journal(2, &first.hash(), b"two", &mut w.rng);
    let file = [first.as_bytes(), second.as_bytes()].concat();
    let (one, rest) = JournalRecord::read(&file).unwrap();
    let (two, rest) = JournalRecord::read(rest).unwrap();
    assert!(rest.is_empty());
    assert_eq!((&one, &two), (&first, &second));
    assert_eq!(*w.keys.open_journal(&one, 1, &JournalRecord::FIRST_PREV).unwrap(), b"one");
    assert_eq!(*w.keys.open_journal(&two, 2, &one.hash()).unwrap(), b"two");
    assert_eq!(w.keys.open_journal(&two, 1, &one.hash()), Err(BrokenJournal::Chain { seq: 2 }));
    assert_eq!(w.keys.open_journal(&two, 2, &[0; 32]), Err(BrokenJournal::Chain { seq: 2 }));
    let head = file.first_chunk().unwrap();
    assert_eq!(JournalRecord::length(head), first.as_bytes().len() as u64);
    for length in 0..first.as_bytes().len() {
        assert_eq!(JournalRecord::read(&file[..length]), Err(BrokenJournal::Torn));
    }
    let mut altered = file.clone();
    altered[60] ^= 1;
    let (one, _) = JournalRecord::read(&altered).unwrap();
    let opened = w.keys.open_journal(&one, 1, &JournalRecord::FIRST_PREV);
    assert_eq!(opened, Err(BrokenJournal::Altered { seq: 1 }));
    let other = world("vault/other journal");
    assert!(other.keys.open_journal(&first, 1, &JournalRecord::FIRST_PREV).is_err());
}

#[test]
fn passwords_are_normalised() {
    let mut w = world("vault/nfkc");
    let composed = Password::new("Ångström ﬁnal №9");
    let typed = Password::new("A\u{30a}ngstro\u{308}m final No9");
    assert_eq!(composed.as_bytes(), typed.as_bytes());
    let current = Credential::Password(&w.password);
    let header = w.header.add_slot(current, Credential::Password(&composed), cheap(), &mut w.rng).unwrap();
    assert!(header.unlock(Credential::Password(&typed)).is_ok());
}

#[test]
fn a_vault_has_room_for_eight_slots() {
    let mut w = world("vault/full");
    let current = Credential::Recovery(&w.code);
    let mut header = w.header.clone();
    for number in 0..6 {
        let password = Password::new(&format!("password {number}"));
        header = header.add_slot(current, Credential::Password(&password), cheap(), &mut w.rng).unwrap();
    }
    let ninth = header.add_slot(current, Credential::Password(&w.password), cheap(), &mut w.rng);
    assert_eq!(ninth.unwrap_err(), UnlockError::Full);
    reopen(&header);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_of_every_size_come_back_and_show_only_their_block(
        plain in proptest::collection::vec(any::<u8>(), 0..300),
        tree in 0_usize..8,
    ) {
        let mut w = world("vault/sizes");
        let tree = Tree::ALL[tree];
        let key = w.keys.record_key(tree, b"key");
        let value = w.keys.seal_value(tree, &key, &plain, &mut w.rng);
        prop_assert_eq!((value.len() - 45) % 64, 0);
        prop_assert_eq!(&*w.keys.open_value(tree, &key, &value).unwrap(), &plain);
    }

    #[test]
    fn no_bytes_make_the_header_parser_fail_otherwise(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut file = b"CNCLVLT1\x01".to_vec();
        file.extend(bytes);
        if let Ok(header) = VaultHeader::decode(&file) {
            prop_assert_eq!(header.encode(), file);
        }
    }
}
