//! Vector files of kind `cases`: one function of the protocol each.

use conclave_crypto::encoding::{Reader, Writer};
use conclave_crypto::file::{
    self, CHUNK, FileDecryptor, FileEncryptor, FileKey, FileRef, HEAD, SEALED_CHUNK, object_len, padded_len,
};
use conclave_crypto::kdf::{Label, SigLabel, ext, h, lab, mac};
use conclave_crypto::keys::{
    ConversationId, DeviceId, DeviceSignSecret, OrgId, TransportPublic, UikPublic, UikSecret, UserId,
    VaultId, VerifyingKey,
};
use conclave_crypto::login::{Factor, LoginResult, Proof, SessionKey, stretch};
use conclave_crypto::padding::{pad, unpad};
use conclave_crypto::password::Password;
use conclave_crypto::plain::Plain;
use conclave_crypto::primitives::{self, Kem768Secret, Kem1024Secret, blake3, hkdf_expand, sha256};
use conclave_crypto::safety_number::{HalfNumber, SafetyNumber, VerifyQr};
use conclave_crypto::seal::{MessageKey, open1, seal1};
use conclave_crypto::secret::Secret;
use conclave_crypto::session::Rank;
use conclave_crypto::uik_backup;
use conclave_crypto::vault::{Credential, KdfParams, MasterKeys, RecoveryCode, Slot, Tree, VaultKeys};
use serde_json::Value;

use crate::Outcome;
use crate::input::{Fixed, array, hex, number, stream};
use crate::log_cases;

/// Functions of parts that are not built yet, by their name in the files.
const NOT_BUILT: &[&str] = &["removal", "room", "roomstate"];

pub(crate) fn run(file: &Value) -> Outcome {
    let mut outcome = Outcome::default();
    for case in file["cases"].as_array().unwrap() {
        let function = case["fn"].as_str().unwrap();
        if NOT_BUILT.contains(&function) {
            if !outcome.skipped.iter().any(|part| part == function) {
                outcome.skipped.push(function.to_owned());
            }
            continue;
        }
        if log_cases::run_case(function, case).is_none() {
            check(function, &case["input"], &case["expect"]);
        }
        outcome.checked += 1;
    }
    outcome
}

fn check(function: &str, input: &Value, expect: &Value) {
    match function {
        "lab" => {
            let (label, x) = (label(&input["label"]), hex(&input["x"]));
            assert_eq!(lab(label, &[&x]), hex(&expect["lab"]));
            assert_eq!(h(label, &[&x]).as_slice(), hex(&expect["H"]));
        }
        "kdf" => check_kdf(input, expect),
        "ext" => {
            let prk = ext(&hex(&input["salt"]), &[&hex(&input["ikm"])]);
            assert_eq!(*prk.expose(), array(&expect["prk"]));
        }
        "mac" => {
            let out = mac(&array(&input["key"]), &[&hex(&input["x"])]);
            assert_eq!(*out.expose(), array(&expect["mac"]));
        }
        "sign" => check_sign(input, expect),
        "seal1" => check_seal1(input, expect),
        "x" => {
            let (key, aad) = (Secret::new(array(&input["key"])), hex(&input["aad"]));
            let mut rng = Fixed(vec![hex(&input["nonce"])]);
            let sealed = primitives::x_seal(&key, &aad, &hex(&input["pt"]), &mut rng);
            assert_eq!(sealed, hex(&expect["out"]));
            assert_eq!(*primitives::x_open(&key, &aad, &sealed).unwrap(), hex(&input["pt"]));
        }
        "pad" => {
            let data = vec![0x2a; usize::try_from(number(&input["len"])).unwrap()];
            let mut padded = data.clone();
            pad(&mut padded).unwrap();
            assert_eq!(padded.len() as u64, number(&expect["padded_len"]));
            assert_eq!(sha256(&[&padded]), array(&expect["sha256"]));
            assert_eq!(unpad(&padded).unwrap(), data);
        }
        "mlkem" => check_mlkem(input, expect),
        "rank" => {
            let rank = |session: &Value| Rank {
                reset_time: number(&session["reset_time"]),
                th: array(&session["th"]),
            };
            let active = input["sessions"].as_array().unwrap().iter().map(rank).max().unwrap();
            assert_eq!(active.th, array(&expect["active"]));
        }
        "ack" => {
            let plain = Plain::decode(&hex(&input["plain"])).unwrap();
            assert_eq!(plain.encode(), hex(&input["plain"]));
            assert_eq!(plain.ack().digest, array(&expect["digest"]));
        }
        "conv" => {
            let [one, other] = ["user_1", "user_2"].map(|user| UserId::new(array(&input[user])));
            let org = OrgId::new(array(&input["org_id"]));
            let expected = ConversationId::new(array(&expect["conv_id"]));
            assert_eq!(ConversationId::between(&org, &one, &other), expected);
            assert_eq!(ConversationId::between(&org, &other, &one), expected);
        }
        "fingerprint" => check_fingerprint(input, expect),
        "qr" => check_qr(input, expect),
        "slot" => check_slot(input, expect),
        "recovery" => {
            let code = RecoveryCode::from_bytes(Secret::new(array(&input["code"])));
            let text = expect["text"].as_str().unwrap();
            assert_eq!(code.to_text().as_str(), text);
            assert_eq!(RecoveryCode::parse(text).unwrap(), code);
            let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            assert_eq!(RecoveryCode::parse(&sloppy).unwrap(), code);
            let slip = text.replacen('5', "6", 1);
            assert!(RecoveryCode::parse(&slip).is_err() || slip == text);
        }
        "uikbackup" => {
            let (org, user) = (OrgId::new(array(&input["org_id"])), UserId::new(array(&input["user_id"])));
            let code = RecoveryCode::from_bytes(Secret::new(array(&input["code"])));
            let uik = UikSecret::from_seed(Secret::new(array(&input["uik_seed"])));
            let mut rng = Fixed(vec![hex(&input["salt"]), hex(&input["nonce"])]);
            let backup = uik_backup::seal(&org, &user, &code, &uik, &mut rng);
            assert_eq!(backup, array(&expect["blob"]));
            assert_eq!(uik_backup::open(&org, &user, &code, &backup).unwrap().public(), uik.public());
        }
        "record" => check_record(input, expect),
        "file" => check_file(input, expect),
        "ksf" => {
            let out = stretch(&array(&input["oprf_output"])).unwrap();
            assert_eq!(*out.expose(), array(&expect["out"]));
        }
        "login" => check_login(input, expect),
        "box" => crate::parcels::check(input, expect),
        other => panic!("a function that no runner knows: {other}"),
    }
}

fn label(value: &Value) -> Label {
    let text = value.as_str().unwrap();
    *Label::ALL.iter().find(|label| label.text() == text).unwrap_or_else(|| panic!("no label {text}"))
}

fn check_kdf(input: &Value, expect: &Value) {
    fn expand<const N: usize>(prk: &Secret<32>, info: &[u8]) -> Vec<u8> {
        hkdf_expand::<N>(prk, &[info]).expose().to_vec()
    }
    let prk = Secret::new(array(&input["prk"]));
    let info = lab(label(&input["label"]), &[&hex(&input["ctx"])]);
    let okm = match number(&input["len"]) {
        16 => expand::<16>(&prk, &info),
        32 => expand::<32>(&prk, &info),
        64 => expand::<64>(&prk, &info),
        76 => expand::<76>(&prk, &info),
        96 => expand::<96>(&prk, &info),
        128 => expand::<128>(&prk, &info),
        other => {
            let longest = expand::<1024>(&prk, &info);
            longest[..usize::try_from(other).unwrap()].to_vec()
        }
    };
    assert_eq!(okm, hex(&expect["okm"]));
}

fn check_sign(input: &Value, expect: &Value) {
    let text = input["label"].as_str().unwrap();
    let label = *SigLabel::ALL.iter().find(|label| label.text() == text).unwrap();
    let key = DeviceSignSecret::from_seed(Secret::new(array(&input["seed"])));
    let message = hex(&input["m"]);
    let signature = key.sign(label, &message);
    assert_eq!(*key.public().as_bytes(), array(&expect["public"]));
    assert_eq!(*signature.as_bytes(), array(&expect["sig"]));
    key.public().verify(label, &message, &signature).unwrap();
    let other = if label == SigLabel::BAN { SigLabel::UNBAN } else { SigLabel::BAN };
    assert!(key.public().verify(other, &message, &signature).is_err());
}

fn check_seal1(input: &Value, expect: &Value) {
    let key = || MessageKey::new(Secret::new(array(&input["mk"])));
    let (label, aad) = (label(&input["label"]), hex(&input["aad"]));
    let mut rng = Fixed(vec![hex(&input["salt"])]);
    let sealed = seal1(key(), label, &[&aad], &hex(&input["pt"]), &mut rng);
    assert_eq!(sealed, hex(&expect["out"]));
    assert_eq!(*open1(key(), label, &[&aad], &sealed).unwrap(), hex(&input["pt"]));
    assert!(open1(key(), label, &[&aad, &[0]], &sealed).is_err());
    for at in [0, 16, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(open1(key(), label, &[&aad], &changed).is_err());
    }
}

fn check_mlkem(input: &Value, expect: &Value) {
    macro_rules! check {
        ($kem:ident) => {{
            let key = $kem::from_seed(&Secret::new(array(&input["seed"])));
            let mut rng = Fixed(vec![hex(&input["m"])]);
            let (ciphertext, shared) = $kem::encapsulate(&key.public(), &mut rng).unwrap();
            assert_eq!(sha256(&[&key.public()]), array(&expect["ek_sha256"]));
            assert_eq!(sha256(&[&ciphertext]), array(&expect["ct_sha256"]));
            assert_eq!(*shared.expose(), array(&expect["ss"]));
            assert_eq!(key.decapsulate(&ciphertext), shared);
        }};
    }
    match number(&input["set"]) {
        768 => check!(Kem768Secret),
        1024 => check!(Kem1024Secret),
        other => panic!("ML-KEM-{other}"),
    }
}

fn check_fingerprint(input: &Value, expect: &Value) {
    let half = |number: &str| {
        let (key, id) = (hex(&input[format!("key_{number}")]), hex(&input[format!("id_{number}")]));
        let half = HalfNumber::of_prefixed_key(&key, &id);
        // Our own accounts go through the typed constructor too.
        if let (Some((1, uik)), Ok(user)) = (key.split_first(), <[u8; 16]>::try_from(id.as_slice())) {
            let uik = UikPublic::from_bytes(uik.try_into().unwrap()).unwrap();
            assert_eq!(HalfNumber::of(&uik, &UserId::new(user)), half);
        }
        half
    };
    let (one, other) = (half("1"), half("2"));
    assert_eq!(one.digits(), expect["part_1"].as_str().unwrap());
    assert_eq!(other.digits(), expect["part_2"].as_str().unwrap());
    let shown = expect["shown"].as_str().unwrap();
    assert_eq!(SafetyNumber::new(one.clone(), other.clone()).digits(), shown);
    assert_eq!(SafetyNumber::new(other, one).groups().concat(), shown);
}

fn check_qr(input: &Value, expect: &Value) {
    let account = |who: &str| {
        let user = UserId::new(array(&input[format!("{who}_user_id")]));
        (user, UikPublic::from_bytes(array(&input[format!("{who}_uik")])).unwrap())
    };
    let org = OrgId::new(array(&input["org_id"]));
    let code = VerifyQr {
        mine: account("my"),
        theirs: account("their"),
        log_size: number(&input["log_size"]),
        log_root: array(&input["log_root"]),
    };
    let text = expect["text"].as_str().unwrap();
    assert_eq!(code.to_text(&org), text);
    assert_eq!(VerifyQr::parse(text, &org).unwrap(), code);
}

fn check_slot(input: &Value, expect: &Value) {
    let vault = VaultId::new(array(&input["vault_id"]));
    let keys =
        || MasterKeys { vmk: Secret::new(array(&input["vmk"])), uwk: Secret::new(array(&input["uwk"])) };
    let mut rng = Fixed(vec![hex(&input["salt"]), hex(&input["nonce"])]);
    let [m, t, p] = ["m_kib", "t", "p"].map(|cost| u32::try_from(number(&input[cost])).unwrap());
    let expected: [u8; Slot::LEN] = array(&expect["slot"]);
    let opened = match input["type"].as_str().unwrap() {
        "P" => {
            let password = Password::new(input["password"].as_str().unwrap());
            assert_eq!(password.as_bytes(), hex(&expect["password_nfkc_utf8"]));
            let cost = KdfParams::weak_for_tests(m, t, p).unwrap();
            let slot = Slot::with_password(&vault, &keys(), &password, cost, &mut rng).unwrap();
            assert_eq!(*slot.as_bytes(), expected);
            slot.open(Credential::Password(&password))
        }
        "R" => {
            let code = RecoveryCode::from_bytes(Secret::new(array(&input["code"])));
            let slot = Slot::with_recovery(&vault, &keys(), &code, &mut rng).unwrap();
            assert_eq!(*slot.as_bytes(), expected);
            slot.open(Credential::Recovery(&code))
        }
        other => panic!("slot type {other}"),
    };
    let opened = opened.unwrap();
    assert!(opened.vmk == keys().vmk && opened.uwk == keys().uwk);
    let parsed = Reader::all(&expected, |reader| Slot::decode(reader, &vault)).unwrap();
    assert_eq!(*parsed.as_bytes(), expected);
    assert_eq!(expected[..47], hex(&expect["hdr"]));
}

fn check_record(input: &Value, expect: &Value) {
    let tree = Tree::from_id(u8::try_from(number(&input["tree"])).unwrap()).unwrap();
    let epoch = u32::try_from(number(&input["epoch"])).unwrap();
    let epochs =
        (tree == Tree::State).then(|| (epoch, Secret::new(array(&input["base_key"])))).into_iter().collect();
    let vault = VaultId::new(array(&input["vault_id"]));
    let keys = VaultKeys::from_keys(vault, Secret::new(array(&input["vmk"])), epochs);
    let key = match input.get("conv_id") {
        Some(conversation) if !conversation.is_null() => {
            let conversation = ConversationId::new(array(conversation));
            keys.ordered_key(tree, &conversation, number(&input["seq"])).to_vec()
        }
        _ => keys.record_key(tree, &hex(&input["logical_key"])).to_vec(),
    };
    assert_eq!(key, hex(&expect["record_key"]));
    let plain = hex(&input["pt"]);
    let value = keys.seal_value(tree, &key, &plain, &mut Fixed(vec![hex(&input["nonce"])]));
    assert_eq!(value, hex(&expect["value"]));
    assert_eq!(*keys.open_value(tree, &key, &value).unwrap(), plain);
}

/// Encrypts `plain` to an object, chunk by chunk.
fn encrypt(key: &FileKey, salt: &[u8], plain: &[u8]) -> Vec<u8> {
    let (mut encryptor, head) = FileEncryptor::start(key, &mut Fixed(vec![salt.to_vec()]));
    let mut object = head.to_vec();
    let (full, last) = plain.as_chunks::<CHUNK>();
    for chunk in full {
        let mut buffer = [0; SEALED_CHUNK];
        buffer[..CHUNK].copy_from_slice(chunk);
        encryptor.chunk(&mut buffer).unwrap();
        object.extend_from_slice(&buffer);
    }
    let mut buffer = last.to_vec();
    buffer.extend([0; 16]);
    encryptor.finish(&mut buffer).unwrap();
    object.extend_from_slice(&buffer);
    object
}

/// Opens an object from its last chunk to its first.
fn decrypt(decryptor: &FileDecryptor, object: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for index in (0..decryptor.chunks()).rev() {
        let place = decryptor.place(index);
        let mut buffer =
            object[usize::try_from(place.start).unwrap()..usize::try_from(place.end).unwrap()].to_vec();
        parts.push(decryptor.open(index, &mut buffer).unwrap().to_vec());
    }
    parts.reverse();
    parts.concat()
}

fn check_file(input: &Value, expect: &Value) {
    let plain = stream(input["data"].as_str().unwrap(), usize::try_from(number(&input["len"])).unwrap());
    assert_eq!(blake3(&[&plain]), array(&expect["plaintext_blake3"]));
    let key = || FileKey::from_bytes(Secret::new(array(&input["fk"])));
    let salt = hex(&input["salt"]);
    let len = plain.len() as u64;
    let padded_to = padded_len(len).unwrap();
    let mut padded = plain.clone();
    padded.resize(usize::try_from(padded_to).unwrap(), 0);
    for (expect, plain) in [(&expect["unpadded"], &plain), (&expect["padded"], &padded)] {
        let object = encrypt(&key(), &salt, plain);
        assert_eq!(plain.len() as u64, number(&expect["pt_len"]));
        assert_eq!(object.len() as u64, number(&expect["ct_len"]));
        assert_eq!(object_len(plain.len() as u64), object.len() as u64);
        assert_eq!(sha256(&[&object]), array(&expect["ct_sha256"]));
        assert_eq!(blake3(&[&object]), array(&expect["content_id"]));
        assert_eq!(object[..72], hex(&expect["ct_first_72"]));
        assert_eq!(object[object.len() - 16..], hex(&expect["ct_last_16"]));
        if !expect["ct"].is_null() {
            assert_eq!(object, hex(&expect["ct"]));
        }
        let head = object.first_chunk::<HEAD>().unwrap();
        let whole = FileDecryptor::new(&key(), head, object.len() as u64, plain.len() as u64).unwrap();
        assert_eq!(decrypt(&whole, &object), *plain);
    }
    // As really sent: the reference cuts the padding off again.
    let object = encrypt(&key(), &salt, &padded);
    let reference =
        FileRef::new(blake3(&[&object]), len, key(), blake3(&[&plain]), "plan.pdf", "application/pdf")
            .unwrap();
    let mut writer = Writer::new();
    reference.encode(&mut writer);
    let reference = Reader::all(&writer.finish(), FileRef::decode).unwrap();
    assert_eq!(reference.object_len(), object.len() as u64);
    let decryptor = reference.decryptor(object.first_chunk::<{ file::HEAD }>().unwrap()).unwrap();
    assert_eq!(decrypt(&decryptor, &object), plain);
}

fn check_login(input: &Value, expect: &Value) {
    let peer = |name: &str| TransportPublic::from_bytes(array(&input[name])).unwrap();
    let org = OrgId::new(array(&input["org_id"]));
    let session = SessionKey::new(Secret::new(array(&input["session_key"])));
    let channel = session.channel(&org, &peer("client_peer"), &peer("server_tpk"));
    let proof = Proof {
        factor: match number(&input["factor"]) {
            1 => Factor::Totp,
            2 => Factor::RecoveryCode,
            3 => Factor::LoginToken,
            other => panic!("factor {other}"),
        },
        proof: hex(&input["proof"]).into(),
        device: DeviceId::new(array(&input["device_id"])),
        devcert_hash: array(&input["devcert_hash"]),
    };
    let sealed = channel.seal(&proof, &mut Fixed(vec![hex(&input["salt_c"])]));
    assert_eq!(Writer::new().bytes16(&sealed).finish(), hex(&expect["proof_sealed"]));
    assert_eq!(channel.open::<Proof>(&sealed).unwrap(), proof);
    let result = LoginResult {
        user: UserId::new(array(&input["user_id"])),
        now: number(&input["now"]),
        lease: hex(&input["lease"]),
        totp_secret: hex(&input["totp_secret"]).into(),
        codes: input["codes"].as_array().unwrap().iter().map(hex).collect::<Vec<_>>().into(),
    };
    let sealed = channel.seal(&result, &mut Fixed(vec![hex(&input["salt_s"])]));
    assert_eq!(Writer::new().bytes16(&sealed).finish(), hex(&expect["result_sealed"]));
    assert_eq!(channel.open::<LoginResult>(&sealed).unwrap(), result);
}
