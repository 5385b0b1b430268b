//! The plaintext hash of an object while it arrives, on a thread of its own: nothing is read from the disk again.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

use conclave_crypto::file::{FileDecryptor, FileError, FileRef, HEAD};
use conclave_crypto::primitives::Blake3;
use zeroize::Zeroize as _;

/// Pieces that may wait for the thread: 1 MiB at 256 KiB each.
const WAITING: usize = 4;

/// Takes the bytes of an object from its first to its last. It ends early when one is missing, and then knows nothing.
pub(super) struct Check {
    pieces: SyncSender<Vec<u8>>,
    next: u64,
}

/// Where the hash comes, if it does.
pub(super) struct Checked(Receiver<[u8; 32]>);

impl Check {
    /// Starts the thread; none when the system has none to give.
    pub(super) fn start(reference: FileRef) -> Option<(Self, Checked)> {
        let (pieces, waiting) = sync_channel::<Vec<u8>>(WAITING);
        let (told, hash) = sync_channel(1);
        let work = move || {
            let mut opening =
                Opening { reference, decryptor: None, index: 0, held: Vec::new(), plain: Blake3::new() };
            for piece in waiting {
                if opening.feed(&piece).is_err() {
                    return;
                }
            }
            if let Some(found) = opening.finish() {
                // A job that was stopped does not wait for it.
                let _stopped = told.send(found);
            }
        };
        Builder::new().name("file check".to_owned()).spawn(work).ok()?;
        Some((Self { pieces, next: 0 }, Checked(hash)))
    }

    /// The next bytes; whether they are of use.
    pub(super) fn feed(&mut self, offset: u64, bytes: &[u8]) -> bool {
        let follows = offset == self.next;
        self.next += bytes.len() as u64;
        follows && self.pieces.send(bytes.to_vec()).is_ok()
    }
}

impl Checked {
    /// Waits for the hash of the plaintext; nothing when the object did not come whole and in order, or does not open.
    pub(super) fn plain_hash(self) -> Option<[u8; 32]> {
        self.0.recv().ok()
    }
}

struct Opening {
    reference: FileRef,
    decryptor: Option<FileDecryptor>,
    index: u64,
    /// The start of a head or chunk whose end has not come.
    held: Vec<u8>,
    plain: Blake3,
}

impl Opening {
    fn feed(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.held.extend_from_slice(bytes);
        let mut at = 0_usize;
        loop {
            let length = match &self.decryptor {
                None => HEAD,
                Some(decryptor) => {
                    let place = decryptor.place(self.index);
                    usize::try_from(place.end - place.start).unwrap_or(usize::MAX)
                }
            };
            let whole = at.checked_add(length).filter(|_| length > 0);
            let Some(chunk) = whole.and_then(|end| self.held.get_mut(at..end)) else { break };
            if let Some(decryptor) = &self.decryptor {
                let plain = decryptor.open(self.index, chunk)?;
                self.plain.update(plain);
                plain.zeroize();
                self.index += 1;
            } else {
                let head = chunk.first_chunk().ok_or(FileError::Buffer)?;
                self.decryptor = Some(self.reference.decryptor(head)?);
            }
            at += length;
        }
        self.held.drain(..at);
        Ok(())
    }

    fn finish(self) -> Option<[u8; 32]> {
        let chunks = self.decryptor.as_ref().map(FileDecryptor::chunks);
        (chunks == Some(self.index) && self.held.is_empty()).then(|| self.plain.finish())
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::file::{CHUNK, FileEncryptor, FileKey, padded_len};
    use conclave_crypto::primitives::blake3;

    use super::*;
    use crate::entropy;

    fn object(length: usize) -> (Vec<u8>, FileRef) {
        let key = FileKey::generate(&mut entropy::rng());
        let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        let mut padded = plain.clone();
        padded.resize(padded_len(length as u64).unwrap() as usize, 0);
        let (mut encryptor, head) = FileEncryptor::start(&key, &mut entropy::rng());
        let mut object = head.to_vec();
        let (chunks, last) = padded.as_chunks::<CHUNK>();
        for chunk in chunks {
            let mut room = [&chunk[..], &[0; 16]].concat();
            encryptor.chunk(room.as_mut_slice().try_into().unwrap()).unwrap();
            object.extend(room);
        }
        let mut room = [last, &[0; 16]].concat();
        encryptor.finish(&mut room).unwrap();
        object.extend(room);
        let (id, hash) = (blake3(&[&object]), blake3(&[&plain]));
        (object, FileRef::new(id, length as u64, key, hash, "a", "b/c").unwrap())
    }

    fn check(bytes: &[u8], reference: &FileRef, piece: usize) -> Option<[u8; 32]> {
        let (mut check, checked) = Check::start(reference.duplicate()).unwrap();
        let mut offset = 0;
        for piece in bytes.chunks(piece) {
            if !check.feed(offset, piece) {
                break;
            }
            offset += piece.len() as u64;
        }
        drop(check);
        checked.plain_hash()
    }

    #[test]
    fn the_hash_is_that_of_the_plaintext_whatever_the_pieces() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 100_000] {
            let (bytes, reference) = object(length);
            for piece in [1000, 16 * 1024, 256 * 1024] {
                assert_eq!(
                    check(&bytes, &reference, piece),
                    Some(*reference.plaintext_hash()),
                    "{length} {piece}"
                );
            }
        }
    }

    #[test]
    fn what_is_short_altered_or_out_of_order_has_no_hash() {
        let (bytes, reference) = object(100_000);
        assert_eq!(check(&bytes[..bytes.len() - 1], &reference, 1000), None);
        for at in [0, 30, 60, 20_000, bytes.len() - 1] {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert_eq!(check(&altered, &reference, 1000), None, "{at}");
        }
        let (mut check, checked) = Check::start(reference.duplicate()).unwrap();
        assert!(check.feed(0, &bytes[..1000]) && !check.feed(2000, &bytes[2000..]));
        drop(check);
        assert_eq!(checked.plain_hash(), None);
    }
}
