//! Parcels and their receipts: what goes in comes out for one device only, and anything altered, cut, swapped or
//! false is refused (PROTOCOL §2.7, Drop box and parcels). Nothing of a parcel is printed.

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

use std::sync::OnceLock;

use conclave_crypto::directory::ServerKey;
use conclave_crypto::error::DecodeError;
use conclave_crypto::keys::{DirectorySecret, ItemId, OrgId};
use conclave_crypto::parcel::{
    BoxReceipt, OUTER, Opened, Parcel, ParcelError, ParcelKind, ParcelRefused, SMALLEST,
};
use proptest::prelude::*;

use input::TestRng;
use pair::{End, ORG, pair};

type Ends = (End<TestRng>, End<TestRng>);

/// Two devices that write to each other, and two that have nothing to do with them.
fn devices() -> &'static (Ends, Ends) {
    static DEVICES: OnceLock<(Ends, Ends)> = OnceLock::new();
    DEVICES.get_or_init(|| {
        let two = |name: &str| pair(TestRng::new(&format!("{name} a")), TestRng::new(&format!("{name} b")));
        (two("parcel"), two("others"))
    })
}

fn seal(kind: ParcelKind, payload: &[u8]) -> Parcel {
    let ((a, b), _) = devices();
    Parcel::seal(&a.local, &b.party, kind, payload, &mut TestRng::new("parcel seal")).unwrap()
}

fn open(bytes: &[u8]) -> Result<Opened, ParcelRefused> {
    let ((a, b), _) = devices();
    let parcel = Parcel::decode(bytes.to_vec()).map_err(|_| ParcelRefused::NotOpened)?;
    parcel.unseal(&b.local)?.authenticate(&b.local, &a.party)
}

#[test]
fn sizes_tell_no_more_than_their_class() {
    for (payload, inside) in [
        (0, 256),
        (202, 256),
        (203, 512),
        (65_482, 65_536),
        (65_483, 131_072),
        (131_018, 131_072),
        (131_019, 196_608),
    ] {
        let parcel = seal(ParcelKind::Envelope, &vec![9; payload]);
        assert_eq!(parcel.bytes().len(), OUTER + inside, "{payload}");
        assert_eq!(Parcel::len_of(payload), OUTER + inside);
        assert_eq!(open(parcel.bytes()).unwrap().payload, vec![9; payload]);
    }
    assert_eq!(seal(ParcelKind::Envelope, &[]).bytes().len(), SMALLEST);
}

#[test]
fn two_parcels_of_the_same_message_have_nothing_in_common() {
    let ((a, b), _) = devices();
    let mut rng = TestRng::new("twice");
    let mut make = || Parcel::seal(&a.local, &b.party, ParcelKind::Envelope, &[1; 300], &mut rng).unwrap();
    let (one, two) = (make(), make());
    assert_ne!(one.item_id(), two.item_id());
    let same = one.bytes()[20..].iter().zip(&two.bytes()[20..]).filter(|(x, y)| x == y).count();
    assert!(same < 30, "{same} bytes at the same place");
    let secrets = [a.party.device_id.as_bytes().as_slice(), a.party.dik_x.as_bytes(), &[1; 16]];
    for secret in secrets {
        assert!(!one.bytes().windows(secret.len()).any(|window| window == secret), "the sender shows");
    }
}

#[test]
fn only_the_addressee_opens_it_and_only_its_maker_can_have_made_it() {
    let ((a, b), (c, d)) = devices();
    let parcel = seal(ParcelKind::Envelope, b"payload");
    assert_eq!(parcel.to(), b.party.device_id);
    assert_eq!(parcel.unseal(&d.local).unwrap_err(), ParcelRefused::NotForMe);
    assert_eq!(parcel.unseal(&a.local).unwrap_err(), ParcelRefused::NotForMe, "nor its maker");
    let unsealed = parcel.unseal(&b.local).unwrap();
    assert_eq!(unsealed.sender(), a.party.device_id);
    assert_eq!(unsealed.authenticate(&b.local, &c.party).unwrap_err(), ParcelRefused::Sender);
    let redirected = [d.party.device_id.as_bytes().as_slice(), &parcel.bytes()[16..]].concat();
    let redirected = Parcel::decode(redirected).unwrap();
    assert_eq!(redirected.unseal(&d.local).unwrap_err(), ParcelRefused::NotOpened);
}

#[test]
fn who_knows_only_public_keys_makes_no_parcel_of_someone_else() {
    // C seals with its own key and puts A's name inside: the seal opens, the proof fails.
    let ((a, b), (c, _)) = devices();
    let honest =
        Parcel::seal(&c.local, &b.party, ParcelKind::Envelope, b"x", &mut TestRng::new("c")).unwrap();
    let unsealed = honest.unseal(&b.local).unwrap();
    assert_eq!(unsealed.sender(), c.party.device_id);
    assert!(unsealed.authenticate(&b.local, &c.party).is_ok());
    let forged = forge(c, b, a.party.device_id.as_bytes());
    let unsealed = forged.unseal(&b.local).unwrap();
    assert_eq!(unsealed.sender(), a.party.device_id);
    assert_eq!(unsealed.authenticate(&b.local, &a.party).unwrap_err(), ParcelRefused::Auth);
}

/// A parcel of `from` whose inside names another sender; `auth` is what `from` can compute.
fn forge(from: &End<TestRng>, to: &End<TestRng>, name: &[u8; 16]) -> Parcel {
    use conclave_crypto::kdf::{Label, ext, kdf};
    use conclave_crypto::keys::DhSecret;
    use conclave_crypto::seal::{MessageKey, open1, seal1};
    let org = OrgId::new(ORG);
    let e = DhSecret::generate(&mut TestRng::new("c"));
    let shared = e.agree(&to.party.dik_x).unwrap();
    let ctx: [&[u8]; 4] =
        [org.as_bytes(), to.party.device_id.as_bytes(), to.party.dik_x.as_bytes(), e.public().as_bytes()];
    let key = || MessageKey::new(kdf(&ext(&[0; 32], &[shared.expose()]), Label::BOX_KEY, &ctx));
    let aad: [&[u8]; 2] = [to.party.device_id.as_bytes(), e.public().as_bytes()];
    let honest =
        Parcel::seal(&from.local, &to.party, ParcelKind::Envelope, b"x", &mut TestRng::new("c")).unwrap();
    let mut inner = open1(key(), Label::BOX_SEAL, &aad, &honest.bytes()[52..]).unwrap();
    inner[..16].copy_from_slice(name);
    let sealed = seal1(key(), Label::BOX_SEAL, &aad, &inner, &mut TestRng::new("salt"));
    let bytes = [&honest.bytes()[..52], &sealed].concat();
    Parcel::decode(bytes).unwrap()
}

#[test]
fn lengths_that_no_parcel_has_are_refused_before_anything_is_opened() {
    let good = seal(ParcelKind::Envelope, &[0; 300]).into_bytes();
    for cut in [0, 1, 15, 16, 19, 20, 51, 52, SMALLEST - 1, good.len() - 1] {
        assert!(Parcel::decode(good[..cut].to_vec()).is_err(), "{cut}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert_eq!(Parcel::decode(longer).unwrap_err(), DecodeError::Trailing);
    let resized = |len: usize| {
        let size = u32::try_from(len - 20).unwrap().to_be_bytes();
        [&good[..16], &size, &vec![0; len - 20]].concat()
    };
    assert_eq!(Parcel::decode(resized(OUTER + 300)).unwrap_err(), DecodeError::Range);
    assert_eq!(Parcel::decode(resized(OUTER + 70_000)).unwrap_err(), DecodeError::Range);
    assert!(Parcel::decode(resized(OUTER + 131_072)).is_ok());
    let mut lies = good.clone();
    lies[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(Parcel::decode(lies).unwrap_err(), DecodeError::Truncated);
}

#[test]
fn a_payload_beyond_any_policy_is_refused() {
    let ((a, b), _) = devices();
    let huge = vec![0; conclave_crypto::parcel::LONGEST];
    let refused = Parcel::seal(&a.local, &b.party, ParcelKind::FileObject, &huge, &mut TestRng::new("huge"));
    assert_eq!(refused.unwrap_err(), ParcelError::TooLong(huge.len()));
}

#[test]
fn nothing_of_a_parcel_is_printed() {
    let ((a, b), _) = devices();
    let parcel = seal(ParcelKind::FileObject, b"payroll payroll payroll");
    let unsealed = parcel.unseal(&b.local).unwrap();
    let mut shown = format!("{parcel:?} {parcel:#?} {unsealed:?} {unsealed:#?}");
    let opened = unsealed.authenticate(&b.local, &a.party).unwrap();
    shown.push_str(&format!("{opened:?} {opened:#?}"));
    assert_eq!(format!("{opened:?}"), "Opened(FileObject, 23 bytes)");
    for leak in ["payroll", "112, 97", "70617972"] {
        assert!(!shown.to_lowercase().contains(leak), "{shown}");
    }
}

#[test]
fn a_receipt_holds_under_the_directory_key_of_its_time_and_no_other() {
    let org = OrgId::new(ORG);
    let mut rng = TestRng::new("receipt");
    let (dsk, other) = (DirectorySecret::generate(&mut rng), DirectorySecret::generate(&mut rng));
    let receipt = BoxReceipt { item_id: ItemId::new([5; 16]), stored: 100, expires: 200 };
    let signed = receipt.sign(&org, &dsk);
    let bytes = signed.to_bytes();
    assert_eq!(bytes.len(), BoxReceipt::SIGNED_LEN);
    assert_eq!(receipt.sign(&org, &dsk).to_bytes(), bytes, "the same values, the same receipt");
    let key = |secret: &DirectorySecret, nbf, naf| ServerKey { key: secret.public(), nbf, naf };
    let read = BoxReceipt::parse(&org, &bytes).unwrap();
    assert_eq!(read.verify(&[key(&other, 0, 999), key(&dsk, 100, 100)]).unwrap(), receipt);
    assert!(read.verify(&[key(&other, 0, 999)]).is_err());
    assert!(read.verify(&[key(&dsk, 101, 999)]).is_err(), "the key is younger than the receipt");
    assert!(read.verify(&[key(&dsk, 0, 99)]).is_err());
    assert!(read.verify(&[]).is_err());
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let taken = BoxReceipt::parse(&org, &bad).is_ok_and(|it| it.verify(&[key(&dsk, 0, 999)]).is_ok());
        assert!(!taken, "byte {at}");
        assert!(BoxReceipt::parse(&org, &bytes[..at]).is_err());
    }
    let backwards = BoxReceipt { stored: 200, ..receipt }.sign(&org, &dsk).to_bytes();
    assert_eq!(BoxReceipt::parse(&org, &backwards).unwrap_err(), DecodeError::Range);
    assert!(BoxReceipt::parse(&OrgId::new([8; 16]), &bytes).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_in_comes_out(payload in proptest::collection::vec(any::<u8>(), 0..3000), kind in 0..3_u8) {
        let kind = [ParcelKind::Envelope, ParcelKind::RoomEntry, ParcelKind::FileObject][usize::from(kind)];
        let parcel = seal(kind, &payload);
        let read = Parcel::decode(parcel.bytes().to_vec()).unwrap();
        prop_assert_eq!(read.item_id(), parcel.item_id());
        prop_assert_eq!(open(parcel.bytes()).unwrap(), Opened { kind, payload });
    }

    #[test]
    fn any_altered_bit_is_refused(at in 0..8 * 600_usize, payload in proptest::collection::vec(any::<u8>(), 0..400)) {
        let parcel = seal(ParcelKind::Envelope, &payload);
        let mut bytes = parcel.bytes().to_vec();
        let at = at % (8 * bytes.len());
        bytes[at / 8] ^= 1 << (at % 8);
        prop_assert!(open(&bytes).is_err(), "bit {}", at);
    }

    #[test]
    fn bytes_of_anybody_are_no_parcel_and_no_receipt(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(open(&bytes).is_err());
        let addressed = [devices().0.1.party.device_id.as_bytes().as_slice(), &256_u32.to_be_bytes(), &bytes].concat();
        prop_assert!(open(&addressed).is_err());
        prop_assert!(BoxReceipt::parse(&OrgId::new(ORG), &bytes).is_err());
    }
}
