//! The bytes of version 1, frozen: every frame kind and every schema message, each with fixed content.
//!
//! `golden/NAME.hex` holds the whole frame. A difference here is another wire: it needs another version, not another
//! file. A new message gets a new file; the failure prints what it should hold.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bytes::BytesMut;
use conclave_proto::limits::FRAME;
use conclave_proto::{Frame, FrameKind};
use data_encoding::HEXLOWER;
use support::{Case, cases};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Pairs of hex digits, with line breaks anywhere; lines with `#` are remarks.
fn read(name: &str) -> Option<Vec<u8>> {
    let text = fs::read_to_string(folder().join(format!("{name}.hex"))).ok()?;
    let digits: String =
        text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
    Some(HEXLOWER.decode(digits.as_bytes()).unwrap())
}

fn encoded(case: &Case) -> Vec<u8> {
    let mut out = BytesMut::new();
    case.frame.encode(&mut out, FRAME).unwrap();
    out.to_vec()
}

#[test]
fn every_frame_has_the_frozen_bytes() {
    for case in cases() {
        let bytes = encoded(&case);
        let frozen = read(case.name).unwrap_or_else(|| {
            panic!("golden/{}.hex is missing; it holds {}", case.name, HEXLOWER.encode(&bytes))
        });
        assert_eq!(HEXLOWER.encode(&bytes), HEXLOWER.encode(&frozen), "{}: the wire has changed", case.name);
    }
}

#[test]
fn the_frozen_bytes_parse_to_the_content() {
    for case in cases() {
        let frozen = read(case.name).unwrap();
        let mut input = BytesMut::from(&frozen[..]);
        let frame = Frame::decode(&mut input, FRAME).unwrap().unwrap();
        assert!(input.is_empty(), "{}: bytes are left", case.name);
        assert_eq!(frame, case.frame, "{}", case.name);
        (case.check)(&frame);
    }
}

#[test]
fn no_file_is_without_a_case() {
    let named: BTreeSet<String> = cases().iter().map(|case| format!("{}.hex", case.name)).collect();
    let there: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(named, there);
}

#[test]
fn every_message_of_the_schema_is_covered() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let mut stated = BTreeSet::new();
    for entry in fs::read_dir(schema).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        stated.extend(
            text.lines().filter_map(|line| {
                line.strip_prefix("message ")?.split_whitespace().next().map(String::from)
            }),
        );
    }
    let covered: BTreeSet<String> =
        cases().iter().flat_map(|case| case.covers).map(|&name| name.into()).collect();
    assert_eq!(stated, covered);
}

#[test]
fn every_kind_is_covered_and_keeps_its_number() {
    let kinds = BTreeMap::from([
        (1, FrameKind::OPENING),
        (2, FrameKind::REFUSAL),
        (16, FrameKind::LOGIN),
        (32, FrameKind::REQUEST),
        (33, FrameKind::RESPONSE),
        (34, FrameKind::PUSH),
        (48, FrameKind::HELLO),
        (49, FrameKind::ENVELOPE),
        (50, FrameKind::PREKEY_REQUEST),
        (51, FrameKind::PREKEY_REPLY),
        (52, FrameKind::LEAVES_REQUEST),
        (53, FrameKind::LEAVES),
        (54, FrameKind::RESEND),
        (64, FrameKind::FILE_REQUEST),
        (65, FrameKind::FILE_ANSWER),
        (66, FrameKind::DATA),
        (80, FrameKind::BOX_REQUEST),
        (81, FrameKind::BOX_RESPONSE),
    ]);
    for (number, kind) in &kinds {
        assert_eq!(FrameKind(*number), *kind);
    }
    let covered: BTreeSet<FrameKind> = cases().iter().map(|case| case.frame.kind).collect();
    assert_eq!(covered, kinds.into_values().collect());
}
