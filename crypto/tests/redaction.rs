//! No secret shows in a log: the `Debug` of every type that holds one is compared as a whole, and searched for the
//! secret's bytes. The types of sessions are in the tests of sessions.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its support functions too"
)]

#[path = "vector/input.rs"]
#[allow(dead_code, reason = "shared with the vector tests, which use all of it")]
mod input;

use std::collections::BTreeMap;
use std::fmt::Debug;

use conclave_crypto::file::{FileDecryptor, FileEncryptor, FileKey, FileRef, object_len};
use conclave_crypto::keys::{
    AdminSecret, DeviceId, DeviceSignSecret, DhSecret, DirectorySecret, EnrolSecret, GrantSecret, OrgId,
    OrkSecret, TransportSecret, UikSecret, UserId, VaultId,
};
use conclave_crypto::login::{
    Confirm, Factor, LoggedIn, LoggingIn, LoginName, LoginRecord, LoginResult, LoginServer, Proof,
    Registering, SessionKey,
};
use conclave_crypto::password::Password;
use conclave_crypto::primitives::{Kem768Secret, Kem1024Secret};
use conclave_crypto::seal::MessageKey;
use conclave_crypto::secret::Secret;
use conclave_crypto::vault::{
    Credential, DeviceKeys, KdfParams, MasterKeys, NewVault, RecoveryCode, Slot, Unlocked, VaultHeader,
    VaultKeys,
};
use input::TestRng;
use zeroize::ZeroizeOnDrop;

/// The byte that every secret here is made of.
const BYTE: u8 = 0xc7;

fn secret<const N: usize>() -> Secret<N> {
    Secret::new([BYTE; N])
}

/// The printed form, after a look for the secret byte in the forms that bytes are printed in.
fn shown(value: &impl Debug) -> String {
    let (short, long) = (format!("{value:?}"), format!("{value:#?}"));
    for text in [&short, &long] {
        let lower = text.to_lowercase();
        for leak in ["199, 199", "199,\n", "c7c7", "c7, c7", "hunter2", "payroll"] {
            assert!(!lower.contains(leak), "{text} shows {leak}");
        }
    }
    short
}

#[test]
fn the_search_would_find_a_leak() {
    for leak in [format!("{:?}", [BYTE; 2]), format!("{:?}", "hunter2")] {
        assert!(std::panic::catch_unwind(|| shown(&format_args!("{leak}").to_string())).is_err());
    }
}

#[test]
fn keys() {
    assert_eq!(shown(&secret::<32>()), "Secret<32>(redacted)");
    assert_eq!(shown(&MessageKey::new(secret())), "MessageKey(Secret<32>(redacted))");
    assert_eq!(shown(&OrkSecret::from_seed(secret())), "OrkSecret(Secret<32>(redacted))");
    assert_eq!(shown(&AdminSecret::from_seed(secret())), "AdminSecret(Secret<32>(redacted))");
    assert_eq!(shown(&GrantSecret::from_seed(secret())), "GrantSecret(Secret<32>(redacted))");
    assert_eq!(shown(&EnrolSecret::from_seed(secret())), "EnrolSecret(Secret<32>(redacted))");
    assert_eq!(shown(&DirectorySecret::from_seed(secret())), "DirectorySecret(Secret<32>(redacted))");
    assert_eq!(shown(&UikSecret::from_seed(secret())), "UikSecret(Secret<32>(redacted))");
    assert_eq!(shown(&DeviceSignSecret::from_seed(secret())), "DeviceSignSecret(Secret<32>(redacted))");
    assert_eq!(shown(&TransportSecret::from_seed(secret())), "TransportSecret(Secret<32>(redacted))");
    let pair = shown(&DhSecret::from_secret(secret()));
    assert!(pair.starts_with("DhSecret { secret: Secret<32>(redacted), public: DhPublic("), "{pair}");
    assert_eq!(shown(&Kem768Secret::from_seed(&secret())), "ML-KEM-768(redacted)");
    assert_eq!(shown(&Kem1024Secret::from_seed(&secret())), "ML-KEM-1024(redacted)");
}

#[test]
fn vault() {
    let mut rng = TestRng::new("redaction/vault");
    let password = Password::new("hunter2");
    assert_eq!(shown(&password), "Password(redacted)");
    let code = RecoveryCode::from_bytes(secret());
    assert_eq!(shown(&code), "RecoveryCode(Secret<32>(redacted))");
    assert_eq!(shown(&Credential::Password(&password)), "Password(Password(redacted))");
    let master = MasterKeys { vmk: secret(), uwk: secret() };
    assert_eq!(shown(&master), "MasterKeys { vmk: Secret<32>(redacted), uwk: Secret<32>(redacted) }");
    let keys = || VaultKeys::from_keys(VaultId::new([1; 16]), secret(), BTreeMap::from([(1, secret())]));
    let printed = shown(&keys());
    assert_eq!(printed.matches("(redacted)").count(), 1 + 1 + 8 + 8, "{printed}");
    shown(&Unlocked { keys: keys(), slot: 0 });
    let slot = Slot::with_recovery(&VaultId::new([1; 16]), &master, &code, &mut rng).unwrap();
    assert_eq!(shown(&slot), "Slot { kind: Recovery, .. }");
    let device = DeviceKeys {
        dik_s: DeviceSignSecret::from_seed(secret()),
        dik_x: DhSecret::from_secret(secret()),
        tpk: TransportSecret::from_seed(secret()),
    };
    shown(&device);
    let uik = UikSecret::from_seed(secret());
    let cost = KdfParams::weak_for_tests(64, 1, 1).unwrap();
    let new = NewVault { password: &password, cost, recovery: &code, uik: &uik, device: &device };
    shown(&new);
    let (header, keys) = VaultHeader::create(&new, &mut rng).unwrap();
    shown(&header);
    shown(&keys);
}

#[test]
fn files() {
    let mut rng = TestRng::new("redaction/file");
    let key = || FileKey::from_bytes(secret());
    assert_eq!(shown(&key()), "FileKey(Secret<32>(redacted))");
    let (encryptor, head) = FileEncryptor::start(&key(), &mut rng);
    assert_eq!(shown(&encryptor), "FileEncryptor(chunk 0, redacted)");
    let mut encryptor = encryptor;
    assert_eq!(shown(&encryptor.run(3).unwrap()), "ChunkRun(3 chunks from 0, redacted)");
    let decryptor = FileDecryptor::new(&key(), &head, object_len(10), 10).unwrap();
    assert_eq!(shown(&decryptor), "FileDecryptor(10 bytes, redacted)");
    let reference = FileRef::new([BYTE; 32], 10, key(), [BYTE; 32], "payroll.xlsx", "text/payroll").unwrap();
    assert_eq!(shown(&reference), "FileRef(10 bytes, redacted)");
}

#[test]
fn login() {
    let mut rng = TestRng::new("redaction/login");
    let (org, name, password) =
        (OrgId::new([0; 16]), LoginName::parse("ada").unwrap(), Password::new("hunter2"));
    let server = LoginServer::generate(org, &mut rng).unwrap();
    assert_eq!(shown(&server), "LoginServer(00000000000000000000000000000000, redacted)");
    let (registering, request) = Registering::start(&password, &mut rng).unwrap();
    assert_eq!(shown(&registering), "Registering(redacted)");
    let response = server.register(&name, &request).unwrap();
    let upload = registering.finish(&password, &org, &name, &response, &mut rng).unwrap();
    let record = LoginRecord::parse(&upload).unwrap();
    assert_eq!(shown(&record), "LoginRecord(redacted)");
    let (logging_in, ke1) = LoggingIn::start(&password, &mut rng).unwrap();
    assert_eq!(shown(&logging_in), "LoggingIn(redacted)");
    let (challenged, _) = server.start(&name, Some(&record), &ke1, &mut rng).unwrap();
    assert_eq!(shown(&challenged), "Challenged(ada, redacted)");
    let session = || SessionKey::new(secret());
    let logged_in = shown(&LoggedIn { ke3: [0; 64], session: session() });
    assert!(logged_in.ends_with("session: SessionKey(Secret<64>(redacted)) }"), "{logged_in}");
    let peer = TransportSecret::generate(&mut rng).public();
    assert_eq!(
        shown(&session().channel(&org, &peer, &peer)),
        "ChannelKeys { from_client: Secret<32>(redacted), from_server: Secret<32>(redacted) }"
    );
    let proof = Proof {
        factor: Factor::LoginToken,
        proof: vec![BYTE; 16].into(),
        device: DeviceId::new([0; 16]),
        devcert_hash: [0; 32],
    };
    assert_eq!(
        shown(&proof),
        "Proof { factor: LoginToken, device: DeviceId(00000000000000000000000000000000), .. }"
    );
    let result = LoginResult {
        user: UserId::new([0; 16]),
        now: 1,
        lease: vec![],
        totp_secret: vec![BYTE; 20].into(),
        codes: vec![b"hunter2".to_vec(); 10].into(),
    };
    assert_eq!(shown(&result), "LoginResult { user: UserId(00000000000000000000000000000000), now: 1, .. }");
    assert_eq!(shown(&Confirm { totp: vec![BYTE; 6].into() }), "Confirm(redacted)");
}

/// Does not compile if a crate was built without its `zeroize` feature.
#[test]
fn key_types_of_the_crates_below_wipe_themselves() {
    const fn wiped<T: ZeroizeOnDrop>() {}
    wiped::<Secret<32>>();
    wiped::<ed25519_dalek::SigningKey>();
    wiped::<x25519_dalek::StaticSecret>();
    wiped::<x25519_dalek::SharedSecret>();
    wiped::<ml_kem::DecapsulationKey<ml_kem::MlKem768>>();
    wiped::<ml_kem::DecapsulationKey<ml_kem::MlKem1024>>();
    wiped::<chacha20poly1305::ChaCha20Poly1305>();
    wiped::<chacha20poly1305::XChaCha20Poly1305>();
    const fn wipeable<T: zeroize::Zeroize>() {}
    wipeable::<argon2::Block>();
}
