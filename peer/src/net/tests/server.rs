//! Streams to a login server, played by an attacker that behaves for once.

use conclave_proto::version::{NEWEST, OLDEST, VersionMismatch};
use conclave_proto::{ErrorCode, Frame, FrameError, FrameKind};

use super::attacker::Attacker;
use super::support::{Node, QUIC, TCP, address, secret};
use crate::net::purpose::Purpose;
use crate::net::{OpenError, ServerProtocol, StreamError};

#[tokio::test]
async fn a_server_stream_opens_and_carries_frames() {
    for listen in [TCP, QUIC] {
        let node = Node::start(1, listen).await;
        let server = Attacker::start(50, listen, &[Purpose::Login, Purpose::Directory]).await;
        for protocol in [ServerProtocol::Login, ServerProtocol::Directory] {
            let play = async {
                let mut stream = server.accept().await;
                stream.opening(OLDEST, NEWEST).await;
                let kind = protocol.purpose();
                let kind = if kind == Purpose::Login { FrameKind::LOGIN } else { FrameKind::PUSH };
                stream.frame(&Frame::raw(kind, vec![5; 10])).await;
                stream
            };
            let open = node.net.open_server(server.key, server.addresses.clone(), protocol);
            let (opened, played) = tokio::join!(open, play);
            let mut opened = opened.unwrap();
            assert_eq!(opened.clock_ms(), 77_000);
            assert_eq!(opened.version().number(), NEWEST);
            assert_eq!(&opened.recv().await.unwrap().body[..], &[5; 10]);
            let sent = Frame::raw(FrameKind::LOGIN, vec![8]);
            opened.send(&sent).await.unwrap();
            drop(opened);
            let frames = played.rest().await;
            assert_eq!(frames[0].kind, FrameKind::OPENING);
            assert_eq!(frames[1..], [sent]);
        }
    }
}

#[tokio::test]
async fn why_a_server_stream_does_not_open_is_told() {
    let node = Node::start(1, TCP).await;
    let server = Attacker::start(50, TCP, &[Purpose::Login]).await;
    let login = ServerProtocol::Login;

    let nobody = vec![address("/ip4/127.0.0.1/tcp/1")];
    let refused = node.net.open_server(server.key, nobody, login).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::ServerUnreachable);
    assert_eq!(refused.to_string(), "not reached: /ip4/127.0.0.1/tcp/1: nothing listens there");

    let other = secret(51).public();
    let wrong = node.net.open_server(other, server.addresses.clone(), login).await.err().unwrap();
    assert!(matches!(wrong, OpenError::WrongIdentity { .. }));
    assert_eq!(wrong.code(), ErrorCode::ServerIdentity);

    let addresses = server.addresses.clone();
    let open = node.net.open_server(server.key, addresses, ServerProtocol::Directory).await;
    assert_eq!(open.err(), Some(OpenError::Unsupported));

    let addresses = server.addresses.clone();
    let play = async {
        let mut stream = server.accept().await;
        stream.opening(NEWEST + 1, NEWEST + 3).await;
        stream.rest().await
    };
    let (open, told) = tokio::join!(node.net.open_server(server.key, addresses, login), play);
    let mismatch = VersionMismatch::OtherTooNew { oldest: NEWEST + 1 };
    assert_eq!(open.err(), Some(OpenError::Version(mismatch)));
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn a_server_that_breaks_the_protocol_or_goes_is_told() {
    let node = Node::start(1, TCP).await;
    let server = Attacker::start(50, TCP, &[Purpose::Login]).await;
    let play = async {
        let mut stream = server.accept().await;
        stream.opening(OLDEST, NEWEST).await;
        stream.frame(&Frame::raw(FrameKind::ENVELOPE, vec![1])).await;
        stream
    };
    let addresses = server.addresses.clone();
    let open = node.net.open_server(server.key, addresses, ServerProtocol::Login);
    let (opened, _stream) = tokio::join!(open, play);
    let broken = opened.unwrap().recv().await;
    assert_eq!(broken, Err(StreamError::Frame(FrameError::OutOfOrder(FrameKind::ENVELOPE))));

    let addresses = server.addresses.clone();
    let play = async {
        let mut stream = server.accept().await;
        stream.opening(OLDEST, NEWEST).await;
        stream
    };
    let open = node.net.open_server(server.key, addresses, ServerProtocol::Login);
    let (opened, stream) = tokio::join!(open, play);
    let mut opened = opened.unwrap();
    // A read that waits while the connection is closed by this side ends, too.
    let (read, ()) = tokio::join!(opened.recv(), async { node.net.disconnect(server.key).await.unwrap() });
    assert_eq!(read, Err(StreamError::Lost));
    drop(stream);
}
