//! Project Wycheproof on our own wrappers, every test of twelve files (`wycheproof/README.md`).
//!
//! Decisions. X25519 calls 254 tests "acceptable" (twist points, non-canonical and low-order keys): ours must give the
//! stated result, except that an all-zero result must be refused. Inputs of another length than the type takes are
//! "invalid" in the files and cannot be expressed in ours: the conversion to an array is the refusal, and counted as
//! one. HKDF beyond 255 blocks does not compile.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use conclave_crypto::primitives::{
    Kem768Secret, Kem1024Secret, chacha_open, chacha_seal, ed25519_check, ed25519_verify, hkdf_expand,
    hkdf_extract, hmac_sha256, x_open, x_seal, x25519,
};
use conclave_crypto::secret::Secret;
use input::{Fixed, array, hex, number};
use serde_json::Value;

/// Runs `check` on every test with its group; it says whether the input is taken. Returns how many ran.
fn run(file: &str, expected: usize, mut check: impl FnMut(&Value, &Value) -> bool) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wycheproof").join(file);
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut ran = 0;
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let taken = check(group, test);
            let id = &test["tcId"];
            match test["result"].as_str().unwrap() {
                "valid" => assert!(taken, "test {id} is valid and was refused"),
                "invalid" => assert!(!taken, "test {id} is invalid and was taken"),
                "acceptable" => {
                    let zero = hex(&test["shared"]).iter().all(|byte| *byte == 0);
                    assert_eq!(taken, !zero, "test {id}");
                }
                other => panic!("test {id}: result {other}"),
            }
            ran += 1;
        }
    }
    assert_eq!(ran, expected);
    assert_eq!(ran as u64, number(&file["numberOfTests"]));
}

/// The bytes as an array, or a refusal by length.
fn sized<const N: usize>(value: &Value) -> Option<[u8; N]> {
    hex(value).try_into().ok()
}

#[test]
fn x25519_holds() {
    run("x25519.json", 518, |_, test| {
        let shared = x25519(&Secret::new(array(&test["private"])), &array(&test["public"]));
        match shared {
            Ok(shared) => {
                assert_eq!(*shared.expose(), array(&test["shared"]), "test {}", test["tcId"]);
                true
            }
            Err(_) => false,
        }
    });
}

#[test]
fn ed25519_holds() {
    run("ed25519.json", 151, |group, test| {
        let key = array(&group["publicKey"]);
        assert!(ed25519_check(&key).is_ok());
        sized(&test["sig"]).is_some_and(|sig| ed25519_verify(&key, &hex(&test["msg"]), &sig).is_ok())
    });
}

#[test]
fn chacha20_poly1305_holds() {
    run("chacha20_poly1305.json", 325, |_, test| {
        let (key, aad) = (array(&test["key"]), hex(&test["aad"]));
        let Some(nonce) = sized::<12>(&test["iv"]) else { return false };
        let sealed = [hex(&test["ct"]), hex(&test["tag"])].concat();
        let mut made = hex(&test["msg"]);
        chacha_seal(&key, &nonce, &aad, &mut made);
        let opened = chacha_open(&key, &nonce, &aad, &sealed);
        assert_eq!(made == sealed, opened.is_ok(), "test {}", test["tcId"]);
        opened.is_ok_and(|plain| *plain == hex(&test["msg"]))
    });
}

#[test]
fn xchacha20_poly1305_holds() {
    run("xchacha20_poly1305.json", 315, |_, test| {
        let (key, aad) = (Secret::new(array(&test["key"])), hex(&test["aad"]));
        if sized::<24>(&test["iv"]).is_none() {
            return false;
        }
        let sealed = [hex(&test["iv"]), hex(&test["ct"]), hex(&test["tag"])].concat();
        let made = x_seal(&key, &aad, &hex(&test["msg"]), &mut Fixed(vec![hex(&test["iv"])]));
        let opened = x_open(&key, &aad, &sealed);
        assert_eq!(made == sealed, opened.is_ok(), "test {}", test["tcId"]);
        opened.is_ok_and(|plain| *plain == hex(&test["msg"]))
    });
}

#[test]
fn hmac_sha256_holds() {
    run("hmac_sha256.json", 174, |group, test| {
        let tag = hmac_sha256(&hex(&test["key"]), &[&hex(&test["msg"])]);
        let kept = usize::try_from(number(&group["tagSize"])).unwrap() / 8;
        tag.expose()[..kept] == hex(&test["tag"])
    });
}

#[test]
fn hkdf_sha256_holds() {
    // Every shorter output is a prefix of the longest.
    const LONGEST: usize = 255 * 32;
    run("hkdf_sha256.json", 86, |_, test| {
        let prk = hkdf_extract(&hex(&test["salt"]), &[&hex(&test["ikm"])]);
        let size = usize::try_from(number(&test["size"])).unwrap();
        let okm = hkdf_expand::<LONGEST>(&prk, &[&hex(&test["info"])]);
        okm.expose().get(..size).is_some_and(|okm| okm == hex(&test["okm"]))
    });
}

macro_rules! ml_kem {
    ($kem:ident, $decaps:ident, $encaps:ident, $keygen:ident, $set:literal, $encaps_tests:literal) => {
        #[test]
        fn $decaps() {
            run(concat!("mlkem_", $set, ".json"), 193, |_, test| {
                let Some(seed) = sized(&test["seed"]) else { return false };
                let Some(ciphertext) = sized(&test["c"]) else { return false };
                let key = $kem::from_seed(&Secret::new(seed));
                assert_eq!(key.public().as_slice(), hex(&test["ek"]), "test {}", test["tcId"]);
                *key.decapsulate(&ciphertext).expose() == array(&test["K"])
            });
        }

        #[test]
        fn $encaps() {
            run(concat!("mlkem_", $set, "_encaps.json"), $encaps_tests, |_, test| {
                let Some(public) = sized(&test["ek"]) else { return false };
                let mut rng = Fixed(vec![hex(&test["m"])]);
                let made = $kem::encapsulate(&public, &mut rng);
                assert_eq!(made.is_ok(), $kem::check(&public).is_ok(), "test {}", test["tcId"]);
                // A refused key draws nothing.
                assert_eq!(rng.0.is_empty(), made.is_ok());
                made.is_ok_and(|(ciphertext, shared)| {
                    ciphertext.as_slice() == hex(&test["c"]) && *shared.expose() == array(&test["K"])
                })
            });
        }

        #[test]
        fn $keygen() {
            run(concat!("mlkem_", $set, "_keygen_seed.json"), 100, |_, test| {
                let key = $kem::from_seed(&Secret::new(array(&test["seed"])));
                assert_eq!(*key.seed().expose(), array(&test["seed"]));
                key.public().as_slice() == hex(&test["ek"])
            });
        }
    };
}

ml_kem!(Kem768Secret, ml_kem_768_decaps_holds, ml_kem_768_encaps_holds, ml_kem_768_keygen_holds, "768", 265);
ml_kem!(
    Kem1024Secret,
    ml_kem_1024_decaps_holds,
    ml_kem_1024_encaps_holds,
    ml_kem_1024_keygen_holds,
    "1024",
    269
);
