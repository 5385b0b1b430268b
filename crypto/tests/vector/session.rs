//! Vector files of kind `session`: two devices, their certificates signed here, and every step bit for bit.

use std::collections::BTreeMap;

use conclave_crypto::handshake::{LocalDevice, OneTimePair, Party, SUITE};
use conclave_crypto::kdf::SigLabel;
use conclave_crypto::keys::{
    ConversationId, DeviceId, DeviceSignSecret, DhSecret, MessageId, OrgId, TransportSecret, UikSecret,
    UserId,
};
use conclave_crypto::plain::Plain;
use conclave_crypto::prekey::{OneTime, OneTimeKey, PrekeyBundle, PrekeySource, SignedBundle, SignedOneTime};
use conclave_crypto::primitives::{Kem1024Secret, sha256};
use conclave_crypto::secret::Secret;
use conclave_crypto::session::{Envelope, PeerSessions, Refused, RestartCause, RestartDecision, Start};
use conclave_crypto::verified::Verified;
use serde_json::Value;

use crate::Outcome;
use crate::input::{TestRng, array, hex, number};

/// One of the two devices.
struct Device {
    user_id: UserId,
    device_id: DeviceId,
    dik_s: DeviceSignSecret,
    party: Verified<Party>,
    local: LocalDevice,
}

fn device(org: OrgId, input: &Value, certificate: Option<&Value>) -> Device {
    let seed = |name: &str| Secret::new(array(&input[name]));
    let uik = UikSecret::from_seed(seed("uik_seed"));
    let dik_s = DeviceSignSecret::from_seed(seed("dik_s_seed"));
    let dik_x = DhSecret::from_secret(seed("dik_x_secret"));
    let tpk = TransportSecret::from_seed(seed("tpk_seed"));
    assert_eq!(uik.public().as_bytes(), &array(&input["uik"]));
    assert_eq!(tpk.public().as_bytes(), &array(&input["tpk"]));
    let user_id = UserId::new(array(&input["user_id"]));
    let device_id = DeviceId::new(array(&input["device_id"]));
    let cert = [
        &[1],
        org.as_bytes().as_slice(),
        user_id.as_bytes(),
        device_id.as_bytes(),
        dik_s.public().as_bytes(),
        dik_x.public().as_bytes(),
        tpk.public().as_bytes(),
        &[1, 0, 1],
        &number(&input["created"]).to_be_bytes(),
    ]
    .concat();
    if let Some(expected) = certificate {
        assert_eq!(cert, hex(expected));
    }
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
    Device { user_id, device_id, dik_s, party, local }
}

/// B's prekeys by the ids of the file.
struct Prekeys<'a>(&'a Value);

impl Prekeys<'_> {
    fn kem(&self) -> Kem1024Secret {
        Kem1024Secret::from_seed(&Secret::new(array(&self.0["pqpk_seed"])))
    }

    fn is(&self, name: &str, id: u32) -> bool {
        number(&self.0[name]) == u64::from(id)
    }

    fn kind(&self) -> u64 {
        number(&self.0["pqpk_kind"])
    }

    fn id(&self, name: &str) -> u32 {
        number(&self.0[name]).try_into().unwrap()
    }
}

impl PrekeySource for Prekeys<'_> {
    fn signed(&self, id: u32) -> Option<DhSecret> {
        self.is("spk_id", id).then(|| DhSecret::from_secret(Secret::new(array(&self.0["spk_secret"]))))
    }

    fn last_resort(&self, id: u32) -> Option<Kem1024Secret> {
        (self.kind() == 2 && self.is("pqpk_id", id)).then(|| self.kem())
    }

    fn one_time(&self, id: u32) -> Option<DhSecret> {
        self.is("opk_id", id).then(|| DhSecret::from_secret(Secret::new(array(&self.0["opk_secret"]))))
    }

    fn one_time_kem(&self, id: u32) -> Option<Kem1024Secret> {
        (self.kind() == 1 && self.is("pqpk_id", id)).then(|| self.kem())
    }
}

fn published(org: OrgId, b: &Device, keys: &Prekeys<'_>) -> (Verified<PrekeyBundle>, Option<OneTimePair>) {
    let spk_id = keys.id("spk_id");
    let pqpk_id = keys.id("pqpk_id");
    let public = Box::new(keys.kem().public());
    let bundle = PrekeyBundle {
        device_id: b.device_id,
        bundle_seq: 1,
        suites: vec![SUITE],
        spk_id,
        spk: *keys.signed(spk_id).unwrap().public(),
        pqspk_id: pqpk_id,
        pqspk: public.clone(),
        nbf: 0,
        naf: u64::MAX,
    };
    let sent = SignedBundle::sign(&org, bundle, &b.dik_s).encode();
    let bundle = SignedBundle::decode(&org, &sent).unwrap().verify(&b.party, 1, 1).unwrap();
    if keys.kind() == 2 {
        return (bundle, None);
    }
    let opk_id = keys.id("opk_id");
    let opk = OneTimeKey::Dh(*keys.one_time(opk_id).unwrap().public());
    let pair = [(opk_id, opk), (pqpk_id, OneTimeKey::Kem(public))].map(|(id, key)| {
        let sent = SignedOneTime::sign(&org, OneTime { device_id: b.device_id, id, key }, &b.dik_s).encode();
        SignedOneTime::decode(&org, &sent).unwrap().verify(&b.party).unwrap()
    });
    (bundle, Some(pair.into()))
}

fn plain(value: &Value) -> Plain {
    assert_eq!(value["ct_ver"], 1);
    Plain {
        kind: number(&value["kind"]).try_into().unwrap(),
        msg_id: MessageId::new(array(&value["msg_id"])),
        conv_id: ConversationId::new(array(&value["conv_id"])),
        clock: number(&value["clock"]),
        sent_at: number(&value["sent_at"]),
        own_list_ver: number(&value["own_list_ver"]).try_into().unwrap(),
        peer_list_ver: number(&value["peer_list_ver"]).try_into().unwrap(),
        body: hex(&value["body"]),
    }
}

/// One end as it runs.
struct End<'a> {
    me: &'a Device,
    peer: &'a Device,
    sessions: PeerSessions,
    rng: TestRng,
    saved: Option<Vec<u8>>,
}

pub(crate) fn run(name: &str, file: &Value) -> Outcome {
    let input = &file["input"];
    let handshake = &file["expect"]["handshake"];
    let org = OrgId::new(array(&input["org_id"]));
    let reset_time = number(&input["reset_time"]);
    let now = reset_time * 1000;
    let (a, b) =
        (device(org, &input["a"], Some(&handshake["device_cert_a"])), device(org, &input["b"], None));
    assert_eq!(a.party.devcert_hash, array(&handshake["device_cert_hash_a"]), "{name}");
    assert_eq!(a.party.encode(), hex(&handshake["party_a"]), "{name}");
    assert_eq!(b.party.encode(), hex(&handshake["party_b"]), "{name}");
    let keys = Prekeys(&input["prekeys_of_b"]);
    let (bundle, pair) = published(org, &b, &keys);

    let rng = |name: &str| TestRng::new(input[name].as_str().unwrap());
    let mut ends = BTreeMap::from([
        (
            "a",
            End {
                me: &a,
                peer: &b,
                sessions: PeerSessions::new(b.user_id, b.device_id),
                rng: rng("rng_a"),
                saved: None,
            },
        ),
        (
            "b",
            End {
                me: &b,
                peer: &a,
                sessions: PeerSessions::new(a.user_id, a.device_id),
                rng: rng("rng_b"),
                saved: None,
            },
        ),
    ]);

    let end = ends.get_mut("a").unwrap();
    let start = if reset_time == 0 {
        Start::First
    } else {
        match end.sessions.plan_restart(RestartCause::Undecryptable, now) {
            RestartDecision::Now(permit) => Start::Restart(permit),
            other => panic!("{name}: {other:?}"),
        }
    };
    let started = end
        .sessions
        .start(&a.local, &b.party, &bundle, pair.as_ref(), start, now, &mut end.rng)
        .unwrap()
        .commit(&mut end.sessions)
        .unwrap();
    assert_eq!(started.reset_time, reset_time, "{name}");
    assert_eq!(started.session.as_bytes(), &array(&handshake["sid"]), "{name}");
    assert_eq!(end.sessions.details().unwrap().rank.th, array(&handshake["th"]), "{name}");
    assert_eq!(end.sessions.state_digest(), Some(array(&handshake["state_a"])), "{name}: state_a");
    let mut checked = 7;

    let mut sent: BTreeMap<String, Envelope> = BTreeMap::new();
    for (at, step) in file["expect"]["steps"].as_array().unwrap().iter().enumerate() {
        let place = format!("{name}, step {at}");
        let who = ["from", "to", "who"].iter().find_map(|field| step[field].as_str()).unwrap();
        let end = ends.get_mut(who).unwrap();
        match step["op"].as_str().unwrap() {
            "send" => {
                let staged = end.sessions.encrypt(&plain(&step["plain"]), now, &mut end.rng).unwrap();
                let envelope = staged.commit(&mut end.sessions).unwrap();
                assert_eq!(envelope.wire.len() as u64, number(&step["wire_len"]), "{place}");
                assert_eq!(envelope.wire[0] == 2, step["prekey"].as_bool().unwrap(), "{place}");
                if !step["wire"].is_null() {
                    assert_eq!(envelope.wire, hex(&step["wire"]), "{place}");
                }
                assert_eq!(sha256(&[&envelope.wire]), array(&step["wire_sha256"]), "{place}");
                assert_eq!(envelope.reset_time, reset_time, "{place}");
                sent.insert(step["id"].as_str().unwrap().to_owned(), envelope);
            }
            "deliver" => deliver(&place, step, &sent, end, &keys, now),
            "save" => end.saved = Some(end.sessions.encode().to_vec()),
            "restore" => end.sessions = PeerSessions::decode(end.saved.as_deref().unwrap()).unwrap(),
            other => panic!("{place}: unknown op {other}"),
        }
        assert_eq!(end.sessions.state_digest(), Some(array(&step["state"])), "{place}: state of {who}");
        checked += 1;

        // The stored form holds all of it, in one string and as parts.
        let whole = end.sessions.encode();
        assert_eq!(PeerSessions::decode(&whole).unwrap().encode(), whole, "{place}");
    }
    for (who, expected) in file["expect"]["final"].as_object().unwrap() {
        let end = &ends[who.as_str()];
        assert_eq!(end.sessions.state_digest(), Some(array(&expected["state"])), "{name}: final {who}");
        assert_eq!(end.sessions.stored_keys() as u64, number(&expected["skipped"]), "{name}: final {who}");
        let draws = file["expect"]["draws"][who].as_array().unwrap();
        let blocks: usize = draws.iter().map(|draw| hex(&draw["hex"]).len().div_ceil(32)).sum();
        assert_eq!(end.rng.blocks(), blocks as u64, "{name}: draws of {who}");
        checked += 3;
    }
    Outcome { checked, skipped: Vec::new() }
}

fn deliver(
    place: &str,
    step: &Value,
    sent: &BTreeMap<String, Envelope>,
    end: &mut End<'_>,
    keys: &Prekeys<'_>,
    now: u64,
) {
    let mut envelope = sent[step["id"].as_str().unwrap()].clone();
    if step["flip"] == -1 {
        *envelope.wire.last_mut().unwrap() ^= 1;
    }
    let (before, drawn) = (end.sessions.encode(), end.rng.blocks());
    let result = end.sessions.decrypt(&end.me.local, &end.peer.party, keys, &envelope, now, &mut end.rng);
    let name = match result {
        Ok(staged) => {
            let opened = staged.commit(&mut end.sessions).unwrap();
            let mut padded = opened.plain.encode();
            conclave_crypto::padding::pad(&mut padded).unwrap();
            assert_eq!(sha256(&[&padded]), array(&step["padded_sha256"]), "{place}");
            "ok"
        }
        Err(refused) => {
            assert_eq!(end.sessions.encode(), before, "{place}");
            assert_eq!(end.rng.blocks(), drawn, "{place}");
            match refused {
                Refused::Duplicate => "duplicate",
                Refused::Anomaly(_) => "anomaly",
                Refused::Undecryptable => "undecryptable",
                other => panic!("{place}: {other:?}"),
            }
        }
    };
    assert_eq!(name, step["result"].as_str().unwrap(), "{place}");
}
