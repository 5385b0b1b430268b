//! Copies of what lies here, made by the engine where the person says: a backup, the signed log, the person's own data.

use std::path::PathBuf;

use conclave_peer::model::{Call, Contents, DirectoryExport, ExportData, Failure};
use conclave_peer::{Password, Peer};

use crate::command::{Command, Typed, Update};

use super::{Bridge, System};

impl Bridge {
    pub(super) fn copies(&self, command: Command) {
        let (peer, system) = (self.peer.clone(), self.system);
        match command {
            Command::BackUp { name, passphrase } => {
                self.spawn(async move { Update::BackedUp(back_up(&peer, system, name, passphrase).await) });
            }
            Command::Restore(path, passphrase) => self.spawn(async move {
                Update::Restored(peer.backup_restore(path, Password::new(passphrase.text())).await)
            }),
            Command::ExportDirectory(name) => {
                self.spawn(async move { Update::Saved(export(&peer, system, name).await) });
            }
            Command::ExportData { name, password } => {
                self.spawn(async move { Update::Exported(export_data(&peer, system, name, password).await) });
            }
            command => self.files(command),
        }
    }
}

async fn back_up(
    peer: &Peer,
    system: System,
    name: String,
    passphrase: Typed,
) -> Result<Option<(String, Contents)>, Failure> {
    let Some((path, name)) = place(system, name).await else { return Ok(None) };
    let contents = peer.backup_create(path, Password::new(passphrase.text())).await?;
    Ok(Some((name, contents)))
}

async fn export(peer: &Peer, system: System, name: String) -> Result<Option<String>, Failure> {
    let Some((path, name)) = place(system, name).await else { return Ok(None) };
    peer.call(Call::DirectoryExport(DirectoryExport { path })).await?;
    Ok(Some(name))
}

async fn export_data(
    peer: &Peer,
    system: System,
    name: String,
    password: Typed,
) -> Result<Option<String>, Failure> {
    let Some((path, name)) = place(system, name).await else { return Ok(None) };
    // The dialog asked already whether a file that is there may be replaced.
    let what = ExportData { path, overwrite: true };
    peer.export_data(what, Password::new(password.text())).await?;
    Ok(Some(name))
}

/// Where the person wants it. A backup and the log are written over nothing that is there.
async fn place(system: System, name: String) -> Option<(PathBuf, String)> {
    let path = (system.save_as)(name).await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Some((path, name))
}
