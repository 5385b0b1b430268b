//! A turn: the receiving half (step 3) and STEP-SEND, which follows only when the message has opened (PROTOCOL §2.5).

use std::sync::Arc;

use rand_core::CryptoRng;

use super::core::{Core, OwnKem, OwnKeys, PeerKeys, Z_CT};
use super::header::Header;
use super::record::RecordChange;
use super::root::{Bound, root};
use super::{Anomaly, Ratchet, Rejection};
use crate::error::NonContributory;
use crate::keys::{DhPublic, DhSecret};
use crate::primitives::{Kem768Public, Kem768Secret};
use crate::seal::MessageKey;
use crate::secret::Secret;

/// The receiving half of a turn, before the body has opened.
pub(crate) struct Received {
    pub(crate) core: Core,
    pub(crate) record: RecordChange,
    pub(crate) mk: MessageKey,
    pub(crate) serial: u32,
    pub(crate) ek: Kem768Public,
}

/// Step 3: the header opened under NHKr.
pub(crate) fn receive(ratchet: &Ratchet, header: &Header<'_>, now: u64) -> Result<Received, Rejection> {
    let old = ratchet.core();
    if header.flags != u8::from(old.own.kem.is_some()) {
        return Err(Anomaly::Turn.into());
    }
    let mut core = old.duplicate();
    let mut record = RecordChange::default();
    match (ratchet.records().newest_first().next(), core.ckr.take()) {
        (Some(chain), Some(ck)) if header.pn >= core.nr => {
            record.skip_to(chain.serial, ck, core.nr, header.pn)?;
        }
        (None, None) if header.pn == 0 => {}
        _ => return Err(Anomaly::Turn.into()),
    }
    let dh = DhPublic::new(header.dh);
    let ek = Kem768Public::parse(header.ek).map_err(|_| Anomaly::Turn)?;
    let own = old.own.dh.as_ref().ok_or(Anomaly::Turn)?;
    let agreed = own.agree(&dh).map_err(|_| Anomaly::Turn)?;
    let kem =
        old.own.kem.as_ref().map_or_else(|| Secret::new([0; 32]), |kem| kem.secret.decapsulate(header.ct));
    let rooted = root(
        &old.rk,
        &agreed,
        &kem,
        &old.th,
        &Bound {
            sender_dh: &dh,
            sender_ek: header.ek,
            ct: header.ct,
            receiver_dh: own.public(),
            receiver_ek: old.own.ek(),
        },
    );
    core.rk = rooted.rk;
    core.pn = core.ns;
    core.ns = 0;
    core.hks = core.nhks.take();
    core.peer = Arc::new(PeerKeys { dh, ek: Some(Box::new(*header.ek)) });
    let serial = ratchet.records().next_serial();
    record.begin(serial, core.nhkr.duplicate(), header.fix(), now);
    let (mk, next) = record.skip(serial, rooted.ck, 0, header.n)?;
    core.hkr = Some(core.nhkr);
    core.nhkr = rooted.nhk;
    core.ckr = Some(next);
    core.nr = header.n + 1;
    Ok(Received { core, record, mk, serial, ek })
}

/// STEP-SEND. Draws the X25519 secret (32 bytes), the ML-KEM-768 seed (64), and m (32) if the peer's key is known.
pub(crate) fn step_send<R: CryptoRng + ?Sized>(
    mut core: Core,
    ekr: Option<Kem768Public>,
    rng: &mut R,
) -> Result<Core, NonContributory> {
    let dh = DhSecret::generate(rng);
    let own = OwnKem::new(Kem768Secret::generate(rng));
    let (ct, kem) = match ekr {
        Some(ekr) => {
            let (ct, kem) = ekr.encapsulate(rng);
            (Some(Box::new(ct)), kem)
        }
        None => (None, Secret::new([0; 32])),
    };
    let agreed = dh.agree(&core.peer.dh)?;
    let rooted = root(
        &core.rk,
        &agreed,
        &kem,
        &core.th,
        &Bound {
            sender_dh: dh.public(),
            sender_ek: &own.public,
            ct: ct.as_deref().unwrap_or(&Z_CT),
            receiver_dh: &core.peer.dh,
            receiver_ek: core.peer.ek(),
        },
    );
    core.rk = rooted.rk;
    core.cks = Some(rooted.ck);
    core.nhks = Some(rooted.nhk);
    core.own = Arc::new(OwnKeys { dh: Some(dh), kem: Some(own), ct });
    Ok(core)
}
