//! Files against a hostile store (PROTOCOL §2.9): altered, truncated, spliced, of another key.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;
use conclave_crypto::file::{
    CHUNK, FileDecryptor, FileEncryptor, FileError, FileKey, FileRef, HEAD, MAX_PLAINTEXT, SEALED_CHUNK,
    chunk_count, object_len, padded_len,
};
use conclave_crypto::primitives::blake3;
use input::{TestRng, stream};
use proptest::prelude::*;

struct Object {
    key: FileKey,
    bytes: Vec<u8>,
    plain: Vec<u8>,
}

impl Object {
    fn new(label: &str, len: usize) -> Self {
        let mut rng = TestRng::new(label);
        let key = FileKey::generate(&mut rng);
        let plain = stream(&format!("{label}/data"), len);
        let mut padded = plain.clone();
        padded.resize(usize::try_from(padded_len(len as u64).unwrap()).unwrap(), 0);
        let (mut encryptor, head) = FileEncryptor::start(&key, &mut rng);
        let mut bytes = head.to_vec();
        let (full, last) = padded.as_chunks::<CHUNK>();
        for chunk in full {
            let mut buffer = [0; SEALED_CHUNK];
            buffer[..CHUNK].copy_from_slice(chunk);
            encryptor.chunk(&mut buffer).unwrap();
            bytes.extend(buffer);
        }
        let mut buffer = [last, &[0; 16]].concat();
        encryptor.finish(&mut buffer).unwrap();
        bytes.extend(buffer);
        Self { key, bytes, plain }
    }

    fn reference(&self) -> FileRef {
        let (id, hash) = (blake3(&[&self.bytes]), blake3(&[&self.plain]));
        FileRef::new(id, self.plain.len() as u64, self.key.duplicate(), hash, "a.txt", "text/plain").unwrap()
    }

    fn decryptor(&self) -> Result<FileDecryptor, FileError> {
        self.reference().decryptor(self.bytes.first_chunk().unwrap())
    }
}

fn open(decryptor: &FileDecryptor, bytes: &[u8], index: u64) -> Result<Vec<u8>, FileError> {
    let place = decryptor.place(index);
    let mut buffer =
        bytes[usize::try_from(place.start).unwrap()..usize::try_from(place.end).unwrap()].to_vec();
    decryptor.open(index, &mut buffer).map(|plain| plain.to_vec())
}

#[test]
fn any_chunk_opens_by_itself() {
    let object = Object::new("file/random", 100_000);
    let decryptor = object.decryptor().unwrap();
    assert_eq!(decryptor.chunks(), 7);
    let (index, at) = FileDecryptor::locate(70_000);
    let chunk = open(&decryptor, &object.bytes, index).unwrap();
    assert_eq!(chunk[usize::try_from(at).unwrap()..], object.plain[70_000..81_920]);
    // The last one holds the end of the file and the padding.
    assert_eq!(open(&decryptor, &object.bytes, 6).unwrap(), object.plain[6 * CHUNK..]);
    assert_eq!(decryptor.open(7, &mut []).unwrap_err(), FileError::Buffer);
    assert_eq!(decryptor.open(u64::MAX, &mut []).unwrap_err(), FileError::Buffer);
    assert_eq!(decryptor.place(6).end, object.bytes.len() as u64);
    assert!(decryptor.place(7).is_empty() && decryptor.place(u64::MAX).is_empty());
}

#[test]
fn altered_and_moved_chunks_do_not_open() {
    let object = Object::new("file/altered", 2 * CHUNK);
    let decryptor = object.decryptor().unwrap();
    assert_eq!(decryptor.chunks(), 3);
    for index in 0..3 {
        let place = decryptor.place(index);
        for at in [place.start, place.end - 1] {
            let mut changed = object.bytes.clone();
            changed[usize::try_from(at).unwrap()] ^= 1;
            assert_eq!(open(&decryptor, &changed, index), Err(FileError::Altered));
        }
    }
    let mut swapped = object.bytes.clone();
    let (one, two) = swapped[HEAD..].split_at_mut(SEALED_CHUNK);
    one.swap_with_slice(&mut two[..SEALED_CHUNK]);
    assert_eq!(open(&decryptor, &swapped, 0), Err(FileError::Altered));
    assert_eq!(open(&decryptor, &swapped, 1), Err(FileError::Altered));
    // A chunk of another file under its own key.
    let other = Object::new("file/other", 2 * CHUNK);
    assert_eq!(open(&decryptor, &other.bytes, 0), Err(FileError::Altered));
}

#[test]
fn a_shortened_object_is_noticed() {
    let object = Object::new("file/short", 3 * CHUNK);
    let head = object.bytes.first_chunk().unwrap();
    let full = object.plain.len() as u64;
    // Whole chunks cut off: what was a full chunk is now read as a shorter last one.
    let cut = object.bytes.len() - 16 - SEALED_CHUNK;
    let shorter = FileDecryptor::new(&object.key, head, cut as u64, full);
    assert_eq!(shorter.unwrap_err(), FileError::Length);
    let shorter = FileDecryptor::new(&object.key, head, cut as u64 + 16, 2 * CHUNK as u64).unwrap();
    assert_eq!(open(&shorter, &object.bytes, shorter.chunks() - 1), Err(FileError::Altered));
    for object_len in [0, 55, 56, 71] {
        assert_eq!(FileDecryptor::new(&object.key, head, object_len, 0).unwrap_err(), FileError::Length);
    }
    assert!(FileDecryptor::new(&object.key, head, u64::MAX, 0).is_err());
}

#[test]
fn another_key_or_head_is_refused_before_any_chunk() {
    let (object, other) = (Object::new("file/key", 10), Object::new("file/key 2", 10));
    let head: [u8; HEAD] = *object.bytes.first_chunk().unwrap();
    assert_eq!(other.reference().decryptor(&head).unwrap_err(), FileError::Altered);
    for at in 0..HEAD {
        let mut changed = head;
        changed[at] ^= 1;
        assert_eq!(object.reference().decryptor(&changed).unwrap_err(), FileError::Altered, "byte {at}");
    }
}

#[test]
fn padding_that_is_not_zero_is_refused() {
    // The object says 9 bytes of plaintext and one of padding, but all ten are content.
    let object = Object::new("file/padding", 10);
    let head = object.bytes.first_chunk().unwrap();
    let decryptor = FileDecryptor::new(&object.key, head, object.bytes.len() as u64, 9).unwrap();
    assert_ne!(object.plain[9], 0);
    assert_eq!(open(&decryptor, &object.bytes, 0), Err(FileError::Altered));
}

#[test]
fn a_run_of_chunks_is_the_chunks_one_by_one_however_it_is_split() {
    let plain = stream("file/run", 5 * CHUNK);
    let key = FileKey::generate(&mut TestRng::new("file/run"));
    let begin = || FileEncryptor::start(&key, &mut TestRng::new("file/run/salt")).0;
    let room = || -> Vec<u8> {
        plain.as_chunks::<CHUNK>().0.iter().flat_map(|chunk| [&chunk[..], &[0; 16]].concat()).collect()
    };
    let (mut one_by_one, mut encryptor) = (room(), begin());
    for chunk in one_by_one.as_chunks_mut::<SEALED_CHUNK>().0 {
        encryptor.chunk(chunk).unwrap();
    }
    for at in 0..=6 {
        let (mut together, mut encryptor) = (room(), begin());
        encryptor.chunk(together.first_chunk_mut().unwrap()).unwrap();
        let (left, right) = encryptor.run(4).unwrap().split(at);
        let here = SEALED_CHUNK * (1 + at.min(4));
        left.seal(&mut together[SEALED_CHUNK..here]).unwrap();
        right.seal(&mut together[here..]).unwrap();
        assert!(together == one_by_one, "split at {at}");
    }
    let mut encryptor = begin();
    for len in [0, SEALED_CHUNK - 1, SEALED_CHUNK + 1, 3 * SEALED_CHUNK] {
        assert_eq!(encryptor.run(2).unwrap().seal(&mut vec![0; len]), Err(FileError::Buffer));
    }
    let longest = usize::try_from(MAX_PLAINTEXT / CHUNK as u64 + 1).unwrap();
    assert_eq!(begin().run(longest + 1).unwrap_err(), FileError::Length);
    assert_eq!(begin().run(usize::MAX).unwrap_err(), FileError::Length);
    let mut encryptor = begin();
    drop(encryptor.run(longest).unwrap());
    assert_eq!(encryptor.run(1).unwrap_err(), FileError::Length);
}

#[test]
fn buffers_have_one_size() {
    let object = Object::new("file/buffer", CHUNK + 1);
    let decryptor = object.decryptor().unwrap();
    for len in [0, 15, SEALED_CHUNK - 1, SEALED_CHUNK + 1] {
        assert_eq!(decryptor.open(0, &mut vec![0; len]).unwrap_err(), FileError::Buffer);
    }
    let encryptor = || FileEncryptor::start(&object.key, &mut TestRng::new("again")).0;
    assert_eq!(encryptor().finish(&mut [0; 15]), Err(FileError::Buffer));
    assert_eq!(encryptor().finish(&mut [0; SEALED_CHUNK]), Err(FileError::Buffer));
    assert_eq!(encryptor().finish(&mut [0; SEALED_CHUNK - 1]), Ok(()));
}

#[test]
fn references_with_lengths_that_do_not_belong_together_are_refused() {
    let object = Object::new("file/reference", 1_000);
    let mut writer = Writer::new();
    object.reference().encode(&mut writer);
    let bytes = writer.finish();
    assert_eq!(Reader::all(&bytes, FileRef::decode).unwrap(), object.reference());
    for length in 0..bytes.len() {
        assert!(Reader::all(&bytes[..length], FileRef::decode).is_err());
    }
    for at in [39, 47] {
        let mut changed = bytes.clone();
        changed[at] ^= 64;
        assert_eq!(Reader::all(&changed, FileRef::decode).unwrap_err(), DecodeError::Range, "byte {at}");
    }
    let mut not_text = bytes.clone();
    let name = 32 + 8 + 8 + 32 + 32 + 2;
    not_text[name] = 0xff;
    assert_eq!(Reader::all(&not_text, FileRef::decode).unwrap_err(), DecodeError::Range);
    let key = || object.key.duplicate();
    assert!(FileRef::new([0; 32], MAX_PLAINTEXT + 1, key(), [0; 32], "a", "b").is_err());
    assert!(FileRef::new([0; 32], 1, key(), [0; 32], &"a".repeat(513), "b").is_err());
    assert!(FileRef::new([0; 32], 1, key(), [0; 32], "a", &"b".repeat(256)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn files_of_every_size_come_back(len in 0_usize..60_000) {
        let object = Object::new("file/any", len);
        prop_assert_eq!(object.bytes.len() as u64, object.reference().object_len());
        prop_assert_eq!(object.reference().object_len(), object_len(padded_len(len as u64).unwrap()));
        let decryptor = object.decryptor().unwrap();
        prop_assert_eq!(decryptor.chunks(), chunk_count(padded_len(len as u64).unwrap()));
        let mut plain = Vec::new();
        for index in 0..decryptor.chunks() {
            plain.extend(open(&decryptor, &object.bytes, index).unwrap());
        }
        prop_assert_eq!(plain, object.plain);
    }
}
