//! The box on a real disk: limits, crashes between any two steps, and what is left of a parcel that was erased.

use std::path::Path;

use conclave_crypto::keys::DhSecret;
use tempfile::TempDir;

use super::shelf::Step;
use super::*;
use crate::store::{SledStore, StoreError};

/// Far ahead of the store's own clock, so that the counts of this day have not ended.
const NOW: u64 = 4_000_000_000_000;
const ANNA: UserId = UserId::new([1; 16]);
const BEN: UserId = UserId::new([2; 16]);
const TO: DeviceId = DeviceId::new([7; 16]);
const OTHER: DeviceId = DeviceId::new([8; 16]);
const ALLOWED: Allowed = Allowed { parcel: 100_000, person: 50_000, keep_ms: 14 * DAY_MS };
const TOTAL: u64 = 80_000;

/// Bytes with the outside of a parcel; `mark` is found again in files.
fn parcel(to: DeviceId, inside: usize, mark: u8) -> Parcel {
    let e = DhSecret::from_secret(conclave_crypto::secret::Secret::new([mark; 32]));
    let sealed = vec![mark; inside + 64];
    let size = u32::try_from(32 + sealed.len()).unwrap().to_be_bytes();
    let bytes = [to.as_bytes().as_slice(), &size, e.public().as_bytes(), &sealed].concat();
    Parcel::decode(bytes).unwrap()
}

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        SledStore::create(&home.path().join("store")).unwrap();
        Self(home)
    }

    fn box_path(&self) -> std::path::PathBuf {
        self.0.path().join("dropbox")
    }

    /// The store is locked while a box is open, so a test opens one at a time. The database gives its lock back from a
    /// thread of its own, a moment after it was dropped.
    fn open(&self) -> DropBox {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let store = loop {
            match SledStore::open(&self.0.path().join("store")) {
                Err(StoreError::Locked) if std::time::Instant::now() < end => std::thread::yield_now(),
                opened => break opened.unwrap(),
            }
        };
        DropBox::open(&self.box_path(), Arc::new(store), TOTAL).unwrap()
    }
}

fn items(held: &DropBox, device: &DeviceId) -> Vec<ItemId> {
    held.list(device, None, 1000, NOW).0.iter().map(|kept| kept.item).collect()
}

/// Whether any file below has these bytes in a row.
fn finds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(path).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return finds(&path, bytes);
        }
        std::fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes)
    })
}

async fn read_all(held: &DropBox, kept: Kept) -> Vec<u8> {
    held.read(kept, 0, usize::try_from(kept.length).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_parcel_waits_over_a_restart_in_order_and_the_same_one_again_changes_nothing() {
    let home = Home::new();
    let (one, two) = (parcel(TO, 512, 0xa1), parcel(TO, 256, 0xa2));
    let first = {
        let held = home.open();
        let first = held.deposit(&ANNA, one.clone(), &ALLOWED, NOW).await.unwrap();
        held.deposit(&BEN, two.clone(), &ALLOWED, NOW + 5).await.unwrap();
        assert_eq!(
            held.deposit(&BEN, one.clone(), &ALLOWED, NOW + 9).await.unwrap(),
            first,
            "the same receipt"
        );
        first
    };
    let held = home.open();
    assert_eq!(items(&held, &TO), [one.item_id(), two.item_id()]);
    assert_eq!(held.count(&TO), 2);
    assert_eq!(held.item(&TO, &one.item_id(), NOW), Some(first));
    assert_eq!(first.expires, NOW + ALLOWED.keep_ms);
    assert_eq!(read_all(&held, first).await, one.bytes());
    assert_eq!(held.read(first, 20, 7).await.unwrap(), one.bytes()[20..27]);
    assert_eq!(held.deposit(&ANNA, one, &ALLOWED, NOW + 99).await.unwrap(), first, "over a restart too");
    let (page, more) = held.list(&TO, None, 1, NOW);
    assert!(more && page.len() == 1);
    let (page, more) = held.list(&TO, Some(&page[0].item), 1, NOW);
    assert_eq!((page[0].item, more), (two.item_id(), false));
}

#[tokio::test]
async fn nobody_is_given_or_erases_what_is_for_another_device() {
    let home = Home::new();
    let held = home.open();
    let one = parcel(TO, 256, 0xa3);
    held.deposit(&ANNA, one.clone(), &ALLOWED, NOW).await.unwrap();
    assert_eq!(held.list(&OTHER, None, 10, NOW), (Vec::new(), false));
    assert_eq!(held.list(&OTHER, Some(&one.item_id()), 10, NOW), (Vec::new(), false));
    assert_eq!(held.item(&OTHER, &one.item_id(), NOW), None);
    assert_eq!(held.erase(&OTHER, &[one.item_id()]).await.unwrap(), 0);
    assert_eq!(items(&held, &TO), [one.item_id()]);
}

#[tokio::test]
async fn what_was_collected_is_nowhere_on_the_disk() {
    let home = Home::new();
    let held = home.open();
    let one = parcel(TO, 4096, 0xa4);
    held.deposit(&ANNA, one.clone(), &ALLOWED, NOW).await.unwrap();
    assert!(finds(home.0.path(), &one.bytes()[60..160]), "it is there");
    assert_eq!(held.erase(&TO, &[one.item_id(), ItemId::new([9; 16])]).await.unwrap(), 1);
    assert!(!finds(home.0.path(), &one.bytes()[60..160]));
    assert!(!finds(home.0.path(), &[0xa4; 64]));
    assert_eq!(held.count(&TO), 0);
    assert!(held.figures().is_empty());
    drop(held);
    assert!(items(&home.open(), &TO).is_empty());
}

#[tokio::test]
async fn of_a_depositor_only_a_count_is_kept() {
    let home = Home::new();
    let depositor = UserId::new([0xd7; 16]);
    let held = home.open();
    held.deposit(&depositor, parcel(TO, 256, 0xa5), &ALLOWED, NOW).await.unwrap();
    let names = |user: &UserId| {
        let hex = user.to_string();
        finds(&home.box_path(), user.as_bytes())
            || finds(&home.box_path(), hex.as_bytes())
            || std::fs::read_dir(home.box_path())
                .unwrap()
                .any(|entry| entry.unwrap().file_name().to_string_lossy().contains(&hex))
    };
    assert!(!names(&depositor));
    let store = &held.days.store;
    let rows = store.range(b"", None, 100).await.unwrap();
    let [(key, value)] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    assert_eq!(*key, [b"box-day/".as_slice(), depositor.as_bytes()].concat());
    assert_eq!(*value, [(NOW / DAY_MS).to_be_bytes(), 4096_u64.to_be_bytes()].concat());
}

#[tokio::test]
async fn the_share_of_a_recipient_of_the_disk_and_of_a_day_are_kept() {
    let home = Home::new();
    let held = home.open();
    let next = |mark| parcel(TO, 16_384, mark);
    for (mark, from) in [(1, ANNA), (2, BEN), (3, UserId::new([3; 16]))] {
        held.deposit(&from, next(mark), &ALLOWED, NOW).await.unwrap();
    }
    let full = held.deposit(&UserId::new([4; 16]), next(4), &ALLOWED, NOW).await;
    assert!(matches!(full, Err(NotTaken::Full)), "the recipient's share: {full:?}");
    assert!(matches!(held.has_room(&TO, 16_500, &ALLOWED), Err(NotTaken::Full)));
    held.deposit(&ANNA, parcel(OTHER, 16_384, 5), &ALLOWED, NOW).await.unwrap();
    let full = held.deposit(&BEN, parcel(OTHER, 16_384, 6), &ALLOWED, NOW).await;
    assert!(matches!(full, Err(NotTaken::Full)), "the disk's share: {full:?}");
    // Room is there again after an erase; the day's count is not given back.
    held.purge(&TO).await.unwrap();
    held.deposit(&ANNA, next(7), &ALLOWED, NOW).await.unwrap();
    let spent = held.deposit(&ANNA, next(8), &ALLOWED, NOW).await;
    assert!(matches!(spent, Err(NotTaken::Spent(wait)) if wait == DAY_MS - NOW % DAY_MS), "{spent:?}");
    assert_eq!(held.count(&TO), 1, "what is refused takes no room");
    held.deposit(&BEN, next(9), &ALLOWED, NOW).await.unwrap();
    held.purge(&TO).await.unwrap();
    held.deposit(&ANNA, next(8), &ALLOWED, NOW + DAY_MS).await.unwrap();
}

#[tokio::test]
async fn short_parcels_count_as_the_block_they_take() {
    let home = Home::new();
    let held = home.open();
    let mut taken = 0;
    while held.deposit(&UserId::new([taken; 16]), parcel(TO, 256, taken), &ALLOWED, NOW).await.is_ok() {
        taken += 1;
    }
    assert_eq!(u64::from(taken), ALLOWED.person / 4096);
}

#[tokio::test]
async fn zero_switches_it_off_and_what_is_in_it_can_still_be_had() {
    let home = Home::new();
    let held = home.open();
    let one = parcel(TO, 256, 0xa6);
    let kept = held.deposit(&ANNA, one.clone(), &ALLOWED, NOW).await.unwrap();
    for off in [
        Allowed { keep_ms: 0, ..ALLOWED },
        Allowed { parcel: 0, ..ALLOWED },
        Allowed { person: 0, ..ALLOWED },
    ] {
        assert!(matches!(held.has_room(&TO, 400, &off), Err(NotTaken::Off)));
        let refused = held.deposit(&ANNA, parcel(TO, 256, 0xa7), &off, NOW).await;
        assert!(matches!(refused, Err(NotTaken::Off)), "{refused:?}");
        assert_eq!(held.deposit(&ANNA, one.clone(), &off, NOW).await.unwrap(), kept, "promised is promised");
    }
    let long = Allowed { parcel: 300, ..ALLOWED };
    let refused = held.deposit(&ANNA, parcel(TO, 256, 0xa8), &long, NOW).await;
    assert!(matches!(refused, Err(NotTaken::TooLong)), "{refused:?}");
    assert_eq!(read_all(&held, kept).await, one.bytes());
}

#[tokio::test]
async fn what_expires_and_what_is_for_devices_that_are_gone_is_swept_away() {
    let home = Home::new();
    let held = home.open();
    let (early, late, gone) = (parcel(TO, 256, 0xb1), parcel(TO, 256, 0xb2), parcel(OTHER, 256, 0xb3));
    held.deposit(&ANNA, early.clone(), &ALLOWED, NOW).await.unwrap();
    held.deposit(&ANNA, late.clone(), &ALLOWED, NOW + 10).await.unwrap();
    let listed = BTreeSet::from([TO, OTHER]);
    held.deposit(&ANNA, gone, &ALLOWED, NOW).await.unwrap();
    assert_eq!(held.sweep(&listed, NOW + 11).await.unwrap(), 0);
    assert_eq!(held.sweep(&BTreeSet::from([TO]), NOW + 11).await.unwrap(), 1);
    assert!(!finds(home.0.path(), &[0xb3; 64]));
    let end = NOW + ALLOWED.keep_ms;
    let (rows, more) = held.list(&TO, None, 10, end);
    assert_eq!((rows.len(), more), (1, false), "an expired one is not given out even before it is swept");
    assert_eq!(held.item(&TO, &early.item_id(), end), None);
    assert_eq!(held.sweep(&listed, end).await.unwrap(), 1);
    assert!(!finds(home.0.path(), &[0xb1; 64]) && finds(home.0.path(), &[0xb2; 64]));
    assert_eq!(items(&held, &TO), [late.item_id()]);
}

#[tokio::test]
async fn a_crash_before_any_step_leaves_a_whole_parcel_or_nothing() {
    let steps = [
        Step::Create,
        Step::WriteHalf,
        Step::WriteRest,
        Step::SyncFile,
        Step::MakeDirectory,
        Step::Rename,
        Step::SyncDirectory,
    ];
    for dead in steps {
        let home = Home::new();
        let before = parcel(TO, 256, 0xc1);
        let torn = parcel(TO, 1024, 0xc2);
        {
            let held = home.open();
            held.deposit(&ANNA, before.clone(), &ALLOWED, NOW).await.unwrap();
            let length = torn.bytes().len() as u64;
            let kept =
                Kept { device: TO, item: torn.item_id(), stored: NOW + 1, expires: NOW + 2 * DAY_MS, length };
            let mut seen = Vec::new();
            let died = held.shelf.put_in_steps(&kept, torn.bytes(), |step| {
                seen.push(step);
                if step == dead { Err(io::Error::other("power")) } else { Ok(()) }
            });
            assert!(died.is_err() && seen.last() == Some(&dead), "{seen:?}");
        }
        let held = home.open();
        let whole = dead == Step::SyncDirectory;
        let expected = if whole { vec![before.item_id(), torn.item_id()] } else { vec![before.item_id()] };
        assert_eq!(items(&held, &TO), expected, "{dead:?}");
        assert_eq!(finds(home.0.path(), &[0xc2; 64]), whole, "{dead:?}: nothing is left lying about");
        if whole {
            let kept = held.item(&TO, &torn.item_id(), NOW).unwrap();
            assert_eq!(read_all(&held, kept).await, torn.bytes());
        }
        let again = held.deposit(&ANNA, torn.clone(), &ALLOWED, NOW + 5).await.unwrap();
        assert_eq!(read_all(&held, again).await, torn.bytes(), "{dead:?}: it can be left again");
        assert_eq!(held.count(&TO), 2);
    }
}

#[tokio::test]
async fn a_disk_that_refuses_gives_the_room_back() {
    let home = Home::new();
    let held = home.open();
    // A file in the place of the device's directory.
    std::fs::write(home.box_path().join(TO.to_string()), b"x").unwrap();
    let one = parcel(TO, 256, 0xc3);
    assert!(matches!(held.deposit(&ANNA, one.clone(), &ALLOWED, NOW).await, Err(NotTaken::Disk(_))));
    assert!(held.figures().is_empty());
    assert!(!finds(&home.box_path(), &[0xc3; 64]));
    std::fs::remove_file(home.box_path().join(TO.to_string())).unwrap();
    held.deposit(&ANNA, one, &ALLOWED, NOW).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_parcel_that_nobody_knows() {
    let home = Home::new();
    let held = Arc::new(home.open());
    let one = parcel(TO, 256, 0xc4);
    {
        let (held, one) = (Arc::clone(&held), one.clone());
        let task = tokio::spawn(async move { held.deposit(&ANNA, one, &ALLOWED, NOW).await });
        tokio::task::yield_now().await;
        task.abort();
        drop(task.await);
    }
    // Either it was not begun or it was brought to its end: files and rows agree.
    let kept = held.deposit(&ANNA, one.clone(), &ALLOWED, NOW + 1).await;
    match kept {
        Ok(kept) => assert_eq!(read_all(&held, kept).await, one.bytes()),
        Err(error) => assert!(matches!(error, NotTaken::Busy), "{error}"),
    }
    drop(held);
    let held = home.open();
    assert!(held.count(&TO) <= 1);
}

#[tokio::test]
async fn files_of_others_in_the_directory_are_left_alone() {
    let home = Home::new();
    drop(home.open());
    let device = home.box_path().join(TO.to_string());
    std::fs::create_dir(&device).unwrap();
    for name in ["notes.txt", "1-2", "zz-1-00", "0000000000000001-0000000000000002-zz"] {
        std::fs::write(device.join(name), b"mine").unwrap();
    }
    let held = home.open();
    assert_eq!(held.count(&TO), 0);
    held.sweep(&BTreeSet::new(), u64::MAX).await.unwrap();
    assert_eq!(std::fs::read_dir(&device).unwrap().count(), 4);
}
