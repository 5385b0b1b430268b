use super::*;

fn put(key: &[u8], value: &[u8]) -> Transaction {
    Transaction::new().put(key, value)
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::create(directory.path()).unwrap();
    assert!(store.transact(put(b"a", b"1")).await.unwrap());
    let refused = Transaction::new().expect(b"a", Some(b"2".to_vec())).put(b"b", b"x").delete(b"a");
    assert!(!store.transact(refused).await.unwrap());
    assert_eq!(store.get(b"a").await.unwrap().as_deref(), Some(b"1".as_slice()));
    assert_eq!(store.get(b"b").await.unwrap(), None);
    let done =
        Transaction::new().expect(b"a", Some(b"1".to_vec())).expect(b"b", None).put(b"b", b"x").delete(b"a");
    assert!(store.transact(done).await.unwrap());
    assert_eq!(store.get(b"a").await.unwrap(), None);
}

#[tokio::test]
async fn a_range_is_ordered_and_paged() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::create(directory.path()).unwrap();
    for key in [b"p/3", b"p/1", b"q/0", b"p/2"] {
        store.transact(put(key, key)).await.unwrap();
    }
    let first = store.range(b"p/", None, 2).await.unwrap();
    assert_eq!(first.iter().map(|row| row.0.as_slice()).collect::<Vec<_>>(), [b"p/1", b"p/2"]);
    let next = store.range(b"p/", Some(b"p/2"), 2).await.unwrap();
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].1, b"p/3");
}

#[tokio::test]
async fn a_lease_ends_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::create(directory.path()).unwrap();
    let now = clock::now();
    store.transact(Transaction::new().lease(b"here", b"x", now + 3_600_000)).await.unwrap();
    store.transact(Transaction::new().lease(b"gone", b"x", now - 1)).await.unwrap();
    assert!(store.get(b"here").await.unwrap().is_some());
    assert_eq!(store.get(b"gone").await.unwrap(), None);
    assert!(store.transact(Transaction::new().expect(b"gone", None)).await.unwrap());
    assert_eq!(store.sweep(now).await.unwrap(), 1);
    assert_eq!(store.sweep(now).await.unwrap(), 0);
}

#[tokio::test]
async fn a_watcher_sees_changes_of_its_prefix() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::create(directory.path()).unwrap();
    let mut watch = store.watch(b"p/").await.unwrap();
    store.transact(put(b"q/1", b"no")).await.unwrap();
    store.transact(put(b"p/1", b"yes")).await.unwrap();
    store.transact(Transaction::new().delete(b"p/1")).await.unwrap();
    assert_eq!(watch.recv().await, Some(Change { key: b"p/1".to_vec(), value: Some(b"yes".to_vec()) }));
    assert_eq!(watch.recv().await, Some(Change { key: b"p/1".to_vec(), value: None }));
}

#[tokio::test]
async fn rows_come_back_and_a_lost_row_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    {
        let store = SledStore::create(directory.path()).unwrap();
        for number in 0_u32..50 {
            store.transact(put(&[b"k/".as_slice(), &number.to_be_bytes()].concat(), b"value")).await.unwrap();
        }
    }
    {
        let store = SledStore::open(directory.path()).unwrap();
        assert_eq!(store.range(b"k/", None, 100).await.unwrap().len(), 50);
        // What sled does when a page is lost: the row is simply not there.
        store.db.remove([b"k/".as_slice(), &7_u32.to_be_bytes()].concat()).unwrap();
        store.sync().unwrap();
    }
    assert!(matches!(SledStore::open(directory.path()), Err(StoreError::Damaged(_))));
}

#[test]
fn a_missing_store_and_a_store_of_garbage_are_damaged() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(SledStore::open(directory.path()), Err(StoreError::Damaged(_))));
    drop(SledStore::create(directory.path()).unwrap());
    let file = directory.path().join("db");
    let length = std::fs::metadata(&file).unwrap().len();
    std::fs::write(&file, vec![0xA5; usize::try_from(length).unwrap()]).unwrap();
    std::fs::write(directory.path().join("conf"), b"garbage").unwrap();
    assert!(matches!(SledStore::open(directory.path()), Err(StoreError::Damaged(_) | StoreError::Failed(_))));
}

#[tokio::test]
async fn over_long_and_reserved_keys_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::create(directory.path()).unwrap();
    assert!(store.transact(put(&[b'k'; KEY_MAX + 1], b"")).await.is_err());
    assert!(store.transact(put(SUMMARY, b"")).await.is_err());
    assert!(store.transact(put(b"k", &vec![0; VALUE_MAX + 1])).await.is_err());
}
