//! The server is killed (SIGKILL) while it works: an account is there or not, and what was answered holds (BARS F8).
//!
//! A few rounds here; the soak run sets `CONCLAVE_KILLS=200`.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use conclave_crypto::invite::Invite;
use conclave_crypto::login::Factor;
use conclave_crypto::password::Password;
use conclave_crypto::reset::ResetCode;
use libp2p::{Multiaddr, PeerId, identity};
use rand_core::Rng;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::cli::Place;
use crate::net::Net;
use crate::person::{Desk, Device, Person, rng};

/// A loaded machine needs more than ten seconds for the Argon2id of a step; what is tested is not its speed.
const PATIENT: &[&str] = &["-O", "limits.handshake_timeout=120s"];

fn rounds() -> u32 {
    std::env::var("CONCLAVE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(6)
}

/// A moment within the first `most` milliseconds.
async fn moment(most: u32) {
    let wait = rng().next_u32() % most;
    tokio::time::sleep(Duration::from_millis(wait.into())).await;
}

fn kill(place: &mut Place) {
    let mut serving = place.serving.take().unwrap();
    serving.kill().unwrap();
    serving.wait().unwrap();
}

async fn connect(device: &Device, invite: &Invite) -> Net {
    let address = Multiaddr::try_from(invite.addresses[0].clone()).unwrap();
    let key = identity::ed25519::PublicKey::try_from_bytes(invite.server_tpk.as_bytes()).unwrap();
    Net::connect(&device.tpk, &address, PeerId::from(identity::PublicKey::from(key))).await
}

fn invite(place: &Place, name: &str) -> Invite {
    let made = place.json(&["user", "invite", name, "--passphrase-file", &place.pass()]);
    Invite::parse(made["link"].as_str().unwrap()).unwrap().invite
}

/// From where the person is to a full account; what is there already stays.
async fn enrol(person: &mut Person, invite: &Invite, has_login: bool) {
    let net = connect(&person.device, invite).await;
    if has_login {
        person.log_in_now(&net).await;
    } else {
        person.last_step = 0;
        person.make_login(&net, invite.login_token().expose()).await;
    }
    let mut desk = Desk::open(&net, invite).await;
    desk.sync().await;
    if desk.directory.user_by_name(person.name.as_str()).is_none() {
        desk.append(person.granted(invite)).await.unwrap();
        desk.sync().await;
    }
    if desk.directory.active(&person.device.id).is_none() {
        desk.append(person.device_list(&desk.directory)).await.unwrap();
        desk.sync().await;
    }
    assert!(desk.directory.active(&person.device.id).is_some());
}

/// Starts a command, kills the server under it, and starts the server anew. What the command printed if it said yes.
async fn killed_under(place: &mut Place, args: &[&str]) -> Option<Value> {
    let pass = place.pass();
    let args = [args, &["--yes", "-o", "json", "--passphrase-file", &pass]].concat();
    let child = place.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // Opening the admin key takes most of the time; the leaf is written in the last few milliseconds.
    moment(1_200).await;
    kill(place);
    let output = child.wait_with_output().unwrap();
    place.serve_with(PATIENT);
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_no_half_account_and_loses_nothing_it_has_answered() {
    let mut place = Place::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    place.init_at(&[&format!("/ip4/127.0.0.1/tcp/{port}")]);
    place.serve_with(PATIENT);
    let (mut answered, mut unanswered) = (0, 0);
    for round in 0..rounds() {
        let name = format!("p{round:03}");
        let link = invite(&place, &name);
        let person = Person::new(&link, &name, "a long password 1");
        let person = Arc::new(Mutex::new(person));
        if round % 3 == 0 {
            let (own, link) = (Arc::clone(&person), Arc::new(link));
            let (task_person, task_link) = (Arc::clone(&own), Arc::clone(&link));
            let task = tokio::spawn(async move {
                enrol(&mut *task_person.lock().await, &task_link, false).await;
            });
            moment(2_500).await;
            kill(&mut place);
            match task.await {
                Ok(()) => answered += 1,
                Err(_) => unanswered += 1,
            }
            place.serve_with(PATIENT);
            let shown = place.json(&["user", "show", &name]);
            let has_login = shown["has_login"] == true;
            // Whatever was done is whole: the person goes on from there with what they have.
            enrol(&mut *own.lock().await, &link, has_login).await;
            continue;
        }
        let mut person = person.lock().await;
        enrol(&mut person, &link, false).await;
        let recovery = person.codes[0].clone();
        let said = if round % 3 == 1 {
            let said = killed_under(&mut place, &["ban", "add", &name]).await;
            let net = connect(&person.device, &link).await;
            let banned = place.json(&["user", "show", &name])["state"] == "banned";
            assert!(banned || said.is_none(), "an answered ban was lost");
            let answer = person.log_in(&net, Factor::RecoveryCode, &recovery).await;
            assert_eq!(matches!(answer, crate::person::Answer::Refused(_)), banned);
            said.is_some()
        } else {
            let said = killed_under(&mut place, &["user", "reset", &name]).await;
            let yes = said.is_some();
            let made = match said {
                Some(made) => made,
                // Nobody was told of a code, so it is made again; a grant without its code does no harm.
                None => {
                    let pass = place.pass();
                    place.json(&["user", "reset", &name, "--yes", "--passphrase-file", &pass])
                }
            };
            let net = connect(&person.device, &link).await;
            person.log_in(&net, Factor::RecoveryCode, &recovery).await.refused();
            let code = ResetCode::parse(made["code"].as_str().unwrap()).unwrap();
            let token = code.login_token(&person.org, &person.user);
            person.password = Password::new("another long password");
            person.last_step = 0;
            person.make_login(&net, token.expose()).await;
            yes
        };
        if said {
            answered += 1
        } else {
            unanswered += 1
        }
        assert_eq!(place.json(&["directory", "verify"])["sound"], true);
        assert_eq!(place.json(&["audit", "verify"])["sound"], true);
    }
    eprintln!("killed {} times: {answered} acts had been answered, {unanswered} had not", rounds());
}

#[test]
fn an_init_that_was_killed_is_made_anew() {
    let kills = rounds().min(40);
    for round in 0..kills {
        let mut place = Place::new();
        let mut child = place.init_command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(u64::from(rng().next_u32() % 1_500)));
        child.kill().unwrap();
        child.wait().unwrap();
        let pass = place.pass();
        // Once the configuration is written it is used; before that the whole command is repeated.
        let again = ["init", "--unattended", "--passphrase-file", &pass];
        let code = match place.path("c.toml").exists() {
            true => place.code(&again),
            false => place.init_command().stdout(Stdio::null()).status().unwrap().code().unwrap(),
        };
        if code == 6 {
            assert_eq!(place.code(&["directory", "verify"]), 0, "round {round}: it had been done");
        } else {
            assert_eq!(code, 0, "round {round}");
        }
        place.serve();
        assert_eq!(place.json(&["status"])["leaves"], 4);
    }
}
