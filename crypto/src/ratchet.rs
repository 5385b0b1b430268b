//! Hybrid Double Ratchet with header encryption: the state of one session (PROTOCOL §2.5).
//!
//! ```text
//! MSG       = 0x01 ‖ EH ‖ Seal1(mk, "dr msg", aad = th ‖ 0x01 ‖ EH, padded plaintext)     (2418 + padded length)
//! EH        = X(HKs, aad = lab("hdr", th), header)                                        (2353)
//! STEP-SEND : fresh DHs, then KEMs;  (ct_s, kem) = Encaps_768(ekr), or (Z_ct, 0^32) if ekr is absent
//!             RK, CKs, NHKs = ROOT(RK, DH(DHs, DHr), kem, bind(DHs_pub, ek_s, ct_s, DHr, ekr|Z_ek))
//! INIT A    : DHr = SPK^B, ekr none, RK = rk0, HKs = hk_a, HKr none, NHKr = nhk_b, then STEP-SEND
//! INIT B    : DHs = SPK^B pair, KEMs none, RK = rk0, HKs none, HKr none, NHKs = nhk_b, NHKr = hk_a
//! ```
//!
//! **Nothing changes in place.** [`Ratchet::encrypt`] and [`Ratchet::decrypt`] take `&self` and return a [`Step`]: the
//! new [`Core`] (a few keys; the large keys of a turn are shared by `Arc`) and what to add to the record of the
//! chains. [`Ratchet::apply`] puts it in place and cannot fail. A refused message draws nothing and changes nothing.
//!
//! It does not know prekeys, restarts or which of several sessions a message belongs to: see
//! [`crate::session`]. This composition has not been audited.

mod chain;
mod codec;
mod core;
mod header;
mod record;
mod root;
mod turn;

pub(crate) use self::codec::{CORE_CAPACITY, Partial};
pub(crate) use self::core::Core;
pub(crate) use self::header::MSG_TYPE;

use std::sync::Arc;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use self::core::{OwnKeys, PeerKeys};
use self::header::{Header, HeaderKey, SEALED_HEADER};
use self::record::{RecordChange, Records};
use crate::error::NonContributory;
use crate::kdf::Label;
use crate::keys::{DhPublic, DhSecret, MessageId};
use crate::padding;
use crate::seal::{self, MessageKey, open1, seal1};
use crate::secret::Secret;

/// Length of an encoded MSG beyond its padded plaintext, in bytes.
pub(crate) const MSG_OVERHEAD: usize = 1 + SEALED_HEADER + seal::OVERHEAD;
/// Counters stop here, so that no arithmetic on them can overflow (PROTOCOL §2.5, Limits).
pub(crate) const MAX_COUNTER: u32 = 1 << 31;
/// Most keys that one message may store in one chain; a sender does not lose more in a row.
pub(crate) const MAX_SKIP: u32 = 1000;

/// Why a message cannot be encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// There is no session to send under: start one.
    #[error("there is no active session")]
    NoSession,
    /// The chain has reached its last message; a new session is needed.
    #[error("the sending chain is used up")]
    UsedUp,
    /// The plaintext does not fit the largest size class; send it as a file.
    #[error(transparent)]
    TooLarge(#[from] padding::TooLarge),
}

/// What is wrong with a message whose header opened (PROTOCOL §2.5, step 2 to 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Anomaly {
    /// The header differs from the first one of its chain.
    #[error("the header differs from the first of its chain")]
    HeaderChanged,
    /// This number was opened before with another message: the sender was restored from an old copy.
    #[error("the message number was opened before with another message")]
    OtherMessage,
    /// The key of this number is gone.
    #[error("the key of the message is gone")]
    KeyGone,
    /// More than 1000 messages are missing before this one.
    #[error("too many messages are missing")]
    TooManySkipped,
    /// A counter is out of range.
    #[error("a counter is out of range")]
    Counter,
    /// The turn does not follow from the state: flags, PN or a key.
    #[error("the ratchet turn does not fit the state")]
    Turn,
    /// The body does not open, or its padding or plaintext does not parse.
    #[error("the body does not open")]
    Body,
    /// The plaintext names another message than its envelope.
    #[error("the envelope names another message")]
    MessageId,
}

/// Why the ratchet does not open a MSG; the state is as before and nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// No key opens the header.
    NoKey,
    /// Opened before in this chain.
    Duplicate,
    /// The header opens, the rest is wrong.
    Anomaly(Anomaly),
}

impl From<Anomaly> for Rejection {
    fn from(anomaly: Anomaly) -> Self {
        Self::Anomaly(anomaly)
    }
}

/// A state change that is complete and not yet in place.
pub(crate) struct Step {
    core: Core,
    record: RecordChange,
    pub(crate) turn: bool,
}

/// The state of one session.
pub(crate) struct Ratchet {
    core: Core,
    records: Records,
}

impl Ratchet {
    /// INIT A. Draws the first STEP-SEND: X25519 secret (32 bytes), ML-KEM-768 seed (64).
    pub(crate) fn initiator<R: CryptoRng + ?Sized>(
        th: [u8; 32],
        rk0: Secret<32>,
        hk_a: Secret<32>,
        nhk_b: Secret<32>,
        spk: DhPublic,
        rng: &mut R,
    ) -> Result<Self, NonContributory> {
        let core = Core {
            th,
            rk: rk0,
            own: Arc::new(OwnKeys::none()),
            peer: Arc::new(PeerKeys { dh: spk, ek: None }),
            cks: None,
            ckr: None,
            ns: 0,
            nr: 0,
            pn: 0,
            hks: Some(HeaderKey::new(hk_a)),
            hkr: None,
            nhks: None,
            nhkr: HeaderKey::new(nhk_b),
        };
        Ok(Self { core: turn::step_send(core, None, rng)?, records: Records::default() })
    }

    /// INIT B, with the secret of the signed prekey that A used.
    pub(crate) fn responder(
        th: [u8; 32],
        rk0: Secret<32>,
        hk_a: Secret<32>,
        nhk_b: Secret<32>,
        spk: DhSecret,
    ) -> Self {
        let core = Core {
            th,
            rk: rk0,
            own: Arc::new(OwnKeys { dh: Some(spk), kem: None, ct: None }),
            peer: Arc::new(PeerKeys::none()),
            cks: None,
            ckr: None,
            ns: 0,
            nr: 0,
            pn: 0,
            hks: None,
            hkr: None,
            nhks: Some(HeaderKey::new(nhk_b)),
            nhkr: HeaderKey::new(hk_a),
        };
        Self { core, records: Records::default() }
    }

    /// Encrypts an unpadded plaintext; the wire starts with `prefix` (a PREKEY's, or nothing). Draws the header nonce (24 bytes), then the body salt (16).
    pub(crate) fn encrypt<R: CryptoRng + ?Sized>(
        &self,
        prefix: &[u8],
        plain: &[u8],
        rng: &mut R,
    ) -> Result<(Step, Vec<u8>), EncryptError> {
        let core = &self.core;
        let (Some(ck), Some(hk)) = (&core.cks, &core.hks) else { return Err(EncryptError::NoSession) };
        if core.ns >= MAX_COUNTER {
            return Err(EncryptError::UsedUp);
        }
        let mut padded = Zeroizing::new(Vec::with_capacity(
            plain.len().saturating_add(1).next_power_of_two().max(padding::SMALLEST),
        ));
        padded.extend_from_slice(plain);
        padding::pad(&mut padded)?;

        let header = core.sending_header();
        let sealed_header = hk.seal(&core.th, &header, rng);
        let (mk, next) = ck.advance();
        let body = seal1(mk, Label::DR_MSG, &[&core.th, &[MSG_TYPE], &sealed_header], &padded, rng);

        let mut wire = Vec::with_capacity(prefix.len() + 1 + sealed_header.len() + body.len());
        wire.extend_from_slice(prefix);
        wire.push(MSG_TYPE);
        wire.extend_from_slice(&sealed_header);
        wire.extend_from_slice(&body);
        let mut new = core.duplicate();
        new.cks = Some(next);
        new.ns += 1;
        Ok((Step { core: new, record: RecordChange::default(), turn: false }, wire))
    }

    /// Opens a MSG and gives its plaintext without padding. `check` is the last word on the plaintext (does it parse,
    /// is it the message that the envelope names); only after it, and only for a turn, STEP-SEND draws.
    pub(crate) fn decrypt<T, R: CryptoRng + ?Sized>(
        &self,
        wire: &[u8],
        msg_id: MessageId,
        now: u64,
        rng: &mut R,
        check: impl FnOnce(&[u8]) -> Result<T, Anomaly>,
    ) -> Result<(Step, T), Rejection> {
        let sealed_header = wire.get(1..=SEALED_HEADER).ok_or(Rejection::NoKey)?;
        let body = wire.get(SEALED_HEADER + 1..).ok_or(Rejection::NoKey)?;
        let opened = self.open_header(sealed_header)?;
        let header = Header::parse(&opened.bytes).ok_or(Anomaly::Turn)?;
        if header.n >= MAX_COUNTER || header.pn >= MAX_COUNTER {
            return Err(Anomaly::Counter.into());
        }
        let open = |mk: MessageKey| {
            let padded = open1(mk, Label::DR_MSG, &[&self.core.th, &[MSG_TYPE], sealed_header], body)
                .map_err(|_| Anomaly::Body)?;
            check(padding::unpad(&padded).map_err(|_| Anomaly::Body)?)
        };
        match opened.by {
            OpenedBy::Chain(serial) => {
                let (core, mut record, mk) = self.in_chain(serial, &header, msg_id)?;
                let output = open(mk)?;
                record.opened(serial, header.n, msg_id);
                Ok((Step { core, record, turn: false }, output))
            }
            OpenedBy::Next => {
                let turn = turn::receive(self, &header, now)?;
                let output = open(turn.mk)?;
                let mut record = turn.record;
                record.opened(turn.serial, header.n, msg_id);
                let core = turn::step_send(turn.core, Some(turn.ek), rng).map_err(|_| Anomaly::Turn)?;
                Ok((Step { core, record, turn: true }, output))
            }
        }
    }

    /// Puts a step in place. The caller made it from this very state.
    pub(crate) fn apply(&mut self, step: Step, now: u64) {
        self.core = step.core;
        self.records.apply(step.record, now);
    }

    pub(crate) const fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) const fn records(&self) -> &Records {
        &self.records
    }

    pub(crate) const fn records_mut(&mut self) -> &mut Records {
        &mut self.records
    }

    // The current chain first: it is the usual case; then a turn; then older chains, newest first.
    fn open_header(&self, sealed: &[u8]) -> Result<OpenedHeader, Rejection> {
        let th = &self.core.th;
        let mut chains = self.records.newest_first();
        let current = chains.next();
        if let Some(chain) = current
            && let Some(bytes) = chain.hk.open(th, sealed)
        {
            return Ok(OpenedHeader { by: OpenedBy::Chain(chain.serial), bytes });
        }
        if let Some(bytes) = self.core.nhkr.open(th, sealed) {
            return Ok(OpenedHeader { by: OpenedBy::Next, bytes });
        }
        for chain in chains {
            if let Some(bytes) = chain.hk.open(th, sealed) {
                return Ok(OpenedHeader { by: OpenedBy::Chain(chain.serial), bytes });
            }
        }
        Err(Rejection::NoKey)
    }

    // Step 2: a message of a chain that has begun.
    fn in_chain(
        &self,
        serial: u32,
        header: &Header<'_>,
        msg_id: MessageId,
    ) -> Result<(Core, RecordChange, MessageKey), Rejection> {
        let chain = self.records.get(serial).ok_or(Rejection::NoKey)?;
        if header.fix() != chain.fix {
            return Err(Anomaly::HeaderChanged.into());
        }
        if let Some(before) = chain.opened.get(&header.n) {
            return Err(if *before == msg_id {
                Rejection::Duplicate
            } else {
                Rejection::Anomaly(Anomaly::OtherMessage)
            });
        }
        let mut core = self.core.duplicate();
        let mut record = RecordChange::default();
        if let Some(mk) = chain.keys.get(&header.n) {
            record.take(serial, header.n);
            return Ok((core, record, MessageKey::new(mk.duplicate())));
        }
        let current = self.records.newest_first().next().is_some_and(|newest| newest.serial == serial);
        if !current || header.n < core.nr {
            return Err(Anomaly::KeyGone.into());
        }
        let ck = core.ckr.take().ok_or(Anomaly::KeyGone)?;
        let (mk, next) = record.skip(serial, ck, core.nr, header.n)?;
        core.ckr = Some(next);
        core.nr = header.n + 1;
        Ok((core, record, mk))
    }
}

struct OpenedHeader {
    by: OpenedBy,
    bytes: Zeroizing<Vec<u8>>,
}

enum OpenedBy {
    Chain(u32),
    Next,
}
