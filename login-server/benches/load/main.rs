//! The login server under load, as a process of its own: what an honest login costs while strangers do their worst
//! (BARS F14, F15, T9), and what many clients cost that stay.
//!
//! `cargo bench -p login-server --bench load -- [percent [clients]]`: percent of the full numbers of strangers, 100 by
//! default, and clients that stay logged in, 5,000 by default: a quarter of an hour, for the most part their passwords.
//! Nothing here is a test: no figure is a reason to fail.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench")]
#![allow(dead_code, unreachable_pub, reason = "each uses a part of what the tests share")]

mod company;
#[path = "../../tests/server/net.rs"]
mod net;
#[path = "../../tests/server/person.rs"]
mod person;
#[path = "../../tests/server/rig.rs"]
mod rig;
mod stay;
mod strangers;

use std::time::Duration;

use crate::company::Company;

/// The numbers of the bars.
const SLOW: usize = 2_000;
const FLOOD: usize = 10_000;
const WRONG: usize = 10_000;
const CLIENTS: usize = 5_000;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let percent = numbers.first().copied().unwrap_or(100);
    let clients = numbers.get(1).copied().unwrap_or(CLIENTS);
    let share = |full: usize| (full * percent / 100).max(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        println!("the login server under load, {percent} % of the full numbers");
        let mut company = Company::start(&[("limits.connections", clients + 600)]).await;
        let honest = company.logins().await;
        println!(
            "  an honest login while nothing else happens   p50 {:.0} ms, p95 {:.0} ms",
            honest.0, honest.1
        );
        println!("    of it the client's own Argon2id            {:.0} ms", company::stretching());
        strangers::slow(&mut company, share(SLOW)).await;
        strangers::flood(&mut company, share(FLOOD)).await;
        strangers::wrong(&mut company, share(WRONG)).await;
        stay::run(&mut company, clients).await;
    });
    // Tasks of clients that still read are no reason to wait.
    runtime.shutdown_timeout(Duration::from_secs(1));
}
