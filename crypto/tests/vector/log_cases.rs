//! Vector cases of the log: `merkle`, `checkpoint`, `hello`, `invite`.

use conclave_crypto::certificate::devcert_hash;
use conclave_crypto::directory::{Checkpoint, Head, Merkle, leaf_hash};
use conclave_crypto::hello::Hello;
use conclave_crypto::invite::Invite;
use conclave_crypto::kdf::ext;
use conclave_crypto::keys::{DeviceId, DirectorySecret, OrgId, OrkPublic, TransportPublic, UserId};
use conclave_crypto::lease::Lease;
use conclave_crypto::secret::Secret;
use serde_json::Value;

use crate::input::{Fixed, array, hex, number};

/// Runs a case of one of the four functions; none for any other.
pub(crate) fn run_case(fn_name: &str, case: &Value) -> Option<()> {
    let (input, expect) = (&case["input"], &case["expect"]);
    match fn_name {
        "merkle" => merkle(input, expect),
        "checkpoint" => checkpoint(input, expect),
        "hello" => hello(input, expect),
        "invite" => invite(input, expect),
        _ => return None,
    }
    Some(())
}

fn merkle(input: &Value, expect: &Value) {
    let leaves: Vec<Vec<u8>> = input["leaves"].as_array().unwrap().iter().map(hex).collect();
    let roots: Vec<[u8; 32]> = expect["roots"].as_array().unwrap().iter().map(array).collect();
    let hashes: Vec<[u8; 32]> = expect["leaf_hashes"].as_array().unwrap().iter().map(array).collect();
    let mut tree = Merkle::new();
    assert_eq!(tree.root(), roots[0]);
    for (index, leaf) in leaves.iter().enumerate() {
        assert_eq!(leaf_hash(leaf), hashes[index]);
        tree.append(leaf);
        assert_eq!(tree.root(), roots[index + 1]);
    }
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(tree.root_at(size), Some(*root));
    }
    assert_eq!(tree.root_at(roots.len()), None);
}

fn checkpoint(input: &Value, expect: &Value) {
    let org = OrgId::new(array(&input["org_id"]));
    let dsk = DirectorySecret::from_seed(Secret::new(array(&input["dsk_seed"])));
    assert_eq!(*dsk.public().as_bytes(), array(&expect["dsk"]));
    let head = Head { size: number(&input["size"]), root: array(&input["root"]) };
    let note = Checkpoint::sign(&org, head, number(&input["time"]), &dsk);
    assert_eq!(note.text(), expect["note"].as_str().unwrap());
    let parsed = Checkpoint::parse(&org, note.text().as_bytes()).unwrap();
    assert_eq!(parsed, note);
    parsed.verify(&org, &dsk.public()).unwrap();
}

fn hello(input: &Value, expect: &Value) {
    let org = OrgId::new(array(&input["org_id"]));
    let user_id = UserId::new(array(&input["user_id"]));
    let device_id = DeviceId::new(array(&input["device_id"]));
    let devcert_hash = devcert_hash(&hex(&input["device_cert"]));
    assert_eq!(devcert_hash, array(&expect["devcert_hash"]));
    let dsk = DirectorySecret::from_seed(Secret::new(array(&input["dsk_seed"])));
    let lease = input.get("lease").map_or_else(Vec::new, |lease| {
        let (issued, not_after) = (number(&lease["issued"]), number(&lease["not_after"]));
        let signed = Lease { user_id, device_id, devcert_hash, issued, not_after }.sign(&org, &dsk);
        let parsed = Lease::parse(&org, &signed.to_bytes()).unwrap();
        assert_eq!(parsed, signed);
        parsed.verify(&dsk.public()).unwrap();
        assert_eq!(signed.to_bytes().len(), Lease::SIGNED_LEN);
        signed.to_bytes()
    });
    assert_eq!(lease, hex(&expect["lease"]));
    let hello = Hello {
        user_id,
        device_id,
        devcert_hash,
        lease,
        checkpoint: input["checkpoint"].as_str().unwrap().as_bytes().to_vec(),
        suites: input["suites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|suite| number(suite).try_into().unwrap())
            .collect(),
        clock: number(&input["clock"]),
    };
    assert_eq!(hello.encode(&org), hex(&expect["hello"]));
    assert_eq!(Hello::parse(&org, &hello.encode(&org)).unwrap(), hello);
    assert!(Checkpoint::parse(&org, &hello.checkpoint).is_ok());
}

fn invite(input: &Value, expect: &Value) {
    let ork = OrkPublic::from_bytes(array(&input["ork"])).unwrap();
    let tpk = TransportPublic::from_bytes(array(&input["server_tpk"])).unwrap();
    let addresses = input["addresses"].as_array().unwrap().iter().map(hex).collect();
    let mut token = Fixed(vec![hex(&input["token"])]);
    let invite = Invite::generate(ork, tpk, number(&input["expires"]), addresses, &mut token);
    assert_eq!(invite.org().as_bytes(), &array(&input["org_id"]));
    let (host, port) = (input["host"].as_str().unwrap(), number(&input["port"]));
    let link = invite.link(host, port.try_into().unwrap());
    assert_eq!(link.as_str(), expect["link"].as_str().unwrap());
    assert_eq!(invite.qr_text().as_str(), expect["qr"].as_str().unwrap());
    assert_eq!(*ext(&hex(&input["org_id"]), &[&hex(&input["token"])]).expose(), array(&expect["x"]));
    assert_eq!(*invite.grant_key().seed().expose(), array(&expect["grant_seed"]));
    assert_eq!(*invite.grant_key().public().as_bytes(), array(&expect["grant_pub"]));
    assert_eq!(*invite.login_token().expose(), array(&expect["login_token"]));
    let from_link = Invite::parse(&link).unwrap();
    assert_eq!(from_link.server.as_deref(), Some(format!("{host}:{port}").as_str()));
    assert!(from_link.invite == invite);
    let from_qr = Invite::parse(&invite.qr_text()).unwrap();
    assert_eq!(from_qr.server, None);
    assert!(from_qr.invite == invite);
}

#[test]
fn every_case_of_the_log_holds() {
    let mut ran = 0;
    for name in ["log", "verify"] {
        let path = crate::folder().join(format!("{name}.json"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap() {
            ran += usize::from(run_case(case["fn"].as_str().unwrap(), case).is_some());
        }
    }
    assert_eq!(ran, 5, "one merkle, one checkpoint, two hello, one invite");
}
