//! The drop box over real sockets: deposits, collections, and everybody who may do neither.

use std::path::Path;

use bytes::Bytes;
use conclave_crypto::handshake::LocalDevice;
use conclave_crypto::keys::{DeviceId, ItemId};
use conclave_crypto::parcel::{BoxReceipt, Parcel, ParcelKind};
use conclave_proto::schema::box_request::Call;
use conclave_proto::schema::box_response::Outcome;
use conclave_proto::schema::{
    BoxRequest, BoxResponse, Deposit, EraseParcels, Failure, FetchParcel, ListParcels, ParcelRow, push::News,
};
use conclave_proto::{ErrorCode, Frame, FrameKind, limits, protocol};
use login_server::EnrolmentMode;
use serde_json::json;

use crate::net::{Net, Wire};
use crate::person::{Desk, Person, now, rng};
use crate::rig::Rig;

/// A drop-box stream.
struct Box(Wire);

impl Box {
    async fn open(net: &Net) -> Self {
        Self(net.opened(protocol::DROPBOX).await)
    }

    async fn call(&mut self, call: Call) -> Outcome {
        self.0.send(&Frame::message(FrameKind::BOX_REQUEST, &BoxRequest { call: Some(call) })).await;
        self.answer().await
    }

    async fn answer(&mut self) -> Outcome {
        let frame = self.0.next().await.expect("an answer");
        assert_eq!(frame.kind, FrameKind::BOX_RESPONSE);
        frame.parse::<BoxResponse>().unwrap().outcome.unwrap()
    }

    /// Leaves a parcel; its receipt, or why not.
    async fn deposit(&mut self, parcel: &Parcel) -> Result<Vec<u8>, ErrorCode> {
        let bytes = parcel.bytes();
        let (start, rest) = bytes.split_at(bytes.len().min(limits::PARCEL_CHUNK));
        let start = Deposit { length: bytes.len() as u64, start: Bytes::copy_from_slice(start) };
        let mut outcome = self.call(Call::Deposit(start)).await;
        if matches!(outcome, Outcome::GoOn(_)) {
            assert!(!rest.is_empty());
            for chunk in rest.chunks(limits::PARCEL_CHUNK) {
                self.0.send(&Frame::raw(FrameKind::DATA, chunk.to_vec())).await;
            }
            outcome = self.answer().await;
        }
        match outcome {
            Outcome::Deposited(deposited) => Ok(deposited.receipt.to_vec()),
            Outcome::Failure(failure) => Err(ErrorCode::from_number(failure.code).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    async fn list(&mut self) -> Vec<ParcelRow> {
        match self.call(Call::List(ListParcels { after: Bytes::new() })).await {
            Outcome::Parcels(parcels) => parcels.rows,
            other => panic!("{other:?}"),
        }
    }

    async fn fetch(&mut self, item: &ItemId) -> Result<Vec<u8>, ErrorCode> {
        let item_id = Bytes::copy_from_slice(item.as_bytes());
        match self.call(Call::Fetch(FetchParcel { item_id })).await {
            Outcome::Parcel(start) => {
                let mut bytes = start.start.to_vec();
                while (bytes.len() as u64) < start.length {
                    let frame = self.0.next().await.expect("the rest");
                    assert_eq!(frame.kind, FrameKind::DATA);
                    bytes.extend_from_slice(&frame.body);
                }
                Ok(bytes)
            }
            Outcome::Failure(failure) => Err(ErrorCode::from_number(failure.code).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    async fn erase(&mut self, items: &[ItemId]) -> Outcome {
        let item_ids = items.iter().map(|item| Bytes::copy_from_slice(item.as_bytes())).collect();
        self.call(Call::Erase(EraseParcels { item_ids })).await
    }

    async fn failure(&mut self, call: Call) -> ErrorCode {
        match self.call(call).await {
            Outcome::Failure(Failure { code, .. }) => ErrorCode::from_number(code).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

fn parcel(from: &Person, desk: &Desk, to: &DeviceId, payload: &[u8]) -> Parcel {
    let own = desk.directory.party(&from.device.id).unwrap();
    let local = LocalDevice::new(from.org, own, from.device.dik_x.duplicate()).unwrap();
    let to = desk.directory.party(to).unwrap();
    Parcel::seal(&local, &to, ParcelKind::Envelope, payload, &mut rng()).unwrap()
}

/// Whether any file below has these bytes in a row.
fn finds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(path).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return finds(&path, bytes);
        }
        std::fs::read(&path).is_ok_and(|held| held.windows(bytes.len()).any(|window| window == bytes))
    })
}

async fn two(rig: &Rig) -> [(Person, Net, Desk); 2] {
    let mut anna = Person::enrol(rig, "anna", "a long pass phrase").await;
    let ben = Person::enrol(rig, "ben", "another pass phrase").await;
    anna.2.sync().await;
    [anna, ben]
}

#[tokio::test]
async fn a_parcel_is_left_collected_and_erased() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let [(anna, anna_net, anna_desk), (ben, _ben_net, mut ben_desk)] = two(&rig).await;
    let mut annas = Box::open(&anna_net).await;
    let short = parcel(&anna, &anna_desk, &ben.device.id, b"short");
    let long = parcel(&anna, &anna_desk, &ben.device.id, &vec![7; 600_000]);
    let receipt = annas.deposit(&short).await.unwrap();
    let said = BoxReceipt::parse(&anna.org, &receipt).unwrap();
    let said = said.verify(anna_desk.directory.server_keys()).unwrap();
    assert_eq!(said.item_id, short.item_id());
    let days = u64::from(anna_desk.directory.policy().unwrap().box_days);
    assert_eq!(said.expires - said.stored, days * 86_400_000);
    assert!(said.stored.abs_diff(now()) < 60_000);
    annas.deposit(&long).await.unwrap();
    assert_eq!(annas.deposit(&short).await.unwrap(), receipt, "the same parcel, the same receipt");
    let waiting =
        |count| move |news: &News| matches!(news, News::Parcels(of) if of.count == count).then_some(());
    ben_desk.wait(waiting(2)).await;

    rig.restart().await;
    let ben_net = ben.device.connect(&rig).await;
    ben_desk.wire = ben_net.opened(protocol::DIRECTORY).await;
    ben_desk.wait(waiting(2)).await;
    let mut bens = Box::open(&ben_net).await;
    let rows = bens.list().await;
    let ids: Vec<&[u8]> = rows.iter().map(|row| row.item_id.as_ref()).collect();
    assert_eq!(ids, [short.item_id().as_bytes(), long.item_id().as_bytes()]);
    assert_eq!((rows[0].stored_ms, rows[0].expires_ms), (said.stored, said.expires));
    assert_eq!(bens.fetch(&short.item_id()).await.unwrap(), short.bytes());
    assert_eq!(bens.fetch(&long.item_id()).await.unwrap(), long.bytes());
    let data = rig.directory.path().join("data");
    assert!(finds(&data, &short.bytes()[60..160]) && finds(&data, &long.bytes()[300_000..300_100]));
    let all = [short.item_id(), long.item_id()];
    assert!(matches!(bens.erase(&all).await, Outcome::Erased(_)));
    assert!(!finds(&data, &short.bytes()[60..160]) && !finds(&data, &long.bytes()[300_000..300_100]));
    assert!(bens.list().await.is_empty());
    assert_eq!(bens.fetch(&short.item_id()).await.unwrap_err(), ErrorCode::ApiNotFound);
    rig.halt().await;
}

#[tokio::test]
async fn nobody_else_reaches_a_parcel_and_strangers_reach_nothing() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let [(anna, anna_net, anna_desk), (ben, _ben_net, _ben_desk)] = two(&rig).await;
    let mut annas = Box::open(&anna_net).await;
    let one = parcel(&anna, &anna_desk, &ben.device.id, b"for ben alone");
    annas.deposit(&one).await.unwrap();
    assert!(annas.list().await.is_empty());
    assert_eq!(annas.fetch(&one.item_id()).await.unwrap_err(), ErrorCode::ApiNotFound);
    assert!(matches!(annas.erase(&[one.item_id()]).await, Outcome::Erased(_)), "as if it were not there");
    assert_eq!(rig.admin(json!({ "op": "dropbox_show" })).await["ok"]["summary"]["parcels"], 1);

    let stranger = crate::person::Device::new();
    let net = stranger.connect(&rig).await;
    let mut wire = net.opened(protocol::DROPBOX).await;
    assert_eq!(wire.refusal().await.unwrap().code, ErrorCode::ApiLogin.number());
    // Half enrolled: a login, but no device in the log.
    let invite = rig.invite("carl").await;
    let mut carl = Person::new(&invite, "carl", "yet another phrase");
    let net = carl.device.connect(&rig).await;
    carl.make_login(&net, invite.login_token().expose()).await;
    let mut wire = net.opened(protocol::DROPBOX).await;
    assert_eq!(wire.refusal().await.unwrap().code, ErrorCode::ApiLogin.number());
    rig.halt().await;
}

#[tokio::test]
async fn the_banned_leave_nothing_and_nothing_is_left_for_them() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let [(anna, anna_net, anna_desk), (ben, ben_net, ben_desk)] = two(&rig).await;
    let mut annas = Box::open(&anna_net).await;
    let mut bens = Box::open(&ben_net).await;
    annas.deposit(&parcel(&anna, &anna_desk, &ben.device.id, b"before")).await.unwrap();
    assert_eq!(rig.command(&["ban", "add", "ben", "--yes"]).await, 0);
    let after = parcel(&anna, &anna_desk, &ben.device.id, b"after");
    assert_eq!(annas.deposit(&after).await.unwrap_err(), ErrorCode::ApiNotFound);
    let back = parcel(&ben, &ben_desk, &ben.device.id, b"from a banned one");
    bens.0
        .send(&Frame::message(
            FrameKind::BOX_REQUEST,
            &BoxRequest {
                call: Some(Call::Deposit(Deposit {
                    length: back.bytes().len() as u64,
                    start: Bytes::copy_from_slice(back.bytes()),
                })),
            },
        ))
        .await;
    match bens.0.next().await {
        None => {}
        Some(frame) => {
            let outcome = frame.parse::<BoxResponse>().unwrap().outcome;
            assert!(matches!(outcome, Some(Outcome::Failure(of)) if of.code == ErrorCode::ApiLogin.number()));
        }
    }
    ben_net.closed().await;
    assert_eq!(rig.admin(json!({ "op": "dropbox_show" })).await["ok"]["summary"]["parcels"], 1);
    rig.halt().await;
}

#[tokio::test]
async fn deposits_that_are_none_are_refused_and_broken_streams_end() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let [(anna, anna_net, anna_desk), (ben, ..)] = two(&rig).await;
    let mut annas = Box::open(&anna_net).await;
    let good = parcel(&anna, &anna_desk, &ben.device.id, &vec![1; 600_000]);
    let bytes = good.bytes();
    let deposit =
        |length: u64, start: &[u8]| Call::Deposit(Deposit { length, start: Bytes::copy_from_slice(start) });
    for (length, start, code) in [
        (0, &bytes[..0], ErrorCode::ApiParams),
        (10, &bytes[..10], ErrorCode::ApiParams),
        (bytes.len() as u64, &bytes[..100], ErrorCode::ApiParams),
        (400, &bytes[..500], ErrorCode::ApiParams),
        (u64::MAX, &bytes[..limits::PARCEL_CHUNK], ErrorCode::ApiParams),
        (1 << 29, &bytes[..limits::PARCEL_CHUNK], ErrorCode::ApiParams),
        (400, &bytes[..400], ErrorCode::ApiParams),
    ] {
        assert_eq!(annas.failure(deposit(length, start)).await, code, "{length}, {}", start.len());
    }
    let mut unknown = bytes[..400].to_vec();
    unknown[..16].fill(9);
    assert_eq!(annas.failure(deposit(400, &unknown)).await, ErrorCode::ApiNotFound);
    let ids = |length| vec![Bytes::from(vec![1; length])];
    assert_eq!(
        annas.failure(Call::Fetch(FetchParcel { item_id: ids(15)[0].clone() })).await,
        ErrorCode::ApiParams
    );
    assert_eq!(
        annas.failure(Call::List(ListParcels { after: ids(17)[0].clone() })).await,
        ErrorCode::ApiParams
    );
    assert_eq!(annas.failure(Call::Erase(EraseParcels { item_ids: ids(3) })).await, ErrorCode::ApiParams);
    let many = vec![Bytes::from(vec![1; 16]); limits::PARCELS_AT_ONCE + 1];
    assert_eq!(annas.failure(Call::Erase(EraseParcels { item_ids: many })).await, ErrorCode::ApiParams);
    // What is no frame of this stream ends it, and the connection with it.
    let begin = deposit(bytes.len() as u64, &bytes[..limits::PARCEL_CHUNK]);
    for bad in [
        Frame::raw(FrameKind::DATA, Bytes::new()),
        Frame::raw(FrameKind::DATA, vec![1; limits::PARCEL_CHUNK + 1]),
        Frame::message(
            FrameKind::BOX_REQUEST,
            &BoxRequest { call: Some(Call::List(ListParcels::default())) },
        ),
    ] {
        let net = anna.device.connect(&rig).await;
        let _desk = net.opened(protocol::DIRECTORY).await;
        let mut own = Box::open(&net).await;
        assert!(matches!(own.call(begin.clone()).await, Outcome::GoOn(_)));
        own.0.send(&bad).await;
        assert!(own.0.refusal().await.is_some());
        net.closed().await;
    }
    for bad in [
        Frame::raw(FrameKind::DATA, vec![1; 10]),
        Frame::raw(FrameKind::BOX_RESPONSE, Bytes::new()),
        Frame::raw(FrameKind::BOX_REQUEST, vec![0xff; 30]),
        Frame::raw(FrameKind::BOX_REQUEST, Bytes::new()),
        Frame::raw(FrameKind(4242), Bytes::new()),
    ] {
        let net = anna.device.connect(&rig).await;
        let _desk = net.opened(protocol::DIRECTORY).await;
        let mut own = Box::open(&net).await;
        own.0.send(&bad).await;
        assert!(own.0.refusal().await.is_some(), "{bad:?}");
        net.closed().await;
    }
    assert_eq!(rig.admin(json!({ "op": "dropbox_show" })).await["ok"]["summary"]["parcels"], 0);
    rig.halt().await;
}

#[tokio::test]
async fn the_administrator_sees_for_whom_and_how_much_and_can_purge() {
    let mut rig = Rig::start(EnrolmentMode::Grant).await;
    let [(anna, anna_net, anna_desk), (ben, ben_net, _ben_desk)] = two(&rig).await;
    let mut annas = Box::open(&anna_net).await;
    for payload in [&b"one"[..], b"two"] {
        annas.deposit(&parcel(&anna, &anna_desk, &ben.device.id, payload)).await.unwrap();
    }
    let shown = rig.admin(json!({ "op": "dropbox_show" })).await["ok"].clone();
    let rows = shown["recipients"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["user"].as_str(), rows[0]["parcels"].as_u64()), (Some("ben"), Some(2)));
    assert!(!shown.to_string().contains("anna") && !shown.to_string().contains(&anna.device.id.to_string()));
    assert_eq!(shown["days"], 14);
    let status = rig.admin(json!({ "op": "status" })).await["ok"]["dropbox"].clone();
    assert_eq!(status, json!({ "on": true, "parcels": 2, "bytes": 8192, "total": 8_u64 << 30 }));
    assert_eq!(rig.plain_command(&["dropbox", "show"]).await, 0);
    assert_eq!(rig.plain_command(&["dropbox", "purge", "ben"]).await, 8, "it asks first");
    assert_eq!(rig.plain_command(&["dropbox", "purge", "bne", "--yes"]).await, 4);
    assert_eq!(rig.plain_command(&["dropbox", "purge", "ben", "--yes"]).await, 0);
    assert!(Box::open(&ben_net).await.list().await.is_empty());
    let audit = std::fs::read_to_string(rig.directory.path().join("data/audit.jsonl")).unwrap();
    assert!(audit.contains("dropbox.purge"), "{audit}");
    rig.halt().await;
}
