//! Speed of what everything else stands on, on one core: sealing, files, the vault, login, password stretching.
//!
//! `cargo bench -p conclave-crypto --bench primitives`

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench prints and may stop")]

#[path = "../tests/vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use conclave_crypto::file::{CHUNK, FileDecryptor, FileEncryptor, FileKey, SEALED_CHUNK, object_len};
use conclave_crypto::kdf::Label;
use conclave_crypto::keys::{OrgId, VaultId};
use conclave_crypto::login::{LoggingIn, LoginName, LoginRecord, LoginServer, Registering};
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{argon2id, blake3};
use conclave_crypto::seal::{MessageKey, open1, seal1};
use conclave_crypto::secret::Secret;
use conclave_crypto::vault::{KdfParams, Tree, VaultKeys};
use input::TestRng;

const SPAN: Duration = Duration::from_millis(400);

/// Seconds per call: the best of five spans.
fn seconds(mut step: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let (begin, mut calls) = (Instant::now(), 0_u32);
        while begin.elapsed() < SPAN {
            step();
            calls += 1;
        }
        best = best.min(begin.elapsed().as_secs_f64() / f64::from(calls));
    }
    best
}

fn rate(name: &str, step: impl FnMut()) {
    let each = seconds(step);
    println!("{name:<56} {:>10.0} /s   {:>9.2} µs", 1.0 / each, each * 1e6);
}

fn throughput(name: &str, bytes: usize, step: impl FnMut()) {
    let each = seconds(step);
    let rate = f64::from(u32::try_from(bytes).unwrap()) / each / f64::from(1 << 20);
    println!("{name:<56} {rate:>10.0} MiB/s");
}

fn sealing() {
    let mut rng = TestRng::new("bench/seal");
    for size in [256, 4096] {
        let (plain, aad) = (vec![7; size], vec![9; 2386]);
        rate(&format!("seal1 + open1, {size} B, aad of a message"), || {
            let key = || MessageKey::new(Secret::new([1; 32]));
            let sealed = seal1(key(), Label::DR_MSG, &[&aad], &plain, &mut rng);
            black_box(open1(key(), Label::DR_MSG, &[&aad], &sealed).unwrap());
        });
    }
}

fn vault() {
    let mut rng = TestRng::new("bench/vault");
    let epochs = BTreeMap::from([(1, Secret::new([2; 32]))]);
    let keys = VaultKeys::from_keys(VaultId::new([0; 16]), Secret::new([1; 32]), epochs);
    for size in [300, 6000] {
        let plain = vec![7; size];
        rate(&format!("vault: record key, seal and open {size} B"), || {
            let key = keys.record_key(Tree::State, b"session of a device");
            let value = keys.seal_value(Tree::State, &key, &plain, &mut rng);
            black_box(keys.open_value(Tree::State, &key, &value).unwrap());
        });
    }
    let operations = vec![7; 8192];
    rate("vault: seal a journal record of 8 KiB", || {
        black_box(keys.seal_journal(1, &[0; 32], &operations, &mut rng));
    });
}

fn files() {
    const CHUNKS: usize = 256;
    let mut rng = TestRng::new("bench/file");
    let key = FileKey::generate(&mut rng);
    let mut object = vec![[7_u8; SEALED_CHUNK]; CHUNKS];
    throughput("file: encrypt in place", CHUNKS * CHUNK, || {
        let (mut encryptor, _) = FileEncryptor::start(&key, &mut rng);
        for chunk in &mut object {
            encryptor.chunk(chunk).unwrap();
        }
    });
    let (mut encryptor, head) = FileEncryptor::start(&key, &mut rng);
    for chunk in &mut object {
        encryptor.chunk(chunk).unwrap();
    }
    let length = u64::try_from(CHUNKS * CHUNK).unwrap();
    let decryptor = FileDecryptor::new(&key, &head, object_len(length), length).unwrap();
    let mut buffer = [0; SEALED_CHUNK];
    throughput("file: copy and decrypt in place", CHUNKS * CHUNK, || {
        for (index, chunk) in (0..).zip(&object) {
            buffer.copy_from_slice(chunk);
            black_box(decryptor.open(index, &mut buffer).unwrap());
        }
    });
    throughput("file: BLAKE3 of the object", CHUNKS * SEALED_CHUNK, || {
        black_box(blake3(&[object.as_flattened()]));
    });
}

fn login() {
    let mut rng = TestRng::new("bench/login");
    let (org, name, password) =
        (OrgId::new([1; 16]), LoginName::parse("ada").unwrap(), Password::new("secret"));
    let server = LoginServer::generate(org, &mut rng).unwrap();
    let (registering, request) = Registering::start(&password, &mut rng).unwrap();
    let response = server.register(&name, &request).unwrap();
    let upload = registering.finish(&password, &org, &name, &response, &mut rng).unwrap();
    let record = LoginRecord::parse(&upload).unwrap();
    let (_, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    let mut answer = |name_is: &str, record: Option<&LoginRecord>| {
        rate(&format!("login: the server's answer, {name_is} name"), || {
            black_box(server.start(&name, record, &ke1, &mut rng).unwrap());
        });
    };
    answer("known", Some(&record));
    answer("unknown", None);
    rate("login: the server's answer and check of a false KE3", || {
        let (challenged, _) = server.start(&name, Some(&record), &ke1, &mut rng).unwrap();
        black_box(challenged.finish(&[1; 64]).unwrap_err());
    });
}

fn stretching() {
    let default = KdfParams::DEFAULT;
    for (name, m, t, p) in [
        ("login (64 MiB, 3, 4)", 64 * 1024, 3, 4),
        ("vault default (256 MiB, 3, 4)", default.m_kib(), default.t(), default.p()),
    ] {
        let each = seconds(|| {
            black_box(argon2id::<32>(b"password", &[0; 16], m, t, p).unwrap());
        });
        println!("{:<56} {:>10.0} ms", format!("Argon2id, {name}"), each * 1e3);
    }
}

fn main() {
    sealing();
    vault();
    files();
    login();
    stretching();
}
