//! Sounds and films for the page: a piece at a time, straight out of the sealed store. Nothing opened is written to
//! disk, and here nothing is held longer than it takes to hand it over.
//!
//! The page knows a file only by a name of 128 random bits, good for this run and only for what the person plays.

use conclave_peer::Peer;
use conclave_peer::model::FileId;
use tokio::sync::mpsc;

use crate::shelf::{Shelf, Wanted};
use crate::state::preview::PIECE;

use super::files::{self, piece};

/// Pieces that may be asked for and not yet read: each player asks for one at a time.
const WAITING: usize = 64;

/// Reads what the page asks the shelf for, until nobody can ask any more.
pub(super) fn serve(peer: Peer, shelf: &Shelf) {
    let (ask, mut asked) = mpsc::channel::<Wanted>(WAITING);
    shelf.read_by(ask);
    drop(tokio::spawn(async move {
        while let Some(Wanted { file, number, answer }) = asked.recv().await {
            if let Some(bytes) = read(&peer, file, number).await {
                // A player that went away is no fault.
                let _gone = answer.send(bytes);
            }
        }
    }));
}

/// A whole piece, or what is left of the file.
async fn read(peer: &Peer, file: FileId, number: u32) -> Option<Vec<u8>> {
    let from = u64::from(number).checked_mul(PIECE)?;
    let mut bytes = Vec::new();
    loop {
        let had = bytes.len() as u64;
        let want = u32::try_from(PIECE - had).unwrap_or(files::PIECE);
        let (more, eof) = piece(peer, file, from + had, want).await?;
        let none = more.is_empty();
        bytes.extend(more);
        if eof || none || bytes.len() as u64 >= PIECE {
            return Some(bytes).filter(|bytes| !bytes.is_empty());
        }
    }
}
