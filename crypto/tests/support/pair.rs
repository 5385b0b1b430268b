//! Two devices with certificates, prekeys and sessions, for tests and benches.

use std::collections::BTreeSet;

use conclave_crypto::handshake::{LocalDevice, OneTimePair, Party};
use conclave_crypto::kdf::SigLabel;
use conclave_crypto::keys::{
    ConversationId, DeviceId, DeviceSignSecret, DhSecret, MessageId, OrgId, TransportSecret, UikSecret,
    UserId,
};
use conclave_crypto::plain::{Body, Format, Plain, Text};
use conclave_crypto::prekey::{Prekeys, SignedBundle};
use conclave_crypto::session::{
    Envelope, Opened, PeerSessions, Refused, RestartCause, RestartDecision, Start,
};
use conclave_crypto::verified::Verified;
use rand_core::CryptoRng;

/// The organisation of all tests.
pub(crate) const ORG: [u8; 16] = [7; 16];
/// When tests begin, ms.
pub(crate) const BEGIN: u64 = 1_790_000_000_000;

/// One end: a device, its prekeys, and its sessions with the other.
pub(crate) struct End<R> {
    pub(crate) party: Verified<Party>,
    pub(crate) local: LocalDevice,
    pub(crate) dik_s: DeviceSignSecret,
    pub(crate) prekeys: Prekeys,
    pub(crate) bundle: SignedBundle,
    pub(crate) sessions: PeerSessions,
    pub(crate) rng: R,
    /// Every msg_id that was opened: the record the caller keeps.
    pub(crate) opened: BTreeSet<MessageId>,
}

/// What one end sees of the other.
pub(crate) struct Peer {
    pub(crate) party: Verified<Party>,
}

/// Two ends that know each other and have no session.
pub(crate) fn pair<R: CryptoRng>(mut rng_a: R, mut rng_b: R) -> (End<R>, End<R>) {
    let (a, b) = (device(&mut rng_a), device(&mut rng_b));
    let sessions = |party: &Verified<Party>| PeerSessions::new(party.user_id, party.device_id);
    let (with_b, with_a) = (sessions(&b.party), sessions(&a.party));
    (a.end(with_b, rng_a), b.end(with_a, rng_b))
}

struct Device {
    party: Verified<Party>,
    local: LocalDevice,
    dik_s: DeviceSignSecret,
    prekeys: Prekeys,
    bundle: SignedBundle,
}

impl Device {
    fn end<R>(self, sessions: PeerSessions, rng: R) -> End<R> {
        End {
            party: self.party,
            local: self.local,
            dik_s: self.dik_s,
            prekeys: self.prekeys,
            bundle: self.bundle,
            sessions,
            rng,
            opened: BTreeSet::new(),
        }
    }
}

fn device<R: CryptoRng>(rng: &mut R) -> Device {
    let org = OrgId::new(ORG);
    let uik = UikSecret::generate(rng);
    let dik_s = DeviceSignSecret::generate(rng);
    let dik_x = DhSecret::generate(rng);
    let tpk = TransportSecret::generate(rng);
    let user_id = UserId::random(rng);
    let device_id = DeviceId::random(rng);
    let cert = [
        &[1],
        org.as_bytes().as_slice(),
        user_id.as_bytes(),
        device_id.as_bytes(),
        dik_s.public().as_bytes(),
        dik_x.public().as_bytes(),
        tpk.public().as_bytes(),
        &[1, 0, 1],
        &BEGIN.to_be_bytes(),
    ]
    .concat();
    let party = Party::from_certificate(
        &org,
        &user_id,
        &uik.public(),
        &cert,
        &uik.sign(SigLabel::DEVICE, &cert),
        &dik_s.sign(SigLabel::DEVPOSS, &cert),
        &tpk.sign(SigLabel::DEVPOSS, &cert),
    )
    .unwrap();
    let local = LocalDevice::new(org, party.clone(), dik_x).unwrap();
    let mut prekeys = Prekeys::new();
    let bundle = prekeys.rotate(&org, device_id, &dik_s, BEGIN, rng);
    Device { party, local, dik_s, prekeys, bundle }
}

impl<R: CryptoRng> End<R> {
    pub(crate) fn peer_view(&self) -> Peer {
        Peer { party: self.party.clone() }
    }

    /// A fresh one-time pair of this end, as `other` verifies it.
    pub(crate) fn one_time(&mut self, now: u64) -> OneTimePair {
        let (dh, kem) = self.prekeys.one_time_pair(
            &OrgId::new(ORG),
            self.party.device_id,
            &self.dik_s,
            now,
            &mut self.rng,
        );
        (dh.verify(&self.party).unwrap(), kem.verify(&self.party).unwrap())
    }

    /// Starts a session with `peer`, whose bundle this is: the first, or else a restart by the user's leave.
    pub(crate) fn start(
        &mut self,
        peer: &Peer,
        bundle: &SignedBundle,
        one_time: Option<&OneTimePair>,
        now: u64,
    ) {
        let start = if self.sessions.is_first() {
            Start::First
        } else {
            match self.sessions.plan_restart(RestartCause::User, now) {
                RestartDecision::Now(permit) => Start::Restart(permit),
                other => panic!("{other:?}"),
            }
        };
        let bundle = bundle.verify(&peer.party, 0, now).unwrap();
        let staged = self
            .sessions
            .start(&self.local, &peer.party, &bundle, one_time, start, now, &mut self.rng)
            .unwrap();
        staged.commit(&mut self.sessions).unwrap();
    }

    /// A text of `len` bytes with a fresh id.
    pub(crate) fn text(&mut self, len: usize, now: u64) -> Plain {
        let body = Body::Text(Text {
            format: Format::Plain,
            reply_to: None,
            timer_s: 0,
            mentions: Vec::new(),
            text: "x".repeat(len),
        });
        let id = MessageId::random(&mut self.rng);
        Plain::new(id, ConversationId::new([3; 16]), 1, now, &body)
    }

    /// Encrypts and commits.
    pub(crate) fn send(&mut self, plain: &Plain, now: u64) -> Envelope {
        let staged = self.sessions.encrypt(plain, now, &mut self.rng).unwrap();
        staged.commit(&mut self.sessions).unwrap()
    }

    /// Opens and commits, as the caller of the crate does: asks its record of ids, deletes used prekeys.
    pub(crate) fn receive(&mut self, peer: &Peer, envelope: &Envelope, now: u64) -> Result<Opened, Refused> {
        if self.opened.contains(&envelope.msg_id) {
            return Err(Refused::Duplicate);
        }
        self.open(peer, envelope, now)
    }

    /// Like [`Self::receive`], without the record of ids.
    pub(crate) fn open(&mut self, peer: &Peer, envelope: &Envelope, now: u64) -> Result<Opened, Refused> {
        let staged =
            self.sessions.decrypt(&self.local, &peer.party, &self.prekeys, envelope, now, &mut self.rng)?;
        let opened = staged.commit(&mut self.sessions).unwrap();
        self.prekeys.consume(opened.consumed.one_time, opened.consumed.one_time_kem);
        self.opened.insert(opened.plain.msg_id);
        Ok(opened)
    }
}
