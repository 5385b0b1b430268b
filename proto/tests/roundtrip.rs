//! Properties of the codec: what is encoded is decoded, wherever the stream is cut.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

#[allow(dead_code, reason = "shared with the golden test")]
mod support;

use bytes::BytesMut;
use conclave_proto::limits::FRAME;
use conclave_proto::{Frame, FrameError, FrameKind};
use proptest::collection::vec;
use proptest::prelude::*;
use support::cases;

fn frame() -> impl Strategy<Value = Frame> {
    (any::<u16>(), any::<bool>(), vec(any::<u8>(), 0..600)).prop_map(|(kind, optional, body)| Frame {
        kind: FrameKind(kind),
        optional,
        body: body.into(),
    })
}

fn stream(frames: &[Frame]) -> BytesMut {
    let mut out = BytesMut::new();
    for frame in frames {
        frame.encode(&mut out, FRAME).unwrap();
    }
    out
}

/// Feeds a stream in parts that end at the given places.
fn read_in_parts(bytes: &[u8], mut ends: Vec<usize>) -> Result<Vec<Frame>, FrameError> {
    ends.push(bytes.len());
    ends.sort_unstable();
    let (mut input, mut frames, mut begin) = (BytesMut::new(), Vec::new(), 0);
    for end in ends {
        input.extend_from_slice(&bytes[begin..end]);
        begin = end;
        while let Some(frame) = Frame::decode(&mut input, FRAME)? {
            frames.push(frame);
        }
    }
    assert!(input.is_empty());
    Ok(frames)
}

proptest! {
    #[test]
    fn encode_then_decode_is_the_same(frame in frame()) {
        let mut out = stream(core::slice::from_ref(&frame));
        prop_assert_eq!(out.len(), frame.wire_len());
        prop_assert_eq!(Frame::decode(&mut out, FRAME), Ok(Some(frame)));
        prop_assert!(out.is_empty());
    }

    #[test]
    fn decode_then_encode_is_the_same(bytes in vec(any::<u8>(), 0..64)) {
        let mut input = BytesMut::from(&bytes[..]);
        if let Ok(Some(frame)) = Frame::decode(&mut input, 60) {
            let mut out = stream(&[frame]);
            out.extend_from_slice(&input);
            prop_assert_eq!(&out[..], &bytes[..]);
        }
    }

    #[test]
    fn any_split_of_the_stream_gives_the_same_frames(
        frames in vec(frame(), 0..8),
        cuts in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes = stream(&frames);
        let ends = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        prop_assert_eq!(read_in_parts(&bytes, ends), Ok(frames));
    }

    #[test]
    fn an_encoding_that_is_refused_writes_nothing(frame in frame(), limit in 0_usize..700) {
        let mut out = BytesMut::from(&b"before"[..]);
        match frame.encode(&mut out, limit) {
            Ok(()) => prop_assert!(frame.wire_len() - 4 <= limit),
            Err(_) => {
                prop_assert!(frame.wire_len() - 4 > limit);
                prop_assert_eq!(&out[..], b"before");
            }
        }
    }
}

#[test]
fn every_known_frame_comes_through_byte_by_byte() {
    let frames: Vec<Frame> = cases().into_iter().map(|case| case.frame).collect();
    let bytes = stream(&frames);
    assert_eq!(read_in_parts(&bytes, (0..bytes.len()).collect()), Ok(frames));
}
