//! Argon2id (RFC 9106) over memory of its own: it is laid out by all processors at once, and wiped afterwards.
//!
//! The system hands out 256 MiB page by page, which takes one processor as long as half of the work itself. And what the
//! password filled is not left behind in memory that was given back.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use zeroize::Zeroize;

use crate::error::NotOpened;
use crate::secret::Secret;

/// Blocks of 1 KiB that a processor takes at a time: few enough that all have work at the floor of 64 MiB.
const SHARE: usize = 512;

/// Argon2id v1.3 (RFC 9106) to `N` bytes; memory in KiB.
///
/// # Errors
/// [`NotOpened`] for parameters the standard excludes, which callers bound first, and for memory that is not there.
pub fn argon2id<const N: usize>(
    password: &[u8],
    salt: &[u8],
    m_kib: u32,
    t: u32,
    p: u32,
) -> Result<Secret<N>, NotOpened> {
    let params = Params::new(m_kib, t, p, Some(N)).map_err(|_| NotOpened)?;
    let mut memory = blocks(params.block_count())?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0; N];
    let filled = argon.hash_password_into_with_memory(password, salt, &mut out, memory.as_mut_slice());
    memory.par_chunks_mut(SHARE).for_each(|share| share.iter_mut().for_each(Zeroize::zeroize));
    filled.map_err(|_| NotOpened)?;
    let secret = Secret::new(out);
    out.zeroize();
    Ok(secret)
}

/// So many blocks, each of them written to once.
fn blocks(count: usize) -> Result<Vec<Block>, NotOpened> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| NotOpened)?;
    blocks.par_extend((0..count).into_par_iter().with_min_len(SHARE).map(|_| Block::new()));
    Ok(blocks)
}
