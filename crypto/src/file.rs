//! Files: one key each, padded, encrypted in chunks that can be read in any order (PROTOCOL §2.9). No I/O.
//!
//! ```text
//! key[32] ‖ base_nonce[12] ‖ com[32] = HKDF-Expand(fk, "c2sp.org/chunked-encryption@v1+AEAD_CHACHA20_POLY1305" ‖ 0x00
//!                                                      ‖ salt ‖ lab("file", ""), 76)
//! object = salt[24] ‖ com[32] ‖ chunks         chunk i = 16 KiB + tag, nonce = base_nonce XOR i; the last one is shorter
//! ```
//!
//! Chunks are worked on in place, in the caller's buffers; nothing is allocated for one. The object is named by its
//! BLAKE3 hash and moved in verified ranges, which is the caller's part.

mod chunks;
mod padme;
mod reference;

pub use chunks::{
    CHUNK, ChunkRun, FileDecryptor, FileEncryptor, FileError, HEAD, SEALED_CHUNK, chunk_count, object_len,
};
pub use padme::{MAX_PLAINTEXT, padded_len};
pub use reference::{FileKey, FileRef};
