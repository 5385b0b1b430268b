//! Files between the engine and the system: sent without what a camera wrote into them, written out where the person
//! says, and looked into for the page. Nothing opened is written to disk.

use std::path::PathBuf;

use conclave_peer::Peer;
use conclave_peer::model::{
    Answer, Call, ErrorCode, Failure, FileId, FileRead, FileSave, FileSend, Target, TargetRef, UserId,
};
use data_encoding::{BASE64, HEXLOWER};

use crate::command::{Command, Typed, Update};
use crate::shelf::Shelf;
use crate::state::overlay::{Chosen, Source};
use crate::state::preview::{Kind, PAGES_MOST, Seen, Which};

use super::handed::{Handed, MARK, Mark};
use super::{Bridge, System};

/// Bytes that tell what a file is.
const BEGINNING: u32 = 8_192;
/// `file.read` gives at most so much at once (LIBRARY §3).
pub(super) const PIECE: u32 = 262_144;

impl Bridge {
    pub(super) fn files(&self, command: Command) {
        let (peer, system) = (self.peer.clone(), self.system);
        match command {
            Command::SendFile { to, file, caption } => self.spawn(async move {
                let result = send(&peer, system, to, file.clone(), caption.clone()).await;
                Update::FileSent { to, file, caption, result: Box::new(result) }
            }),
            Command::PastePicture(_) => self.spawn(async move {
                let png = tokio::task::spawn_blocking(system.picture).await.ok().flatten();
                Update::Pasted(png.map(Chosen::pasted))
            }),
            Command::Glance(files) => {
                let (shelf, updates) = (self.shelf.clone(), self.updates.clone());
                drop(tokio::spawn(async move {
                    for (source, kind) in files {
                        let (held, of) = (shelf.clone(), source.clone());
                        let glance = tokio::task::spawn_blocking(move || (system.glance)(&held, &of, kind));
                        let glance = glance.await.unwrap_or_default();
                        let gone = shelf.gone();
                        if !gone.is_empty() {
                            let _gone = updates.send(Update::Forgotten(gone)).await;
                        }
                        if updates.send(Update::Glanced { source, glance }).await.is_err() {
                            return;
                        }
                    }
                }));
            }
            Command::ReadClipboard => self.spawn(async move {
                let text = tokio::task::spawn_blocking(system.text).await.ok().flatten();
                Update::ClipboardRead(text.map(|text| Typed::new(text.as_str().to_owned())))
            }),
            Command::SaveFile { file, name } => {
                self.spawn(
                    async move { Update::Written { file, result: save(&peer, system, file, name).await } },
                )
            }
            Command::Outside => self.spawn(async move {
                Update::Outside(tokio::task::spawn_blocking(system.outside).await.ok().flatten())
            }),
            Command::OpenFile { file, at } => {
                let (updates, handed) = (self.updates.clone(), self.handed.clone());
                drop(tokio::spawn(async move {
                    let (path, new) = match at {
                        Some(path) => (Ok(path), false),
                        None => (copy_out(&peer, system, &handed, file).await, true),
                    };
                    let opened = match path.clone() {
                        Ok(path) => tokio::task::spawn_blocking(move || (system.open)(&path)).await.ok(),
                        Err(_) => Some(true),
                    };
                    if new {
                        let _gone = updates.send(Update::Written { file, result: path.map(Some) }).await;
                    }
                    if opened != Some(true) {
                        let _gone = updates.send(Update::NoProgram).await;
                    }
                }));
            }
            Command::Reveal(path) => {
                let updates = self.updates.clone();
                drop(tokio::spawn(async move {
                    if !(system.reveal)(path).await {
                        let _gone = updates.send(Update::NoProgram).await;
                    }
                }));
            }
            Command::ReadCode(path) => self.spawn(async move {
                let read = tokio::task::spawn_blocking(move || (system.read_code)(&path)).await;
                Update::CodeRead(read.ok().flatten().map(|text| Typed::new(text.as_str().to_owned())))
            }),
            Command::Look { file, which: Which::Stream, .. } => {
                let shelf = self.shelf.clone();
                self.spawn(async move {
                    let seen = random_name().map(|token| {
                        shelf.play(token.clone(), file);
                        Seen { token, width: 0, height: 0, pages: 1 }
                    });
                    Update::Seen { file, which: Which::Stream, seen }
                });
            }
            Command::Look { file, which, kind } => {
                let (shelf, updates) = (self.shelf.clone(), self.updates.clone());
                drop(tokio::spawn(async move {
                    let seen = look(&peer, system, &shelf, file, which, kind).await;
                    let gone = shelf.gone();
                    if !gone.is_empty() {
                        let _gone = updates.send(Update::Forgotten(gone)).await;
                    }
                    let _gone = updates.send(Update::Seen { file, which, seen }).await;
                }));
            }
            _ => {}
        }
    }
}

async fn look(
    peer: &Peer,
    system: System,
    shelf: &Shelf,
    file: FileId,
    which: Which,
    kind: Kind,
) -> Option<Seen> {
    let bytes = whole(peer, file).await?;
    let shelf = shelf.clone();
    tokio::task::spawn_blocking(move || (system.look)(&shelf, which, kind, bytes)).await.ok().flatten()
}

/// A whole file out of the sealed store, if it is not too large to be looked into.
async fn whole(peer: &Peer, file: FileId) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let (piece, eof) = piece(peer, file, bytes.len() as u64, PIECE).await?;
        let empty = piece.is_empty();
        bytes.extend(piece);
        if eof {
            return Some(bytes);
        }
        if empty || bytes.len() as u64 > PAGES_MOST {
            return None;
        }
    }
}

/// A piece of a file out of the sealed store, and whether it is the last one.
pub(super) async fn piece(peer: &Peer, file: FileId, offset: u64, length: u32) -> Option<(Vec<u8>, bool)> {
    let read = FileRead { file, offset, length: length.min(PIECE) };
    match peer.call(Call::FileRead(read)).await.ok()? {
        Answer::Bytes { base64, eof } => Some((BASE64.decode(base64.as_bytes()).ok()?, eof)),
        _ => None,
    }
}

async fn send(
    peer: &Peer,
    system: System,
    to: UserId,
    file: Chosen,
    caption: Option<String>,
) -> Result<Answer, Failure> {
    let to = TargetRef::Id(Target::User(to));
    let bytes = match &file.source {
        Source::Memory(bytes) => Some(bytes.to_vec()),
        Source::File(path) if file.picture => {
            let path = path.clone();
            tokio::task::spawn_blocking(move || (system.clean)(&path)).await.ok().flatten()
        }
        Source::File(_) => None,
    };
    match (bytes, file.source) {
        (Some(bytes), _) => {
            let unreadable = || Failure::new(ErrorCode::FileUnreadable).with("file", file.name.clone());
            let lent = tokio::task::spawn_blocking(move || (system.lend)(&bytes)).await.ok().flatten();
            let (held, path) = lent.ok_or_else(unreadable)?;
            let send = FileSend { to, path, name: Some(file.name.clone()), caption, id: None };
            let sent = peer.call(Call::FileSend(send)).await;
            drop(held);
            sent
        }
        (None, Source::File(path)) => {
            peer.call(Call::FileSend(FileSend { to, path, name: None, caption, id: None })).await
        }
        (None, Source::Memory(_)) => Err(Failure::new(ErrorCode::Bug)),
    }
}

async fn save(peer: &Peer, system: System, file: FileId, name: String) -> Result<Option<PathBuf>, Failure> {
    let Some(path) = (system.save_as)(name).await else { return Ok(None) };
    // The dialog asked already whether a file that is there may be replaced.
    peer.call(Call::FileSave(FileSave { file, path: path.clone(), overwrite: true })).await?;
    Ok(Some(path))
}

/// Writes a readable copy for another program into a folder that only its owner enters, under a name that is made here:
/// its ending is that of the content.
async fn copy_out(peer: &Peer, system: System, handed: &Handed, file: FileId) -> Result<PathBuf, Failure> {
    let unknown = || Failure::new(ErrorCode::PreviewNone);
    let (start, _) = piece(peer, file, 0, BEGINNING).await.ok_or_else(unknown)?;
    let place = tokio::task::spawn_blocking(move || (system.place)(&start)).await.ok().flatten();
    let path = place.ok_or_else(unknown)?;
    let taken = async {
        let mark = Mark::beside(&path).map_err(|_| unknown())?;
        peer.call(Call::FileSave(FileSave { file, path: path.clone(), overwrite: false })).await?;
        handed.took(&path, mark).map_err(|_| unknown())
    }
    .await;
    if let (Err(_), Some(folder)) = (&taken, path.parent()) {
        // Nothing readable stays behind, and no empty folder.
        drop(std::fs::remove_file(&path));
        drop(std::fs::remove_file(folder.join(MARK)));
        drop(std::fs::remove_dir(folder));
    }
    taken.map(|()| path)
}

/// 128 bits that nobody can guess.
pub(super) fn random_name() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(HEXLOWER.encode(&bytes))
}
