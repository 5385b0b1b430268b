//! Files: verified ranges of sealed objects, one request per stream (PROTOCOL §2.9).
//!
//! ```text
//! requester ── Opening ──►◄── Opening ── holder
//!           ── FileRequest(content id, length, group ranges) ──►
//!           ◄── FileAnswer(sending) ── DATA, DATA, … (a BLAKE3 range stream in pieces of 64 KiB), end of stream
//! ```
//!
//! The object is ciphertext; its name is its BLAKE3 hash. A group is 16 KiB; the holder keeps the hashes above the groups
//! in a file beside the object, the *outboard*. The requester checks each group on arrival and hands on no byte before.
//! Resuming is asking for the groups that are missing. The holder does not check what it reads from its own disk:
//! the requester does. An object that is held back for now is refused with the code of a cut: the requester asks again later,
//! whatever its version. Disk and hashes run on blocking threads, joined to the stream by a short bounded pipe.

mod holder;
mod object;
mod pipe;
mod progress;
mod ranges;
mod requester;

use bao_tree::BlockSize;

pub(super) use holder::serve;
pub use object::{Object, Shelf, hash_reader};
pub use ranges::{BadRanges, GroupRanges, groups};
pub(super) use requester::fetch;
pub use requester::{FetchError, FetchRequest, Sink};

/// A group of 2⁴ BLAKE3 chunks of 1 KiB: [`conclave_proto::limits::GROUP`] bytes.
const BLOCK: BlockSize = BlockSize::from_chunk_log(4);
/// The longest object, in bytes: more than any disk of today, far from every overflow.
pub const OBJECT_MAX: u64 = 1 << 40;
/// Bytes of one DATA frame: 64 KiB chunks were the fastest over Noise and Yamux when measured.
const PIECE: usize = 64 * 1024;
/// Pieces between a blocking thread and the stream: enough to keep both busy, half a megabyte per transfer.
const PIPE: usize = 8;
/// Objects served at a time, over all peers; each holds a blocking thread. More wait their turn.
pub(super) const SERVED: usize = 64;
/// Verified bytes gathered before the sink is called: a system call per group would be felt.
const GATHERED: usize = 256 * 1024;
