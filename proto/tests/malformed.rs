//! A named case for each way a frame can be wrong. What is refused leaves no room behind and ends the stream.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

#[allow(dead_code, reason = "shared with the golden test")]
mod support;

use bytes::{Bytes, BytesMut};
use conclave_proto::frame::{HEADER, ROOM};
use conclave_proto::limits::{CONTROL_FRAME, FRAME};
use conclave_proto::schema::{
    BoxRequest, BoxResponse, Leaves, Opening, PresenceChanged, Request, SetPresence,
};
use conclave_proto::{Frame, FrameError, FrameKind};
use support::cases;

const LIMIT: usize = 1000;

fn decode(bytes: &[u8]) -> Result<Option<Frame>, FrameError> {
    Frame::decode(&mut BytesMut::from(bytes), LIMIT)
}

fn wire(frame: &Frame) -> BytesMut {
    let mut out = BytesMut::new();
    frame.encode(&mut out, FRAME).unwrap();
    out
}

fn body(kind: FrameKind, bytes: &'static [u8]) -> Frame {
    Frame::raw(kind, Bytes::from_static(bytes))
}

#[test]
fn too_long_is_judged_from_four_bytes() {
    assert_eq!(decode(&1001_u32.to_be_bytes()), Err(FrameError::TooLong { length: 1001, limit: LIMIT }));
}

#[test]
fn exactly_the_limit_is_allowed() {
    assert_eq!(decode(&1000_u32.to_be_bytes()), Ok(None));
    let frame = Frame::raw(FrameKind::DATA, vec![1; LIMIT + 4 - HEADER]);
    let mut out = BytesMut::new();
    frame.encode(&mut out, LIMIT).unwrap();
    assert_eq!(Frame::decode(&mut out, LIMIT), Ok(Some(frame)));
}

#[test]
fn one_byte_over_the_limit_is_not_encoded_and_writes_nothing() {
    let frame = Frame::raw(FrameKind::DATA, vec![1; LIMIT + 5 - HEADER]);
    let mut out = BytesMut::new();
    assert_eq!(frame.encode(&mut out, LIMIT), Err(FrameError::TooLong { length: LIMIT + 1, limit: LIMIT }));
    assert!(out.is_empty());
}

#[test]
fn lengths_below_the_header_are_too_short() {
    for length in 0..3_u32 {
        let stated = usize::try_from(length).unwrap();
        assert_eq!(decode(&length.to_be_bytes()), Err(FrameError::TooShort(stated)));
    }
}

#[test]
fn an_empty_body_is_a_frame() {
    assert_eq!(decode(&[0, 0, 0, 3, 0, 54, 0]), Ok(Some(Frame::raw(FrameKind::RESEND, Bytes::new()))));
}

#[test]
fn every_unknown_flag_is_refused() {
    for flags in 0..=u8::MAX {
        let read = decode(&[0, 0, 0, 3, 0, 54, flags]);
        match flags {
            0 | 1 => assert!(read.unwrap().is_some()),
            _ => assert_eq!(read, Err(FrameError::Flags(flags))),
        }
    }
}

#[test]
fn an_unknown_kind_keeps_its_number_and_its_mark() {
    for optional in [false, true] {
        let frame = decode(&[0, 0, 0, 4, 0x23, 0x28, u8::from(optional), 7]).unwrap().unwrap();
        assert_eq!((frame.kind, frame.optional, &frame.body[..]), (FrameKind(9000), optional, &[7][..]));
    }
}

#[test]
fn truncated_at_every_length_waits_and_takes_nothing() {
    for case in cases() {
        let whole = wire(&case.frame);
        for length in 0..whole.len() {
            let mut input = BytesMut::from(&whole[..length]);
            assert_eq!(Frame::decode(&mut input, FRAME), Ok(None), "{} cut at {length}", case.name);
            assert_eq!(input, whole[..length], "{} cut at {length}", case.name);
        }
    }
}

#[test]
fn bytes_after_a_frame_are_left_for_the_next() {
    let mut input = wire(&body(FrameKind::HELLO, b"one"));
    input.extend_from_slice(&[0, 0, 0, 2]);
    assert_eq!(Frame::decode(&mut input, FRAME), Ok(Some(body(FrameKind::HELLO, b"one"))));
    assert_eq!(&input[..], [0, 0, 0, 2]);
    assert_eq!(Frame::decode(&mut input, FRAME), Err(FrameError::TooShort(2)));
}

#[test]
fn a_hostile_length_allocates_nothing() {
    for length in [1001, 1 << 20, u32::MAX - 3, u32::MAX] {
        let mut input = BytesMut::with_capacity(64);
        input.extend_from_slice(&length.to_be_bytes());
        let room = input.capacity();
        assert!(matches!(Frame::decode(&mut input, LIMIT), Err(FrameError::TooLong { .. })));
        assert_eq!((input.len(), input.capacity()), (4, room));
    }
}

#[test]
fn a_claimed_length_within_the_limit_makes_little_room() {
    let stated = u32::try_from(FRAME).unwrap();
    let mut input = BytesMut::new();
    input.extend_from_slice(&stated.to_be_bytes());
    assert_eq!(Frame::decode(&mut input, FRAME), Ok(None));
    assert!(input.capacity() <= 2 * ROOM, "{} bytes of room for a claim of {FRAME}", input.capacity());
}

#[test]
fn a_long_frame_arrives_although_room_is_made_in_steps() {
    let frame = Frame::raw(FrameKind::ENVELOPE, vec![5; FRAME - 3]);
    let whole = wire(&frame);
    let mut input = BytesMut::new();
    let mut read = None;
    for part in whole.chunks(1400) {
        assert_eq!(read, None);
        input.extend_from_slice(part);
        read = Frame::decode(&mut input, FRAME).unwrap();
    }
    assert_eq!(read, Some(frame));
}

macro_rules! refused_bodies {
    ($($name:ident: $message:ty, $kind:ident, $bytes:expr;)*) => {
        $(#[test]
        fn $name() {
            let frame = body(FrameKind::$kind, $bytes);
            assert_eq!(frame.parse::<$message>(), Err(FrameError::Body(FrameKind::$kind)));
        })*
    };
}

refused_bodies! {
    a_body_that_is_noise: Opening, OPENING, &[0xff; 32];
    a_body_with_field_number_zero: Opening, OPENING, &[0x00, 0x01];
    a_body_with_a_field_number_out_of_range: Opening, OPENING, &[0xf8, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
    a_body_with_a_field_of_another_type: Opening, OPENING, &[0x0a, 0x01, 0x01];
    a_body_with_a_reserved_wire_type: Opening, OPENING, &[0x0f];
    a_body_with_a_group_that_does_not_end: Opening, OPENING, &[0x7b];
    a_body_with_a_group_end_alone: Opening, OPENING, &[0x7c];
    a_body_cut_in_a_number: Opening, OPENING, &[0x18, 0x80];
    a_body_cut_after_a_tag: Opening, OPENING, &[0x08];
    a_body_with_a_number_of_eleven_bytes: Opening, OPENING,
        &[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    a_body_with_trailing_zeros: Opening, OPENING, &[0x08, 1, 0x10, 1, 0, 0];
    a_field_longer_than_its_body: Leaves, LEAVES, &[0x12, 5, 1, 2, 3];
    a_field_of_two_to_the_sixty_three_bytes: Leaves, LEAVES,
        &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    a_text_that_is_not_utf_8: SetPresence, REQUEST, &[0x12, 2, 0xc3, 0x28];
    a_text_with_a_surrogate: SetPresence, REQUEST, &[0x12, 3, 0xed, 0xa0, 0x80];
    a_nested_message_longer_than_its_frame: Request, REQUEST, &[0x08, 1, 0x3a, 9, 0x08, 1];
    a_nested_message_that_is_noise: Request, REQUEST, &[0x3a, 2, 0xff, 0xff];
    a_deposit_that_starts_with_more_than_there_is: BoxRequest, BOX_REQUEST, &[0x0a, 5, 0x08, 9, 0x12, 3, 1];
    a_deposit_whose_length_is_text: BoxRequest, BOX_REQUEST, &[0x0a, 3, 0x0a, 1, 7];
    a_list_after_a_number: BoxRequest, BOX_REQUEST, &[0x12, 2, 0x08, 1];
    a_fetch_cut_in_its_item: BoxRequest, BOX_REQUEST, &[0x1a, 4, 0x0a, 16, 1, 2];
    an_erase_of_noise: BoxRequest, BOX_REQUEST, &[0x22, 3, 0x0a, 0xff, 0xff];
    a_receipt_longer_than_its_frame: BoxResponse, BOX_RESPONSE, &[0x1a, 4, 0x0a, 113, 1, 2];
    a_row_that_is_noise: BoxResponse, BOX_RESPONSE, &[0x22, 4, 0x0a, 2, 0xff, 0xff];
    a_parcel_with_a_negative_length: BoxResponse, BOX_RESPONSE, &[0x2a, 2, 0x08, 0xff];
    a_list_with_a_broken_item: PresenceChanged, PUSH, &[0x08, 1, 0x12, 0, 0x12, 3, 0x0a, 9, 1];
}

#[test]
fn groups_nested_without_end_are_refused_and_do_not_overflow() {
    let frame = Frame::raw(FrameKind::OPENING, vec![0x7b; CONTROL_FRAME]);
    assert_eq!(frame.parse::<Opening>(), Err(FrameError::Body(FrameKind::OPENING)));
}

#[test]
fn a_field_of_a_later_version_is_skipped() {
    let frame = body(FrameKind::OPENING, &[0x08, 1, 0x10, 9, 0xa2, 0x06, 3, 1, 2, 3, 0x18, 5]);
    assert_eq!(frame.parse(), Ok(Opening { oldest: 1, newest: 9, clock_ms: 5 }));
}

#[test]
fn a_call_of_a_later_version_is_no_call() {
    let frame = body(FrameKind::REQUEST, &[0x08, 44, 0xa2, 0x06, 0]);
    assert_eq!(frame.parse(), Ok(Request { id: 44, call: None }));
}

#[test]
fn a_box_call_of_a_later_version_is_no_call() {
    assert_eq!(body(FrameKind::BOX_REQUEST, &[0xa2, 0x06, 0]).parse(), Ok(BoxRequest { call: None }));
    assert_eq!(body(FrameKind::BOX_RESPONSE, &[0xa2, 0x06, 0]).parse(), Ok(BoxResponse { outcome: None }));
}

#[test]
fn every_cut_and_every_flipped_bit_of_a_body_is_read_without_a_panic() {
    use conclave_proto::schema::{FileRequest, Push, Response};
    const PARSERS: usize = 7;
    let read = |frame: &Frame| {
        let results: [bool; PARSERS] = [
            frame.parse::<Request>().is_ok(),
            frame.parse::<Response>().is_ok(),
            frame.parse::<Push>().is_ok(),
            frame.parse::<Leaves>().is_ok(),
            frame.parse::<FileRequest>().is_ok(),
            frame.parse::<BoxRequest>().is_ok(),
            frame.parse::<BoxResponse>().is_ok(),
        ];
        results.iter().filter(|parsed| !**parsed).count()
    };
    let (mut tried, mut refused) = (0, 0);
    for case in cases() {
        for length in 0..case.frame.body.len() {
            let mut cut = case.frame.clone();
            cut.body.truncate(length);
            tried += PARSERS;
            refused += read(&cut);
        }
        for bit in 0..case.frame.body.len() * 8 {
            let mut altered = case.frame.body.to_vec();
            altered[bit / 8] ^= 1 << (bit % 8);
            tried += PARSERS;
            refused += read(&Frame::raw(case.frame.kind, altered));
        }
    }
    assert!(refused > tried / 4, "{refused} of {tried} altered bodies were refused");
}
