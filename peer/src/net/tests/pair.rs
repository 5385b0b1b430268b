//! Two well-behaved nodes.

use std::time::Duration;

use conclave_proto::{Frame, FrameKind, limits};

use super::support::{Node, QUIC, TCP, address, linked, secret};
use crate::net::{AddressCause, LinkLoss, NetEvent, OpenError, Path, SendError, Stopped};

fn envelope(size: usize, fill: u8) -> Frame {
    Frame::raw(FrameKind::ENVELOPE, vec![fill; size])
}

async fn frames_go_both_ways(listen: &str) {
    let (mut one, ours, mut two, theirs) = linked(listen).await;
    let long = limits::FRAME - 3;
    let sizes = [(0, 0), (1, 1), (70_000, 2), (long, 3)];
    for (size, fill) in sizes {
        one.net.send(ours, envelope(size, fill)).unwrap();
        two.net.send(theirs, envelope(size, fill + 10)).unwrap();
    }
    for (size, fill) in sizes {
        assert_eq!(two.event().await, NetEvent::Frame { link: theirs, frame: envelope(size, fill) });
        assert_eq!(one.event().await, NetEvent::Frame { link: ours, frame: envelope(size, fill + 10) });
    }
    assert_eq!(one.net.send(ours, envelope(long + 1, 0)), Err(SendError::TooLong(long + 1)));
    one.net.send(ours, envelope(5, 5)).unwrap();
    one.net.close(ours);
    assert_eq!(two.event().await, NetEvent::Frame { link: theirs, frame: envelope(5, 5) });
    assert_eq!(one.down().await, (ours, LinkLoss::ClosedHere));
    assert_eq!(two.down().await, (theirs, LinkLoss::ClosedThere));
    assert_eq!(one.net.send(ours, envelope(1, 1)), Err(SendError::Gone));
}

#[tokio::test]
async fn frames_go_both_ways_over_tcp() {
    frames_go_both_ways(TCP).await;
}

#[tokio::test]
async fn frames_go_both_ways_over_quic() {
    frames_go_both_ways(QUIC).await;
}

#[tokio::test]
async fn the_path_is_told() {
    let (mut one, two) = (Node::start(1, TCP).await, Node::start(2, TCP).await);
    one.dial(&two).await;
    match one.event().await {
        NetEvent::LinkUp { path, address: told, .. } => {
            assert_eq!(path, Path::Loopback);
            assert_eq!(vec![address(&told)], two.addresses);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn simultaneous_dials_end_with_one_link() {
    for (round, listen) in [TCP, QUIC, TCP, QUIC].into_iter().enumerate() {
        let (mut one, mut two) = (Node::start(1, listen).await, Node::start(2, listen).await);
        tokio::join!(one.dial(&two), two.dial(&one));
        let (mut ours, _) = one.up().await;
        let (mut theirs, _) = two.up().await;
        // A link that crossed may be replaced; what stands after that stays.
        tokio::time::sleep(Duration::from_millis(500)).await;
        for (node, link) in [(&mut one, &mut ours), (&mut two, &mut theirs)] {
            while let Ok(event) = node.events.try_recv() {
                match event {
                    NetEvent::LinkDown { link: gone, .. } => assert_eq!(gone, *link),
                    NetEvent::LinkUp { link: new, .. } => *link = new,
                    NetEvent::Measured { .. } => {}
                    other => panic!("{round}: {other:?}"),
                }
            }
        }
        one.net.send(ours, envelope(1, 1)).unwrap();
        two.net.send(theirs, envelope(2, 2)).unwrap();
        assert_eq!(one.event().await, NetEvent::Frame { link: ours, frame: envelope(2, 2) }, "{round}");
        assert_eq!(two.event().await, NetEvent::Frame { link: theirs, frame: envelope(1, 1) }, "{round}");
    }
}

#[tokio::test]
async fn a_second_dial_changes_nothing() {
    let (mut one, _, mut two, _) = linked(TCP).await;
    one.dial(&two).await;
    two.dial(&one).await;
    one.quiet(Duration::from_millis(300)).await;
    two.quiet(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_peer_that_is_gone_is_told_and_can_be_dialled_again() {
    let (mut one, ours, two, _) = linked(TCP).await;
    two.net.shutdown().await;
    assert_eq!(two.net.dial(one.key, Vec::new()).await, Err(Stopped));
    let (link, why) = one.down().await;
    assert_eq!(link, ours);
    assert!(matches!(why, LinkLoss::ConnectionLost | LinkLoss::ClosedThere), "{why:?}");
    one.dial(&two).await;
    let OpenError::Unreachable(failures) = one.failed().await else { panic!() };
    assert_eq!(failures[0].cause, AddressCause::Refused);
    drop(two);
    let mut two = Node::start(2, TCP).await;
    one.dial(&two).await;
    assert_eq!(one.up().await.1, two.key);
    assert_eq!(two.up().await.1, one.key);
}

#[tokio::test]
async fn a_link_can_be_opened_again_after_it_was_closed() {
    let (mut one, ours, mut two, theirs) = linked(TCP).await;
    one.net.close(ours);
    assert_eq!(two.down().await.0, theirs);
    assert_eq!(one.down().await.0, ours);
    for _ in 0..5 {
        one.dial(&two).await;
        let (ours, _) = one.up().await;
        let (theirs, _) = two.up().await;
        two.net.close(theirs);
        assert_eq!(one.down().await, (ours, LinkLoss::ClosedThere));
        assert_eq!(two.down().await, (theirs, LinkLoss::ClosedHere));
    }
}

#[tokio::test]
async fn another_key_at_the_address_is_an_error_of_identity() {
    for listen in [TCP, QUIC] {
        let mut one = Node::start(1, listen).await;
        let (two, three) = (Node::start(2, listen).await, Node::start(3, listen).await);
        one.net.dial(three.key, two.addresses.clone()).await.unwrap();
        assert!(matches!(one.failed().await, OpenError::WrongIdentity { .. }));
        // A stale address does not hide a right one.
        one.net.dial(three.key, [two.addresses.clone(), three.addresses.clone()].concat()).await.unwrap();
        assert_eq!(one.up().await.1, three.key);
    }
}

#[tokio::test]
async fn why_nobody_answers_is_told_for_each_address() {
    let mut one = Node::start(1, TCP).await;
    let nobody = secret(9).public();
    one.net.dial(nobody, Vec::new()).await.unwrap();
    assert_eq!(one.failed().await, OpenError::NoAddress);
    one.net.dial(nobody, vec![b"\xff".to_vec()]).await.unwrap();
    assert_eq!(one.failed().await, OpenError::NoAddress);
    let addresses = vec![address("/ip4/127.0.0.1/tcp/1"), address("/dns/no-such-host.invalid/tcp/1")];
    one.net.dial(nobody, addresses).await.unwrap();
    let OpenError::Unreachable(mut failures) = one.failed().await else { panic!() };
    failures.sort_by(|a, b| a.address.cmp(&b.address));
    assert_eq!(failures.len(), 2);
    assert_eq!(failures[0].cause, AddressCause::UnknownHost, "{failures:?}");
    assert_eq!(failures[1].cause, AddressCause::Refused, "{failures:?}");
}

#[tokio::test]
async fn a_full_queue_is_refused_and_then_writable() {
    let (mut one, ours, mut two, _) = linked(TCP).await;
    // Nobody takes events at the other side: its queue, the sockets and ours fill up.
    let mut sent = 0_u64;
    let refused = loop {
        match one.net.send(ours, envelope(100_000, 1)) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000);
    };
    assert_eq!(refused, SendError::Full);
    let mut received = 0;
    let taken = async {
        while received < sent {
            if let NetEvent::Frame { .. } = two.event().await {
                received += 1;
            }
        }
    };
    let (event, ()) = tokio::join!(one.event(), taken);
    assert_eq!(event, NetEvent::Writable(ours));
    one.net.send(ours, envelope(1, 1)).unwrap();
}
