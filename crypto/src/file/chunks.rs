//! C2SP chunked-encryption v1 with `AEAD_CHACHA20_POLY1305` and HKDF-SHA-256.

use core::fmt;
use core::ops::Range;

use rand_core::CryptoRng;
use thiserror::Error;

use crate::error::NotOpened;
use crate::file::{FileKey, MAX_PLAINTEXT, padded_len};
use crate::kdf::{Label, lab};
use crate::primitives::{ChunkCipher, TAG, hkdf_expand};
use crate::secret::Secret;

/// Plaintext of a full chunk, in bytes.
pub const CHUNK: usize = 16 * 1024;
/// A full chunk with its tag, in bytes.
pub const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes before the first chunk: salt and commitment.
pub const HEAD: usize = 24 + 32;

/// The same sizes as file offsets.
const CHUNK_64: u64 = 16 * 1024;
const TAG_64: u64 = 16;
const HEAD_64: u64 = 56;

const SUITE: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_CHACHA20_POLY1305";

/// Why a chunk is not worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The buffer does not have the size of this chunk.
    #[error("the buffer does not have the size of this chunk")]
    Buffer,
    /// The file is too long, or the lengths do not belong together.
    #[error("the length of the file is not possible")]
    Length,
    /// The chunk, or the head of the object, was altered or is of another file.
    #[error("the file was altered")]
    Altered,
}

impl From<NotOpened> for FileError {
    fn from(_: NotOpened) -> Self {
        Self::Altered
    }
}

/// Chunks of an object with this much (padded) plaintext; there is always a last one, which may be empty.
#[must_use]
pub const fn chunk_count(plaintext: u64) -> u64 {
    plaintext / CHUNK_64 + 1
}

/// Length of the object with this much (padded) plaintext, at most [`MAX_PLAINTEXT`] and its padding.
#[must_use]
pub const fn object_len(plaintext: u64) -> u64 {
    HEAD_64 + plaintext + chunk_count(plaintext) * TAG_64
}

/// The plaintext length of an object, if an object can have this length.
fn plaintext_len(object: u64) -> Option<u64> {
    let body = object.checked_sub(HEAD_64)?;
    let last = body % (CHUNK_64 + TAG_64);
    (body / (CHUNK_64 + TAG_64)).checked_mul(CHUNK_64)?.checked_add(last.checked_sub(TAG_64)?)
}

struct Keys {
    cipher: ChunkCipher,
    base_nonce: [u8; 12],
    commitment: [u8; 32],
}

impl Keys {
    fn derive(key: &FileKey, salt: &[u8; 24]) -> Self {
        let context = lab(Label::FILE, &[]);
        let okm: Secret<76> = hkdf_expand(key.secret(), &[SUITE, &[0], salt, &context]);
        let (cipher, rest) = okm.expose().split_first_chunk::<32>().unwrap_or((&[0; 32], &[]));
        let (base_nonce, rest) = rest.split_first_chunk::<12>().unwrap_or((&[0; 12], &[]));
        Self {
            cipher: ChunkCipher::new(cipher),
            base_nonce: *base_nonce,
            commitment: *rest.first_chunk().unwrap_or(&[0; 32]),
        }
    }

    fn nonce(&self, index: u64) -> [u8; 12] {
        let mut nonce = self.base_nonce;
        for (byte, index) in nonce.iter_mut().rev().zip(index.to_be_bytes().iter().rev()) {
            *byte ^= index;
        }
        nonce
    }

    // Seals all of `buffer` but its last 16 bytes, which take the tag.
    fn seal(&self, index: u64, buffer: &mut [u8]) -> Result<(), FileError> {
        let (plain, tag) = buffer.split_last_chunk_mut::<TAG>().ok_or(FileError::Buffer)?;
        *tag = self.cipher.seal(&self.nonce(index), plain)?;
        Ok(())
    }
}

/// Encrypts one file from its first chunk to its last. It cannot go back, so no nonce is used twice.
pub struct FileEncryptor {
    keys: Keys,
    next: u64,
}

impl FileEncryptor {
    /// Begins a file under a key made for it alone; the second value is the head of the object. Draws the salt (24
    /// bytes).
    pub fn start<R: CryptoRng + ?Sized>(key: &FileKey, rng: &mut R) -> (Self, [u8; HEAD]) {
        let mut salt = [0; 24];
        rng.fill_bytes(&mut salt);
        let keys = Keys::derive(key, &salt);
        let mut head = [0; HEAD];
        for (to, from) in head.iter_mut().zip(salt.iter().chain(&keys.commitment)) {
            *to = *from;
        }
        (Self { keys, next: 0 }, head)
    }

    /// Encrypts a full chunk in place: 16 384 bytes of plaintext and 16 bytes of room for the tag.
    ///
    /// # Errors
    /// [`FileError::Length`] beyond the longest file.
    pub fn chunk(&mut self, buffer: &mut [u8; SEALED_CHUNK]) -> Result<(), FileError> {
        self.run(1)?.seal(buffer)
    }

    /// The next `count` full chunks, to be encrypted together or, split, by several threads. Their numbers are used up
    /// here, whether or not the run is.
    ///
    /// # Errors
    /// [`FileError::Length`] beyond the longest file.
    pub fn run(&mut self, count: usize) -> Result<ChunkRun<'_>, FileError> {
        let longest = MAX_PLAINTEXT / CHUNK_64 + 1;
        let end = u64::try_from(count).ok().and_then(|count| self.next.checked_add(count));
        let end = end.filter(|end| *end <= longest).ok_or(FileError::Length)?;
        let first = core::mem::replace(&mut self.next, end);
        Ok(ChunkRun { keys: &self.keys, first, count })
    }

    /// Encrypts the last chunk in place: fewer than 16 384 bytes, maybe none, and 16 bytes of room for the tag.
    ///
    /// # Errors
    /// [`FileError::Buffer`] if `buffer` is not 16 to 16 399 bytes long.
    pub fn finish(self, buffer: &mut [u8]) -> Result<(), FileError> {
        if buffer.len() >= SEALED_CHUNK {
            return Err(FileError::Buffer);
        }
        self.keys.seal(self.next, buffer)
    }
}

impl fmt::Debug for FileEncryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileEncryptor(chunk {}, redacted)", self.next)
    }
}

/// The right to encrypt some full chunks in a row, each once.
#[must_use]
pub struct ChunkRun<'a> {
    keys: &'a Keys,
    first: u64,
    count: usize,
}

impl ChunkRun<'_> {
    /// The first `count` chunks, and the rest.
    pub fn split(self, count: usize) -> (Self, Self) {
        let count = count.min(self.count);
        let rest = Self {
            keys: self.keys,
            first: self.first + u64::try_from(count).unwrap_or_default(),
            count: self.count - count,
        };
        (Self { count, ..self }, rest)
    }

    /// Encrypts the chunks in place: for each 16 384 bytes of plaintext and 16 bytes of room for the tag.
    ///
    /// # Errors
    /// [`FileError::Buffer`] if `buffer` does not have exactly that room for each.
    pub fn seal(self, buffer: &mut [u8]) -> Result<(), FileError> {
        let (chunks, rest) = buffer.as_chunks_mut::<SEALED_CHUNK>();
        if chunks.len() != self.count || !rest.is_empty() {
            return Err(FileError::Buffer);
        }
        for (index, chunk) in (self.first..).zip(chunks) {
            self.keys.seal(index, chunk)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ChunkRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChunkRun({} chunks from {}, redacted)", self.count, self.first)
    }
}

/// Decrypts chunks of one object in any order, from several threads if need be.
pub struct FileDecryptor {
    keys: Keys,
    object: u64,
    padded: u64,
    plaintext: u64,
}

impl FileDecryptor {
    /// Checks the head of an object of `object` bytes that holds `plaintext` bytes and padding. A longer padding than
    /// Padmé's is not refused here; [`super::FileRef`] refuses it.
    ///
    /// # Errors
    /// [`FileError::Altered`] if the commitment is of another key or salt; [`FileError::Length`].
    pub fn new(key: &FileKey, head: &[u8; HEAD], object: u64, plaintext: u64) -> Result<Self, FileError> {
        let padded = plaintext_len(object).ok_or(FileError::Length)?;
        let longest = padded_len(MAX_PLAINTEXT).unwrap_or(0);
        if plaintext > padded || padded > longest {
            return Err(FileError::Length);
        }
        let (salt, stated) = head.split_first_chunk::<24>().ok_or(FileError::Altered)?;
        let keys = Keys::derive(key, salt);
        // Both are public once derived, but a constant-time compare costs nothing.
        if !bool::from(subtle::ConstantTimeEq::ct_eq(keys.commitment.as_slice(), stated)) {
            return Err(FileError::Altered);
        }
        Ok(Self { keys, object, padded, plaintext })
    }

    /// Number of chunks.
    #[must_use]
    pub const fn chunks(&self) -> u64 {
        chunk_count(self.padded)
    }

    /// Where chunk `index` with its tag lies in the object; empty beyond the last one.
    #[must_use]
    pub fn place(&self, index: u64) -> Range<u64> {
        let start = index.checked_mul(CHUNK_64 + TAG_64).and_then(|at| at.checked_add(HEAD_64));
        let start = start.unwrap_or(self.object).min(self.object);
        start..start.saturating_add(CHUNK_64 + TAG_64).min(self.object)
    }

    /// The chunk that holds byte `offset` of the plaintext, and where in it.
    #[must_use]
    pub const fn locate(offset: u64) -> (u64, u64) {
        (offset / CHUNK_64, offset % CHUNK_64)
    }

    /// Opens chunk `index` in place and returns its plaintext without padding. `buffer` is the chunk with its tag,
    /// exactly; on failure its content is worthless.
    ///
    /// # Errors
    /// [`FileError::Buffer`] for a buffer of another length or a chunk beyond the last; [`FileError::Altered`] for a
    /// wrong tag or padding that is not zero.
    pub fn open<'b>(&self, index: u64, buffer: &'b mut [u8]) -> Result<&'b mut [u8], FileError> {
        let place = self.place(index);
        let length = usize::try_from(place.end - place.start).map_err(|_| FileError::Buffer)?;
        if index >= self.chunks() || buffer.len() != length {
            return Err(FileError::Buffer);
        }
        let (data, tag) = buffer.split_last_chunk_mut::<TAG>().ok_or(FileError::Buffer)?;
        self.keys.cipher.open(&self.keys.nonce(index), data, tag)?;
        let here = self.plaintext.saturating_sub(index * CHUNK_64);
        let kept = usize::try_from(here).map_or(data.len(), |here| here.min(data.len()));
        let (plain, padding) = data.split_at_mut_checked(kept).ok_or(FileError::Buffer)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(FileError::Altered);
        }
        Ok(plain)
    }
}

impl fmt::Debug for FileDecryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileDecryptor({} bytes, redacted)", self.plaintext)
    }
}
