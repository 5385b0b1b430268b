//! Reading the journal back: every record that can be proved, in order, and an account of what cannot.
//!
//! ```text
//! ── rec ── rec ── ▒▒▒ ── rec ── rec ▒|          ▒ in the middle: damage, counted by the gap in the numbers
//!                                    └ at the end: a write that a crash cut short; it was never acknowledged
//! ```
//!
//! After damage the next record is found by its number: eight bytes that continue the sequence and a sealed body that
//! opens under the number and the predecessor it states. So a flipped bit costs one record, not what follows it.

use std::io;

use conclave_crypto::vault::JournalRecord;

use super::{Position, segment_name, segments};
use crate::store::disk::Disk;
use crate::store::operations::Operations;
use crate::store::sealing::Sealing;

/// How far a number may jump over damaged records and still be believed before its body is opened. Each candidate
/// costs one failed opening, so this only bounds work.
const MAX_JUMP: u64 = 1 << 24;

/// What was found.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Behind the last good record.
    pub(crate) end: Position,
    /// Good records visited.
    pub(crate) records: u64,
    /// Records that are missing or cannot be read, by the gaps in the numbers.
    pub(crate) lost: u64,
    /// Places where the chain does not hold.
    pub(crate) breaks: u64,
    /// Bytes behind the last good record.
    pub(crate) torn: u64,
    /// The records make up the whole state: they start at number 1, or hold a whole checkpoint.
    pub(crate) complete: bool,
    /// The journal does not reach the position it was to be read from.
    pub(crate) short: bool,
}

/// Visits every good record behind `from` (from the oldest segment if there is none), up to number `until`.
///
/// # Errors
/// What the disk or the visitor says. Damage is not an error: it is in the [`Outcome`].
pub(crate) fn replay<E: From<io::Error>>(
    disk: &dyn Disk,
    sealing: &Sealing,
    from: Option<Position>,
    until: u64,
    visit: &mut dyn FnMut(Operations, Position) -> Result<(), E>,
) -> Result<Outcome, E> {
    let present = segments(disk)?;
    let oldest = present.keys().next().copied().unwrap_or(1);
    let start = from.unwrap_or(Position { segment: oldest, ..Position::START });
    let mut outcome = Outcome {
        end: start,
        records: 0,
        lost: 0,
        breaks: 0,
        torn: 0,
        complete: from.is_some(),
        short: present.get(&start.segment).copied().unwrap_or(0) < start.offset,
    };
    if outcome.short {
        return Ok(outcome);
    }
    let mut known = from.is_some();
    let mut started: Option<u64> = None;
    for (segment, _) in present.range(start.segment..) {
        let offset = if *segment == start.segment { start.offset } else { 0 };
        let bytes = disk.read(&segment_name(*segment), offset)?;
        let mut rest: &[u8] = &bytes;
        while !rest.is_empty() {
            if outcome.end.seq >= until {
                return Ok(outcome);
            }
            let Some(found) = next(sealing, rest, &outcome.end, known) else {
                outcome.torn = outcome.torn.saturating_add(count(rest.len()));
                break;
            };
            if found.skipped > 0 || !found.follows {
                // Bytes that were passed over at an earlier end were not torn: records follow them.
                outcome.breaks = outcome.breaks.saturating_add(1);
            } else if outcome.torn > 0 {
                outcome.breaks = outcome.breaks.saturating_add(1);
            }
            outcome.torn = 0;
            if known {
                let gap = found.record.seq().saturating_sub(outcome.end.seq.saturating_add(1));
                outcome.lost = outcome.lost.saturating_add(gap);
            } else {
                outcome.complete = found.record.seq() == 1;
                known = true;
            }
            let consumed = found.skipped.saturating_add(found.record.as_bytes().len());
            rest = rest.get(consumed..).unwrap_or_default();
            outcome.end = Position {
                segment: *segment,
                offset: offset.saturating_add(count(bytes.len().saturating_sub(rest.len()))),
                seq: found.record.seq(),
                chain: found.record.hash(),
            };
            outcome.records = outcome.records.saturating_add(1);
            match &found.operations {
                Operations::Start => started = Some(0),
                Operations::Part(changes) => {
                    started = started.map(|records| records.saturating_add(count(changes.len())));
                }
                Operations::End { records } => outcome.complete |= started.take() == Some(*records),
                // Writes between the parts of a checkpoint are in their places: each part is as of its own moment.
                Operations::Writes(_) => {}
            }
            visit(found.operations, outcome.end)?;
        }
    }
    Ok(outcome)
}

struct Found {
    record: JournalRecord,
    operations: Operations,
    skipped: usize,
    follows: bool,
}

/// The next record that opens: the one that must come here, or else the first later one.
fn next(sealing: &Sealing, bytes: &[u8], end: &Position, known: bool) -> Option<Found> {
    let expected = end.seq.saturating_add(1);
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let skip = rest.windows(8).position(|window| {
            let seq = window.first_chunk().map_or(0, |seq| u64::from_be_bytes(*seq));
            if known {
                (expected..expected.saturating_add(MAX_JUMP)).contains(&seq)
            } else {
                seq > 0 && seq < MAX_SEQ
            }
        })?;
        let skipped = from.saturating_add(skip);
        if let Some((record, operations)) = bytes.get(skipped..).and_then(|here| open(sealing, here)) {
            let follows = !known || (record.seq() == expected && *record.prev() == end.chain);
            return Some(Found { record, operations, skipped, follows });
        }
        from = skipped.saturating_add(1);
    }
}

/// Sequence numbers that are believed at the start of a journal whose first segments were superseded.
const MAX_SEQ: u64 = 1 << 48;

/// A record that opens under what it states itself.
fn open(sealing: &Sealing, bytes: &[u8]) -> Option<(JournalRecord, Operations)> {
    let (record, _) = JournalRecord::read(bytes).ok()?;
    let opened = sealing.open_record(&record, record.seq(), record.prev()).ok()?;
    let operations = Operations::decode(&opened).ok()?;
    Some((record, operations))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
