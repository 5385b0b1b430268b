use conclave_crypto::keys::OrgId;
use conclave_crypto::login::{LoginServer, Registering};
use conclave_crypto::password::Password;

use super::*;
use crate::clock::rng;
use crate::store::SledStore;

const ORG: OrgId = OrgId::new([7; 16]);
const NOW: u64 = 1_234_567_890_000;
/// The code of RFC 6238, Appendix B, at `NOW`.
const CODE: &[u8] = b"005924";

fn account(name: &LoginName) -> Account {
    let password = Password::new("a long password");
    let server = LoginServer::generate(ORG, &mut rng()).unwrap();
    let (registering, request) = Registering::start(&password, &mut rng()).unwrap();
    let response = server.register(name, &request).unwrap();
    let upload = registering.finish(&password, &ORG, name, &response, &mut rng()).unwrap();
    Account {
        record: LoginRecord::parse(&upload).unwrap(),
        totp: Secret::new(*b"12345678901234567890"),
        last_step: None,
        recovery: (0..recovery::COUNT).map(|_| RecoveryCode::random(&mut rng()).hash()).collect(),
        created: 5,
    }
}

fn token(name: &str, uses: u16) -> Token {
    Token { kind: TokenKind::New, name: name.into(), uses, expires: NOW + 1_000, created: NOW, grant: None }
}

struct Place {
    _directory: tempfile::TempDir,
    accounts: Accounts,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let accounts =
        Accounts::new(Arc::new(SledStore::create(directory.path()).unwrap()), RecordSeal::of(None));
    Place { _directory: directory, accounts }
}

fn name(text: &str) -> LoginName {
    LoginName::parse(text).unwrap()
}

#[test]
fn records_come_back_and_refuse_trailing_bytes() {
    let alice = name("alice");
    let mut account = account(&alice);
    account.last_step = Some(Step(9));
    let bytes = account.encode(account.created);
    let read = Account::decode(&bytes).unwrap();
    assert_eq!(*read.encode(read.created), *bytes);
    assert_eq!(read.last_step, Some(Step(9)));
    assert!(Account::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(Account::decode(&bytes[..bytes.len() - 1]).is_err());
    let token = token("alice", 3);
    assert_eq!(Token::decode(&token.encode()).unwrap(), token);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_parallel_uses_of_one_code_succeed_once() {
    let Place { accounts, _directory } = place();
    let alice = name("alice");
    let hash = TokenHash::of(b"token");
    accounts.add_token(hash, &token("alice", 1)).await.unwrap();
    assert!(accounts.create(&alice, &account(&alice), hash, NOW).await.unwrap());
    let uses = (0..100).map(|_| {
        let (accounts, alice) = (accounts.clone(), alice.clone());
        tokio::spawn(async move { accounts.spend_totp(&alice, CODE, NOW).await.unwrap() })
    });
    let mut successes = 0;
    for used in uses.collect::<Vec<_>>() {
        successes += u32::from(used.await.unwrap());
    }
    assert_eq!(successes, 1);
    assert!(!accounts.spend_totp(&alice, CODE, NOW).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_token_makes_one_account_however_many_try() {
    let Place { accounts, _directory } = place();
    let hash = TokenHash::of(b"token");
    accounts.add_token(hash, &token("", 1)).await.unwrap();
    let tries = (0..10).map(|number| {
        let accounts = accounts.clone();
        let name = name(&format!("user{number}"));
        tokio::spawn(async move { accounts.create(&name, &account(&name), hash, NOW).await.unwrap() })
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        made += u32::from(one.await.unwrap());
    }
    assert_eq!(made, 1);
    assert_eq!(accounts.names().await.unwrap().len(), 1);
    assert_eq!(accounts.token(hash).await.unwrap(), None);
}

#[tokio::test]
async fn expired_foreign_and_missing_tokens_make_nothing() {
    let Place { accounts, _directory } = place();
    let (alice, bob) = (name("alice"), name("bob"));
    let hash = TokenHash::of(b"token");
    let account = account(&alice);
    assert!(!accounts.create(&alice, &account, hash, NOW).await.unwrap(), "missing");
    accounts.add_token(hash, &token("alice", 1)).await.unwrap();
    assert!(!accounts.create(&bob, &account, hash, NOW).await.unwrap(), "another name");
    assert!(!accounts.create(&alice, &account, hash, NOW + 1_001).await.unwrap(), "expired");
    assert!(accounts.names().await.unwrap().is_empty());
    assert!(accounts.create(&alice, &account, hash, NOW + 1_000).await.unwrap());
    // A reset token is for an account that exists, and replaces it.
    let reset = TokenHash::of(b"reset");
    accounts.add_token(reset, &Token { kind: TokenKind::Reset, ..token("alice", 1) }).await.unwrap();
    let new = Account { created: 77, ..self::account(&alice) };
    assert!(accounts.create(&alice, &new, reset, NOW).await.unwrap());
    assert_eq!(accounts.find(&alice).await.unwrap().unwrap().created, 77);
}
