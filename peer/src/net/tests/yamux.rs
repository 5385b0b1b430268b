//! Frames that crashed older Yamux, replayed by a peer that speaks Noise and then raw Yamux.

use std::future::{Ready, ready};
use std::io;
use std::panic;
use std::pin::Pin;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::core::Endpoint;
use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::core::transport::{DialOpts, PortUse, Transport as _};
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo, Version};
use libp2p::{identity, noise, tcp};
use tokio::time::timeout;

use super::support::{Node, PATIENCE, TCP};
use crate::net::address::parse;

const DATA: u8 = 0;
const WINDOW_UPDATE: u8 = 1;
const GO_AWAY: u8 = 3;
const PROTOCOL_ERROR: u32 = 1;
const SYN: u16 = 1;

/// Hands the encrypted socket out instead of multiplexing it.
#[derive(Clone)]
struct Bare;

impl UpgradeInfo for Bare {
    type Info = &'static str;
    type InfoIter = core::iter::Once<&'static str>;
    fn protocol_info(&self) -> Self::InfoIter {
        core::iter::once("/yamux/1.0.0")
    }
}

impl<C> InboundConnectionUpgrade<C> for Bare {
    type Output = Socket<C>;
    type Error = io::Error;
    type Future = Ready<io::Result<Socket<C>>>;
    fn upgrade_inbound(self, socket: C, _: &'static str) -> Self::Future {
        ready(Ok(Socket(socket)))
    }
}

impl<C> OutboundConnectionUpgrade<C> for Bare {
    type Output = Socket<C>;
    type Error = io::Error;
    type Future = Ready<io::Result<Socket<C>>>;
    fn upgrade_outbound(self, socket: C, _: &'static str) -> Self::Future {
        ready(Ok(Socket(socket)))
    }
}

struct Socket<C>(C);

impl<C: AsyncRead + AsyncWrite> StreamMuxer for Socket<C> {
    type Substream = C;
    type Error = io::Error;
    fn poll_inbound(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<C>> {
        Poll::Pending
    }
    fn poll_outbound(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<C>> {
        Poll::Pending
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        Poll::Pending
    }
}

fn frame(kind: u8, flags: u16, stream: u32, length: u32) -> Vec<u8> {
    let mut bytes = vec![0, kind];
    bytes.extend(flags.to_be_bytes());
    bytes.extend(stream.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes
}

static PANICKED: AtomicBool = AtomicBool::new(false);

/// A panic in a connection's task ends only that task: it is caught by where it happens.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if what.location().is_some_and(|place| place.file().contains("/yamux-")) {
                PANICKED.store(true, Ordering::SeqCst);
            }
            before(what);
        }));
    });
}

/// Sends raw Yamux bytes; what the node answered until it closed the connection.
async fn send(node: &Node, bytes: &[u8]) -> Vec<u8> {
    let keys = identity::Keypair::generate_ed25519();
    let mut transport = tcp::tokio::Transport::new(tcp::Config::default())
        .upgrade(Version::V1)
        .authenticate(noise::Config::new(&keys).unwrap())
        .multiplex(Bare);
    let options = DialOpts { role: Endpoint::Dialer, port_use: PortUse::New };
    let dial = transport.dial(parse(&node.addresses[0]).unwrap(), options).unwrap();
    let (_, Socket(mut socket)) = timeout(PATIENCE, dial).await.expect("connected").unwrap();
    socket.write_all(bytes).await.unwrap();
    socket.flush().await.unwrap();
    let mut answer = Vec::new();
    // How it ends does not matter, only that it does: no ping is answered here.
    let _ = timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the connection is closed");
    answer
}

/// Whether the node refused the bytes by protocol and still serves others.
async fn refuses(bytes: &[u8]) {
    watch_panics();
    let (mut one, two) = (Node::start(1, TCP).await, Node::start(2, TCP).await);
    let answer = send(&one, bytes).await;
    assert!(!PANICKED.load(Ordering::SeqCst), "yamux panicked");
    let go_away = frame(GO_AWAY, 0, 0, PROTOCOL_ERROR);
    assert!(answer.windows(go_away.len()).any(|part| part == go_away));
    two.dial(&one).await;
    assert_eq!(one.up().await.1, two.key);
}

/// CVE-2026-32314: a new stream whose first frame is longer than its window.
#[tokio::test]
async fn a_first_frame_longer_than_the_window_does_not_crash() {
    const LENGTH: u32 = 262_145;
    let mut bytes = frame(DATA, SYN, 1, LENGTH);
    bytes.resize(bytes.len() + LENGTH as usize, 0x55);
    refuses(&bytes).await;
}

/// CVE-2026-31814: window updates that add up to more than a 32-bit window.
#[tokio::test]
async fn a_window_that_overflows_does_not_crash() {
    let mut opened_with_it = frame(WINDOW_UPDATE, SYN, 1, u32::MAX);
    opened_with_it.extend(frame(WINDOW_UPDATE, 0, 1, u32::MAX));
    let mut on_a_stream = frame(DATA, SYN, 1, 0);
    for _ in 0..3 {
        on_a_stream.extend(frame(WINDOW_UPDATE, 0, 1, u32::MAX));
    }
    tokio::join!(refuses(&opened_with_it), refuses(&on_a_stream));
}
