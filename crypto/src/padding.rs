//! Size buckets that hide the length of messages and parcels (PROTOCOL §2.1, Padding).
//!
//! `0x80`, then zeros up to the smallest of 256 · 2^k (k = 0..8) that holds at least one byte more than the data.

use thiserror::Error;

/// The smallest bucket, in bytes.
pub const SMALLEST: usize = 256;
/// The largest bucket, in bytes; larger content travels as a file.
pub const LARGEST: usize = 65_536;

/// The data does not fit the largest bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} bytes do not fit the largest size class")]
pub struct TooLarge(pub usize);

/// The bytes are not padded data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the padding is not valid")]
pub struct BadPadding;

/// Pads `data` in place to its bucket.
///
/// # Errors
/// [`TooLarge`] from 65 536 bytes on; `data` is then unchanged.
pub fn pad(data: &mut Vec<u8>) -> Result<(), TooLarge> {
    let bucket = (data.len() + 1).next_power_of_two().max(SMALLEST);
    if bucket > LARGEST {
        return Err(TooLarge(data.len()));
    }
    data.push(0x80);
    data.resize(bucket, 0);
    Ok(())
}

/// Removes the padding and returns the data.
///
/// # Errors
/// [`BadPadding`] if no `0x80` ends the data or the length is not the bucket that [`pad`] would choose.
pub fn unpad(padded: &[u8]) -> Result<&[u8], BadPadding> {
    let end = padded.iter().rposition(|byte| *byte != 0).ok_or(BadPadding)?;
    let (data, tail) = padded.split_at_checked(end).ok_or(BadPadding)?;
    let bucket = (data.len() + 1).next_power_of_two().max(SMALLEST);
    if tail.first() != Some(&0x80) || padded.len() != bucket || bucket > LARGEST {
        return Err(BadPadding);
    }
    Ok(data)
}
