//! `serve`.

use tokio::signal::unix::{SignalKind, signal};

use super::Global;
use super::output::Report;
use crate::exit::{Exit, Failure};
use crate::server::serve;

pub(super) fn run(global: &Global) -> Result<Report, Failure> {
    global.no_dry_run("serve")?;
    logs(global);
    let config = global.config()?;
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
        serve(config, shutdown).await.map_err(|error| error.failure())
    })?;
    Ok(Report::silent())
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
    Failure::new(Exit::Failed, format!("signals cannot be received: {error}"))
}
