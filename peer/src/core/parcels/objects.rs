//! Files in the box: the sealed object of a FILE follows its message, if Policy has room for it (PROTOCOL §2.7, kind 3).
//!
//! ```text
//! receipt for the FILE ─► fits? ──no──► it waits for a link, and nothing more is proven
//!                            │ yes
//!                       Job::Object ─► parcel ─► receipt: message and file are both in the box
//! ```
//!
//! A FILE that was delivered before that is followed by its object all the same, unless a link comes. One object at a time, for each may have as many bytes as Policy lets a parcel have. Who collects takes it only under a
//! FILE of the same sender; what is larger than what is fetched unasked stays in the box until the file is accepted.

use conclave_crypto::keys::{ItemId, MessageId, UserId};
use conclave_crypto::parcel::{Parcel, ParcelKind};
use conclave_crypto::primitives::blake3;
use conclave_proto::ErrorCode;

use super::{ASK_AGAIN, Boxed, Cargo, Leaving, MOST_OWED, ParcelRecord, Parcels, parcels_group};
use crate::core::collect::Fate;
use crate::core::custody::Proof;
use crate::core::effect::{Effect, Job, JobId};
use crate::core::gate::Step;
use crate::core::input::JobNews;
use crate::core::profiles::file_ref;
use crate::core::timers::Timer;
use crate::core::{Core, Pending};
use crate::model::{Failure, FileId, FileState, Time};
use crate::record::{Key, Read, Tree};

/// What a message needs beside itself to be whole in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// It is all there is, or the rest is in the box too.
    Whole,
    /// This object, of so many bytes; held back for now, or not.
    Object { file: FileId, length: u64, held: bool },
    /// An object that no parcel holds.
    Elsewhere,
}

impl<R: Read> Core<R> {
    /// What the file of a message is to the box.
    pub(super) fn content_of(&self, step: &Step<'_>, id: &MessageId) -> Result<Content, Failure> {
        if self.index(step, id)?.is_none_or(|index| index.key == 0) {
            return Ok(Content::Whole);
        }
        let (stored, _) = self.find_message(step, id)?;
        let Ok(file) = <[u8; 32]>::try_from(stored.file.as_slice()).map(FileId) else {
            return Ok(Content::Whole);
        };
        let record = self.file_record(step, &file)?.map(|(_, record)| record);
        let Some(record) = record.filter(|record| record.outgoing && record.is_whole()) else {
            return Ok(Content::Elsewhere);
        };
        let length = file_ref(&record.file_ref).map_or(u64::MAX, |file| file.object_len());
        let most = self.log.directory.policy().map_or(0, |policy| policy.box_parcel_max);
        let fits = record.parcel_len() <= u64::from(most);
        let held = record.state() == FileState::Paused;
        Ok(if fits { Content::Object { file, length, held } } else { Content::Elsewhere })
    }

    /// A message is in the box, and this of its file is not: what is proven of it now.
    pub(super) fn boxed(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        (seq, id): (u64, MessageId),
        until: Time,
        content: Content,
    ) -> Result<(), Failure> {
        let object = matches!(content, Content::Object { .. });
        let parcels = &mut self.peers.entry(*user).or_default().parcels;
        parcels.boxed.insert(seq, Boxed { id, until, expired: false, object });
        let record = ParcelRecord { until, object, delivered: Vec::new() };
        step.save(Tree::State, Key::ordered(parcels_group(user), seq), &record);
        match content {
            Content::Whole => self.prove(step, &id, Proof::Deposited { until }).map(|_| ()),
            Content::Object { .. } | Content::Elsewhere => Ok(()),
        }
    }

    /// A message is delivered. Where no link has told so, the object of its file is still to be left, if it was not: the
    /// message was collected before it, or the link that brought it is gone.
    pub(in crate::core) fn owe_object(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        (seq, id): (u64, MessageId),
    ) -> Result<(), Failure> {
        let object = matches!(self.content_of(step, &id)?, Content::Object { .. });
        if !object || self.link_to(user).is_some() {
            return Ok(());
        }
        let Some(Parcels { boxed, owed, .. }) = self.peers.get_mut(user).map(|peer| &mut peer.parcels) else {
            return Ok(());
        };
        if owed.len() < MOST_OWED && boxed.get(&seq).is_none_or(|boxed| boxed.object) {
            boxed.remove(&seq);
            owed.insert(seq, id);
            let record = ParcelRecord { until: 0, object: true, delivered: id.as_bytes().to_vec() };
            step.save(Tree::State, Key::ordered(parcels_group(user), seq), &record);
        }
        Ok(())
    }

    /// Reads the next object that is to be left for a person.
    pub(super) fn read_object(&mut self, step: &mut Step<'_>, user: &UserId) -> Result<(), Failure> {
        if !self.peers.get(user).is_some_and(|peer| peer.parcels.lacks_object()) {
            return Ok(());
        }
        let reading = self.pending.values().any(|pending| matches!(pending, Pending::Object { .. }));
        let leaves = |one: &Leaving| matches!(one.cargo, Cargo::Object { .. });
        if reading || self.peers.values().any(|peer| peer.parcels.leaving.iter().any(leaves)) {
            self.timers.sooner(Timer::Parcels(*user), step.now + ASK_AGAIN);
            return Ok(());
        }
        let wanted = self.peers.get(user).and_then(|peer| {
            let mut wanted = peer.parcels.boxed.iter().filter(|(_, boxed)| boxed.object && !boxed.expired);
            let owed = peer.parcels.owed.first_key_value().map(|(seq, id)| (*seq, *id));
            owed.or_else(|| wanted.next().map(|(seq, boxed)| (*seq, boxed.id)))
        });
        let Some((seq, id)) = wanted else { return Ok(()) };
        match self.content_of(step, &id)? {
            Content::Object { held: true, .. } => {
                self.timers.sooner(Timer::Parcels(*user), step.now + ASK_AGAIN);
            }
            Content::Object { file, length, held: false } => {
                let job = JobId(self.pend(Pending::Object { user: *user, seq }));
                step.soon(Effect::Job { job, what: Job::Object { file, length } });
            }
            // It was withdrawn meanwhile, or Policy has changed.
            Content::Whole | Content::Elsewhere => self.object_settled(step, user, seq),
        }
        Ok(())
    }

    // Nothing more is to be left of this message.
    fn object_settled(&mut self, step: &mut Step<'_>, user: &UserId, seq: u64) {
        let Some(peer) = self.peers.get_mut(user) else { return };
        let key = Key::ordered(parcels_group(user), seq);
        if peer.parcels.owed.remove(&seq).is_some() {
            step.delete(Tree::State, key);
        } else if let Some(boxed) = peer.parcels.boxed.get_mut(&seq) {
            boxed.object = false;
            let record = ParcelRecord { until: boxed.until, object: false, delivered: Vec::new() };
            step.save(Tree::State, key, &record);
        }
    }

    /// An object was read: it goes as a parcel, if its person is still away.
    pub(in crate::core) fn object_read(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        seq: u64,
        news: JobNews,
    ) -> Result<(), Failure> {
        let JobNews::Object { bytes } = news else {
            self.object_settled(step, user, seq);
            return self.pump_parcels(step, user);
        };
        let Some(parcels) = self.peers.get(user).map(|peer| &peer.parcels) else { return Ok(()) };
        let boxed = parcels.boxed.get(&seq).filter(|boxed| boxed.object).map(|boxed| boxed.id);
        let id = boxed.or_else(|| parcels.owed.get(&seq).copied());
        let Some(id) = id.filter(|_| self.may_deposit(user)) else { return Ok(()) };
        let Some(party) = self.party_of(user) else { return Ok(()) };
        let sealed = Parcel::seal(&self.setup.device, &party, ParcelKind::FileObject, &bytes, &mut *step.rng);
        let Ok(parcel) = sealed else { return Ok(()) };
        let leaving = &mut self.peers.entry(*user).or_default().parcels.leaving;
        leaving.push_back(Leaving { cargo: Cargo::Object { seq, id }, parcel, asked: None });
        self.ask_deposits(step, user);
        Ok(())
    }

    /// The server has an object: with its message in the box the file is whole there.
    pub(super) fn object_boxed(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        (seq, id): (u64, MessageId),
        until: Time,
    ) -> Result<(), Failure> {
        let boxed = self.peers.get(user).and_then(|peer| peer.parcels.boxed.get(&seq)).copied();
        match boxed.filter(|boxed| boxed.id == id && !boxed.expired) {
            Some(boxed) => self.boxed(step, user, (seq, id), until.min(boxed.until), Content::Whole)?,
            None => self.object_settled(step, user, seq),
        }
        self.pump_all_parcels(step)
    }

    /// An object came out of the box.
    pub(in crate::core) fn take_object(
        &mut self,
        step: &mut Step<'_>,
        user: &UserId,
        (item, old): (ItemId, bool),
        object: Vec<u8>,
    ) -> Result<Fate, Failure> {
        let file = FileId(blake3(&[&object]));
        let Some((_, record)) = self.file_record(step, &file)? else {
            // Its message may be one that cannot be opened yet.
            let large = u64::try_from(Parcel::len_of(object.len())).is_ok_and(|length| self.is_left(length));
            return Ok(match (old, large) {
                (true, _) => Fate::Erase,
                (false, true) => Fate::Kept(file),
                (false, false) => Fate::Later,
            });
        };
        if record.outgoing || record.with != user.as_bytes() {
            return Ok(Fate::Erase);
        }
        match record.state() {
            FileState::Done | FileState::Gone => Ok(Fate::Erase),
            FileState::Queued if self.awaits(&file) => {
                let job = JobId(self.pend(Pending::TakeObject { item, file }));
                step.after(Effect::Job {
                    job,
                    what: Job::Take { file_ref: record.file_ref.clone(), object },
                });
                self.fetching_by(step, file, job);
                Ok(Fate::UnderWay)
            }
            _ => Ok(Fate::Kept(file)),
        }
    }

    /// An object out of the box was written, or not.
    pub(in crate::core) fn object_taken(
        &mut self,
        step: &mut Step<'_>,
        file: FileId,
        item: ItemId,
        news: JobNews,
    ) -> Result<(), Failure> {
        match news {
            JobNews::Fetched => {
                self.erase_items(step, vec![item]);
                self.fetched(step, file)?;
            }
            news => {
                let code = match news {
                    JobNews::Failed { code, .. } => code,
                    _ => ErrorCode::Bug,
                };
                self.fetch_failed(step, file, code)?;
                if code == ErrorCode::FileDamaged {
                    self.erase_items(step, vec![item]);
                } else {
                    self.look_again(step);
                }
            }
        }
        Ok(())
    }
}
