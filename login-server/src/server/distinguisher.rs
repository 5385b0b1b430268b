//! Whether an unknown name, a wrong password, a wrong code and a banned account can be told apart by what comes back
//! (BARS §4, enumeration). The bytes are compared here; `./x bench server` sets `CONCLAVE_TRIALS`, the logins in a
//! comparison of two kinds, and prints how well the times tell them apart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use conclave_crypto::directory::{Ban, BanReason, Role, SignWith, Target, UserAdd, sign_ban, sign_user_add};
use conclave_crypto::keys::{DeviceId, TransportPublic, TransportSecret, UikSecret, UserId};
use conclave_crypto::login::{
    Factor, LoggingIn, LoginFrame, LoginName, LoginRecord, Proof, RecordChoice, Registering,
};
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use conclave_crypto::username::Username;
use conclave_proto::{Frame, FrameKind, limits};
use libp2p::swarm::ConnectionId;
use rand_core::Rng;
use tokio::io::DuplexStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use zeroize::Zeroizing;

use super::*;
use crate::accounts::{Account, Token, TokenHash, TokenKind};
use crate::init::{EnrolmentMode, NewOrganisation, init};
use crate::login::{self, Client};
use crate::net::FramedStream;

/// Trials at once: few enough that they do not wait for each other's arithmetic.
const AT_ONCE: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "the right password";

/// Why a login is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Unknown,
    WrongPassword,
    WrongCode,
    Banned,
}

const ALL: [Why; 4] = [Why::Unknown, Why::WrongPassword, Why::WrongCode, Why::Banned];

/// What a stranger sees of one refused login.
struct Seen {
    why: Why,
    /// From LOGIN to CHALLENGE, and from PROOF to REFUSED.
    times: [Duration; 2],
    challenge: usize,
    refused: Bytes,
}

/// A login that was challenged.
struct Challenged {
    why: Why,
    peer: TransportPublic,
    stream: FramedStream<Compat<DuplexStream>>,
    serving: JoinHandle<()>,
    challenge: Bytes,
    took: Duration,
}

fn name(why: Why) -> LoginName {
    let name = match why {
        Why::Unknown => LoginName::parse("mallory"),
        Why::WrongPassword | Why::WrongCode => LoginName::parse("alice"),
        Why::Banned => LoginName::parse("bobby"),
    };
    name.unwrap()
}

/// Trials of a batch do not all begin in the same microsecond.
async fn scatter() {
    tokio::time::sleep(Duration::from_micros(u64::from(clock::rng().next_u32() % 5_000))).await;
}

fn login_frame(frame: &LoginFrame) -> Frame {
    Frame::raw(FrameKind::LOGIN, frame.encode())
}

async fn challenged(shared: Arc<Shared>, why: Why) -> (Challenged, LoggingIn) {
    let name = name(why);
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let peer = TransportSecret::generate(&mut clock::rng()).public();
    let client = Client { peer, connection: ConnectionId::new_unchecked(0), address: None };
    let serving = tokio::spawn(login::serve(Arc::clone(&shared), client, Arc::default(), theirs.compat()));
    let mut stream = FramedStream::new(ours.compat(), limits::CONTROL_FRAME, PATIENCE);
    stream.open(clock::now()).await.unwrap();
    let (logging_in, ke1) = LoggingIn::start(&Password::new(PASSWORD), &mut clock::rng()).unwrap();
    let login = LoginFrame::Login { name: name.clone(), record: RecordChoice::Stored, ke1: Box::new(ke1) };
    scatter().await;
    shared.throttle().unlock(name.as_str());
    let began = Instant::now();
    stream.send(&login_frame(&login)).await.unwrap();
    let challenge = stream.next().await.unwrap().body;
    assert!(matches!(LoginFrame::decode(&challenge), Ok(LoginFrame::Challenge { .. })), "{why:?}");
    (Challenged { why, peer, stream, serving, challenge, took: began.elapsed() }, logging_in)
}

/// Whoever does not know the password cannot make a proof; any will do.
fn proof(shared: &Shared, login: &Challenged, logging_in: LoggingIn) -> LoginFrame {
    if matches!(login.why, Why::Unknown | Why::WrongPassword) {
        return LoginFrame::Proof { ke3: [7; 64], sealed: vec![7; 160] };
    }
    let LoginFrame::Challenge { ke2 } = LoginFrame::decode(&login.challenge).unwrap() else {
        panic!("{:?}", login.why)
    };
    let (password, rng) = (Password::new(PASSWORD), &mut clock::rng());
    let finished = logging_in.finish(&password, &shared.org, &name(login.why), &ke2, rng).unwrap();
    let proof = Proof {
        factor: Factor::Totp,
        proof: Zeroizing::new(b"000000".to_vec()),
        device: DeviceId::new([0; 16]),
        devcert_hash: [0; 32],
    };
    let channel = finished.session.channel(&shared.org, &login.peer, &shared.server_key);
    LoginFrame::Proof { ke3: finished.ke3, sealed: channel.seal(&proof, rng) }
}

async fn refused(mut login: Challenged, proof: LoginFrame) -> Seen {
    scatter().await;
    let began = Instant::now();
    login.stream.send(&login_frame(&proof)).await.unwrap();
    let refused = login.stream.next().await.unwrap().body;
    let times = [login.took, began.elapsed()];
    login.serving.await.unwrap();
    Seen { why: login.why, times, challenge: login.challenge.len(), refused }
}

/// Logins at once, challenged together and refused together; the strangers' own arithmetic comes between the two, so
/// that it slows nothing that is timed.
async fn batch(shared: &Arc<Shared>, all: &[Why]) -> Vec<Seen> {
    let together: JoinSet<_> = all.iter().map(|why| challenged(Arc::clone(shared), *why)).collect();
    let challenged = together.join_all().await;
    let own = Arc::clone(shared);
    let proven = tokio::task::spawn_blocking(move || {
        let proven = challenged.into_iter().map(|(login, logging_in)| {
            let proof = proof(&own, &login, logging_in);
            (login, proof)
        });
        proven.collect::<Vec<_>>()
    });
    let proven = proven.await.unwrap();
    proven.into_iter().map(|(login, proof)| refused(login, proof)).collect::<JoinSet<_>>().join_all().await
}

/// The chance that one of the first takes longer than one of the second: 0.5 tells nothing.
fn auc(first: &[Duration], second: &[Duration]) -> f64 {
    let pairs = first.iter().flat_map(|one| second.iter().map(move |other| one.cmp(other)));
    let (mut sum, mut count) = (0.0, 0.0);
    for order in pairs {
        count += 1.0;
        sum += match order {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
    }
    sum / count
}

/// A server with alice, and bobby who is banned; both have a password and a phone.
async fn server(directory: &tempfile::TempDir) -> Server {
    let config =
        Config::embedded(&directory.path().join("data"), vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()]);
    let own = config.clone();
    let made = tokio::task::spawn_blocking(move || {
        let passphrase = Password::new("correct horse battery");
        let new = NewOrganisation {
            admin_name: "ops-1",
            root_passphrase: &passphrase,
            admin_passphrase: &passphrase,
            enrolment: EnrolmentMode::Auto,
        };
        init(&own, &new).unwrap()
    });
    made.await.unwrap();
    let server = Server::start(config).await.unwrap();
    let (shared, now) = (&server.shared, clock::now());
    for name in ["alice", "bobby"] {
        let (password, mut rng) = (Password::new(PASSWORD), clock::rng());
        let login = LoginName::parse(name).unwrap();
        let (registering, request) = Registering::start(&password, &mut rng).unwrap();
        let response = shared.login.register(&login, &request).unwrap();
        let upload = registering.finish(&password, &shared.org, &login, &response, &mut rng).unwrap();
        let account = Account {
            record: LoginRecord::parse(&upload).unwrap(),
            totp: Secret::random(&mut rng),
            last_step: None,
            recovery: Vec::new(),
            created: 0,
        };
        let hash = TokenHash::of(name.as_bytes());
        let token = Token {
            kind: TokenKind::New,
            name: name.into(),
            uses: 1,
            expires: now + 60_000,
            created: now,
            grant: None,
        };
        assert!(shared.accounts.add_token(hash, &token).await.unwrap());
        assert!(shared.accounts.create(&login, &account, hash, now).await.unwrap());
        let uik = UikSecret::generate(&mut rng);
        let user = UserAdd {
            user_id: UserId::random(&mut rng),
            username: Username::parse(name).unwrap(),
            uik: uik.public(),
            role: Role::Member,
            nonce: [3; 16],
            at: now,
        };
        let target = Target::User(user.user_id);
        let leaf = shared.keys.with_enrol(|key| sign_user_add(&shared.org, user, SignWith::Enrol(key), &uik));
        shared.log.append(&leaf, now).await.unwrap();
        if name == "bobby" {
            let ban = Ban { target, seq: 1, reason: BanReason::Removed, at: now, until: 0 };
            let leaf = sign_ban(&shared.org, ban, SignWith::Directory(&shared.log.dsk()));
            shared.log.append(&leaf, now).await.unwrap();
        }
    }
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bar_enumeration_every_refusal_is_the_same_to_who_sees_it() {
    let trials: Option<usize> = std::env::var("CONCLAVE_TRIALS").ok().and_then(|count| count.parse().ok());
    let directory = tempfile::tempdir().unwrap();
    let server = server(&directory).await;
    let mut order: Vec<Why> = ALL.iter().copied().cycle().take(trials.unwrap_or(6) * ALL.len() / 2).collect();
    // In another order each time: a place in the batch is no reason.
    for last in (1..order.len()).rev() {
        let other = clock::rng().next_u64() % (last as u64 + 1);
        order.swap(last, usize::try_from(other).unwrap());
    }
    let mut seen = Vec::with_capacity(order.len());
    for all in order.chunks(AT_ONCE) {
        seen.extend(batch(&server.shared, all).await);
    }
    let bytes: BTreeSet<&Bytes> = seen.iter().map(|seen| &seen.refused).collect();
    assert_eq!(bytes.len(), 1, "the same bytes, whatever was wrong");
    let sizes: BTreeSet<usize> = seen.iter().map(|seen| seen.challenge).collect();
    assert_eq!(sizes.len(), 1, "an unknown name is challenged like a known one");
    if let Some(trials) = trials {
        println!(
            "refused logins told apart by their times, {trials} trials each (0.5: not at all; the bar is 0.55)"
        );
        for (place, frames) in ["LOGIN to CHALLENGE", "PROOF to REFUSED"].into_iter().enumerate() {
            let times = |why: Why| -> Vec<Duration> {
                seen.iter().filter(|seen| seen.why == why).map(|seen| seen.times[place]).collect()
            };
            for why in [Why::WrongPassword, Why::WrongCode, Why::Banned] {
                let told = auc(&times(why), &times(Why::Unknown));
                println!("  {frames}, {why:?} against Unknown  AUC {:.3}", told.max(1.0 - told));
            }
        }
    }
}
