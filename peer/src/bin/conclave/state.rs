//! `conclave status`, `conclave stats` and `conclave directory`, and opening the profile for every command.

use std::path::Path;

use conclave_peer::model::{Answer, Call, DirectoryExport, Failure, StatsGet};
use conclave_peer::{Options, Peer, words};

use crate::account;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::screen::Screen;

/// Starts the engine on the profile.
pub(crate) async fn open(arguments: &Arguments) -> Result<Peer, Failure> {
    Peer::open(&arguments.profile, Options { listen: arguments.listen.clone() }).await
}

/// The state; with a password the part that is locked too.
pub(crate) async fn status(arguments: &Arguments, screen: &Screen) -> Result<(), Exit> {
    let peer = open(arguments).await?;
    let done = async {
        if peer.status().await?.enrolled && crate::ask::on_terminal() {
            account::unlock(&peer, screen).await?;
        }
        let status = peer.status().await?;
        let mut lines = Vec::new();
        if !status.enrolled {
            lines.push(screen.word("status-empty"));
        } else if status.locked {
            lines.push(screen.word("status-locked"));
        }
        if let Some(core) = &status.core {
            lines.push(format!("{} ({})", core.me.display_name, core.me.name));
            lines.push(screen.word("status-unlocked"));
            let age = words::span(screen.language, core.directory.age);
            lines.push(
                screen.words("status-directory", &[("n", core.directory.size.to_string()), ("age", age)]),
            );
            lines.push(screen.words("status-waiting", &[("n", core.waiting_messages.to_string())]));
        }
        Ok(screen.show(&status, &lines)?)
    }
    .await;
    peer.shutdown().await;
    done
}

/// What was sent and received.
pub(crate) async fn stats(arguments: &Arguments, screen: &Screen) -> Result<(), Exit> {
    let peer = open(arguments).await?;
    let done = async {
        account::unlock(&peer, screen).await?;
        let answer = peer.call(Call::StatsGet(StatsGet { conversation: None })).await?;
        let mut lines = Vec::new();
        if let Answer::Stats(stats) = &answer {
            let (sent, received) = (stats.messages.sent.to_string(), stats.messages.received.to_string());
            lines.push(screen.words("stats-messages", &[("sent", sent), ("received", received)]));
            let text = words::size(screen.language, stats.bytes.text);
            let files = words::size(screen.language, stats.bytes.files);
            lines.push(screen.words("stats-bytes", &[("text", text), ("files", files)]));
        }
        Ok(screen.show(&answer, &lines)?)
    }
    .await;
    peer.shutdown().await;
    done
}

/// The signed directory, in a file.
pub(crate) async fn export_directory(
    arguments: &Arguments,
    screen: &Screen,
    file: &Path,
) -> Result<(), Exit> {
    let peer = open(arguments).await?;
    let done = async {
        account::unlock(&peer, screen).await?;
        let answer = peer.call(Call::DirectoryExport(DirectoryExport { path: file.to_owned() })).await?;
        let path = file.display().to_string();
        Ok(screen.show(&answer, &[screen.words("directory-exported", &[("path", path)])])?)
    }
    .await;
    peer.shutdown().await;
    done
}
