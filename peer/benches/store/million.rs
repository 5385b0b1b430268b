//! A long history: a million messages of twelve words, in 300 bytes each. How long it takes to open, to show a screen,
//! to find a word; what it needs of memory and disk; what a compaction does to those who wait for an acknowledgement.
//!
//! `CONCLAVE_BENCH_MESSAGES` takes another number of messages.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use conclave_crypto::password::Password;
use conclave_crypto::vault::Credential;
use conclave_peer::record::{Batch, Key, Order, Read as _, Tree};
use conclave_peer::search::{Document, DocumentKind, Filter, Query};
use conclave_peer::store::{Format, HeaderFiles, ProfileLock, Store};

use super::{PASSWORD, VALUE, median, reached, reports, vault};

/// The argument of the process that only opens and searches.
pub(super) const REOPEN: &str = "reopen";

const FORMAT: Format = Format { documents, migrations: &[] };
const MESSAGES: u64 = 1_000_000;
/// Messages of one batch while filling.
const BATCH: u64 = 1000;
const WORDS: u64 = 12;
/// Different words; the n-th is about n times as rare as the first.
const VOCABULARY: u64 = 50_000;
const CONVERSATIONS: u64 = 50;
/// Fewer do not fill a screen of every conversation.
const LEAST: u64 = CONVERSATIONS * 50;
/// Searches of each kind.
const SEARCHES: u64 = 100;

/// A message of this bench: time ‖ text ‖ zeros.
fn documents(tree: Tree, value: &[u8]) -> Option<Document> {
    let (at, text) = value.split_first_chunk::<8>()?;
    let at = u64::from_be_bytes(*at);
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let text = std::str::from_utf8(text.get(..end)?).ok()?.to_owned();
    let id = [u8::try_from(at % CONVERSATIONS).ok()?; 16];
    let file_name = String::new();
    (tree == Tree::History).then_some(Document {
        conversation: id,
        author: id,
        kind: DocumentKind::Text,
        links: false,
        at,
        time: at,
        text,
        file_name,
    })
}

fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The word of a rank: letters only, so that its beginning varies.
fn word(rank: u64) -> String {
    let mut rest = mix(rank.wrapping_mul(77)) % 26_u64.pow(5);
    let mut word = String::new();
    for _ in 0..5 {
        word.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    format!("{word}{rank}")
}

/// Ranks as in a language: half of all words are among the first few hundred.
fn rank(dice: u64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "a share of the vocabulary needs no more digits")]
    let share = (dice >> 11) as f64 / (1_u64 << 53) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the vocabulary"
    )]
    let rank = (VOCABULARY as f64).powf(share) as u64;
    rank
}

/// The texts, from words that are made once.
struct Texts(Vec<String>);

impl Texts {
    fn new() -> Self {
        Self((0..=VOCABULARY).map(word).collect())
    }

    fn value(&self, n: u64) -> Vec<u8> {
        let mut value = Vec::with_capacity(VALUE);
        value.extend_from_slice(&n.to_be_bytes());
        for place in 0..WORDS {
            let rank = usize::try_from(rank(mix(n * WORDS + place))).unwrap_or(0);
            value.extend_from_slice(self.0.get(rank).map_or(&[], |word| word.as_bytes()));
            value.push(b' ');
        }
        value.resize(VALUE, 0);
        value
    }
}

fn key(n: u64) -> Key {
    Key::ordered([u8::try_from(n % CONVERSATIONS).unwrap_or(0); 16], n)
}

pub(super) fn run() -> Result<()> {
    let messages = match std::env::var("CONCLAVE_BENCH_MESSAGES") {
        Ok(given) => given.parse()?,
        Err(_) => MESSAGES,
    };
    ensure!(messages >= LEAST, "at least {LEAST} messages: a screen of each conversation");
    println!("store: {messages} messages of {WORDS} words in {VALUE} bytes, one run");
    let texts = Texts::new();
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("profile");
    let (header, password) = vault()?;
    let keys = || -> Result<_> { Ok(header.unlock(Credential::Password(&password))?.keys) };
    let (report, receiver) = reports();
    let store = Store::create(&profile, ProfileLock::take(&profile)?, &header, keys()?, FORMAT, report)?;
    let begin = Instant::now();
    for start in (0..messages).step_by(usize::try_from(BATCH)?) {
        let mut batch = Batch::new();
        for n in start..(start + BATCH).min(messages) {
            batch.put(Tree::History, key(n), texts.value(n));
        }
        store.stage(batch, start + BATCH)?;
    }
    reached(&receiver, messages)?;
    let durable = begin.elapsed().as_secs_f64();
    store.close();
    let indexed = begin.elapsed().as_secs_f64();
    drop(store);
    row("filled until durable", messages as f64 / durable, "messages/s");
    row("filled until in the index and searchable", messages as f64 / indexed, "messages/s");
    let payload = (messages * (VALUE as u64 + 16)) as f64;
    row("disk, as filled", mebibytes(size(&profile)?), "MiB");
    row("disk, as filled, of the payload", size(&profile)? as f64 / payload, "×");
    row("memory at most until here", memory("VmHWM:")?, "MiB");

    // In a process of its own, whose memory has held nothing else.
    let again = std::process::Command::new(std::env::current_exe()?).arg(REOPEN).arg(&profile).status()?;
    ensure!(again.success(), "a second process opens it: {again}");

    let unlocked = keys()?;
    let (report, receiver) = reports();
    let begin = Instant::now();
    let (store, recovery) = Store::open(&profile, ProfileLock::take(&profile)?, unlocked, FORMAT, report)?;
    let opened = begin.elapsed().as_secs_f64() * 1e3;
    let newest = store.scan(Tree::History, &[7; 16], 0..u64::MAX, Order::Descending, 50)?;
    let screen = begin.elapsed().as_secs_f64() * 1e3;
    ensure!(newest.len() == 50 && recovery.rebuilt.is_none(), "opened whole: {recovery:?}");
    row("open", opened, "ms");
    row("open and the newest 50 of a conversation (R22)", screen, "ms");

    let first = Instant::now();
    ensure!(!store.search(&query("a", None)?, None, 50)?.hits.is_empty(), "a beginning of many words");
    row("the first search after opening", first.elapsed().as_secs_f64() * 1e3, "ms");
    searches(&store, "one word, any (R25)", |n| Ok((word(rank(mix(n))) + " ", None)))?;
    searches(&store, "one rare word", |n| Ok((word(VOCABULARY - 1 - n) + " ", None)))?;
    searches(&store, "a word that nothing holds", |n| Ok((word(VOCABULARY + n) + " ", None)))?;
    searches(&store, "two common words", |n| Ok((format!("{} {} ", word(1 + n % 9), word(20 + n)), None)))?;
    searches(&store, "a beginning of three letters", |n| {
        Ok((word(rank(mix(n))).chars().take(3).collect(), None))
    })?;
    searches(&store, "a common word in one conversation", |n| {
        Ok((word(1 + n % 9) + " ", Some([u8::try_from(n % CONVERSATIONS)?; 16])))
    })?;

    // A compaction with one small write after the other beside it.
    let begin = Instant::now();
    let (mut waits, mut token) = (Vec::new(), messages * 2);
    std::thread::scope(|scope| -> Result<()> {
        let compacting = scope.spawn(|| store.compact());
        while !compacting.is_finished() {
            token += 1;
            let mut batch = Batch::new();
            batch.put(Tree::State, Key::named(*b"session"), token.to_be_bytes().to_vec());
            let begin = Instant::now();
            store.stage(batch, token)?;
            reached(&receiver, token)?;
            waits.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        Ok(compacting.join().ok().context("the compaction ends")??)
    })?;
    row("a compaction", begin.elapsed().as_secs_f64(), "s");
    waits.sort_by(f64::total_cmp);
    row("  acknowledgement of a write beside it, median", at(&waits, 50), "ms");
    row("  p99", at(&waits, 99), "ms");
    row("  longest", at(&waits, 100), "ms");
    store.close();
    row("memory at most in all", memory("VmHWM:")?, "MiB");
    row("disk, compacted", mebibytes(size(&profile)?), "MiB");
    row("disk, compacted, of the payload (R24: at most 3.5)", size(&profile)? as f64 / payload, "×");
    row("  journal", size(&profile.join("journal"))? as f64 / payload, "×");
    drop(store);
    // Two histories at once would ask for twice the disk.
    std::fs::remove_dir_all(&profile)?;
    bare(folder.path(), messages, &texts, screen)
}

/// What opening and a hundred searches cost in memory.
pub(super) fn reopen(profile: &Path) -> Result<()> {
    let mut headers = HeaderFiles::of(profile).load()?;
    let (_, header) = headers.pop().context("a header")?;
    let password = Password::new(PASSWORD);
    let keys = header.unlock(Credential::Password(&password))?.keys;
    row("memory before opening, the password's included", memory("VmHWM:")?, "MiB");
    let (report, _receiver) = reports();
    let (store, _) = Store::open(profile, ProfileLock::take(profile)?, keys, FORMAT, report)?;
    let newest = store.scan(Tree::History, &[7; 16], 0..u64::MAX, Order::Descending, 50)?;
    ensure!(newest.len() == 50, "{} messages instead of 50", newest.len());
    row("memory after opening and the newest 50", memory("VmRSS:")?, "MiB");
    for n in 0..SEARCHES {
        store.search(&query(&word(rank(mix(n))), None)?, None, 50)?;
    }
    row(&format!("memory after {SEARCHES} searches"), memory("VmRSS:")?, "MiB");
    store.close();
    Ok(())
}

/// The same rows in sled alone: what opening costs at least.
fn bare(folder: &Path, messages: u64, texts: &Texts, ours: f64) -> Result<()> {
    let open = || sled::Config::new().path(folder.join("bare")).cache_capacity(64 << 20).open();
    let sled = open()?;
    for start in (0..messages).step_by(usize::try_from(BATCH)?) {
        let mut batch = sled::Batch::default();
        for n in start..(start + BATCH).min(messages) {
            let place = [[u8::try_from(n % CONVERSATIONS)?; 8], n.to_be_bytes()].concat();
            batch.insert(place, texts.value(n));
        }
        sled.apply_batch(batch)?;
    }
    sled.flush()?;
    drop(sled);
    let begin = Instant::now();
    let sled = open()?;
    ensure!(sled.range([[7; 8]].concat()..[[8; 8]].concat()).rev().take(50).count() == 50, "50 rows");
    let theirs = begin.elapsed().as_secs_f64() * 1e3;
    row("bare sled: open and 50 rows", theirs, "ms");
    row("ours to bare sled's (R22: at most 1.5)", ours / theirs, "×");
    Ok(())
}

fn query(text: &str, conversation: Option<[u8; 16]>) -> Result<Query> {
    Query::parse(text, Filter { conversation, ..Filter::default() }).context("a query")
}

fn searches(store: &Store, what: &str, of: impl Fn(u64) -> Result<(String, Option<[u8; 16]>)>) -> Result<()> {
    let mut times = Vec::new();
    for n in 0..SEARCHES {
        let (text, conversation) = of(n)?;
        let query = query(&text, conversation)?;
        let begin = Instant::now();
        store.search(&query, None, 50)?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    row(&format!("search, {what}: p50"), median(times.clone()), "ms");
    row("  p95", at(&times, 95), "ms");
    Ok(())
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(f64::NAN)
}

fn row(name: &str, value: f64, unit: &str) {
    println!("  {name:<54}{value:>12.2} {unit}");
}

/// Resident memory of this process, by the kernel's name for it: `VmRSS:` now, `VmHWM:` at most so far.
fn memory(name: &str) -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(name)).context("a figure of the kernel")?;
    let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kib / 1024.0)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

fn size(path: &Path) -> Result<u64> {
    let mut all = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        all += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(all)
}
