//! People who never log in: slow senders, floods of connections, wrong passwords from many addresses.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use conclave_crypto::keys::TransportSecret;
use conclave_crypto::login::{LoggingIn, LoginFrame, LoginName, RecordChoice};
use conclave_crypto::password::Password;
use conclave_proto::protocol;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::company::{Company, percentile};
use crate::net::Net;
use crate::person::{receive, rng, send};

/// What a slow sender waits between two bytes.
const PAUSE: Duration = Duration::from_secs(10);
/// When a socket that is still open is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections that are made at once in a flood.
const AT_ONCE: usize = 256;
/// Wrong logins from one address.
const EACH: usize = 20;

fn socket(company: &Company) -> SocketAddr {
    let address = company.address();
    let port = address.iter().find_map(|part| match part {
        Protocol::Tcp(port) => Some(port),
        _ => None,
    });
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap()))
}

/// An address of this machine that no other stranger has.
fn source(n: usize) -> Ipv4Addr {
    let [_, high, middle, low] = u32::try_from(n + 1).unwrap().to_be_bytes();
    Ipv4Addr::new(127, 1 + high, middle, low)
}

async fn dial(from: Ipv4Addr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    socket.connect(to).await
}

/// An address here, from which connections go on to the server as from there: a swarm does not choose its own.
async fn door(from: Ipv4Addr, to: SocketAddr) -> Multiaddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let here = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut one, _) = listener.accept().await.unwrap();
        let mut other = dial(from, to).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut one, &mut other).await;
    });
    Multiaddr::from(here.ip()).with(Protocol::Tcp(here.port()))
}

async fn table(company: &mut Company, what: &str) {
    let honest = company.logins().await;
    println!("    honest logins meanwhile          p50 {:.0} ms, p95 {:.0} ms  {what}", honest.0, honest.1);
}

/// F15: sockets that send a byte now and then.
pub(crate) async fn slow(company: &mut Company, count: usize) {
    println!("  {count} sockets that send a byte every {} s", PAUSE.as_secs());
    let to = socket(company);
    let mut open = JoinSet::new();
    for n in 0..count {
        open.spawn(async move {
            let began = Instant::now();
            let Ok(mut stream) = dial(source(n), to).await else { return began.elapsed() };
            let (mut read, mut write) = stream.split();
            let trickle = async {
                loop {
                    if write.write_all(b"\x13").await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            };
            let closed = async {
                let mut bytes = [0; 256];
                while !matches!(read.read(&mut bytes).await, Ok(0) | Err(_)) {}
            };
            tokio::select! {
                () = trickle => {}
                () = closed => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
            began.elapsed()
        });
    }
    table(company, "F15: p95 at most 2 s").await;
    let mut times: Vec<f64> = open.join_all().await.iter().map(Duration::as_secs_f64).collect();
    println!(
        "    closed by the server after       p50 {:.1} s, last {:.1} s  F15: at most 10 s",
        percentile(&mut times, 0.5),
        percentile(&mut times, 1.0)
    );
}

/// F14: connections that come and go.
pub(crate) async fn flood(company: &mut Company, count: usize) {
    println!("  a flood of {count} connections");
    let (before, descriptors) = (company.memory(), company.descriptors());
    let (to, permits) = (socket(company), Arc::new(Semaphore::new(AT_ONCE)));
    let flood = tokio::spawn(async move {
        let mut open = JoinSet::new();
        for n in 0..count {
            let permit = Arc::clone(&permits).acquire_owned().await.unwrap();
            open.spawn(async move {
                if let Ok(mut stream) = dial(source(n), to).await {
                    let _ = stream.write_all(&[0xA5; 64]).await;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                drop(permit);
            });
        }
        open.join_all().await;
    });
    let began = Instant::now();
    table(company, "F14: p95 at most twice the idle one").await;
    flood.await.unwrap();
    println!("    all came and went in             {:.1} s", began.elapsed().as_secs_f64());
    let most = company.memory();
    tokio::time::sleep(Duration::from_secs(12)).await;
    println!(
        "    memory {before:.0} MiB before, {most:.0} at its end, {:.0} afterwards  F14: at most 512",
        company.memory()
    );
    println!("    descriptors {descriptors} before, {} afterwards", company.descriptors());
}

/// T9: wrong passwords, a minute's worth, from many addresses, for names that are there and not.
pub(crate) async fn wrong(company: &mut Company, count: usize) {
    let addresses = count.div_ceil(EACH);
    println!("  {count} wrong logins in a minute from {addresses} addresses");
    let (to, peer) = (socket(company), company.peer());
    let pace = Duration::from_secs(60).div_f64(addresses as f64);
    let (before, began) = (company.cpu(), Instant::now());
    let attack = tokio::spawn(async move {
        let mut open = JoinSet::new();
        for n in 0..addresses {
            tokio::time::sleep_until((began + pace * u32::try_from(n).unwrap()).into()).await;
            open.spawn(async move {
                let address = door(source(n), to).await;
                let net = Net::connect(&TransportSecret::generate(&mut rng()), &address, peer).await;
                let (mut refused, mut held) = (0, 0);
                for attempt in 0..EACH {
                    let mut wire = net.opened(protocol::LOGIN).await;
                    let name = match attempt % 2 {
                        0 => format!("honest{}person", n % 5),
                        _ => format!("nobody{n}x{attempt}"),
                    };
                    let name = LoginName::parse(&name).unwrap();
                    let (_, ke1) = LoggingIn::start(&Password::new("wrong"), &mut rng()).unwrap();
                    let login = LoginFrame::Login { name, record: RecordChoice::Stored, ke1: Box::new(ke1) };
                    send(&mut wire, login).await;
                    match receive(&mut wire).await {
                        Some(LoginFrame::Challenge { .. }) => {
                            send(&mut wire, LoginFrame::Proof { ke3: [7; 64], sealed: vec![7; 160] }).await;
                            receive(&mut wire).await;
                            refused += 1;
                        }
                        _ => held += 1,
                    }
                }
                (refused, held)
            });
        }
        let all = open.join_all().await;
        all.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    table(company, "the same people, on their own computers: at most 5 s").await;
    let (refused, held): (i32, i32) = attack.await.unwrap();
    let took = began.elapsed().as_secs_f64();
    let share = 100.0 * (company.cpu() - before) / took;
    println!(
        "    {refused} were judged and refused, {held} had to wait, in {took:.0} s; {share:.0} % of a core"
    );
}
