//! Links whose other side does not answer: it is there and says nothing, or it is not there.

use std::sync::atomic::Ordering;
use std::time::Duration;

use conclave_proto::{Frame, FrameKind};

use super::proxy;
use super::support::{Node, QUIC, TCP, linked};
use crate::net::{LinkLoss, NetEvent};

fn word() -> Frame {
    Frame::raw(FrameKind::ENVELOPE, vec![7; 100])
}

#[tokio::test]
async fn a_peer_that_listens_and_has_nothing_to_say_keeps_its_link() {
    for listen in [TCP, QUIC] {
        let (mut one, ours, mut two, theirs) = linked(listen).await;
        for _ in 0..5 {
            one.net.send(ours, word()).unwrap();
            assert_eq!(two.event().await, NetEvent::Frame { link: theirs, frame: word() });
            // Longer than the doubt and, over QUIC, than the patience.
            one.quiet(Duration::from_millis(900)).await;
        }
    }
}

/// What one of two links is told, and how often the network was said to have changed, when these lines freeze.
async fn frozen(lines: [bool; 2]) -> (Vec<usize>, usize) {
    let mut one = Node::start(1, TCP).await;
    let (mut links, mut peers, mut frozen) = (Vec::new(), Vec::new(), Vec::new());
    for seed in [2, 3] {
        let mut peer = Node::start(seed, TCP).await;
        let (address, line) = proxy::before(&peer.addresses[0]).await;
        one.net.dial(peer.key, vec![address]).await.unwrap();
        links.push(one.up().await.0);
        peer.up().await;
        peers.push(peer);
        frozen.push(line);
    }
    for (line, freeze) in frozen.iter().zip(lines) {
        line.frozen.store(freeze, Ordering::SeqCst);
    }
    for link in &links {
        one.net.send(*link, word()).unwrap();
    }
    let (mut down, mut changed) = (Vec::new(), 0);
    // Longer than the patience, shorter than the pings'.
    while let Ok(event) = tokio::time::timeout(Duration::from_secs(5), one.event()).await {
        match event {
            NetEvent::LinkDown { link, why: LinkLoss::ConnectionLost, .. } => {
                down.extend(links.iter().position(|known| *known == link));
            }
            NetEvent::NetworkChanged => changed += 1,
            other => panic!("{other:?}"),
        }
    }
    down.sort_unstable();
    (down, changed)
}

#[tokio::test]
async fn one_silent_peer_has_gone_and_two_at_once_mean_another_network() {
    assert_eq!(frozen([true, false]).await, (vec![0], 0));
    assert_eq!(frozen([true, true]).await, (vec![0, 1], 1));
}
