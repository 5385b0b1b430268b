//! Whether an unknown name, a wrong password, a wrong code and a banned account can be told apart by what comes back
//! (BARS §4, enumeration). The bytes are compared here; `./x bench server` sets `CONCLAVE_TRIALS` and prints how well
//! the times tell them apart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use conclave_crypto::directory::{Ban, BanReason, Role, SignWith, Target, UserAdd, sign_ban, sign_user_add};
use conclave_crypto::keys::{DeviceId, TransportSecret, UikSecret, UserId};
use conclave_crypto::login::{
    Factor, LoggingIn, LoginFrame, LoginName, LoginRecord, Proof, RecordChoice, Registering,
};
use conclave_crypto::password::Password;
use conclave_crypto::secret::Secret;
use conclave_crypto::username::Username;
use conclave_proto::{Frame, FrameKind, limits};
use libp2p::swarm::ConnectionId;
use rand_core::Rng;
use tokio::sync::Semaphore;
use tokio_util::compat::TokioAsyncReadCompatExt;
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

async fn refused(shared: &Arc<Shared>, why: Why) -> Seen {
    let name = match why {
        Why::Unknown => LoginName::parse("mallory"),
        Why::WrongPassword | Why::WrongCode => LoginName::parse("alice"),
        Why::Banned => LoginName::parse("bobby"),
    };
    let name = name.unwrap();
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let peer = TransportSecret::generate(&mut clock::rng()).public();
    let client = Client { peer, connection: ConnectionId::new_unchecked(0), address: None };
    let serving = tokio::spawn(login::serve(Arc::clone(shared), client, Arc::default(), theirs.compat()));
    let mut stream = FramedStream::new(ours.compat(), limits::CONTROL_FRAME, PATIENCE);
    stream.open(clock::now()).await.unwrap();
    let send = |frame: LoginFrame| Frame::raw(FrameKind::LOGIN, frame.encode());
    let password = Password::new(PASSWORD);
    let (logging_in, ke1) = LoggingIn::start(&password, &mut clock::rng()).unwrap();
    shared.throttle().unlock(name.as_str());

    let began = Instant::now();
    let login = LoginFrame::Login { name: name.clone(), record: RecordChoice::Stored, ke1: Box::new(ke1) };
    stream.send(&send(login)).await.unwrap();
    let challenge: Bytes = stream.next().await.unwrap().body;
    let challenged = began.elapsed();
    let proof = match why {
        // Whoever does not know the password cannot make a proof; any will do.
        Why::Unknown | Why::WrongPassword => LoginFrame::Proof { ke3: [7; 64], sealed: vec![7; 160] },
        Why::WrongCode | Why::Banned => {
            let LoginFrame::Challenge { ke2 } = LoginFrame::decode(&challenge).unwrap() else {
                panic!("{name:?}")
            };
            let org = shared.org;
            let finished = tokio::task::spawn_blocking(move || {
                logging_in.finish(&password, &org, &name, &ke2, &mut clock::rng()).unwrap()
            });
            let finished = finished.await.unwrap();
            let channel = finished.session.channel(&shared.org, &peer, &shared.server_key);
            let proof = Proof {
                factor: Factor::Totp,
                proof: Zeroizing::new(b"000000".to_vec()),
                device: DeviceId::new([0; 16]),
                devcert_hash: [0; 32],
            };
            let sealed = channel.seal(&proof, &mut clock::rng());
            LoginFrame::Proof { ke3: finished.ke3, sealed }
        }
    };
    let began = Instant::now();
    stream.send(&send(proof)).await.unwrap();
    let refused: Bytes = stream.next().await.unwrap().body;
    let times = [challenged, began.elapsed()];
    serving.await.unwrap();
    Seen { why, times, challenge: challenge.len(), refused }
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
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let all = (0..trials.unwrap_or(ALL.len() * 3)).map(|index| {
        let (shared, permits) = (Arc::clone(&server.shared), Arc::clone(&permits));
        let why = ALL[index % ALL.len()];
        async move {
            let _permit = permits.acquire_owned().await.unwrap();
            // The load of the machine is to fall on all alike.
            let wait = Duration::from_micros(u64::from(clock::rng().next_u32() % 5_000));
            tokio::time::sleep(wait).await;
            refused(&shared, why).await
        }
    });
    let seen = futures::future::join_all(all).await;
    let bytes: BTreeSet<&Bytes> = seen.iter().map(|seen| &seen.refused).collect();
    assert_eq!(bytes.len(), 1, "the same bytes, whatever was wrong");
    let sizes: BTreeSet<usize> = seen.iter().map(|seen| seen.challenge).collect();
    assert_eq!(sizes.len(), 1, "an unknown name is challenged like a known one");
    if let Some(trials) = trials {
        println!(
            "refused logins told apart by their times, {trials} trials (0.5: not at all; the bar is 0.55)"
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
