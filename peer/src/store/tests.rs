//! The store under power cuts, flipped bits, full disks and ordinary use.

mod backup;
mod crash;
mod damage;
mod disk;
mod faults;
mod model;
mod ordinary;
mod schema;
mod search;
mod speed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use conclave_crypto::keys::VaultId;
use conclave_crypto::secret::Secret;
use conclave_crypto::vault::VaultKeys;

use super::disk::Disk;
use super::recover::{self, Parts};
use super::*;

/// Keys that every opening of a test profile shares.
fn keys() -> VaultKeys {
    keys_with_epochs(&[1])
}

fn keys_with_epochs(epochs: &[u32]) -> VaultKeys {
    let epochs: BTreeMap<u32, Secret<32>> =
        epochs.iter().map(|epoch| (*epoch, Secret::new([*epoch as u8; 32]))).collect();
    VaultKeys::from_keys(VaultId::new([3; 16]), Secret::new([7; 32]), epochs)
}

/// Reports as a channel.
fn reports() -> (OnDurable, Receiver<Durable>) {
    let (sender, receiver) = sync_channel(1 << 18);
    (Box::new(move |durable| drop(sender.try_send(durable))), receiver)
}

/// Waits until a token is durable.
fn wait_for(receiver: &Receiver<Durable>, token: u64) {
    loop {
        match receiver.recv().expect("the store reports") {
            Durable::UpTo(reached) if reached >= token => return,
            Durable::UpTo(_) => {}
            Durable::Failed(error) => panic!("{error}"),
        }
    }
}

/// The index of a profile, opened by sled alone. One that was just closed may hold its lock for a moment.
fn bare_index(profile: &Path) -> sled::Db {
    let database = fs::read_dir(profile.join("index")).unwrap().next().unwrap().unwrap().path();
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        match sled::open(&database) {
            Ok(rows) => return rows,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A store on any disk, without header and lock.
fn parts(disk: Arc<dyn Disk>, index: &Path, segment_size: u64) -> Parts {
    let mut parts = Store::parts_on(disk, index.to_owned(), keys(), Format::PLAIN);
    parts.segment_size = segment_size;
    parts.index_cache = 4 << 20;
    parts
}

fn begin(parts: &Parts) -> (Store, Receiver<Durable>) {
    let (report, receiver) = reports();
    let (index, journal) = recover::begin(parts).unwrap();
    (Store::start(parts.clone(), None, index, journal, report).unwrap(), receiver)
}

fn reopen(parts: &Parts) -> Result<(Store, Recovery, Receiver<Durable>), StoreError> {
    let (report, receiver) = reports();
    let (index, journal, recovery) = recover::recover(parts, Ahead::default())?;
    Ok((Store::start(parts.clone(), None, index, journal, report)?, recovery, receiver))
}

/// How often something is tried: few times in a usual run, all that the bars ask for with `CONCLAVE_SOAK` set.
fn times(usual: u64, soak: u64) -> u64 {
    if std::env::var_os("CONCLAVE_SOAK").is_some() { soak } else { usual }
}

/// A small generator with a seed that a failing test prints.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % below.max(1)
    }
}
