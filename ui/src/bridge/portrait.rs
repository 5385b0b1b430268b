//! The picture of the own profile: shown to be cut, and its square handed to the engine without touching the disk.

use std::path::PathBuf;

use conclave_peer::Peer;
use conclave_peer::model::{Answer, Call, ErrorCode, Failure, ProfileSet};

use crate::command::{Command, Purpose, Update};
use crate::state::crop::Square;

use super::{Bridge, System};

impl Bridge {
    pub(super) fn portrait(&self, command: Command) {
        let (peer, system, shelf) = (self.peer.clone(), self.system, self.shelf.clone());
        match command {
            Command::ShowPicture(path) => self.spawn(async move {
                let seen = tokio::task::spawn_blocking(move || (system.show)(&shelf, &path)).await;
                Update::PictureShown(seen.ok().flatten())
            }),
            Command::TakePicture(path, square) => self.spawn(async move {
                let result = take(&peer, system, path, square).await;
                Update::Answer(Purpose::OwnProfile, Box::new(result))
            }),
            command => self.copies(command),
        }
    }
}

async fn take(peer: &Peer, system: System, path: PathBuf, square: Square) -> Result<Answer, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let lent =
        tokio::task::spawn_blocking(move || (system.cut)(&path, square).and_then(|cut| (system.lend)(&cut)));
    let unreadable = || Failure::new(ErrorCode::FileUnreadable).with("file", name);
    let (held, lent) = lent.await.ok().flatten().ok_or_else(unreadable)?;
    let set = ProfileSet { picture_path: Some(lent), ..ProfileSet::default() };
    let answer = peer.call(Call::ProfileSet(set)).await;
    drop(held);
    answer
}
