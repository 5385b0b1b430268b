//! Accounts and login tokens as private records: what the server keeps to check a password and a code.
//!
//! ```text
//! account/<name>          Account: OPAQUE record, TOTP secret, last step, recovery hashes       (no password; sealed
//!                         when there is a store key)
//! token/<SHA-256(token)>  Token: an invite or a reset code, never the token itself
//! ```
//!
//! An account comes into being in one transaction, together with the spending of its token, after CONFIRM has
//! proven a code (PROTOCOL §2.11); a crash before that leaves nothing, a crash after it leaves everything.

mod sealed;
mod token;

use std::sync::Arc;

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;
use conclave_crypto::login::{LoginName, LoginRecord};
use conclave_crypto::secret::Secret;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub(crate) use self::sealed::RecordSeal;
use self::token::TOKENS;
pub(crate) use self::token::{Token, TokenHash, TokenKind};
use crate::recovery::{self, RecoveryCode, RecoveryHash};
use crate::store::{Store, StoreError, Transaction};
use crate::totp::{self, SECRET, Step};

/// Version byte of an account.
const VERSION: u8 = 1;
/// A record changed by another login at the same time is read again this often before giving up.
const RETRIES: usize = 8;
/// What the key of every account starts with.
const ACCOUNTS: &[u8] = b"account/";
/// Records read at once when listing.
pub(crate) const PAGE: usize = 1_000;

/// What the server keeps of an account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Opens a login; tells nothing about the password without an Argon2id each guess.
    pub(crate) record: LoginRecord,
    /// The secret shared with the person's phone.
    pub(crate) totp: Secret<SECRET>,
    /// The last step a code was accepted for.
    pub(crate) last_step: Option<Step>,
    /// Recovery codes not used yet.
    pub(crate) recovery: Vec<RecoveryHash>,
    /// When the account was made, milliseconds UTC.
    pub(crate) created: u64,
}

impl Account {
    fn encode(&self, created: u64) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(self.record.as_bytes()).raw(self.totp.expose());
        writer.flag(self.last_step.is_some()).u64(self.last_step.map_or(0, |step| step.0));
        writer.list8(&self.recovery, |writer, hash| {
            writer.raw(hash.as_bytes());
        });
        writer.u64(created);
        Zeroizing::new(writer.finish())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            if reader.u8()? != VERSION {
                return Err(DecodeError::Version);
            }
            Ok(Self {
                record: LoginRecord::parse(&reader.array()?)?,
                totp: Secret::new(reader.array()?),
                last_step: {
                    let present = reader.flag()?;
                    let step = reader.u64()?;
                    present.then_some(Step(step))
                },
                recovery: reader.list8(|reader| Ok(RecoveryHash::new(reader.array()?)))?,
                created: reader.u64()?,
            })
        })
    }
}

/// The accounts of the organisation. Clones share the store.
#[derive(Clone)]
pub(crate) struct Accounts(Arc<dyn Store>, Arc<RecordSeal>);

impl Accounts {
    pub(crate) fn new(store: Arc<dyn Store>, seal: RecordSeal) -> Self {
        Self(store, Arc::new(seal))
    }

    /// An account by name.
    pub(crate) async fn find(&self, name: &LoginName) -> Result<Option<Account>, StoreError> {
        Ok(self.read(name).await?.map(|(account, _)| account))
    }

    /// Uses up a TOTP code: `true` for exactly one of any number of parallel calls with the same code.
    pub(crate) async fn spend_totp(
        &self,
        name: &LoginName,
        code: &[u8],
        now: u64,
    ) -> Result<bool, StoreError> {
        self.change(name, |account| {
            let step = totp::check(&account.totp, code, now, account.last_step);
            account.last_step = step.or(account.last_step);
            step.is_some()
        })
        .await
    }

    /// Uses up a recovery code.
    pub(crate) async fn spend_recovery(&self, name: &LoginName, code: &[u8]) -> Result<bool, StoreError> {
        let Some(hash) = RecoveryCode::parse(code).map(|code| code.hash()) else { return Ok(false) };
        self.change(name, |account| {
            let before = account.recovery.len();
            account.recovery.retain(|known| *known != hash);
            account.recovery.len() < before
        })
        .await
    }

    /// Replaces the OPAQUE record after a password change.
    pub(crate) async fn replace_record(
        &self,
        name: &LoginName,
        record: &LoginRecord,
    ) -> Result<bool, StoreError> {
        self.change(name, |account| {
            account.record = record.clone();
            true
        })
        .await
    }

    /// Makes an account, makes it anew after a reset, or gives it another phone and other recovery codes, and spends
    /// the token with it. `false` when the token is spent, expired or withdrawn meanwhile, the name is taken, or the
    /// password of another phone is not that of the account any more.
    pub(crate) async fn create(
        &self,
        name: &LoginName,
        account: &Account,
        token: TokenHash,
        now: u64,
    ) -> Result<bool, StoreError> {
        debug_assert!(account.recovery.len() <= recovery::COUNT);
        for _ in 0..RETRIES {
            let Some((known, bytes)) = self.read_token(token).await? else { return Ok(false) };
            let before = self.0.get(&account_key(name)).await?;
            let held = match (known.kind, &before) {
                (TokenKind::Phone, Some(bytes)) => Some(self.opened(name, bytes)?),
                _ => None,
            };
            let fits = match known.kind {
                TokenKind::New => before.is_none(),
                // The record went when the code was made.
                TokenKind::Reset => true,
                TokenKind::Phone => {
                    held.as_ref().is_some_and(|held| held.record.as_bytes() == account.record.as_bytes())
                }
            };
            if !known.admits(name, now) || !fits {
                return Ok(false);
            }
            let created = held.map_or(account.created, |held| held.created);
            let left = Token { uses: known.uses - 1, ..known };
            let mut transaction = Transaction::new()
                .expect(token.key(), Some(bytes))
                .expect(account_key(name), before)
                .put(account_key(name), self.sealed(name, account, created));
            transaction = match left.uses {
                0 => transaction.delete(token.key()),
                _ => transaction.put(token.key(), left.encode()),
            };
            if self.0.transact(transaction).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A login token.
    pub(crate) async fn token(&self, hash: TokenHash) -> Result<Option<Token>, StoreError> {
        Ok(self.read_token(hash).await?.map(|(token, _)| token))
    }

    /// Keeps a new login token; `false` if there is one of this hash.
    pub(crate) async fn add_token(&self, hash: TokenHash, token: &Token) -> Result<bool, StoreError> {
        self.add_tokens(&[(hash, token.clone())]).await
    }

    /// Keeps new login tokens, all or none; `false` if there is one of any of these hashes.
    pub(crate) async fn add_tokens(&self, tokens: &[(TokenHash, Token)]) -> Result<bool, StoreError> {
        let all = tokens.iter().fold(Transaction::new(), |all, (hash, token)| {
            all.expect(hash.key(), None).put(hash.key(), token.encode())
        });
        self.0.transact(all).await
    }

    /// All account names, in order.
    pub(crate) async fn names(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.0.range(ACCOUNTS, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(names) };
            after = Some(last.clone());
            for (key, _) in &page {
                let name = key.strip_prefix(ACCOUNTS).unwrap_or_default();
                names.push(String::from_utf8_lossy(name).into_owned());
            }
        }
    }

    /// Open invites and reset codes.
    pub(crate) async fn open_tokens(&self, now: u64) -> Result<Vec<Token>, StoreError> {
        let tokens = self.tokens().await?;
        Ok(tokens.into_iter().map(|(_, token)| token).filter(|token| token.is_open(now)).collect())
    }

    /// All tokens that are kept, also those that have ended.
    pub(crate) async fn tokens(&self) -> Result<Vec<(TokenHash, Token)>, StoreError> {
        let mut tokens = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.0.range(TOKENS, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(tokens) };
            after = Some(last.clone());
            for (key, value) in &page {
                let Some(hash) = key.strip_prefix(TOKENS).and_then(|hash| hash.try_into().ok()) else {
                    return Err(StoreError::Damaged("a token's key cannot be read".into()));
                };
                tokens.push((TokenHash(hash), Token::decode(value).map_err(undecodable)?));
            }
        }
    }

    /// Forgets tokens; those that are not there do not matter.
    pub(crate) async fn forget_tokens(&self, hashes: &[TokenHash]) -> Result<(), StoreError> {
        let gone = hashes.iter().fold(Transaction::new(), |transaction, hash| transaction.delete(hash.key()));
        self.0.transact(gone).await.map(|_| ())
    }

    /// Takes the login of an account away, with its phone and recovery codes, and lets the holder of a new code
    /// make another one. An earlier code stops working.
    pub(crate) async fn reset(
        &self,
        name: &LoginName,
        hash: TokenHash,
        token: &Token,
    ) -> Result<(), StoreError> {
        let transaction = self.without_codes(name, Transaction::new().delete(account_key(name))).await?;
        self.0.transact(transaction.put(hash.key(), token.encode())).await.map(|_| ())
    }

    /// Makes the phone of an account worthless, and lets the holder of a new code put another in its place. Password
    /// and recovery codes stay; earlier codes stop working. `false` if the account has no login.
    pub(crate) async fn reset_phone<R: CryptoRng + ?Sized>(
        &self,
        name: &LoginName,
        hash: TokenHash,
        token: &Token,
        rng: &mut R,
    ) -> Result<bool, StoreError> {
        for _ in 0..RETRIES {
            let Some((mut account, before)) = self.read(name).await? else { return Ok(false) };
            // Nobody is told this one.
            account.totp = Secret::random(rng);
            account.last_step = None;
            let transaction = Transaction::new()
                .expect(account_key(name), Some(before))
                .put(account_key(name), self.sealed(name, &account, account.created));
            let transaction = self.without_codes(name, transaction).await?;
            if self.0.transact(transaction.put(hash.key(), token.encode())).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The transaction, with every code for this account deleted that was made so far.
    async fn without_codes(
        &self,
        name: &LoginName,
        transaction: Transaction,
    ) -> Result<Transaction, StoreError> {
        let earlier = self.tokens().await?.into_iter();
        let codes = earlier.filter(|(_, token)| token.kind != TokenKind::New && token.name == name.as_str());
        Ok(codes.fold(transaction, |transaction, (code, _)| transaction.delete(code.key())))
    }

    /// Removes the login of an account and its tokens. Whether there was a login.
    pub(crate) async fn erase(&self, name: &LoginName) -> Result<bool, StoreError> {
        let existed = self.0.get(&account_key(name)).await?.is_some();
        let own = self.tokens().await?.into_iter().filter(|(_, token)| token.name == name.as_str());
        let gone = own.fold(Transaction::new().delete(account_key(name)), |transaction, (hash, _)| {
            transaction.delete(hash.key())
        });
        self.0.transact(gone).await?;
        Ok(existed)
    }

    async fn read(&self, name: &LoginName) -> Result<Option<(Account, Vec<u8>)>, StoreError> {
        let Some(bytes) = self.0.get(&account_key(name)).await? else { return Ok(None) };
        Ok(Some((self.opened(name, &bytes)?, bytes)))
    }

    fn opened(&self, name: &LoginName, bytes: &[u8]) -> Result<Account, StoreError> {
        let opened = self.1.open(&account_key(name), bytes)?;
        Account::decode(&opened).map_err(undecodable)
    }

    fn sealed(&self, name: &LoginName, account: &Account, created: u64) -> Vec<u8> {
        self.1.seal(&account_key(name), &account.encode(created), &mut crate::clock::rng())
    }

    async fn read_token(&self, hash: TokenHash) -> Result<Option<(Token, Vec<u8>)>, StoreError> {
        let Some(bytes) = self.0.get(&hash.key()).await? else { return Ok(None) };
        Ok(Some((Token::decode(&bytes).map_err(undecodable)?, bytes)))
    }

    /// Compare-and-swap until nobody came in between; `false` when `step` says so or there is no account.
    async fn change(
        &self,
        name: &LoginName,
        step: impl Fn(&mut Account) -> bool,
    ) -> Result<bool, StoreError> {
        for _ in 0..RETRIES {
            let Some((mut account, before)) = self.read(name).await? else { return Ok(false) };
            if !step(&mut account) {
                return Ok(false);
            }
            let transaction = Transaction::new()
                .expect(account_key(name), Some(before))
                .put(account_key(name), self.sealed(name, &account, account.created));
            if self.0.transact(transaction).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn account_key(name: &LoginName) -> Vec<u8> {
    [ACCOUNTS, name.as_bytes()].concat()
}

/// Whether a row of the store is an account.
pub(crate) fn is_account(key: &[u8]) -> bool {
    key.starts_with(ACCOUNTS)
}

fn undecodable(error: DecodeError) -> StoreError {
    StoreError::Damaged(format!("a record cannot be read: {error}"))
}

#[cfg(test)]
mod tests;
