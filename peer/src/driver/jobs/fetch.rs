//! Fetching an object from a peer or taking one that came whole, and the checks before it counts.

use std::fs::File;
use std::ops::Range;

use conclave_crypto::file::FileRef;
use conclave_crypto::keys::TransportPublic;
use conclave_crypto::primitives::Blake3;
use conclave_proto::{ErrorCode, limits};

use crate::core::input::JobNews;
use crate::disk::store_fault;
use crate::model::Failure;
use crate::net::transfer::{FetchRequest, GroupRanges, hash_reader};
use crate::store::{BlobId, BlobWriter};

use super::arrivals::Arrivals;
use super::check::{Check, Checked};
use super::content::each_chunk;
use super::{Work, damaged, full, parse};

impl Work {
    pub(super) async fn fetch(
        &self,
        peer: TransportPublic,
        file_ref: &[u8],
        have: Vec<(u64, u64)>,
    ) -> Result<JobNews, Failure> {
        let reference = parse(file_ref)?;
        let (id, length) = (BlobId::new(*reference.content_id()), reference.object_len());
        if self.blobs.contains(&id) {
            return Ok(JobNews::Fetched);
        }
        let wanted = missing(&have, length.div_ceil(limits::GROUP));
        let mut checked = None;
        if !wanted.is_empty() {
            let part = self.blobs.part(&id, length).map_err(|error| store_fault(&error))?;
            let fresh = have.is_empty().then(|| begin(&part, &reference)).flatten();
            let fresh = fresh.map(|(check, outboard, result)| {
                checked = Some(result);
                (check, outboard)
            });
            let sink =
                Arrivals::new(self.clone(), part, have, length, fresh).map_err(|error| full(&error))?;
            let ranges =
                GroupRanges::new(length, wanted).map_err(|_| Failure::new(ErrorCode::FileDamaged))?;
            let request = FetchRequest { content_id: *id.as_bytes(), ranges };
            self.net
                .fetch(peer, request, sink)
                .await
                .map_err(|error| Failure::new(error.code()).with("why", error.to_string()))?;
        }
        self.blocking(move |work| work.complete(&id, length, &reference, checked)).await
    }

    /// Keeps an object that came in one piece.
    pub(super) fn take(self, file_ref: &[u8], object: &[u8]) -> Result<JobNews, Failure> {
        let reference = parse(file_ref)?;
        let (id, length) = (BlobId::new(*reference.content_id()), reference.object_len());
        if self.blobs.contains(&id) {
            return Ok(JobNews::Fetched);
        }
        if object.len() as u64 != length {
            return Err(damaged(&reference));
        }
        let mut part = self.blobs.part(&id, length).map_err(|error| store_fault(&error))?;
        part.write_at(0, object).and_then(|()| part.sync()).map_err(|error| store_fault(&error))?;
        drop(part);
        self.complete(&id, length, &reference, None)
    }

    /// A whole sealed object of at most so many bytes.
    pub(super) fn whole(self, id: &BlobId, length: u64) -> Result<JobNews, Failure> {
        let gone = || Failure::new(ErrorCode::FileGone);
        let mut object = self.blobs.read(id).map_err(|error| store_fault(&error))?.ok_or_else(gone)?;
        let length = usize::try_from(length).map_err(|_| gone())?;
        let bytes = object.read_at(0, length).map_err(|error| store_fault(&error))?;
        if bytes.len() == length { Ok(JobNews::Object { bytes }) } else { Err(gone()) }
    }

    /// Checks the plaintext hash of a whole object before it counts. One that came in a single piece was opened on its
    /// way here; one that was resumed is read once more, and its outboard made.
    fn complete(
        self,
        id: &BlobId,
        length: u64,
        reference: &FileRef,
        checked: Option<Checked>,
    ) -> Result<JobNews, Failure> {
        let writer = self.blobs.part(id, length).map_err(|error| store_fault(&error))?;
        let on_the_way = checked.and_then(Checked::plain_hash);
        let plain = match on_the_way {
            Some(hash) => Some(hash),
            None => self.plain_hash(&writer, reference)?,
        };
        if plain.as_ref() != Some(reference.plaintext_hash()) {
            drop(writer.abandon());
            return Err(damaged(reference));
        }
        let hashed = match on_the_way {
            Some(_) => *id,
            None => hash_part(&writer, length)?,
        };
        writer.finish(&hashed, length).map_err(|error| store_fault(&error))?;
        Ok(JobNews::Fetched)
    }

    /// The plaintext hash of what is on disk; nothing if it does not open.
    fn plain_hash(&self, writer: &BlobWriter, reference: &FileRef) -> Result<Option<[u8; 32]>, Failure> {
        let mut plain = Blake3::new();
        let opened = each_chunk(from_start(writer)?, reference, &self.stop, |bytes| {
            plain.update(bytes);
            Ok(())
        });
        match opened {
            Ok(()) => Ok(Some(plain.finish())),
            Err(stopped) if stopped.code == ErrorCode::FileStopped => Err(stopped),
            Err(_) => Ok(None),
        }
    }
}

/// What an object of which nothing is here needs to be checked on its way.
fn begin(part: &BlobWriter, reference: &FileRef) -> Option<(Check, File, Checked)> {
    let outboard = part.outboard().ok()?;
    let (check, checked) = Check::start(reference.duplicate())?;
    Some((check, outboard, checked))
}

/// Hashes a whole part once more and writes its outboard.
fn hash_part(writer: &BlobWriter, length: u64) -> Result<BlobId, Failure> {
    let outboard = writer.outboard().map_err(|error| store_fault(&error))?;
    let id = hash_reader(from_start(writer)?, length, &outboard).map_err(|error| full(&error))?;
    Ok(BlobId::new(id))
}

fn from_start(writer: &BlobWriter) -> Result<&File, Failure> {
    let mut file = writer.file();
    std::io::Seek::rewind(&mut file).map_err(|error| full(&error))?;
    Ok(file)
}

/// The stretches of groups that are not held. Beyond what one request takes, the last one runs to the end.
fn missing(held: &[(u64, u64)], groups: u64) -> Vec<Range<u64>> {
    let mut wanted = Vec::new();
    let mut from = 0;
    for (start, end) in held.iter().copied().chain([(groups, groups)]) {
        if start > from {
            wanted.push(from..start);
        }
        from = from.max(end);
    }
    if let Some(rest) = wanted.get(limits::FILE_RANGES - 1..).filter(|rest| rest.len() > 1) {
        let rest = rest.first().map_or(0, |range| range.start)..groups;
        wanted.truncate(limits::FILE_RANGES - 1);
        wanted.push(rest);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::super::arrivals::join;
    use super::*;

    #[test]
    fn what_is_missing_and_what_is_held_make_the_whole() {
        assert_eq!(missing(&[], 5), vec![std::ops::Range { start: 0, end: 5 }]);
        assert_eq!(missing(&[(0, 5)], 5), []);
        assert_eq!(missing(&[(1, 2), (3, 4)], 5), [0..1, 2..3, 4..5]);
        assert_eq!(join(vec![(1, 2), (3, 4)], &[0..1, 2..3]), [(0, 4)]);
        let held: Vec<(u64, u64)> = (0..200).map(|n| (2 * n, 2 * n + 1)).collect();
        let wanted = missing(&held, 400);
        assert_eq!(wanted.len(), limits::FILE_RANGES);
        let all = join(held, &wanted);
        assert_eq!(all, [(0, 400)]);
    }
}
