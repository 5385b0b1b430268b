//! Login tokens: what lets somebody make an account, or make its login anew. The server has the hash alone.

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::error::DecodeError;
use conclave_crypto::keys::GrantPublic;
use conclave_crypto::login::LoginName;
use conclave_crypto::primitives::sha256;

/// Version byte of a token; version 1 did not name the grant, version 2 knew invites and resets alone.
const VERSION: u8 = 3;
/// What the key of every token starts with.
pub(super) const TOKENS: &[u8] = b"token/";

/// What a login token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A new account.
    New,
    /// A new password and phone for an account that exists.
    Reset,
    /// A new phone for an account whose password stays.
    Phone,
}

impl TokenKind {
    const fn byte(self) -> u8 {
        match self {
            Self::New => 0,
            Self::Reset => 1,
            Self::Phone => 2,
        }
    }

    const fn of(byte: u8) -> Result<Self, DecodeError> {
        match byte {
            0 => Ok(Self::New),
            1 => Ok(Self::Reset),
            2 => Ok(Self::Phone),
            _ => Err(DecodeError::Range),
        }
    }
}

/// A login token as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is for.
    pub(crate) kind: TokenKind,
    /// The name it is for, in lower case; empty: the newcomer chooses.
    pub(crate) name: String,
    /// Accounts it may still make.
    pub(crate) uses: u16,
    /// Its end by the server's clock, milliseconds UTC.
    pub(crate) expires: u64,
    /// When it was made, milliseconds UTC.
    pub(crate) created: u64,
    /// The key of its InviteGrant in the log, if it has one.
    pub(crate) grant: Option<GrantPublic>,
}

/// SHA-256 of a login token: its name in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

impl TokenHash {
    /// The hash of the 16 bytes.
    pub(crate) fn of(token: &[u8]) -> Self {
        Self(sha256(&[token]))
    }

    pub(super) fn key(&self) -> Vec<u8> {
        [TOKENS, &self.0].concat()
    }
}

impl Token {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .u8(VERSION)
            .u8(self.kind.byte())
            .bytes8(self.name.as_bytes())
            .u16(self.uses)
            .u64(self.expires)
            .u64(self.created)
            .flag(self.grant.is_some());
        if let Some(grant) = &self.grant {
            writer.raw(grant.as_bytes());
        }
        writer.finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Reader::all(bytes, |reader| {
            let version = reader.u8()?;
            if !(1..=VERSION).contains(&version) {
                return Err(DecodeError::Version);
            }
            Ok(Self {
                kind: TokenKind::of(reader.u8()?)?,
                name: std::str::from_utf8(reader.bytes8()?).map_err(|_| DecodeError::Range)?.to_owned(),
                uses: reader.u16()?,
                expires: reader.u64()?,
                created: reader.u64()?,
                grant: if version > 1 && reader.flag()? {
                    Some(GrantPublic::from_bytes(reader.array()?)?)
                } else {
                    None
                },
            })
        })
    }

    /// Whether it lets somebody of this name in at `now`.
    pub(crate) fn admits(&self, name: &LoginName, now: u64) -> bool {
        self.is_open(now) && (self.name.is_empty() || self.name == name.as_str())
    }

    /// Whether it can still be used by anybody.
    pub(crate) const fn is_open(&self, now: u64) -> bool {
        self.uses > 0 && now <= self.expires
    }
}
