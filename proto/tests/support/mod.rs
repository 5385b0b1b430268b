//! Frames with fixed content: one per frame kind and per schema message.

use core::fmt::Debug;

use bytes::Bytes;
use conclave_proto::schema::box_request::Call as BoxCall;
use conclave_proto::schema::box_response::Outcome as BoxOutcome;
use conclave_proto::schema::{self as s, push::News, request::Call, response::Outcome};
use conclave_proto::{ErrorCode, Frame, FrameKind};
use prost::Message;

pub(crate) struct Case {
    /// Name of the file.
    pub(crate) name: &'static str,
    /// Names of the schema messages inside.
    pub(crate) covers: &'static [&'static str],
    pub(crate) frame: Frame,
    /// Parses the body again and compares it with the content.
    pub(crate) check: Box<dyn Fn(&Frame)>,
}

fn case<M>(name: &'static str, kind: FrameKind, covers: &'static [&'static str], content: M) -> Case
where
    M: Message + Default + PartialEq + Debug + 'static,
{
    let frame = Frame::message(kind, &content);
    Case {
        name,
        covers,
        frame,
        check: Box::new(move |frame| assert_eq!(frame.parse::<M>().as_ref(), Ok(&content))),
    }
}

fn raw(name: &'static str, kind: FrameKind, body: Bytes) -> Case {
    let frame = Frame::raw(kind, body.clone());
    Case { name, covers: &[], frame, check: Box::new(move |frame| assert_eq!(frame.body, body)) }
}

/// `n` bytes that count up from `first`.
fn bytes(first: u8, n: usize) -> Bytes {
    (0..n).map(|at| first.wrapping_add(u8::try_from(at % 256).unwrap())).collect()
}

fn call(name: &'static str, covers: &'static [&'static str], call: Call) -> Case {
    case(name, FrameKind::REQUEST, covers, s::Request { id: 300, call: Some(call) })
}

fn outcome(name: &'static str, covers: &'static [&'static str], outcome: Outcome) -> Case {
    case(name, FrameKind::RESPONSE, covers, s::Response { id: 300, outcome: Some(outcome) })
}

fn news(name: &'static str, covers: &'static [&'static str], news: News) -> Case {
    case(name, FrameKind::PUSH, covers, s::Push { news: Some(news) })
}

const NOON: u64 = 1_795_300_000_000;

fn leaves() -> s::Leaves {
    s::Leaves {
        first: 7,
        leaves: vec![bytes(1, 5), Bytes::new(), bytes(9, 300)],
        checkpoint: Bytes::from_static(b"conclave.org/0a0b\n10\nAAAA\n\n"),
        size: 10,
    }
}

fn requests() -> Vec<Case> {
    vec![
        call(
            "request-look-up-invite",
            &["Request", "LookUpInvite"],
            Call::LookUpInvite(s::LookUpInvite { login_token: bytes(0xa0, 16) }),
        ),
        call("request-get-leaves", &["GetLeaves"], Call::GetLeaves(s::GetLeaves { first: 1 << 40 })),
        call("request-append-leaf", &["AppendLeaf"], Call::AppendLeaf(s::AppendLeaf { leaf: bytes(3, 40) })),
        call(
            "request-publish-prekeys",
            &["PublishPrekeys"],
            Call::PublishPrekeys(s::PublishPrekeys {
                bundle: bytes(5, 60),
                one_time: vec![bytes(6, 3), bytes(7, 3)],
            }),
        ),
        call(
            "request-claim-prekeys",
            &["ClaimPrekeys"],
            Call::ClaimPrekeys(s::ClaimPrekeys { device_id: bytes(0xd0, 16) }),
        ),
        call("request-renew-lease", &["RenewLease"], Call::RenewLease(s::RenewLease {})),
        call(
            "request-set-presence",
            &["SetPresence"],
            Call::SetPresence(s::SetPresence {
                status: s::PresenceStatus::DoNotDisturb.into(),
                text: "En réunion 会议 ☕".into(),
                until_ms: NOON,
                addresses: vec![bytes(4, 8), bytes(41, 20)],
                system: String::new(),
            }),
        ),
        call("request-list-sessions", &["ListSessions"], Call::ListSessions(s::ListSessions {})),
        call(
            "request-end-session",
            &["EndSession"],
            Call::EndSession(s::EndSession { session_id: bytes(0x50, 16) }),
        ),
        call(
            "request-put-uik-backup",
            &["PutUikBackup"],
            Call::PutUikBackup(s::PutUikBackup { backup: bytes(0, 88) }),
        ),
        call("request-get-uik-backup", &["GetUikBackup"], Call::GetUikBackup(s::GetUikBackup {})),
        call("request-goodbye", &["Goodbye"], Call::Goodbye(s::Goodbye {})),
        case("request-empty", FrameKind::REQUEST, &[], s::Request { id: 1, call: None }),
    ]
}

fn responses() -> Vec<Case> {
    vec![
        outcome("response-done", &["Response", "Done"], Outcome::Done(s::Done {})),
        outcome(
            "response-failure",
            &["Failure"],
            Outcome::Failure(s::Failure { code: ErrorCode::ServerBusy.number(), wait_ms: 1500 }),
        ),
        outcome(
            "response-invite",
            &["Invite"],
            Outcome::Invite(s::Invite {
                user_name: "marie".into(),
                organisation: "Étoile du Nord".into(),
                expires_ms: NOON,
                reset: true,
            }),
        ),
        outcome("response-leaves", &["Leaves"], Outcome::Leaves(leaves())),
        outcome(
            "response-prekeys",
            &["Prekeys"],
            Outcome::Prekeys(s::Prekeys {
                bundle: bytes(1, 90),
                one_time_dh: bytes(2, 30),
                one_time_kem: Bytes::new(),
            }),
        ),
        outcome(
            "response-lease",
            &["LeaseGranted"],
            Outcome::Lease(s::LeaseGranted { lease: bytes(8, 100) }),
        ),
        outcome(
            "response-sessions",
            &["Sessions", "Session"],
            Outcome::Sessions(s::Sessions {
                sessions: vec![s::Session {
                    session_id: bytes(0x50, 16),
                    device_id: bytes(0xd0, 16),
                    current: true,
                    address: "192.0.2.7".into(),
                    since_ms: NOON,
                    last_active_ms: NOON + 1,
                    system: String::new(),
                }],
            }),
        ),
        outcome(
            "response-uik-backup",
            &["UikBackup"],
            Outcome::UikBackup(s::UikBackup { backup: bytes(0, 88) }),
        ),
        outcome(
            "response-prekey-stock",
            &["PrekeyStock"],
            Outcome::PrekeyStock(s::PrekeyStock { dh: 50, kem: 3 }),
        ),
    ]
}

fn pushes() -> Vec<Case> {
    vec![
        news("push-leaves", &["Push"], News::Leaves(leaves())),
        news(
            "push-presence",
            &["PresenceChanged", "Presence"],
            News::Presence(s::PresenceChanged {
                snapshot: true,
                people: vec![
                    s::Presence {
                        user_id: bytes(0x10, 16),
                        device_id: bytes(0xd0, 16),
                        status: s::PresenceStatus::Away.into(),
                        text: "☕".into(),
                        last_seen_ms: NOON,
                        addresses: vec![bytes(4, 8)],
                    },
                    s::Presence { user_id: bytes(0x20, 16), ..s::Presence::default() },
                ],
            }),
        ),
        news(
            "push-session-ended",
            &["SessionEnded"],
            News::SessionEnded(s::SessionEnded {
                code: ErrorCode::SessionElsewhere.number(),
                until_ms: 0,
                device_id: bytes(0xd0, 16),
            }),
        ),
        news(
            "push-notice",
            &["Notice"],
            News::Notice(s::Notice { text: "Maintenance at 22:00".into(), stops_at_ms: NOON }),
        ),
        news("push-prekey-stock", &[], News::PrekeyStock(s::PrekeyStock { dh: 0, kem: 0 })),
        news("push-parcels", &["ParcelsWaiting"], News::Parcels(s::ParcelsWaiting { count: 300 })),
    ]
}

fn between_peers() -> Vec<Case> {
    vec![
        raw("hello", FrameKind::HELLO, bytes(0x30, 200)),
        raw("envelope", FrameKind::ENVELOPE, bytes(0x31, 512)),
        case("prekey-request", FrameKind::PREKEY_REQUEST, &["PrekeyRequest"], s::PrekeyRequest {}),
        case(
            "prekey-reply",
            FrameKind::PREKEY_REPLY,
            &["PrekeyReply"],
            s::PrekeyReply { bundle: bytes(1, 90), one_time_dh: bytes(2, 30), one_time_kem: bytes(3, 40) },
        ),
        case("leaves-request", FrameKind::LEAVES_REQUEST, &["LeavesRequest"], s::LeavesRequest { first: 7 }),
        case("leaves", FrameKind::LEAVES, &[], leaves()),
        case("resend", FrameKind::RESEND, &["Resend"], s::Resend {}),
        case(
            "file-request",
            FrameKind::FILE_REQUEST,
            &["FileRequest", "GroupRange"],
            s::FileRequest {
                content_id: bytes(0xc0, 32),
                length: 5_000_000_000,
                ranges: vec![s::GroupRange { from: 0, to: 64 }, s::GroupRange { from: 100, to: 305_176 }],
            },
        ),
        case(
            "file-answer",
            FrameKind::FILE_ANSWER,
            &["FileAnswer"],
            s::FileAnswer { sending: true, code: 0 },
        ),
        case(
            "file-answer-refused",
            FrameKind::FILE_ANSWER,
            &[],
            s::FileAnswer { sending: false, code: ErrorCode::FileGone.number() },
        ),
        raw("data", FrameKind::DATA, bytes(0x40, 1024)),
    ]
}

fn box_call(name: &'static str, covers: &'static [&'static str], call: BoxCall) -> Case {
    case(name, FrameKind::BOX_REQUEST, covers, s::BoxRequest { call: Some(call) })
}

fn box_outcome(name: &'static str, covers: &'static [&'static str], outcome: BoxOutcome) -> Case {
    case(name, FrameKind::BOX_RESPONSE, covers, s::BoxResponse { outcome: Some(outcome) })
}

fn drop_box() -> Vec<Case> {
    let row = |first, length| s::ParcelRow {
        item_id: bytes(first, 16),
        length,
        stored_ms: NOON,
        expires_ms: NOON + 14 * 86_400_000,
    };
    vec![
        box_call(
            "box-deposit",
            &["BoxRequest", "Deposit"],
            BoxCall::Deposit(s::Deposit { length: 16 << 20, start: bytes(0x51, 600) }),
        ),
        box_call("box-list-all", &["ListParcels"], BoxCall::List(s::ListParcels { after: Bytes::new() })),
        box_call("box-list-after", &[], BoxCall::List(s::ListParcels { after: bytes(0x52, 16) })),
        box_call("box-fetch", &["FetchParcel"], BoxCall::Fetch(s::FetchParcel { item_id: bytes(0x53, 16) })),
        box_call(
            "box-erase",
            &["EraseParcels"],
            BoxCall::Erase(s::EraseParcels { item_ids: vec![bytes(0x54, 16), bytes(0x55, 16)] }),
        ),
        box_outcome(
            "box-failure",
            &["BoxResponse"],
            BoxOutcome::Failure(s::Failure { code: ErrorCode::DropBoxFull.number(), wait_ms: 3_600_000 }),
        ),
        box_outcome("box-go-on", &["GoOn"], BoxOutcome::GoOn(s::GoOn {})),
        box_outcome(
            "box-deposited",
            &["Deposited"],
            BoxOutcome::Deposited(s::Deposited { receipt: bytes(0x56, 113) }),
        ),
        box_outcome(
            "box-parcels",
            &["Parcels", "ParcelRow"],
            BoxOutcome::Parcels(s::Parcels { rows: vec![row(0x57, 372), row(0x58, 16 << 20)], more: true }),
        ),
        box_outcome(
            "box-parcel",
            &["ParcelStart"],
            BoxOutcome::Parcel(s::ParcelStart { length: 372, start: bytes(0x59, 372) }),
        ),
        box_outcome("box-erased", &[], BoxOutcome::Erased(s::Done {})),
    ]
}

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut all = vec![
        case(
            "opening",
            FrameKind::OPENING,
            &["Opening"],
            s::Opening { oldest: 1, newest: 3, clock_ms: NOON },
        ),
        case(
            "refusal",
            FrameKind::REFUSAL,
            &["Refusal"],
            s::Refusal { code: ErrorCode::ServerVersion.number(), wait_ms: 2000, oldest: 1, newest: 1 },
        ),
        raw("login", FrameKind::LOGIN, bytes(0x20, 97)),
    ];
    let mut unknown = raw("optional", FrameKind::RESEND, bytes(0, 4));
    unknown.frame.optional = true;
    all.extend(requests());
    all.extend(responses());
    all.extend(pushes());
    all.extend(between_peers());
    all.extend(drop_box());
    all.push(unknown);
    all
}
