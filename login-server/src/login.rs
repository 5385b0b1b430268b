//! The login flow of one stream as a pure machine (PROTOCOL §2.11, DESIGN §3): inputs in, effects out; the shell in
//! `login/stream.rs` does what they say.
//!
//! ```text
//! REGISTER ─► REGISTERED        RECORD ─► remembered for the connection
//! LOGIN ─► Find ─► CHALLENGE ─► PROOF ┬─► Check (TOTP, recovery) ─► Open ─► RESULT                        done
//!                                     └─► Token ─► RESULT(secret) ─► CONFIRM ─► Create ─► Open ─► RESULT(codes)
//! ```
//!
//! A login token with a fresh record makes an account or makes it anew; one with the stored record, whose password is
//! proven then, only puts another phone in the place of one that an administrator took away.
//!
//! An unknown name, a wrong password, a wrong factor and a banned account end in the same bytes at the same place:
//! [`Effect::Refuse`] after PROOF. An account, its TOTP secret and its recovery codes exist only after
//! [`Effect::Create`] has been done, and that is asked for only after CONFIRM has proven a code.

mod step;
mod stream;

use std::sync::Arc;

use conclave_crypto::keys::{OrgId, TransportPublic, UserId};
use conclave_crypto::login::{
    Challenged, ChannelKeys, Confirm, Factor, LoginFrame, LoginName, LoginRecord, LoginResult, LoginServer,
    Proof, RecordChoice,
};
use conclave_crypto::secret::Secret;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub(crate) use self::step::{Effect, Entry, Input, OutOfOrder};
pub(crate) use self::stream::{Client, serve};
use crate::accounts::{Account, TokenHash, TokenKind};
use crate::recovery::{self, RecoveryCode};
use crate::totp::{self, SECRET};

/// How long a record of frame 3 and a secret shown for CONFIRM are kept for the connection, in milliseconds.
const REMEMBER_MS: u64 = 10 * 60 * 1_000;

/// What is kept between the login streams of one connection.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    record: Option<(LoginName, LoginRecord, u64)>,
    shown: Option<(TokenHash, Secret<SECRET>, u64)>,
}

/// Keys and identities that do not change during a stream.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The server's OPAQUE secrets.
    pub(crate) server: Arc<LoginServer>,
    /// The organisation.
    pub(crate) org: OrgId,
    /// The client's transport key: the connection's PeerId.
    pub(crate) client: TransportPublic,
    /// The server's transport key.
    pub(crate) server_key: TransportPublic,
    /// The account already logged in on this connection.
    pub(crate) inside: Option<LoginName>,
}

/// The machine.
#[derive(Debug)]
pub(crate) struct Login {
    setting: Setting,
    memory: Memory,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle,
    Registering(LoginName),
    Finding {
        name: LoginName,
        choice: RecordChoice,
        ke1: Box<[u8; 96]>,
    },
    Challenged {
        name: LoginName,
        fresh: Option<LoginRecord>,
        /// The stored record, if the login is with it.
        stored: Option<LoginRecord>,
        challenged: Box<Challenged>,
        barred: bool,
    },
    Checking {
        channel: ChannelKeys,
        entry: Entry,
        fresh: Option<LoginRecord>,
    },
    Replacing {
        channel: ChannelKeys,
        entry: Entry,
    },
    Token {
        channel: ChannelKeys,
        entry: Entry,
        record: LoginRecord,
        /// Whether the record is one of frame 3.
        fresh: bool,
        hash: TokenHash,
    },
    Confirming {
        channel: ChannelKeys,
        entry: Entry,
        record: LoginRecord,
        hash: TokenHash,
        secret: Secret<SECRET>,
    },
    Creating {
        channel: ChannelKeys,
        entry: Entry,
        codes: Vec<RecoveryCode>,
    },
    Opening {
        channel: ChannelKeys,
        codes: Vec<RecoveryCode>,
    },
    Ended,
}

impl Login {
    /// A machine for a new stream.
    pub(crate) const fn new(setting: Setting, memory: Memory) -> Self {
        Self { setting, memory, state: State::Idle }
    }

    /// What the next stream of the connection starts with.
    pub(crate) fn into_memory(self) -> Memory {
        self.memory
    }

    /// Takes one input. On an error the stream is closed.
    pub(crate) fn handle<R: CryptoRng + ?Sized>(
        &mut self,
        input: Input,
        now: u64,
        rng: &mut R,
    ) -> Result<Vec<Effect>, OutOfOrder> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        match (state, input) {
            (State::Idle, Input::Frame(LoginFrame::Register { name, request })) => {
                self.register(name, &request)
            }
            (State::Registering(name), Input::Frame(LoginFrame::Record { upload })) => {
                Ok(self.record(name, &upload, now))
            }
            (State::Idle, Input::Frame(LoginFrame::Login { name, record, ke1 })) => {
                self.state = State::Finding { name: name.clone(), choice: record, ke1 };
                Ok(vec![Effect::Find(name)])
            }
            (State::Finding { name, choice, ke1 }, Input::Found { record, barred }) => {
                Ok(self.challenge(name, choice, &ke1, record, barred, now, rng))
            }
            (
                State::Challenged { name, fresh, stored, challenged, barred },
                Input::Frame(LoginFrame::Proof { ke3, sealed }),
            ) => Ok(self.proof(name, (fresh, stored), *challenged, barred, &ke3, &sealed)),
            (State::Checking { channel, entry, fresh }, Input::Answer(right)) => {
                Ok(self.checked(channel, entry, fresh, right))
            }
            (State::Replacing { channel, entry }, Input::Answer(done)) => {
                Ok(if done { self.open(channel, entry, Vec::new()) } else { vec![Effect::Refuse] })
            }
            (State::Token { channel, entry, record, fresh, hash }, Input::Token(kind)) => {
                let kind = kind.filter(|kind| fresh == (*kind != TokenKind::Phone));
                Ok(self.token(channel, entry, record, hash, kind, now, rng))
            }
            (
                State::Confirming { channel, entry, record, hash, secret },
                Input::Frame(LoginFrame::Confirm { sealed }),
            ) => Ok(self.confirm(channel, entry, record, hash, secret, &sealed, now, rng)),
            (State::Creating { channel, entry, codes }, Input::Answer(done)) => {
                self.memory = Memory::default();
                Ok(if done { self.open(channel, entry, codes) } else { vec![Effect::Refuse] })
            }
            (State::Opening { channel, codes }, Input::Opened { user, lease }) => {
                let codes: Vec<Vec<u8>> = codes.iter().map(|code| code.expose().to_vec()).collect();
                let result = LoginResult {
                    user,
                    now,
                    lease,
                    totp_secret: Zeroizing::new(Vec::new()),
                    codes: Zeroizing::new(codes),
                };
                let sealed = channel.seal(&result, rng);
                Ok(vec![Effect::Send(LoginFrame::Result { sealed }), Effect::Done])
            }
            _ => Err(OutOfOrder),
        }
    }

    /// Whether the machine waits for CONFIRM, for which a person has to find a phone.
    pub(crate) const fn awaits_confirm(&self) -> bool {
        matches!(self.state, State::Confirming { .. })
    }

    fn register(&mut self, name: LoginName, request: &[u8; 32]) -> Result<Vec<Effect>, OutOfOrder> {
        let response = self.setting.server.register(&name, request).map_err(|_| OutOfOrder)?;
        self.state = State::Registering(name);
        Ok(vec![Effect::Send(LoginFrame::Registered { response })])
    }

    fn record(&mut self, name: LoginName, upload: &[u8; 192], now: u64) -> Vec<Effect> {
        // A record that does not parse is not kept; the login with it then fails like any other.
        self.memory.record = LoginRecord::parse(upload).ok().map(|record| (name, record, now));
        self.state = State::Idle;
        Vec::new()
    }

    #[expect(clippy::too_many_arguments, reason = "one step with everything it depends on")]
    fn challenge<R: CryptoRng + ?Sized>(
        &mut self,
        name: LoginName,
        choice: RecordChoice,
        ke1: &[u8; 96],
        stored: Option<LoginRecord>,
        barred: bool,
        now: u64,
        rng: &mut R,
    ) -> Vec<Effect> {
        let kept = self.memory.record.as_ref().filter(|(of, _, at)| *of == name && at + REMEMBER_MS > now);
        let fresh = match choice {
            RecordChoice::Fresh => kept.map(|(_, record, _)| record.clone()),
            RecordChoice::Stored => None,
        };
        let used = match choice {
            RecordChoice::Fresh => fresh.as_ref(),
            RecordChoice::Stored => stored.as_ref(),
        };
        match self.setting.server.start(&name, used, ke1, rng) {
            Ok((challenged, ke2)) => {
                let stored = stored.filter(|_| choice == RecordChoice::Stored);
                self.state =
                    State::Challenged { name, fresh, stored, challenged: Box::new(challenged), barred };
                vec![Effect::Challenge(LoginFrame::Challenge { ke2: Box::new(ke2) })]
            }
            Err(_) => vec![Effect::Refuse],
        }
    }

    fn proof(
        &mut self,
        name: LoginName,
        (fresh, stored): (Option<LoginRecord>, Option<LoginRecord>),
        challenged: Challenged,
        barred: bool,
        ke3: &[u8; 64],
        sealed: &[u8],
    ) -> Vec<Effect> {
        let Ok(key) = challenged.finish(ke3) else { return vec![Effect::Refuse] };
        let channel = key.channel(&self.setting.org, &self.setting.client, &self.setting.server_key);
        let Ok(proof) = channel.open::<Proof>(sealed) else { return vec![Effect::Refuse] };
        if barred {
            return vec![Effect::Refuse];
        }
        let entry = Entry {
            name: name.clone(),
            device: proof.device,
            devcert_hash: proof.devcert_hash,
            ends_others: false,
        };
        match (proof.factor, fresh) {
            (Factor::LoginToken, fresh) => {
                let is_fresh = fresh.is_some();
                let Some(record) = fresh.or(stored) else { return vec![Effect::Refuse] };
                let hash = TokenHash::of(&proof.proof);
                self.state = State::Token { channel, entry, record, fresh: is_fresh, hash };
                vec![Effect::FindToken(name, hash)]
            }
            // A fresh record is proven by the person who is inside already, with a code; never by a stranger, and
            // never by a recovery code.
            (Factor::Totp, Some(_)) if self.setting.inside.as_ref() != Some(&name) => vec![Effect::Refuse],
            (Factor::RecoveryCode, Some(_)) => vec![Effect::Refuse],
            (factor, fresh) => {
                self.state = State::Checking { channel, entry, fresh };
                vec![Effect::Check(name, factor, proof.proof)]
            }
        }
    }

    fn checked(
        &mut self,
        channel: ChannelKeys,
        entry: Entry,
        fresh: Option<LoginRecord>,
        right: bool,
    ) -> Vec<Effect> {
        match (right, fresh) {
            (false, _) => vec![Effect::Refuse],
            (true, None) => self.open(channel, entry, Vec::new()),
            (true, Some(record)) => {
                let name = entry.name.clone();
                self.memory = Memory::default();
                self.state = State::Replacing { channel, entry: Entry { ends_others: true, ..entry } };
                vec![Effect::Replace(name, Box::new(record))]
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step with everything it depends on")]
    fn token<R: CryptoRng + ?Sized>(
        &mut self,
        channel: ChannelKeys,
        entry: Entry,
        record: LoginRecord,
        hash: TokenHash,
        kind: Option<TokenKind>,
        now: u64,
        rng: &mut R,
    ) -> Vec<Effect> {
        let Some(kind) = kind else { return vec![Effect::Refuse] };
        // A person who mistyped the first code comes again on this connection and keeps the secret just scanned.
        let secret = match self.memory.shown.take() {
            Some((of, secret, at)) if of == hash && at + REMEMBER_MS > now => secret,
            _ => Secret::random(rng),
        };
        self.memory.shown = Some((hash, secret.duplicate(), now));
        let result = LoginResult {
            user: UserId::new([0; 16]),
            now,
            lease: Vec::new(),
            totp_secret: Zeroizing::new(secret.expose().to_vec()),
            codes: Zeroizing::new(Vec::new()),
        };
        let sealed = channel.seal(&result, rng);
        let entry = Entry { ends_others: kind != TokenKind::New, ..entry };
        self.state = State::Confirming { channel, entry, record, hash, secret };
        vec![Effect::Send(LoginFrame::Result { sealed })]
    }

    #[expect(clippy::too_many_arguments, reason = "one step with everything it depends on")]
    fn confirm<R: CryptoRng + ?Sized>(
        &mut self,
        channel: ChannelKeys,
        entry: Entry,
        record: LoginRecord,
        hash: TokenHash,
        secret: Secret<SECRET>,
        sealed: &[u8],
        now: u64,
        rng: &mut R,
    ) -> Vec<Effect> {
        let Ok(confirm) = channel.open::<Confirm>(sealed) else { return vec![Effect::Refuse] };
        let Some(step) = totp::check(&secret, &confirm.totp, now, None) else { return vec![Effect::Refuse] };
        let codes: Vec<RecoveryCode> = (0..recovery::COUNT).map(|_| RecoveryCode::random(rng)).collect();
        let account = Account {
            record,
            totp: secret,
            last_step: Some(step),
            recovery: codes.iter().map(RecoveryCode::hash).collect(),
            created: now,
        };
        let name = entry.name.clone();
        self.state = State::Creating { channel, entry, codes };
        vec![Effect::Create(name, Box::new(account), hash)]
    }

    fn open(&mut self, channel: ChannelKeys, entry: Entry, codes: Vec<RecoveryCode>) -> Vec<Effect> {
        self.state = State::Opening { channel, codes };
        vec![Effect::Open(entry)]
    }
}

#[cfg(test)]
mod tests;
