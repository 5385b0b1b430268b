//! The doctor: its findings, and a report without names or addresses, copied or written where the person says.

use conclave_peer::Peer;
use conclave_peer::model::{Failure, UserId, UserRef};
use conclave_peer::words::Language;

use crate::command::{Command, Typed, Update};

use super::written::written;
use super::{Bridge, Stay, System, copy};

/// What the doctor calls its look at the network of this computer.
const NETWORK: &str = "network";

impl Bridge {
    pub(super) fn doctor(&self, command: Command) {
        let (peer, system) = (self.peer.clone(), self.system);
        match command {
            Command::Examine { about, language, number } => self.spawn(async move {
                Update::Examined { number, result: peer.doctor(about.map(UserRef::Id), language).await }
            }),
            Command::Network => {
                let updates = self.updates.clone();
                drop(tokio::spawn(async move {
                    // Nothing is told while the messages are closed.
                    if let Ok(found) = peer.doctor(None, Language::En).await {
                        let there = found.iter().all(|finding| finding.id != NETWORK || finding.ok);
                        let _gone = updates.send(Update::Network(there)).await;
                    }
                }));
            }
            Command::CopyReport { about, language } => self.spawn(async move {
                let Ok(text) = peer.doctor_text(about.map(UserRef::Id), language).await else {
                    return Update::Copied(false);
                };
                copy(system, Typed::new(text), Stay::Long).await
            }),
            Command::SaveReport { about, language, name } => {
                self.spawn(async move { Update::Saved(save(&peer, system, about, language, name).await) });
            }
            Command::SaveText { name, text } => {
                self.spawn(async move { Update::Saved(written(system, name, text.into_inner()).await) });
            }
            Command::TryNow => drop(tokio::spawn(async move { peer.try_now().await })),
            command => self.portrait(command),
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
    written(system, name, Typed::new(text).into_inner()).await
}
