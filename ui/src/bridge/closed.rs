//! The bridge of a profile that could not be opened: there is no engine, and the window goes on to say why.

use std::path::Path;

use conclave_peer::model::{ErrorCode, Failure};
use tokio::sync::{mpsc, oneshot};

use crate::command::{Command, Update};

use super::written::written;
use super::{Aside, Stay, System, copy};

/// Serves the window until it is gone, or the profile is to be set aside.
pub(super) async fn serve(
    profile: &Path,
    system: System,
    failure: Failure,
    commands: &mut mpsc::Receiver<Command>,
    updates: &mpsc::Sender<Update>,
    quit: &mut oneshot::Receiver<()>,
) -> Option<Aside> {
    let _gone = updates.send(Update::Closed(failure.clone())).await;
    loop {
        let command = tokio::select! {
            command = commands.recv() => command?,
            _ = &mut *quit => return None,
        };
        let update = match command {
            Command::Status => Update::Closed(failure.clone()),
            Command::CopyText(text) => copy(system, text, Stay::Long).await,
            Command::SaveText { name, text } => Update::Saved(written(system, name, text.into_inner()).await),
            Command::ShowOther if (system.present)(profile.to_owned()).await => Update::Quit,
            Command::ShowOther => Update::NobodyThere,
            // What another window has open, or a newer version wrote, stays where it is.
            Command::RestoreInstead(backup, passphrase) if failure.code == ErrorCode::StoreDamaged => {
                return Some(Aside { backup, passphrase });
            }
            // Everything else asks for an engine.
            _ => continue,
        };
        let _gone = updates.send(update).await;
    }
}
