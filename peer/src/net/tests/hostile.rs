//! What a bad, silent or dead peer can do: end its own connection, and nothing else.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use conclave_proto::schema::FileAnswer;
use conclave_proto::version::{NEWEST, OLDEST, VersionMismatch};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind, limits, protocol};
use tokio::time::timeout;

use super::attacker::{Attacker, refusal};
use super::proxy;
use super::support::{Node, PATIENCE, QUIC, TCP, linked};
use crate::net::purpose::Purpose;
use crate::net::transfer::{FetchError, FetchRequest, GroupRanges};
use crate::net::{LinkLoss, NetEvent, OpenError, StreamError};

async fn against(listen: &str) -> (Node, Attacker) {
    let node = Node::start(1, listen).await;
    let mut attacker = Attacker::start(66, listen, &[Purpose::Peer]).await;
    attacker.connect(&node).await;
    (node, attacker)
}

#[tokio::test]
async fn a_version_too_old_or_too_new_is_told_and_nothing_else_happens() {
    for (oldest, newest) in [(0, OLDEST - 1), (NEWEST + 1, NEWEST + 2)] {
        let (mut node, mut attacker) = against(TCP).await;
        let mut stream = attacker.open(&node, Purpose::Peer).await;
        stream.opening(oldest, newest).await;
        let frames = stream.rest().await;
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0].kind, FrameKind::OPENING);
        let told = refusal(&frames[1]);
        assert_eq!(told.code, ErrorCode::ServerVersion.number());
        assert_eq!((told.oldest, told.newest), (OLDEST, NEWEST));
        node.quiet(Duration::from_millis(200)).await;
        assert!(attacker.lost.try_recv().is_err(), "a version is no offence");
        // The connection is still good for a version that fits.
        let mut stream = attacker.open(&node, Purpose::Peer).await;
        stream.opening(OLDEST, NEWEST + 5).await;
        assert_eq!(node.up().await.1, attacker.key);
    }
}

#[tokio::test]
async fn a_dial_to_another_version_fails_with_words() {
    let mut node = Node::start(1, TCP).await;
    let attacker = Attacker::start(66, TCP, &[Purpose::Peer]).await;
    node.net.dial(attacker.key, attacker.addresses.clone()).await.unwrap();
    let mut stream = attacker.accept().await;
    stream.opening(NEWEST + 1, NEWEST + 1).await;
    let mismatch = VersionMismatch::OtherTooNew { oldest: NEWEST + 1 };
    assert_eq!(node.failed().await, OpenError::Version(mismatch));
}

#[tokio::test]
async fn garbage_instead_of_an_opening_closes_the_connection() {
    let cases: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        // Hello before Opening.
        &[0, 0, 0, 4, 0, 48, 0, 1],
        // An Opening that is not one.
        &[0, 0, 0, 6, 0, 1, 0, 0xff, 0xff, 0xff],
        // A length below the header's.
        &[0, 0, 0, 0],
    ];
    for listen in [TCP, QUIC] {
        for case in cases {
            let (mut node, mut attacker) = against(listen).await;
            attacker.open(&node, Purpose::Peer).await.bytes(case).await;
            timeout(PATIENCE, attacker.lost.recv()).await.expect("the connection is closed");
            node.quiet(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_broken_frame_ends_the_link_and_the_connection() {
    let too_long = u32::try_from(limits::FRAME + 1).unwrap();
    let cases: [(Vec<u8>, StreamError); 6] = [
        (
            too_long.to_be_bytes().to_vec(),
            FrameError::TooLong { length: limits::FRAME + 1, limit: limits::FRAME }.into(),
        ),
        (vec![0, 0, 0, 3, 0, 1, 0], FrameError::OutOfOrder(FrameKind::OPENING).into()),
        (vec![0, 0, 0, 3, 0, 16, 0], FrameError::OutOfOrder(FrameKind::LOGIN).into()),
        (vec![0, 0, 0, 3, 99, 99, 0], FrameError::Unknown(FrameKind(0x6363)).into()),
        (vec![0, 0, 0, 3, 0, 48, 0x80], FrameError::Flags(0x80).into()),
        (vec![0xff; 4], FrameError::TooLong { length: 0xffff_ffff, limit: limits::FRAME }.into()),
    ];
    for (bytes, error) in cases {
        let (mut node, mut attacker) = against(TCP).await;
        let mut stream = attacker.open(&node, Purpose::Peer).await;
        stream.opening(OLDEST, NEWEST).await;
        let (link, _) = node.up().await;
        // Unknown and optional: skipped. Known: handed up.
        stream.bytes(&[0, 0, 0, 4, 99, 99, 1, 7]).await;
        let frame = Frame::raw(FrameKind::HELLO, vec![1]);
        stream.frame(&frame).await;
        stream.bytes(&bytes).await;
        assert_eq!(node.event().await, NetEvent::Frame { link, frame });
        assert_eq!(node.down().await, (link, LinkLoss::Violation(error)));
        timeout(PATIENCE, attacker.lost.recv()).await.expect("the connection is closed");
        node.quiet(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_frame_cut_short_ends_the_link() {
    let (mut node, mut attacker) = against(TCP).await;
    let mut stream = attacker.open(&node, Purpose::Peer).await;
    stream.opening(OLDEST, NEWEST).await;
    let (link, _) = node.up().await;
    stream.bytes(&[0, 0, 1, 0, 0, 49, 0, 1, 2, 3]).await;
    stream.end().await;
    assert_eq!(node.down().await, (link, LinkLoss::Violation(StreamError::Truncated)));
    timeout(PATIENCE, attacker.lost.recv()).await.expect("the connection is closed");
}

#[tokio::test]
async fn who_says_nothing_is_closed_after_a_step() {
    let (mut node, attacker) = against(TCP).await;
    let begun = Instant::now();
    // No stream at all on one connection; a stream without a word on the other.
    let mut mute = Attacker::start(67, TCP, &[Purpose::Peer]).await;
    mute.connect(&node).await;
    let silent = attacker.open(&node, Purpose::Peer).await;
    assert_eq!(silent.rest().await.len(), 1, "our Opening, then the end");
    assert!(begun.elapsed() >= limits::STEP_TIMEOUT && begun.elapsed() < 2 * limits::STEP_TIMEOUT);
    timeout(PATIENCE, mute.lost.recv()).await.expect("the idle connection is closed");
    assert!(begun.elapsed() < 3 * limits::STEP_TIMEOUT);
    node.quiet(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_dead_connection_is_noticed() {
    let (mut one, mut two) = (Node::start(1, TCP).await, Node::start(2, TCP).await);
    let (address, line) = proxy::before(&two.addresses[0]).await;
    one.net.dial(two.key, vec![address]).await.unwrap();
    let (ours, _) = one.up().await;
    let (theirs, _) = two.up().await;
    // Long enough that pings have gone both ways.
    tokio::time::sleep(Duration::from_secs(6)).await;
    line.frozen.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    assert_eq!(one.down().await, (ours, LinkLoss::ConnectionLost));
    assert_eq!(two.down().await, (theirs, LinkLoss::ConnectionLost));
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(16), "{noticed:?}");
}

#[tokio::test]
async fn a_dead_connection_is_noticed_behind_full_sockets() {
    let (mut one, mut two) = (Node::start(1, TCP).await, Node::start(2, TCP).await);
    let (address, line) = proxy::before(&two.addresses[0]).await;
    one.net.dial(two.key, vec![address]).await.unwrap();
    let (ours, _) = one.up().await;
    two.up().await;
    line.frozen.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    let frame = Frame::raw(FrameKind::ENVELOPE, vec![7; limits::FRAME - 3]);
    // More than the sockets, the proxy and the queues hold.
    for _ in 0..200 {
        if one.net.send(ours, frame.clone()).is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(one.down().await, (ours, LinkLoss::ConnectionLost));
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(20), "{noticed:?}");
    // The dead connection does not stand in the way of the next.
    one.dial(&two).await;
    one.up().await;
}

#[tokio::test]
async fn a_cut_connection_is_noticed_at_once() {
    let (mut one, mut two) = (Node::start(1, TCP).await, Node::start(2, TCP).await);
    let (address, line) = proxy::before(&two.addresses[0]).await;
    one.net.dial(two.key, vec![address.clone()]).await.unwrap();
    one.up().await;
    two.up().await;
    let begun = Instant::now();
    line.cut.cancel();
    one.down().await;
    two.down().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn identify_tells_a_stranger_nothing() {
    let (_node, mut attacker) = against(TCP).await;
    let told = attacker.told().await;
    assert_eq!((told.agent.as_str(), told.protocol.as_str()), (protocol::AGENT, protocol::IDENTIFY));
    assert!(told.listens.is_empty(), "{:?}", told.listens);
}

#[tokio::test]
async fn a_stranger_gets_no_file_and_learns_nothing() {
    let (one, _, two, _) = linked(TCP).await;
    let request = FetchRequest { content_id: [1; 32], ranges: GroupRanges::all(100).unwrap() };
    let refused = |outcome: Result<(), FetchError>| match outcome {
        Err(FetchError::Refused(code)) => code,
        other => panic!("{other:?}"),
    };
    let sink = |_: u64, _: &[u8]| Ok(());
    let stranger = refused(one.net.fetch(two.key, request.clone(), sink).await);
    two.net.allow(one.key);
    let friend = refused(one.net.fetch(two.key, request, sink).await);
    assert_eq!((stranger, friend), (ErrorCode::FileGone.number(), ErrorCode::FileGone.number()));
}

#[tokio::test]
async fn a_burst_of_streams_is_answered_whole() {
    for listen in [TCP, QUIC] {
        let (node, attacker) = against(listen).await;
        node.net.allow(attacker.key);
        let streams = (0..32).map(|_| async {
            let mut stream = attacker.open(&node, Purpose::File).await;
            stream.opening(OLDEST, NEWEST).await;
            let wanted = GroupRanges::all(5).unwrap().request(&[9; 32]);
            stream.frame(&Frame::message(FrameKind::FILE_REQUEST, &wanted)).await;
            stream.rest().await
        });
        for frames in futures::future::join_all(streams).await {
            assert_eq!(frames.len(), 2);
            let answer: FileAnswer = frames[1].parse().unwrap();
            assert_eq!(answer, FileAnswer { sending: false, code: ErrorCode::FileGone.number() });
        }
    }
}

#[tokio::test]
async fn a_file_request_that_is_none_closes_the_connection() {
    let good = GroupRanges::all(5).unwrap().request(&[9; 32]);
    let mut short = good.clone();
    short.content_id = vec![1; 31].into();
    let mut outside = good.clone();
    outside.ranges[0].to = 2;
    let mut none = good;
    none.ranges.clear();
    let wrong = [short, outside, none].map(|request| Frame::message(FrameKind::FILE_REQUEST, &request));
    let early = Frame::raw(FrameKind::DATA, vec![1]);
    for frame in wrong.into_iter().chain([early]) {
        let (mut node, mut attacker) = against(TCP).await;
        let mut stream = attacker.open(&node, Purpose::File).await;
        stream.opening(OLDEST, NEWEST).await;
        stream.frame(&frame).await;
        timeout(PATIENCE, attacker.lost.recv()).await.expect("the connection is closed");
        node.quiet(Duration::from_millis(50)).await;
    }
}
