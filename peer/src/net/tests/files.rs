//! Verified ranges over real connections.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use conclave_crypto::keys::TransportPublic;
use conclave_proto::limits::GROUP;

use super::proxy;
use super::support::{Node, QUIC, TCP};
use crate::net::NetEvent;
use crate::net::transfer::{FetchError, FetchRequest, GroupRanges, Object, Shelf, Sink, groups, hash_reader};

/// Objects in a folder, and how often one is still given before all are held back.
#[derive(Default)]
struct Folder(Mutex<BTreeMap<[u8; 32], (PathBuf, PathBuf)>>, Mutex<Option<u32>>);

impl Shelf for Folder {
    fn withholds(&self, _: &[u8; 32]) -> bool {
        let mut left = self.1.lock().unwrap();
        let held = *left == Some(0);
        *left = left.map(|left| left.saturating_sub(1));
        held
    }

    fn open(&self, _: &TransportPublic, content_id: &[u8; 32]) -> Option<Object> {
        let (object, outboard) = self.0.lock().unwrap().get(content_id)?.clone();
        Object::open(&object, &outboard).ok()
    }
}

impl Folder {
    /// An object of pseudo-random bytes.
    fn put(&self, folder: &Path, length: usize) -> ([u8; 32], PathBuf) {
        let (object, outboard) = (folder.join("object"), folder.join("object.obao"));
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        bytes.truncate(length);
        fs::write(&object, &bytes).unwrap();
        let id = hash_reader(&bytes[..], length as u64, &fs::File::create(&outboard).unwrap()).unwrap();
        self.0.lock().unwrap().insert(id, (object.clone(), outboard));
        (id, object)
    }
}

/// Writes into a file and notes which groups came.
#[derive(Clone)]
struct Saved {
    file: Arc<fs::File>,
    groups: Arc<Mutex<Vec<bool>>>,
    length: u64,
    /// Where the hashes go.
    outboard: PathBuf,
}

impl Saved {
    fn new(path: &Path, length: u64) -> Self {
        let file = fs::File::create(path).unwrap();
        let groups = vec![false; usize::try_from(groups(length)).unwrap()];
        let outboard = path.with_extension("obao");
        Self { file: Arc::new(file), groups: Arc::new(Mutex::new(groups)), length, outboard }
    }

    fn missing(&self) -> GroupRanges {
        let groups = self.groups.lock().unwrap();
        let mut ranges: Vec<core::ops::Range<u64>> = Vec::new();
        for (n, _) in groups.iter().enumerate().filter(|(_, had)| !**had) {
            let n = n as u64;
            match ranges.last_mut() {
                Some(last) if last.end == n => last.end += 1,
                _ => ranges.push(n..n + 1),
            }
        }
        GroupRanges::new(self.length, ranges).unwrap()
    }
}

impl Sink for Saved {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        assert!(offset.is_multiple_of(GROUP));
        let end = offset + bytes.len() as u64;
        assert!(end.is_multiple_of(GROUP) || end == self.length);
        let mut groups = self.groups.lock().unwrap();
        for group in offset / GROUP..end.div_ceil(GROUP) {
            let had = &mut groups[usize::try_from(group).unwrap()];
            assert!(!*had, "a group came twice");
            *had = true;
        }
        self.file.write_all_at(bytes, offset)
    }

    fn outboard(&mut self) -> Option<fs::File> {
        fs::File::create(&self.outboard).ok()
    }
}

struct Rig {
    folder: tempfile::TempDir,
    shelf: Arc<Folder>,
    one: Node,
    two: Node,
}

impl Rig {
    /// `two` holds; `one` asks.
    async fn start(listen: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Folder::default());
        let mut one = Node::start(1, listen).await;
        let mut two = Node::with(2, listen, Arc::clone(&shelf) as Arc<dyn Shelf>).await;
        one.dial(&two).await;
        one.up().await;
        two.up().await;
        two.net.allow(one.key);
        Self { folder, shelf, one, two }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("arrived")
    }

    async fn fetch(
        &self,
        content_id: [u8; 32],
        ranges: GroupRanges,
        sink: impl Sink,
    ) -> Result<(), FetchError> {
        self.one.net.fetch(self.two.key, FetchRequest { content_id, ranges }, sink).await
    }
}

async fn a_file_arrives(listen: &str, length: usize) {
    let rig = Rig::start(listen).await;
    let (id, object) = rig.shelf.put(rig.folder.path(), length);
    let saved = Saved::new(&rig.target(), length as u64);
    let begun = Instant::now();
    rig.fetch(id, GroupRanges::all(length as u64).unwrap(), saved).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{listen}: {length} bytes, {:.0} MB/s", length as f64 / seconds / 1e6);
    assert!(fs::read(rig.target()).unwrap() == fs::read(&object).unwrap());
    // The hashes that came with it are those that its holder has made from it.
    let hashes = |object: &Path| fs::read(object.with_extension("obao")).unwrap();
    assert!(hashes(&rig.target()) == hashes(&object));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_100_mb_arrives_over_tcp() {
    a_file_arrives(TCP, 100_000_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_arrives_over_quic() {
    a_file_arrives(QUIC, 20_000_000).await;
}

#[tokio::test]
async fn small_objects_arrive() {
    for length in [1, 16_384, 16_385, 50_000] {
        a_file_arrives(TCP, length).await;
    }
}

#[tokio::test]
async fn only_the_ranges_asked_for_arrive() {
    let rig = Rig::start(TCP).await;
    let length = 100 * GROUP + 5;
    let (id, object) = rig.shelf.put(rig.folder.path(), usize::try_from(length).unwrap());
    let saved = Saved::new(&rig.target(), length);
    let ranges = GroupRanges::new(length, vec![3..4, 10..40, 99..101]).unwrap();
    rig.fetch(id, ranges, saved.clone()).await.unwrap();
    let had: Vec<u64> =
        (0..101).filter(|n| saved.groups.lock().unwrap()[usize::try_from(*n).unwrap()]).collect();
    let asked: Vec<u64> = (3..4).chain(10..40).chain(99..101).collect();
    assert_eq!(had, asked);
    // The rest completes it.
    rig.fetch(id, saved.missing(), saved).await.unwrap();
    assert!(fs::read(rig.target()).unwrap() == fs::read(object).unwrap());
}

#[tokio::test]
async fn a_tampered_object_is_refused_before_a_bad_byte_is_written() {
    for listen in [TCP, QUIC] {
        let rig = Rig::start(listen).await;
        let length = 200 * GROUP;
        let (id, object) = rig.shelf.put(rig.folder.path(), usize::try_from(length).unwrap());
        let good = fs::read(&object).unwrap();
        let bad = 150 * GROUP + 77;
        let file = fs::OpenOptions::new().write(true).open(&object).unwrap();
        file.write_all_at(&[good[usize::try_from(bad).unwrap()] ^ 1], bad).unwrap();
        let saved = Saved::new(&rig.target(), length);
        let outcome = rig.fetch(id, GroupRanges::all(length).unwrap(), saved.clone()).await;
        assert!(matches!(outcome, Err(FetchError::Damaged)), "{outcome:?}");
        let written = fs::read(rig.target()).unwrap();
        let whole = usize::try_from(150 * GROUP).unwrap();
        assert_eq!(written.len(), whole, "all groups before the bad one, none after");
        assert!(written == good[..whole]);
    }
}

#[tokio::test]
async fn another_object_under_the_name_is_refused() {
    let rig = Rig::start(TCP).await;
    let (id, object) = rig.shelf.put(rig.folder.path(), 100_000);
    let entry = rig.shelf.0.lock().unwrap()[&id].clone();
    rig.shelf.0.lock().unwrap().insert([7; 32], entry);
    drop(object);
    let sink = |_: u64, _: &[u8]| -> io::Result<()> { panic!("not one byte") };
    let outcome = rig.fetch([7; 32], GroupRanges::all(100_000).unwrap(), sink).await;
    assert!(matches!(outcome, Err(FetchError::Damaged)), "{outcome:?}");
    // Another length is another object.
    let outcome = rig.fetch(id, GroupRanges::all(100_001).unwrap(), |_: u64, _: &[u8]| Ok(())).await;
    assert!(matches!(outcome, Err(FetchError::Refused(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_full_disk_ends_the_transfer_with_its_own_words() {
    let rig = Rig::start(TCP).await;
    let (id, _) = rig.shelf.put(rig.folder.path(), 5_000_000);
    let full = |_: u64, _: &[u8]| Err(io::Error::from(io::ErrorKind::StorageFull));
    let outcome = rig.fetch(id, GroupRanges::all(5_000_000).unwrap(), full).await;
    assert_eq!(outcome.unwrap_err().code(), conclave_proto::ErrorCode::DiskFull);
}

/// PERFORMANCE R11: at most 1.05 times the bytes of a run without a cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cut_only_the_rest_is_fetched() {
    const LENGTH: usize = 40_000_000;
    let mut rig = Rig::start(TCP).await;
    let (id, object) = rig.shelf.put(rig.folder.path(), LENGTH);
    rig.one.net.disconnect(rig.two.key).await.unwrap();
    rig.one.down().await;
    rig.two.down().await;
    let saved = Saved::new(&rig.target(), LENGTH as u64);
    let mut carried = 0;
    for cut_after in [LENGTH as u64 / 2, 0] {
        let (address, line) = proxy::before(&rig.two.addresses[0]).await;
        line.cut_after.store(cut_after, Ordering::SeqCst);
        rig.one.net.dial(rig.two.key, vec![address]).await.unwrap();
        rig.one.up().await;
        rig.two.up().await;
        let outcome = rig.fetch(id, saved.missing(), saved.clone()).await;
        carried += line.carried.load(Ordering::SeqCst);
        if cut_after == 0 {
            outcome.unwrap();
        } else {
            assert!(matches!(outcome, Err(FetchError::Cut(_))), "{outcome:?}");
            rig.one.down().await;
            rig.two.down().await;
        }
    }
    assert!(fs::read(rig.target()).unwrap() == fs::read(object).unwrap());
    let ratio = carried as f64 / LENGTH as f64;
    println!("{ratio:.3} of the length on the wire");
    assert!(ratio < 1.05, "{ratio}");
}

#[tokio::test]
async fn what_is_held_back_stops_and_goes_on_from_there() {
    let mut rig = Rig::start(TCP).await;
    let length = 500 * GROUP;
    let (id, object) = rig.shelf.put(rig.folder.path(), usize::try_from(length).unwrap());
    let saved = Saved::new(&rig.target(), length);
    // It is asked for each piece whether it may go: the third is held back.
    *rig.shelf.1.lock().unwrap() = Some(3);
    let stopped = rig.fetch(id, saved.missing(), saved.clone()).await;
    assert!(matches!(stopped, Err(FetchError::Cut(_))), "{stopped:?}");
    let refused = rig.fetch(id, saved.missing(), saved.clone()).await.unwrap_err();
    assert!(matches!(refused, FetchError::Refused(_)), "{refused:?}");
    assert_eq!(refused.code(), conclave_proto::ErrorCode::FileStopped, "as every version takes a cut");
    *rig.shelf.1.lock().unwrap() = None;
    assert!(saved.missing().bytes() < length, "what came before is kept");
    rig.fetch(id, saved.missing(), saved).await.unwrap();
    assert!(fs::read(rig.target()).unwrap() == fs::read(object).unwrap());
    assert!(!matches!(rig.two.events.try_recv(), Ok(NetEvent::LinkDown { .. })), "the link stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_transfers_at_once_all_arrive() {
    let mut rig = Rig::start(TCP).await;
    let length = 500_000;
    let (id, _) = rig.shelf.put(rig.folder.path(), length);
    let transfers = (0..32).map(|n| {
        let saved = Saved::new(&rig.folder.path().join(format!("arrived-{n}")), length as u64);
        rig.fetch(id, GroupRanges::all(length as u64).unwrap(), saved)
    });
    for outcome in futures::future::join_all(transfers).await {
        outcome.unwrap();
    }
    // The link goes on beside them.
    rig.one.quiet(core::time::Duration::from_millis(10)).await;
    assert!(!matches!(rig.two.events.try_recv(), Ok(NetEvent::LinkDown { .. })));
}
