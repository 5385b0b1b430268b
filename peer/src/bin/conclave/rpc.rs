//! `conclave rpc`: the engine for programs. The end of the input, `rpc.stop` and SIGTERM stop it cleanly.

use conclave_peer::rpc;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;

pub(crate) async fn run(arguments: &Arguments, screen: &Screen) -> Result<(), Exit> {
    let mut terminate = signal(SignalKind::terminate())?;
    let peer = crate::state::open(arguments).await?;
    let served = rpc::serve(peer.clone(), screen.language, tokio::io::stdin(), tokio::io::stdout());
    let done = tokio::select! {
        served = served => served.map_err(Exit::from),
        _term = terminate.recv() => Ok(()),
        _int = tokio::signal::ctrl_c() => Err(Exit::Interrupted),
    };
    peer.shutdown().await;
    done
}
