//! Bytes between a blocking thread and a task, a few pieces at a time.

use std::io::{self, Read, Write};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::sync::mpsc;

use super::PIECE;

/// The blocking end that writes; the task takes pieces of [`PIECE`] bytes.
pub(super) struct PieceWriter {
    pieces: mpsc::Sender<Bytes>,
    buffer: BytesMut,
}

impl PieceWriter {
    pub(super) fn new(pieces: mpsc::Sender<Bytes>) -> Self {
        Self { pieces, buffer: BytesMut::with_capacity(PIECE) }
    }
}

impl Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (taken, _) = bytes.split_at(bytes.len().min(PIECE - self.buffer.len()));
        self.buffer.extend_from_slice(taken);
        if self.buffer.len() == PIECE {
            self.flush()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = core::mem::replace(&mut self.buffer, BytesMut::with_capacity(PIECE)).freeze();
        self.pieces.blocking_send(piece).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// The blocking end that reads what the task puts in.
pub(super) struct PieceReader {
    pieces: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl PieceReader {
    pub(super) const fn new(pieces: mpsc::Receiver<Bytes>) -> Self {
        Self { pieces, current: Bytes::new() }
    }
}

impl Read for PieceReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.current = piece,
                None => return Ok(0),
            }
        }
        let length = into.len().min(self.current.len());
        let (into, _) = into.split_at_mut(length);
        self.current.copy_to_slice(into);
        Ok(length)
    }
}
