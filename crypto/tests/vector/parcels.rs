//! Cases of parcels and box receipts.

use conclave_crypto::certificate::{DeviceCert, SignedCert};
use conclave_crypto::directory::ServerKey;
use conclave_crypto::handshake::{LocalDevice, Party};
use conclave_crypto::kdf::{Label, ext, kdf, mac};
use conclave_crypto::keys::{
    DeviceId, DeviceSignSecret, DhSecret, DirectorySecret, OrgId, TransportSecret, UikSecret, UserId,
};
use conclave_crypto::parcel::{BoxReceipt, INNER, Parcel, ParcelKind};
use conclave_crypto::primitives::sha256;
use conclave_crypto::seal::{MessageKey, open1};
use conclave_crypto::secret::Secret;
use serde_json::Value;

use crate::input::{Fixed, TestRng, array, hex, number, stream};

/// A device of the case, with keys of its own where the case names none.
fn device(org: &OrgId, given: &Value, name: &str) -> LocalDevice {
    let mut rng = TestRng::new(name);
    let uik = UikSecret::generate(&mut rng);
    let sign = DeviceSignSecret::generate(&mut rng);
    let transport = TransportSecret::generate(&mut rng);
    let agree = DhSecret::from_secret(Secret::new(array(&given["dik_x_secret"])));
    let user_id = UserId::random(&mut rng);
    let cert = DeviceCert {
        user_id,
        device_id: DeviceId::new(array(&given["device_id"])),
        dik_s: sign.public(),
        dik_x: *agree.public(),
        tpk: transport.public(),
        suites: vec![1],
        created: 1,
    };
    let signed = SignedCert::issue(org, cert, &uik, &sign, &transport);
    let party = signed.party(org, &user_id, &uik.public()).unwrap();
    LocalDevice::new(*org, party, agree).unwrap()
}

pub(crate) fn check(input: &Value, expect: &Value) {
    let org = OrgId::new(array(&input["org_id"]));
    let sender = device(&org, &input["sender"], "box sender");
    let recipient = device(&org, &input["recipient"], "box recipient");
    let kind = match number(&input["kind"]) {
        1 => ParcelKind::Envelope,
        2 => ParcelKind::RoomEntry,
        3 => ParcelKind::FileObject,
        other => panic!("no kind {other}"),
    };
    let payload = match input["payload"].as_str() {
        Some(_) => hex(&input["payload"]),
        None => {
            let len = usize::try_from(number(&input["len"])).unwrap();
            stream(input["data"].as_str().unwrap(), len)
        }
    };
    let mut rng = Fixed(vec![hex(&input["e_secret"]), hex(&input["salt"])]);
    let parcel = Parcel::seal(&sender, recipient.party(), kind, &payload, &mut rng).unwrap();
    assert!(rng.0.is_empty(), "two draws");
    if expect["parcel"].is_string() {
        assert_eq!(parcel.bytes(), hex(&expect["parcel"]));
    }
    let sealed = &parcel.bytes()[20..];
    assert_eq!(sealed.len() as u64, number(&expect["box_len"]));
    assert_eq!(sha256(&[sealed]), array(&expect["box_sha256"]));
    assert_eq!(*parcel.item_id().as_bytes(), array(&expect["item_id"]));
    assert_eq!(parcel.bytes().len(), Parcel::len_of(payload.len()));
    check_inside(&org, &sender, &recipient, &parcel, &payload, input, expect);

    let read = Parcel::decode(parcel.bytes().to_vec()).unwrap();
    let opened = read.unseal(&recipient).unwrap().authenticate(&recipient, sender.party()).unwrap();
    assert_eq!((opened.kind, opened.payload), (kind, payload));

    let dsk = DirectorySecret::from_seed(Secret::new(array(&input["dsk_seed"])));
    let (stored, expires) = (number(&input["stored"]), number(&input["expires"]));
    let receipt = BoxReceipt { item_id: parcel.item_id(), stored, expires };
    let bytes = receipt.sign(&org, &dsk).to_bytes();
    assert_eq!(bytes, hex(&expect["receipt"]));
    let keys = [ServerKey { key: dsk.public(), nbf: stored, naf: stored }];
    assert_eq!(BoxReceipt::parse(&org, &bytes).unwrap().verify(&keys).unwrap(), receipt);
}

/// The keys of the layer and what is under the seal, by the formulas of the specification.
fn check_inside(
    org: &OrgId,
    sender: &LocalDevice,
    recipient: &LocalDevice,
    parcel: &Parcel,
    payload: &[u8],
    input: &Value,
    expect: &Value,
) {
    let secret = |value: &Value| DhSecret::from_secret(Secret::new(array(value)));
    let (from, to): (&Party, &Party) = (sender.party(), recipient.party());
    let e = secret(&input["e_secret"]);
    let shared = secret(&input["sender"]["dik_x_secret"]).agree(&to.dik_x).unwrap();
    let ctx: [&[u8]; 3] = [org.as_bytes(), from.device_id.as_bytes(), to.device_id.as_bytes()];
    let auth_key: Secret<32> = kdf(&ext(&[0; 32], &[shared.expose()]), Label::BOX_AUTH, &ctx);
    assert_eq!(*auth_key.expose(), array(&expect["auth_key"]));
    let kind = [u8::try_from(number(&input["kind"])).unwrap()];
    let auth = mac(auth_key.expose(), &[e.public().as_bytes(), &kind, payload]);
    assert_eq!(*auth.expose(), array(&expect["auth"]));
    let shared = e.agree(&to.dik_x).unwrap();
    let ctx: [&[u8]; 4] =
        [org.as_bytes(), to.device_id.as_bytes(), to.dik_x.as_bytes(), e.public().as_bytes()];
    let box_key: Secret<32> = kdf(&ext(&[0; 32], &[shared.expose()]), Label::BOX_KEY, &ctx);
    assert_eq!(*box_key.expose(), array(&expect["box_key"]));
    let aad: [&[u8]; 2] = [to.device_id.as_bytes(), e.public().as_bytes()];
    let sealed = &parcel.bytes()[52..];
    let inner = open1(MessageKey::new(box_key), Label::BOX_SEAL, &aad, sealed).unwrap();
    assert_eq!(inner[..16], *from.device_id.as_bytes());
    assert_eq!(inner[16..48], *auth.expose());
    assert_eq!(inner[48], kind[0]);
    assert_eq!(inner[INNER..INNER + payload.len()], *payload);
    assert_eq!(inner[INNER + payload.len()], 0x80);
}
