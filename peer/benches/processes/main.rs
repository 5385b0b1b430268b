//! Speed and memory of the programs themselves: a login server and `conclave rpc` children, driven as a user's program
//! would drive them. `cargo bench -p conclave-peer --bench processes -- messages|files|server`, after
//! `cargo build --release --bins`; `./x bench` does both. Nothing here is a test: no figure is a reason to fail.

#![allow(clippy::print_stdout, reason = "a bench prints")]

mod figures;
mod files;
mod messages;
mod process;
mod rivals;
mod server;
#[path = "../../tests/support/mod.rs"]
mod support;

use support::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let job = arguments.first().map_or("all", String::as_str);
    let number = arguments.get(1).map(|text| text.parse::<usize>()).transpose()?;
    let known = ["all", "messages", "files", "server"];
    if !known.contains(&job) {
        bail!("no such job: {job}; there are {}", known.join(", "));
    }
    if matches!(job, "all" | "messages") {
        messages::run(number.unwrap_or(2000))?;
    }
    if matches!(job, "all" | "files") {
        files::run(number.unwrap_or(256))?;
    }
    if matches!(job, "all" | "server") {
        server::run(number.unwrap_or(100))?;
    }
    Ok(())
}
