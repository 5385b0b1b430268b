//! The doctor: its findings, and a report without names or addresses, copied or written where the person says.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use conclave_peer::Peer;
use conclave_peer::model::{ErrorCode, Failure, UserId, UserRef};
use conclave_peer::words::Language;

use crate::command::{Command, Typed, Update};

use super::{Bridge, Stay, System};

impl Bridge {
    pub(super) fn doctor(&self, command: Command) {
        let (peer, system) = (self.peer.clone(), self.system);
        match command {
            Command::Examine { about, language, number } => self.spawn(async move {
                Update::Examined { number, result: peer.doctor(about.map(UserRef::Id), language).await }
            }),
            Command::CopyReport { about, language } => self.spawn(async move {
                let Ok(text) = peer.doctor_text(about.map(UserRef::Id), language).await else {
                    return Update::Copied(false);
                };
                let text = Typed::new(text).into_inner();
                let done = tokio::task::spawn_blocking(move || (system.copy)(text, Stay::Long)).await;
                Update::Copied(done.unwrap_or(false))
            }),
            Command::SaveReport { about, language, name } => {
                self.spawn(async move { Update::Saved(save(&peer, system, about, language, name).await) });
            }
            Command::TryNow => drop(tokio::spawn(async move { peer.try_now().await })),
            command => self.files(command),
        }
    }
}

async fn save(
    peer: &Peer,
    system: System,
    about: Option<UserId>,
    language: Language,
    name: String,
) -> Result<Option<String>, Failure> {
    let text = peer.doctor_text(about.map(UserRef::Id), language).await?;
    let Some(path) = (system.save_as)(name).await else { return Ok(None) };
    let shown = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let written = tokio::task::spawn_blocking(move || write(&path, &text)).await;
    match written {
        Ok(Ok(())) => Ok(shown),
        _ => Err(Failure::new(ErrorCode::FileUnreadable).with("file", shown.unwrap_or_default())),
    }
}

/// The dialog asked already whether a file that is there may be replaced.
fn write(path: &PathBuf, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
