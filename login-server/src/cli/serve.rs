//! `serve`.

use std::io::IsTerminal;

use conclave_crypto::password::Password;
use tokio::signal::unix::{SignalKind, signal};

use super::output::Report;
use super::{Global, passphrase};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::server::serve_with;
use crate::server_keys::{ServerKeys, ServerKeysError};
use crate::service::Service;
use crate::store_key;
use crate::words::{said, word};

/// `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Lets people log in and read, and writes nothing for anybody: no leaf, no account, no parcel.
    #[arg(long, conflicts_with = "maintenance")]
    read_only: bool,
    /// Answers administrators only; clients are told that the server is busy, and come back later.
    #[arg(long)]
    maintenance: bool,
}

pub(super) fn run(global: &Global, args: &ServeArgs) -> Result<Report, Failure> {
    global.no_dry_run()?;
    logs(global);
    let mut config = global.config()?;
    config.service = match (args.read_only, args.maintenance) {
        (true, _) => Service::ReadOnly,
        (_, true) => Service::Maintenance,
        (false, false) => Service::Whole,
    };
    let typed = typed_store_key(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate()).map_err(unhandled)?;
        let mut interrupted = signal(SignalKind::interrupt()).map_err(unhandled)?;
        let shutdown = async move {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted.recv() => {}
            }
        };
        serve_with(config, typed, shutdown).await.map_err(|error| error.failure())
    })?;
    Ok(Report::silent())
}

/// The store key of sealed keys, from whoever starts the server at a terminal, where no file holds it.
fn typed_store_key(config: &Config) -> Result<Option<Password>, Failure> {
    // What is wrong with a key in a file is said by the start.
    if !std::io::stdin().is_terminal() || !matches!(store_key::find(config), Ok(None)) {
        return Ok(None);
    }
    match ServerKeys::read(&Home::at(&config.server.data_dir).server_keys(), None) {
        Err(ServerKeysError::Sealed(_)) => passphrase::read(None, &word("prompt-store-key")).map(Some),
        _ => Ok(None),
    }
}

/// Levels by `RUST_LOG` or `-v`.
fn logs(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "login_server=warn",
        (false, 0) => "login_server=info",
        (false, 1) => "login_server=debug",
        (false, _) => "login_server=trace,libp2p_swarm=debug",
    };
    crate::logs::start(level);
}

fn unhandled(error: std::io::Error) -> Failure {
    Failure::new(Exit::Failed, said("no-signals").with("why", error))
}
