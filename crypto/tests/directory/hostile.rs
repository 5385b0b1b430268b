//! Hostile bytes: flips, cuts, additions, false counts.

use conclave_crypto::certificate::SignedCert;
use conclave_crypto::directory::{Checkpoint, Kind, Leaf, Object};
use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;
use conclave_crypto::hello::Hello;
use conclave_crypto::keys::UserId;
use conclave_crypto::lease::Lease;

use crate::org::{Org, START, vector_log};

const NOW: u64 = u64::MAX / 2;

#[test]
fn no_leaf_folds_with_any_one_bit_changed() {
    for name in ["directory", "enrolment"] {
        let (mut directory, leaves) = vector_log(name);
        for leaf in &leaves {
            let before = format!("{directory:?}");
            let mut changed = leaf.clone();
            for bit in 0..leaf.len() * 8 {
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(directory.append(&changed, NOW).is_err(), "{name}: bit {bit} of a leaf");
                changed[bit / 8] ^= 1 << (bit % 8);
            }
            assert_eq!(format!("{directory:?}"), before);
            directory.append(leaf, NOW).unwrap();
        }
    }
}

#[test]
fn leaves_do_not_fold_twice_or_out_of_order() {
    for name in ["directory", "enrolment", "groups", "hello"] {
        let (mut directory, leaves) = vector_log(name);
        assert!(leaves.iter().skip(1).all(|leaf| directory.check(leaf, NOW).is_err()), "{name}: leaf 0");
        for leaf in &leaves {
            directory.append(leaf, NOW).unwrap();
            assert!(directory.append(leaf, NOW).is_err(), "{name}: the same leaf again");
        }
        for leaf in &leaves {
            assert!(directory.check(leaf, NOW).is_err(), "{name}: an old leaf again");
        }
    }
}

#[test]
fn leaves_of_another_organisation_do_not_fold() {
    let (mut one, leaves) = vector_log("directory");
    let (mut other, _) = vector_log("hello");
    one.append(&leaves[0], NOW).unwrap();
    for leaf in &leaves {
        assert!(other.append(leaf, NOW).is_err());
    }
}

/// Every shorter form and one byte more are refused; what parses encodes to the same bytes.
fn cuts_are_refused<T>(bytes: &[u8], parse: impl Fn(&[u8]) -> Result<T, DecodeError>) {
    assert!(parse(bytes).is_ok());
    for len in 0..bytes.len() {
        assert!(parse(&bytes[..len]).is_err(), "cut to {len} of {}", bytes.len());
    }
    for extra in [0, b'\n', 0xff] {
        assert!(parse(&[bytes, &[extra]].concat()).is_err(), "one byte {extra} more");
    }
}

#[test]
fn parsers_refuse_cut_and_added_bytes() {
    for name in ["directory", "enrolment", "groups", "hello"] {
        let (directory, leaves) = vector_log(name);
        for leaf in &leaves {
            cuts_are_refused(leaf, |bytes| Leaf::parse(bytes, directory.org()).map(|_| ()));
            let parsed = Leaf::parse(leaf, directory.org()).unwrap();
            assert_eq!(parsed.object.encode(directory.org()), parsed.bytes, "encode of decode");
            cuts_are_refused(parsed.bytes, |bytes| Object::parse(parsed.kind, bytes, directory.org()));
        }
    }
    let mut org = Org::new("cuts");
    let id = org.id();
    let ada = org.join("ada");
    let cert = ada.device.cert(&id, ada.id, &ada.uik);
    let mut signed = Writer::new();
    cert.encode(&mut signed);
    cuts_are_refused(&signed.finish(), |bytes| Reader::all(bytes, |reader| SignedCert::decode(reader, &id)));
    let lease = Lease {
        user_id: ada.id,
        device_id: ada.device.id,
        devcert_hash: cert.hash(),
        issued: START,
        not_after: START + 1,
    }
    .sign(&id, &org.dsk)
    .to_bytes();
    cuts_are_refused(&lease, |bytes| Lease::parse(&id, bytes));
    let note = org.note(0);
    cuts_are_refused(note.as_bytes(), |bytes| Checkpoint::parse(&id, bytes));
    let hello = Hello {
        user_id: ada.id,
        device_id: ada.device.id,
        devcert_hash: cert.hash(),
        lease,
        checkpoint: note.into_bytes(),
        suites: vec![1, 2],
        clock: START,
    };
    cuts_are_refused(&hello.encode(&id), |bytes| Hello::parse(&id, bytes));
}

#[test]
fn a_false_count_is_refused_before_anything_is_read_for_it() {
    let org = Org::new("counts");
    let id = org.id();
    // A RoomOrg that ends after announcing 65 535 admins.
    let room = Writer::header(&id)
        .raw(&[1; 16])
        .u32(1)
        .raw(&[0; 32])
        .u8(1)
        .u8(1)
        .bytes8(b"Room")
        .bytes16(b"")
        .u8(0)
        .u16(u16::MAX)
        .finish();
    assert_eq!(Object::parse(Kind::RoomOrg, &room, &id), Err(DecodeError::Truncated));
    // An object of 4 GiB, and 255 devices, in a few bytes.
    let leaf = [&[8_u8], u32::MAX.to_be_bytes().as_slice(), &room].concat();
    assert_eq!(Leaf::parse(&leaf, &id), Err(DecodeError::Truncated));
    let list = Writer::header(&id)
        .raw(UserId::new([1; 16]).as_bytes())
        .u32(1)
        .raw(&[0; 32])
        .u64(START)
        .u8(u8::MAX)
        .finish();
    assert_eq!(Object::parse(Kind::DeviceList, &list, &id), Err(DecodeError::Truncated));
}

#[test]
fn heads_have_one_spelling() {
    let org = Org::new("spelling");
    let note = org.note(0);
    let size = format!("\n{}\n", org.log.size());
    for other in [
        note.replacen(&size, &format!("\n0{}\n", org.log.size()), 1),
        note.replacen(&size, &format!("\n+{}\n", org.log.size()), 1),
        note.replace('\n', "\r\n"),
        note.replacen("=\n", "\n", 1),
        note.replacen("\n\n", "\nextension\n\n", 1),
        format!("{note}{}", note.lines().last().unwrap()),
        note.replacen('\u{2014}', "-", 1),
        note.to_uppercase(),
    ] {
        assert_ne!(other, note);
        assert!(Checkpoint::parse(&org.id(), other.as_bytes()).is_err(), "{other}");
    }
    let signature = note.lines().last().unwrap();
    let doubled = format!("{note}{signature}\n");
    assert!(Checkpoint::parse(&org.id(), doubled.as_bytes()).is_err());
}
