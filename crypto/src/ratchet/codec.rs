//! The state as bytes, for the sealed store, and its digest for the shared vectors.
//!
//! The keys and the table of chains are one part of about 3 KB; what each chain opened and stored lies in blocks of
//! 64 numbers, so that a message rewrites one block and not the whole record. The table holds the counts of each
//! chain, so a lost block is seen.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::Ratchet;
use super::chain::ChainKey;
use super::core::{Core, OwnKem, OwnKeys, PeerKeys};
use super::header::HeaderKey;
use super::record::{BLOCK, BlockKey, Chain, MAX_CHAINS, Records};
use crate::encoding::{Reader, Writer};
use crate::error::DecodeError;
use crate::keys::{DhPublic, DhSecret, MessageId};
use crate::primitives::{Kem768Secret, sha256};
use crate::secret::Secret;

/// Room for the whole part, so that growing never leaves a copy of the keys behind.
pub(crate) const CORE_CAPACITY: usize = 4096;

/// A chain as its table row says, before its blocks are read.
type Counts = BTreeMap<u32, (usize, usize)>;

/// A state whose blocks are still missing.
pub(crate) struct Partial {
    ratchet: Ratchet,
    counts: Counts,
}

impl Ratchet {
    /// Writes everything but the blocks.
    pub(crate) fn encode(&self, out: &mut Writer) {
        let core = &self.core;
        out.raw(&core.th).raw(core.rk.expose());
        option(out, core.own.dh.as_ref().map(|dh| dh.secret().expose().as_slice()));
        let seed = core.own.kem.as_ref().map(|kem| kem.secret.seed());
        option(out, seed.as_ref().map(|seed| seed.expose().as_slice()));
        option(out, core.own.ct.as_ref().map(|ct| ct.as_slice()));
        out.raw(core.peer.dh.as_bytes());
        option(out, core.peer.ek.as_ref().map(|ek| ek.as_slice()));
        option(out, core.cks.as_ref().map(|key| key.secret().expose().as_slice()));
        option(out, core.ckr.as_ref().map(|key| key.secret().expose().as_slice()));
        out.u32(core.ns).u32(core.nr).u32(core.pn);
        option(out, core.hks.as_ref().map(|key| key.secret().expose().as_slice()));
        option(out, core.hkr.as_ref().map(|key| key.secret().expose().as_slice()));
        option(out, core.nhks.as_ref().map(|key| key.secret().expose().as_slice()));
        out.raw(core.nhkr.secret().expose());
        out.u8(u8::try_from(self.records.chains.len()).unwrap_or(u8::MAX));
        for chain in &self.records.chains {
            out.u32(chain.serial).raw(chain.hk.secret().expose()).raw(&chain.fix);
            out.flag(chain.succeeded.is_some()).u64(chain.succeeded.unwrap_or(0));
            out.u32(count(chain.opened.len())).u32(count(chain.keys.len()));
        }
    }

    /// Reads what [`Self::encode`] wrote; the blocks follow by [`Partial::block`].
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Partial, DecodeError> {
        let th = reader.array()?;
        let rk = Secret::new(reader.array()?);
        let dh = read_option(reader)?.map(|secret| DhSecret::from_secret(Secret::new(secret)));
        let kem = read_option(reader)?.map(|seed| OwnKem::new(Kem768Secret::from_seed(&Secret::new(seed))));
        let ct = read_option(reader)?.map(Box::new);
        let own = Arc::new(OwnKeys { dh, kem, ct });
        let peer =
            Arc::new(PeerKeys { dh: DhPublic::new(reader.array()?), ek: read_option(reader)?.map(Box::new) });
        let core = Core {
            th,
            rk,
            own,
            peer,
            cks: read_option(reader)?.map(|key| ChainKey::new(Secret::new(key))),
            ckr: read_option(reader)?.map(|key| ChainKey::new(Secret::new(key))),
            ns: reader.u32()?,
            nr: reader.u32()?,
            pn: reader.u32()?,
            hks: read_option(reader)?.map(|key| HeaderKey::new(Secret::new(key))),
            hkr: read_option(reader)?.map(|key| HeaderKey::new(Secret::new(key))),
            nhks: read_option(reader)?.map(|key| HeaderKey::new(Secret::new(key))),
            nhkr: HeaderKey::new(Secret::new(reader.array()?)),
        };
        let mut counts = Counts::new();
        let rows = reader.list8(|reader| {
            let chain = Chain {
                serial: reader.u32()?,
                hk: HeaderKey::new(Secret::new(reader.array()?)),
                fix: reader.array()?,
                opened: BTreeMap::new(),
                keys: BTreeMap::new(),
                succeeded: {
                    let flag = reader.flag()?;
                    let at = reader.u64()?;
                    flag.then_some(at)
                },
            };
            let size = |n: u32| usize::try_from(n).map_err(|_| DecodeError::Range);
            counts.insert(chain.serial, (size(reader.u32()?)?, size(reader.u32()?)?));
            Ok(chain)
        })?;
        if rows.len() > MAX_CHAINS || counts.len() != rows.len() {
            return Err(DecodeError::Range);
        }
        let records = Records { chains: VecDeque::from(rows), dirty: Vec::new() };
        Ok(Partial { ratchet: Self { core, records }, counts })
    }

    /// One block of a chain; `None` when it holds nothing (any more).
    pub(crate) fn encode_block(&self, (serial, block): BlockKey) -> Option<Zeroizing<Vec<u8>>> {
        let chain = self.records.get(serial)?;
        let range = block.checked_mul(BLOCK)?..block.checked_mul(BLOCK)?.checked_add(BLOCK)?;
        let opened: Vec<_> = chain.opened.range(range.clone()).collect();
        let keys: Vec<_> = chain.keys.range(range).collect();
        if opened.is_empty() && keys.is_empty() {
            return None;
        }
        let mut out = Writer::with_capacity(2 + 20 * opened.len() + 36 * keys.len());
        out.list8(&opened, |out, (n, id)| {
            out.u32(**n).raw(id.as_bytes());
        });
        out.list8(&keys, |out, (n, key)| {
            out.u32(**n).raw(key.expose());
        });
        Some(Zeroizing::new(out.finish()))
    }

    /// All blocks that hold something.
    pub(crate) fn blocks(&self) -> Vec<BlockKey> {
        self.records
            .chains
            .iter()
            .flat_map(|chain| chain.blocks().map(|block| (chain.serial, block)))
            .collect()
    }

    /// SHA-256 over the state in the order of `vectors/README.md`. For those vectors only.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let core = &self.core;
        let zeros = [0_u8; 32];
        let key = |key: Option<&Secret<32>>| *key.map_or(&zeros, |key| key.expose());
        let chain = |chain: &Option<ChainKey>| key(chain.as_ref().map(ChainKey::secret));
        let header = |header: &Option<HeaderKey>| key(header.as_ref().map(HeaderKey::secret));
        let mut entries: Vec<([u8; 32], u32, [u8; 32])> = self
            .records
            .chains
            .iter()
            .flat_map(|chain| {
                chain.keys.iter().map(|(n, mk)| (*chain.hk.secret().expose(), *n, *mk.expose()))
            })
            .collect();
        entries.sort_unstable();
        let mut out = Writer::new();
        out.raw(&core.th).raw(core.rk.expose()).raw(core.own.dh_public().as_bytes());
        out.raw(core.own.ek()).raw(core.own.ct()).raw(core.peer.dh.as_bytes()).raw(core.peer.ek());
        out.raw(&chain(&core.cks)).raw(&chain(&core.ckr)).u32(core.ns).u32(core.nr).u32(core.pn);
        out.raw(&header(&core.hks)).raw(&header(&core.hkr)).raw(&header(&core.nhks));
        out.raw(core.nhkr.secret().expose()).u32(count(entries.len()));
        for (hk, n, mk) in &entries {
            out.raw(hk).u32(*n).raw(mk);
        }
        sha256(&[&Zeroizing::new(out.finish())])
    }
}

impl Partial {
    /// Reads one block.
    pub(crate) fn block(&mut self, (serial, block): BlockKey, bytes: &[u8]) -> Result<(), DecodeError> {
        let chain = self
            .ratchet
            .records
            .chains
            .iter_mut()
            .find(|chain| chain.serial == serial)
            .ok_or(DecodeError::Range)?;
        let (opened, keys) = Reader::all(bytes, |reader| {
            let opened = reader.list8(|reader| Ok((reader.u32()?, MessageId::decode(reader)?)))?;
            let keys = reader.list8(|reader| Ok((reader.u32()?, Secret::new(reader.array()?))))?;
            Ok((opened, keys))
        })?;
        if opened.iter().map(|(n, _)| n).chain(keys.iter().map(|(n, _)| n)).any(|n| n / BLOCK != block) {
            return Err(DecodeError::Range);
        }
        chain.opened.extend(opened);
        chain.keys.extend(keys);
        Ok(())
    }

    /// The state, if every block has come.
    pub(crate) fn finish(self) -> Result<Ratchet, DecodeError> {
        for chain in &self.ratchet.records.chains {
            if self.counts.get(&chain.serial) != Some(&(chain.opened.len(), chain.keys.len())) {
                return Err(DecodeError::Truncated);
            }
        }
        Ok(self.ratchet)
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn option(out: &mut Writer, value: Option<&[u8]>) {
    out.flag(value.is_some()).raw(value.unwrap_or_default());
}

fn read_option<const N: usize>(reader: &mut Reader<'_>) -> Result<Option<[u8; N]>, DecodeError> {
    Ok(if reader.flag()? { Some(reader.array()?) } else { None })
}
