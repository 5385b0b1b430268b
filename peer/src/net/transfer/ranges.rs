//! Which groups of an object are wanted: ascending, not touching, within the object, few.

use core::ops::Range;

use bao_tree::{ChunkNum, ChunkRanges};
use conclave_proto::limits;
use conclave_proto::schema::{FileRequest, GroupRange};
use thiserror::Error;

use super::OBJECT_MAX;

/// BLAKE3 chunks in a group.
const CHUNKS: u64 = limits::GROUP / 1024;

/// Ranges that no request may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the ranges are empty, too many, out of order or outside the object")]
pub struct BadRanges;

/// Groups of an object of `length` bytes; the last may be short.
#[must_use]
pub const fn groups(length: u64) -> u64 {
    length.div_ceil(limits::GROUP)
}

/// Checked ranges of groups of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRanges {
    length: u64,
    ranges: Vec<Range<u64>>,
}

impl GroupRanges {
    /// Checks ranges of groups of an object of `length` bytes.
    ///
    /// # Errors
    /// [`BadRanges`].
    pub fn new(length: u64, ranges: Vec<Range<u64>>) -> Result<Self, BadRanges> {
        let end = groups(length);
        let mut free = 0;
        for range in &ranges {
            if range.start < free || range.start >= range.end || range.end > end {
                return Err(BadRanges);
            }
            // Touching ranges would be one range.
            free = range.end + 1;
        }
        if length == 0 || length > OBJECT_MAX || ranges.is_empty() || ranges.len() > limits::FILE_RANGES {
            return Err(BadRanges);
        }
        Ok(Self { length, ranges })
    }

    /// All groups of an object.
    ///
    /// # Errors
    /// [`BadRanges`] for an object that is empty or too long.
    pub fn all(length: u64) -> Result<Self, BadRanges> {
        Self::new(length, core::iter::once(0..groups(length)).collect())
    }

    /// Length of the object, in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Bytes in the ranges.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let end = |range: &Range<u64>| (range.end * limits::GROUP).min(self.length);
        self.ranges.iter().map(|range| end(range) - range.start * limits::GROUP).sum()
    }

    /// As BLAKE3 chunks.
    pub(super) fn chunks(&self) -> ChunkRanges {
        let chunk = |group: u64| ChunkNum(group * CHUNKS);
        self.ranges.iter().fold(ChunkRanges::empty(), |all, range| {
            all | ChunkRanges::from(chunk(range.start)..chunk(range.end))
        })
    }

    /// As the schema message.
    pub(in crate::net) fn request(&self, content_id: &[u8; 32]) -> FileRequest {
        let range = |range: &Range<u64>| GroupRange { from: range.start, to: range.end };
        FileRequest {
            content_id: content_id.to_vec().into(),
            length: self.length,
            ranges: self.ranges.iter().map(range).collect(),
        }
    }

    /// From the schema message.
    pub(super) fn parse(request: &FileRequest) -> Result<([u8; 32], Self), BadRanges> {
        let content_id = request.content_id.as_ref().try_into().map_err(|_| BadRanges)?;
        if request.ranges.len() > limits::FILE_RANGES {
            return Err(BadRanges);
        }
        let ranges = request.ranges.iter().map(|range| range.from..range.to).collect();
        Ok((content_id, Self::new(request.length, ranges)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: u64 = 10 * limits::GROUP + 1;

    #[test]
    fn only_ascending_separate_ranges_inside_the_object_pass() {
        let list = |pairs: &[(u64, u64)]| pairs.iter().map(|(from, to)| *from..*to).collect();
        for good in [&[(0, 11)][..], &[(0, 1), (2, 3), (10, 11)], &[(10, 11)]] {
            let ranges = GroupRanges::new(LENGTH, list(good)).unwrap();
            let id = [7; 32];
            assert_eq!(GroupRanges::parse(&ranges.request(&id)), Ok((id, ranges)));
        }
        for bad in [
            &[][..],
            &[(0, 12)],
            &[(1, 1)],
            &[(3, 2)],
            &[(0, 1), (1, 2)],
            &[(2, 3), (0, 1)],
            &[(0, u64::MAX)],
        ] {
            assert_eq!(GroupRanges::new(LENGTH, list(bad)), Err(BadRanges), "{bad:?}");
        }
        let many = (0..65).map(|n| 2 * n..2 * n + 1).collect();
        assert_eq!(GroupRanges::new(OBJECT_MAX, many), Err(BadRanges));
        assert!(GroupRanges::all(0).is_err() && GroupRanges::all(OBJECT_MAX + 1).is_err());
    }

    #[test]
    fn bytes_count_the_short_last_group() {
        assert_eq!(GroupRanges::all(LENGTH).unwrap().bytes(), LENGTH);
        let ends = [0..1, 10..11].to_vec();
        assert_eq!(GroupRanges::new(LENGTH, ends).unwrap().bytes(), limits::GROUP + 1);
    }
}
