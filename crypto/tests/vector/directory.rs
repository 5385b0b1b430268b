//! Vector files of kind `directory`.

use conclave_crypto::directory::{Directory, Kind, RoomKind, View};
use conclave_crypto::hello::Hello;
use conclave_crypto::keys::{OrkPublic, TransportPublic};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::input::{array, hex, number};

/// Later than every leaf of the files: no leaf is to be held back as too new.
const NOW: u64 = u64::MAX / 2;

pub(crate) fn run(name: &str, file: &Value) -> Outcome {
    let mut checked = 0;
    let fresh = || {
        let directory = Directory::new(OrkPublic::from_bytes(array(&file["input"]["ork"])).unwrap());
        assert_eq!(directory.org().as_bytes(), &array(&file["input"]["org_id"]), "{name}");
        directory
    };
    let list = |field: &str| file[field].as_array().map(Vec::as_slice).unwrap_or_default();
    let folded = || {
        let mut directory = fresh();
        for leaf in list("leaves") {
            directory
                .append(&hex(&leaf["hex"]), NOW)
                .unwrap_or_else(|refused| panic!("{name}: {leaf}: {refused}"));
        }
        directory
    };

    let mut directory = fresh();
    for (index, leaf) in list("leaves").iter().enumerate() {
        let what = format!("{name}: leaf {index}, {}", leaf["what"]);
        let bytes = hex(&leaf["hex"]);
        let kind = Kind::from_number(bytes[0]).unwrap();
        assert_eq!(kind.label().text(), leaf["kind"].as_str().unwrap(), "{what}");
        directory.check(&bytes, NOW).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        let folded = directory.append(&bytes, NOW).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        assert_eq!(folded.index, index as u64, "{what}");
        assert_eq!(directory.root(), array(&leaf["root"]), "{what}");
        checked += 1;
    }
    assert_eq!(summary(&directory), file["expect"], "{name}: expect");
    checked += 1;
    for (index, leaf) in list("leaves").iter().enumerate() {
        assert_eq!(directory.root_at(index as u64 + 1), Some(array(&leaf["root"])), "{name}: prefix {index}");
        assert_eq!(directory.leaf(index as u64), Some(hex(&leaf["hex"]).as_slice()));
    }

    for leaf in list("accept_after_last") {
        let what = format!("{name}: {}", leaf["what"]);
        let mut directory = folded();
        directory.append(&hex(&leaf["hex"]), NOW).unwrap_or_else(|refused| panic!("{what}: {refused}"));
        assert_eq!(directory.root(), array(&leaf["root"]), "{what}");
        checked += 1;
    }

    for leaf in list("refuse_after_last") {
        let what = format!("{name}: {} ({})", leaf["what"], leaf["why"]);
        let before = format!("{directory:?}");
        let refused = directory.append(&hex(&leaf["hex"]), NOW).expect_err(&what);
        println!("{what}: {refused}");
        assert_eq!(format!("{directory:?}"), before, "{what}: the directory has changed");
        checked += 1;
    }

    for case in list("hellos") {
        let what = format!("{name}: {}", case["what"]);
        let peer = TransportPublic::from_bytes(array(&case["peer_id_key"])).unwrap();
        let view = View {
            now: number(&case["now"]),
            server_reachable: case["server_reachable"].as_bool().unwrap(),
            head_time: Some(number(&case["head_time"])),
        };
        let accepted = Hello::parse(directory.org(), &hex(&case["hello"]))
            .is_ok_and(|hello| directory.admit(&hello, &peer, &view).is_ok());
        assert_eq!(if accepted { "accept" } else { "refuse" }, case["verdict"].as_str().unwrap(), "{what}");
        checked += 1;
    }

    let skipped = if file.get("groups").is_some() { vec!["private groups".to_owned()] } else { Vec::new() };
    Outcome { checked, skipped }
}

/// The folded directory in the form of `expect`.
fn summary(directory: &Directory) -> Value {
    let id = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let mut users = Map::new();
    for user in directory.users() {
        let devices: Vec<String> =
            user.devices.iter().map(|device| device.cert().device_id.to_string()).collect();
        users.insert(
            user.id.to_string(),
            json!({
                "name": user.name.as_str(),
                "uik": id(user.uik.as_bytes()),
                "list_ver": user.list_ver,
                "devices": devices,
                "banned": user.banned.is_some(),
            }),
        );
    }
    let mut invites = Map::new();
    for invite in directory.invites() {
        invites.insert(
            id(invite.grant.grant.as_bytes()),
            json!({
                "username": invite.grant.username,
                "uses": invite.grant.uses,
                "used": invite.used,
                "expires": invite.grant.expires,
                "withdrawn": invite.withdrawn,
            }),
        );
    }
    let mut rooms = Map::new();
    for room in directory.rooms() {
        let kind = match room.org.kind {
            RoomKind::Everyone => 1,
            RoomKind::Open => 2,
            RoomKind::Restricted => 3,
        };
        let barred: Vec<String> = room.barred().map(ToString::to_string).collect();
        let members: Vec<String> = directory.members(room).map(|user| user.id.to_string()).collect();
        rooms.insert(
            room.id().to_string(),
            json!({
                "kind": kind,
                "name": room.org.name,
                "state": if room.org.archived { 2 } else { 1 },
                "rno": room.org.rno,
                "rv": room.rv,
                "barred": barred,
                "members": members,
            }),
        );
    }
    json!({
        "size": directory.size(),
        "root": id(&directory.root()),
        "policy_seq": directory.policy().unwrap().seq,
        "users": users,
        "invites": invites,
        "rooms": rooms,
    })
}
