//! The transcript of PX: everything both sides must agree on.

use super::SUITE;
use super::party::Party;
use crate::encoding::Writer;
use crate::kdf::{Label, h};
use crate::keys::{DhPublic, OrgId};
use crate::primitives::Kem1024Secret;

/// B's prekeys as a handshake uses them.
pub(super) struct Prekeyed<'a> {
    pub(super) spk_id: u32,
    pub(super) spk: DhPublic,
    pub(super) opk: Option<(u32, DhPublic)>,
    pub(super) pqpk_id: u32,
    pub(super) one_time_kem: bool,
    pub(super) pqpk: &'a [u8; Kem1024Secret::PUBLIC],
}

/// `T` of PROTOCOL §2.4.
pub(super) struct Transcript<'a> {
    pub(super) reset_time: u64,
    pub(super) org: &'a OrgId,
    pub(super) a: &'a Party,
    pub(super) b: &'a Party,
    pub(super) prekeys: &'a Prekeyed<'a>,
    pub(super) ek: &'a DhPublic,
    pub(super) ct: &'a [u8; Kem1024Secret::CIPHERTEXT],
}

impl Transcript<'_> {
    /// `T`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let keys = self.prekeys;
        let (opk_id, opk) = keys.opk.unwrap_or((0, DhPublic::new([0; 32])));
        let mut out = Writer::with_capacity(4096);
        out.u16(SUITE).u64(self.reset_time).raw(self.org.as_bytes());
        out.raw(&self.a.encode()).raw(&self.b.encode());
        out.u32(keys.spk_id).raw(keys.spk.as_bytes());
        out.flag(keys.opk.is_some()).u32(opk_id).raw(opk.as_bytes());
        out.u32(keys.pqpk_id).u8(if keys.one_time_kem { 1 } else { 2 }).raw(keys.pqpk);
        out.raw(self.ek.as_bytes()).raw(self.ct);
        out.finish()
    }

    /// `th`.
    pub(super) fn hash(&self) -> [u8; 32] {
        h(Label::PX_TRANSCRIPT, &[&self.encode()])
    }
}
