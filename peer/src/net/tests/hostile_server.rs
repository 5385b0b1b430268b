//! A login server that does its worst against the client's own streams (BARS, Bad input): garbage, frames too long and
//! too short, cut short and out of order in place of every answer. The request fails with its code, the stream ends, and
//! the next one is good.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use conclave_crypto::keys::{DeviceId, ItemId, OrgId};
use conclave_crypto::login::{Factor, LoginName, RecordChoice};
use conclave_crypto::password::Password;
use conclave_proto::schema::box_response::Outcome as BoxOutcome;
use conclave_proto::schema::request::Call;
use conclave_proto::schema::response::Outcome;
use conclave_proto::schema::{self as schema, BoxResponse, Response};
use conclave_proto::version::{NEWEST, OLDEST};
use conclave_proto::{ErrorCode, Frame, FrameKind, limits};
use tokio::sync::mpsc;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::attacker::Attacker;
use super::support::{Node, PATIENCE, TCP};
use crate::core::effect::RequestId;
use crate::core::input::ServerNews;
use crate::directory_stream::{DirectoryStream, News};
use crate::login::{LoginParties, LoginProof, log_in, register};
use crate::net::purpose::Purpose;
use crate::net::{ServerProtocol, ServerStream};
use crate::parcel_stream::{BoxAsk, ParcelStream};

/// What the server says on each stream, and whether it ends it then.
#[derive(Clone, Default)]
struct Part {
    bytes: Vec<u8>,
    ends: bool,
}

/// A server that plays its part on every stream that is opened.
struct Stage {
    part: Arc<Mutex<(Part, u32)>>,
    key: conclave_crypto::keys::TransportPublic,
    addresses: Vec<Vec<u8>>,
}

impl Stage {
    async fn open(purpose: Purpose) -> Self {
        let server = Attacker::start(50, TCP, &[purpose]).await;
        let part: Arc<Mutex<(Part, u32)>> = Arc::default();
        let (key, addresses) = (server.key, server.addresses.clone());
        let played = Arc::clone(&part);
        tokio::spawn(async move {
            loop {
                let Some(mut stream) = server.next_stream().await else { return };
                let now = {
                    let mut part = played.lock().unwrap_or_else(PoisonError::into_inner);
                    part.1 += 1;
                    part.0.clone()
                };
                tokio::spawn(async move {
                    stream.opening(OLDEST, NEWEST).await;
                    stream.bytes(&now.bytes).await;
                    if now.ends {
                        stream.end().await;
                    } else {
                        drop(stream.rest().await);
                    }
                });
            }
        });
        Self { part, key, addresses }
    }

    /// From now on it says this.
    fn say(&self, part: Part) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = (part, 0);
    }

    /// How often it has said it.
    fn times(&self) -> u32 {
        self.part.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// A stream to it; one more try while the connection that it has spoilt is being closed.
    async fn stream(&self, node: &Node, protocol: ServerProtocol) -> ServerStream {
        for _ in 0..50 {
            match node.net.open_server(self.key, self.addresses.clone(), protocol).await {
                Ok(stream) => return stream,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
        panic!("no stream");
    }
}

fn wire(frame: &Frame) -> Vec<u8> {
    let mut out = BytesMut::new();
    frame.encode(&mut out, usize::MAX).unwrap();
    out.to_vec()
}

/// What may come in place of an answer of a kind: none of it is one.
fn nonsense(kind: FrameKind) -> Vec<(&'static str, Part)> {
    let [high, low] = kind.0.to_be_bytes();
    let too_long = u32::try_from(limits::FRAME + 1).unwrap().to_be_bytes();
    let other = Frame::raw(FrameKind::ENVELOPE, vec![7; 50]);
    let opening = Frame::message(FrameKind::OPENING, &schema::Opening::default());
    let part = |bytes: &[u8]| Part { bytes: bytes.to_vec(), ends: false };
    vec![
        ("noise", part(&[0xff; 64])),
        ("words of another protocol", part(b"HTTP/1.1 200 OK\r\n\r\n")),
        ("a frame too long", part(&too_long)),
        ("a frame too short", part(&[0, 0, 0, 1, 9])),
        ("flags that nobody knows", part(&[0, 0, 0, 3, high, low, 0x80])),
        ("a kind that nobody knows", part(&[0, 0, 0, 3, 99, 99, 0])),
        ("a frame of another stream", part(&wire(&other))),
        ("a second Opening", part(&wire(&opening))),
        ("a body of noise", part(&wire(&Frame::raw(kind, vec![0xff; 40])))),
        ("a body cut short", part(&wire(&Frame::raw(kind, vec![0x12, 0x7f, 1])))),
        ("a frame cut short", Part { bytes: vec![0, 0, 1, 0, high, low, 0, 1, 2], ends: true }),
        ("nothing", Part { bytes: Vec::new(), ends: true }),
    ]
}

fn item() -> ItemId {
    ItemId::new([4; 16])
}

fn asks() -> [BoxAsk; 4] {
    [
        BoxAsk::Deposit(vec![1; 2 * limits::PARCEL_CHUNK]),
        BoxAsk::List(None),
        BoxAsk::Fetch(item()),
        BoxAsk::Erase(vec![item()]),
    ]
}

/// Answers of the drop box that fit none of the requests, or only others.
fn wrong_answers(ask: &BoxAsk) -> Vec<(&'static str, Part)> {
    let chunk = Frame::raw(FrameKind::DATA, vec![9; 30]);
    let answer = |outcome: BoxOutcome| {
        wire(&Frame::message(FrameKind::BOX_RESPONSE, &BoxResponse { outcome: Some(outcome) }))
    };
    let parcel = |length, start: usize| {
        BoxOutcome::Parcel(schema::ParcelStart { length, start: Bytes::from(vec![9; start]) })
    };
    let row = |item_id: usize| schema::ParcelRow {
        item_id: Bytes::from(vec![4; item_id]),
        length: u64::MAX,
        stored_ms: u64::MAX,
        expires_ms: 0,
    };
    let rows =
        |item_id, count| BoxOutcome::Parcels(schema::Parcels { rows: vec![row(item_id); count], more: true });
    let nothing = wire(&Frame::message(FrameKind::BOX_RESPONSE, &BoxResponse { outcome: None }));
    let mut all = vec![("no outcome", nothing), ("bytes before an answer", wire(&chunk))];
    let is = |right: bool, all: &mut Vec<(&'static str, Vec<u8>)>, what, bytes| {
        if !right {
            all.push((what, bytes));
        }
    };
    is(matches!(ask, BoxAsk::Erase(_)), &mut all, "erased", answer(BoxOutcome::Erased(schema::Done {})));
    is(matches!(ask, BoxAsk::List(_)), &mut all, "a list", answer(rows(16, 3)));
    all.push(("a list of no items", answer(rows(15, 3))));
    all.push(("a parcel without end", answer(parcel(u64::MAX, 20))));
    all.push(("a parcel longer than it says", answer(parcel(10, 20))));
    all.push(("a parcel that goes on too long", [answer(parcel(40, 20)), wire(&chunk)].concat()));
    let empty = Frame::raw(FrameKind::DATA, Vec::new());
    all.push(("a parcel of empty chunks", [answer(parcel(40, 20)), wire(&empty)].concat()));
    let again = [answer(parcel(40, 20)), answer(parcel(40, 20))].concat();
    all.push(("another answer in a parcel", again));
    if !matches!(ask, BoxAsk::Deposit(_)) {
        all.push(("go on", answer(BoxOutcome::GoOn(schema::GoOn {}))));
    }
    all.into_iter().map(|(what, bytes)| (what, Part { bytes, ends: false })).collect()
}

#[tokio::test]
async fn answers_of_a_hostile_drop_box_fail_their_request_and_nothing_else() {
    let node = Node::start(1, TCP).await;
    let stage = Stage::open(Purpose::DropBox).await;
    let (tell, mut told) = mpsc::channel(8);
    let stream = ParcelStream::start(node.net.clone(), stage.key, stage.addresses.clone(), move |news| {
        let tell = tell.clone();
        async move { tell.send(news).await.unwrap() }
    });
    let mut number = 0;
    for at in 0..asks().len() {
        let cases = nonsense(FrameKind::BOX_RESPONSE).into_iter().chain(wrong_answers(&asks()[at]));
        for (what, part) in cases {
            stage.say(part);
            // A connection that was just closed may fail the request before the server has spoken.
            while stage.times() == 0 {
                number += 1;
                let ask = asks().into_iter().nth(at).unwrap();
                assert!(stream.ask(RequestId(number), ask).is_ok());
                let news = timeout(PATIENCE, told.recv()).await.expect(what).unwrap();
                let failed = matches!(
                    news,
                    ServerNews::Failed { request: RequestId(request), code: ErrorCode::ServerUnreachable }
                        if request == number
                );
                assert!(failed, "{at}, {what}: {news:?}");
            }
        }
    }
    let parcels = BoxOutcome::Parcels(schema::Parcels::default());
    let good = Frame::message(FrameKind::BOX_RESPONSE, &BoxResponse { outcome: Some(parcels) });
    stage.say(Part { bytes: wire(&good), ends: false });
    assert!(stream.ask(RequestId(0), BoxAsk::List(None)).is_ok());
    let news = timeout(PATIENCE, told.recv()).await.expect("an answer").unwrap();
    assert!(
        matches!(&news, ServerNews::Parcels { listed, more: false, .. } if listed.is_empty()),
        "{news:?}"
    );
}

#[tokio::test]
async fn answers_and_news_of_a_hostile_directory_end_the_stream_and_every_request() {
    let node = Node::start(1, TCP).await;
    let stage = Stage::open(Purpose::Directory).await;
    let calls = || {
        [
            Call::GetLeaves(schema::GetLeaves { first: 0 }),
            Call::AppendLeaf(schema::AppendLeaf { leaf: Bytes::from_static(b"leaf") }),
            Call::RenewLease(schema::RenewLease {}),
            Call::ListSessions(schema::ListSessions {}),
            Call::GetUikBackup(schema::GetUikBackup {}),
        ]
    };
    for kind in [FrameKind::RESPONSE, FrameKind::PUSH] {
        for (place, (what, part)) in nonsense(kind).into_iter().enumerate() {
            stage.say(part);
            while stage.times() == 0 {
                let stream = stage.stream(&node, ServerProtocol::Directory).await;
                let (stream, mut news) = DirectoryStream::start(stream);
                let call = calls().into_iter().nth(place % calls().len()).unwrap();
                let answered = timeout(PATIENCE, stream.request(call)).await.expect(what);
                assert_eq!(answered.unwrap_err().code, ErrorCode::ServerUnreachable, "{what}");
                let last = timeout(PATIENCE, news.recv()).await.expect(what);
                assert!(matches!(last, Some(News::Ended)), "{what}: {last:?}");
            }
        }
    }
    // An answer to another question is let lie; one of another kind fails the request and leaves the stream.
    let answer =
        |id, outcome| wire(&Frame::message(FrameKind::RESPONSE, &Response { id, outcome: Some(outcome) }));
    let said = [
        answer(999, Outcome::Leaves(schema::Leaves::default())),
        wire(&Frame::message(FrameKind::RESPONSE, &Response::default())),
    ];
    stage.say(Part { bytes: said.concat(), ends: false });
    let stream = stage.stream(&node, ServerProtocol::Directory).await;
    let (stream, mut news) = DirectoryStream::start(stream);
    let answered = stream.leaves(0).await.unwrap_err();
    assert_eq!(answered.code, ErrorCode::ServerUnreachable);
    assert!(news.try_recv().is_err(), "the stream stands");
}

fn parties() -> LoginParties {
    LoginParties {
        org: OrgId::new([1; 16]),
        name: LoginName::parse("ada").unwrap(),
        client: super::support::secret(1).public(),
        server: super::support::secret(50).public(),
    }
}

fn proof() -> LoginProof {
    LoginProof {
        factor: Factor::Totp,
        value: Zeroizing::new(b"000000".to_vec()),
        device: DeviceId::new([2; 16]),
        devcert_hash: [3; 32],
    }
}

#[tokio::test]
async fn a_hostile_login_is_refused_at_every_step() {
    let node = Node::start(1, TCP).await;
    let stage = Stage::open(Purpose::Login).await;
    let password = Arc::new(Password::new("copper lantern tide 93 moss"));
    let frame = |number: u8, length: usize| {
        let body = [vec![number], vec![7; length]].concat();
        Part { bytes: wire(&Frame::raw(FrameKind::LOGIN, body)), ends: false }
    };
    let mut cases = nonsense(FrameKind::LOGIN);
    // Each frame of PROTOCOL §2.11, its lengths right, one short and one long, its content noise.
    for (what, number, length) in [
        ("REGISTER", 1, 68),
        ("REGISTERED", 2, 64),
        ("RECORD", 3, 192),
        ("LOGIN", 4, 101),
        ("CHALLENGE", 5, 320),
        ("PROOF", 6, 200),
        ("RESULT", 7, 100),
        ("CONFIRM", 8, 80),
        ("a frame that there is not", 77, 10),
    ] {
        cases.extend([-1, 0, 1].map(|more| (what, frame(number, (length + more) as usize))));
    }
    cases.push(("REFUSED without a code", frame(9, 0)));
    let who = parties();
    let expected = [ErrorCode::ServerUnreachable, ErrorCode::AuthRefused];
    for (what, part) in cases {
        stage.say(part.clone());
        while stage.times() == 0 {
            let mut stream = stage.stream(&node, ServerProtocol::Login).await;
            let tried = log_in(&mut stream, &who, &password, RecordChoice::Stored, proof());
            let refused = timeout(PATIENCE, tried).await.expect(what).unwrap_err();
            assert!(expected.contains(&refused.code), "{what}: {refused:?}");
        }
        stage.say(part);
        while stage.times() == 0 {
            let mut stream = stage.stream(&node, ServerProtocol::Login).await;
            let tried = register(&mut stream, &who, &password);
            let refused = timeout(PATIENCE, tried).await.expect(what).unwrap_err();
            assert!(expected.contains(&refused.code), "{what}: {refused:?}");
        }
    }
}
