//! A disk in memory that remembers what was synced, can be cut at any event, run full, or fail its syncs.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::Dice;
use crate::store::disk::{Appender, Disk};

#[derive(Debug, Clone)]
pub(super) enum Event {
    Create(String),
    Write(String, Vec<u8>),
    Sync(String),
    Cut(String, u64),
    Replace(String, Vec<u8>),
    Remove(String),
    /// The store said that everything up to here is durable.
    Acknowledged(u64),
}

#[derive(Debug, Clone, Default)]
struct Content {
    bytes: Vec<u8>,
    durable: usize,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Content>,
    events: Vec<Event>,
    capacity: Option<usize>,
    free: Option<u64>,
    failing_syncs: u32,
}

/// The disk; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct SimDisk(Arc<Mutex<State>>);

/// What becomes of bytes that were not synced.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loss {
    All,
    /// A random prefix stays.
    Prefix,
    /// Blocks of this size stay or read as zeros, each by chance.
    Torn(usize),
}

impl SimDisk {
    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().events.clone()
    }

    pub(super) fn note(&self, event: Event) {
        self.0.lock().unwrap().events.push(event);
    }

    pub(super) fn limit(&self, capacity: Option<usize>) {
        self.0.lock().unwrap().capacity = capacity;
    }

    /// What is said to be free; without it, room for anything.
    pub(super) fn say_free(&self, free: Option<u64>) {
        self.0.lock().unwrap().free = free;
    }

    pub(super) fn fail_syncs(&self, count: u32) {
        self.0.lock().unwrap().failing_syncs = count;
    }

    pub(super) fn used(&self) -> usize {
        self.0.lock().unwrap().used()
    }

    /// The disk as it is after a loss of power behind these events.
    pub(super) fn after_cut(events: &[Event], loss: Loss, dice: &mut Dice) -> Self {
        let mut state = State::default();
        for event in events {
            state.replay(event);
        }
        for content in state.files.values_mut() {
            let (durable, unsynced) = content.bytes.split_at(content.durable);
            let kept = match loss {
                Loss::All => Vec::new(),
                Loss::Prefix => unsynced[..dice.roll(unsynced.len() as u64 + 1) as usize].to_vec(),
                Loss::Torn(block) => {
                    let blocks = unsynced.chunks(block);
                    blocks
                        .flat_map(|b| if dice.roll(2) == 0 { vec![0; b.len()] } else { b.to_vec() })
                        .collect()
                }
            };
            let bytes = [durable, &kept].concat();
            *content = Content { durable: bytes.len(), bytes };
        }
        Self(Arc::new(Mutex::new(state)))
    }
}

impl State {
    fn used(&self) -> usize {
        self.files.values().map(|content| content.bytes.len()).sum()
    }

    fn replay(&mut self, event: &Event) {
        match event {
            Event::Create(name) => drop(self.files.insert(name.clone(), Content::default())),
            Event::Write(name, bytes) => self.files.get_mut(name).unwrap().bytes.extend_from_slice(bytes),
            Event::Sync(name) => {
                let content = self.files.get_mut(name).unwrap();
                content.durable = content.bytes.len();
            }
            Event::Cut(name, length) => {
                let content = self.files.get_mut(name).unwrap();
                content.bytes.resize(*length as usize, 0);
                content.durable = content.bytes.len();
            }
            Event::Replace(name, bytes) => {
                let content = Content { bytes: bytes.clone(), durable: bytes.len() };
                self.files.insert(name.clone(), content);
            }
            Event::Remove(name) => drop(self.files.remove(name)),
            Event::Acknowledged(_) => {}
        }
    }

    fn record(&mut self, event: Event) {
        self.replay(&event);
        self.events.push(event);
    }
}

impl Disk for SimDisk {
    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let state = self.0.lock().unwrap();
        Ok(state.files.iter().map(|(name, content)| (name.clone(), content.bytes.len() as u64)).collect())
    }

    fn read(&self, name: &str, from: u64) -> io::Result<Vec<u8>> {
        let state = self.0.lock().unwrap();
        let content = state.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(content.bytes.get(from as usize..).unwrap_or_default().to_vec())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Appender>> {
        let mut state = self.0.lock().unwrap();
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.record(Event::Create(name.into()));
        Ok(Box::new(End(self.clone(), name.into())))
    }

    fn resume(&self, name: &str, length: u64) -> io::Result<Box<dyn Appender>> {
        self.0.lock().unwrap().record(Event::Cut(name.into(), length));
        Ok(Box::new(End(self.clone(), name.into())))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().record(Event::Replace(name.into(), bytes.to_vec()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.lock().unwrap().record(Event::Remove(name.into()));
        Ok(())
    }

    fn free(&self) -> io::Result<u64> {
        // What is asked in advance looks roomy: the write itself must find the end.
        Ok(self.0.lock().unwrap().free.unwrap_or(u64::MAX / 2))
    }
}

struct End(SimDisk, String);

impl Appender for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.0.lock().unwrap();
        let room = state.capacity.map_or(usize::MAX, |capacity| capacity.saturating_sub(state.used()));
        let fits = bytes.len().min(room);
        state.record(Event::Write(self.1.clone(), bytes[..fits].to_vec()));
        if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.0.0.lock().unwrap();
        if state.failing_syncs > 0 {
            state.failing_syncs -= 1;
            return Err(io::Error::from_raw_os_error(5));
        }
        state.record(Event::Sync(self.1.clone()));
        Ok(())
    }
}
