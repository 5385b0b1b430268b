//! What a message says about a file (PROTOCOL §2.9).
//!
//! ```text
//! FileRef = content_id[32] ct_len u64 pt_len u64 fk[32] pt_hash[32] name bytes16 mime bytes8
//! ```

use core::fmt;

use rand_core::CryptoRng;

use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::file::{FileDecryptor, FileError, HEAD, object_len, padded_len};
use crate::secret::Secret;

/// Longest name accepted, in bytes: twice what file systems take.
const NAME_MAX: usize = 512;

/// The key of one file. Forwarding a file makes a new one.
#[derive(Debug, PartialEq, Eq)]
pub struct FileKey(Secret<32>);

impl FileKey {
    /// Draws a fresh key.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// Takes the bytes over, for the vault codec.
    #[must_use]
    pub const fn from_bytes(key: Secret<32>) -> Self {
        Self(key)
    }

    /// The bytes, for the vault codec.
    #[must_use]
    pub const fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// A second copy, named so that every one is seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

/// A file offered in a message. Its lengths belong together: a parsed one always has Padmé's.
#[derive(PartialEq, Eq)]
pub struct FileRef {
    content_id: [u8; 32],
    plaintext: u64,
    key: FileKey,
    plaintext_hash: [u8; 32],
    name: String,
    mime: String,
}

impl FileRef {
    /// Describes an encrypted file: the BLAKE3 of the object and of the unpadded plaintext, whose length is
    /// `plaintext`.
    ///
    /// # Errors
    /// [`DecodeError::Range`] for a file, name or type that is too long.
    pub fn new(
        content_id: [u8; 32],
        plaintext: u64,
        key: FileKey,
        plaintext_hash: [u8; 32],
        name: &str,
        mime: &str,
    ) -> Result<Self, DecodeError> {
        if padded_len(plaintext).is_none() || name.len() > NAME_MAX || mime.len() > usize::from(u8::MAX) {
            return Err(DecodeError::Range);
        }
        Ok(Self { content_id, plaintext, key, plaintext_hash, name: name.to_owned(), mime: mime.to_owned() })
    }

    /// BLAKE3 of the object: what is asked for.
    #[must_use]
    pub const fn content_id(&self) -> &[u8; 32] {
        &self.content_id
    }

    /// Length of the object, in bytes.
    #[must_use]
    pub fn object_len(&self) -> u64 {
        // A checked length always has a padded one.
        object_len(padded_len(self.plaintext).unwrap_or(self.plaintext))
    }

    /// Length of the file, in bytes.
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.plaintext
    }

    /// BLAKE3 of the file: checked before a finished file is opened.
    #[must_use]
    pub const fn plaintext_hash(&self) -> &[u8; 32] {
        &self.plaintext_hash
    }

    /// The file's key.
    #[must_use]
    pub const fn key(&self) -> &FileKey {
        &self.key
    }

    /// The name as the sender wrote it: to be cleaned before it is shown, and never a path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The media type as the sender wrote it.
    #[must_use]
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// Opens the head of the object.
    ///
    /// # Errors
    /// [`FileError::Altered`].
    pub fn decryptor(&self, head: &[u8; HEAD]) -> Result<FileDecryptor, FileError> {
        FileDecryptor::new(&self.key, head, self.object_len(), self.plaintext)
    }

    /// A second copy, named so that every one is seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            content_id: self.content_id,
            plaintext: self.plaintext,
            key: self.key.duplicate(),
            plaintext_hash: self.plaintext_hash,
            name: self.name.clone(),
            mime: self.mime.clone(),
        }
    }

    /// Writes the fields, for a message body or a vault record.
    pub fn encode(&self, writer: &mut Writer) {
        writer.raw(&self.content_id).u64(self.object_len()).u64(self.plaintext);
        writer.raw(self.key.0.expose()).raw(&self.plaintext_hash);
        writer.bytes16(self.name.as_bytes()).bytes8(self.mime.as_bytes());
    }

    /// Reads the fields.
    ///
    /// # Errors
    /// [`DecodeError::Range`] if the lengths do not belong together, the name is too long, or a text is not UTF-8.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let content_id = reader.array()?;
        let (object, plaintext) = (reader.u64()?, reader.u64()?);
        let key = FileKey(Secret::new(reader.array()?));
        let plaintext_hash = reader.array()?;
        let name = core::str::from_utf8(reader.bytes16()?).map_err(|_| DecodeError::Range)?;
        let mime = core::str::from_utf8(reader.bytes8()?).map_err(|_| DecodeError::Range)?;
        let reference = Self::new(content_id, plaintext, key, plaintext_hash, name, mime)?;
        if reference.object_len() == object { Ok(reference) } else { Err(DecodeError::Range) }
    }
}

impl fmt::Debug for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileRef({} bytes, redacted)", self.plaintext)
    }
}
