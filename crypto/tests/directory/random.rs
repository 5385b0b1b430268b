//! Random sequences of acts, valid or not: what the fold says must not depend on how it got there.

use std::collections::BTreeSet;

use conclave_crypto::directory::{
    Admission, Checkpoint, Directory, Kind, Leaf, Object, Room, RoomKind, SignWith, Target,
};
use conclave_crypto::hello::Hello;
use conclave_crypto::invite::Invite;
use conclave_crypto::keys::{DeviceId, OrgId, RoomId, UikSecret};
use conclave_crypto::lease::Lease;
use conclave_crypto::reset::ResetCode;
use proptest::prelude::*;

use crate::org::{DAY, Device, Org, Person, START, vector_log};
use crate::rules::{admit, ban, reset, reset_grant, room_org, unban};

/// One act: what, by or about whom, where, and a detail.
type Act = (u8, u8, u8, u8);

fn leaf_of(org: &mut Org, people: &mut [Person], board: RoomId, act: Act) -> Vec<u8> {
    let (what, who, place, detail) = act;
    let who = usize::from(who) % people.len();
    let other = usize::from(detail) % people.len();
    let room = [org.general, org.lounge, board][usize::from(place) % 3];
    let target = if detail.is_multiple_of(2) {
        Target::User(people[who].id)
    } else {
        Target::Device(people[who].device.id)
    };
    let known = org.log.next_ban_seq(&target).is_some();
    match what % 10 {
        0 | 1 => org.moved(room, &people[who], true, START),
        2 => org.moved(room, &people[who], false, START),
        3 => admit(org, room, &people[who], Admission::Add, (detail > 128).then(|| &people[other])),
        4 => admit(org, room, &people[who], Admission::Remove, (detail > 128).then(|| &people[other])),
        5 if known => ban(org, target, START + u64::from(detail), SignWith::Admin(&org.admin)),
        6 if known => unban(org, target, START, SignWith::Directory(&org.dsk)),
        7 => {
            let kind = [RoomKind::Everyone, RoomKind::Open, RoomKind::Restricted][usize::from(detail) % 3];
            let (one, two) = (people[who].id, people[other].id);
            room_org(org, room, |object| {
                object.kind = kind;
                object.archived = detail > 220;
                object.admins = vec![one];
                object.members = if kind == RoomKind::Restricted { vec![one] } else { Vec::new() };
                object.barred = if one != two && kind != RoomKind::Everyone { vec![two] } else { Vec::new() };
            })
        }
        8 => {
            people[who].device = Device::new(&mut org.rng);
            org.list(&people[who], &people[who].device, &people[who].uik)
        }
        _ => {
            let code = ResetCode::generate(&mut org.rng);
            let granted = reset_grant(org, people[who].id, &code, START + DAY);
            org.append(&granted).unwrap();
            let new = UikSecret::generate(&mut org.rng);
            let seq = org.log.user(&people[who].id).unwrap().resets + 1;
            let leaf = reset(org, &people[who], &code, &new, seq, START);
            people[who].uik = new;
            leaf
        }
    }
}

fn present(log: &Directory, room: &Room) -> BTreeSet<DeviceId> {
    log.members(room)
        .flat_map(|user| &user.devices)
        .map(|device| device.cert().device_id)
        .filter(|device| log.active(device).is_some())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rooms_count_every_change_of_who_can_read_them(acts in proptest::collection::vec(any::<Act>(), 1..60)) {
        let mut org = Org::new("random");
        let mut people: Vec<Person> = ["ada", "bob", "cyd", "dee"].map(|name| org.join(name)).into();
        let board = RoomId::random(&mut org.rng);
        let leaf = room_org(&org, board, |_| {});
        org.append(&leaf).unwrap();
        let mut accepted = 0;
        for act in acts {
            let leaf = leaf_of(&mut org, &mut people, board, act);
            let before: Vec<_> =
                org.log.rooms().map(|room| (room.rv, room.hash, present(&org.log, room))).collect();
            let folded = org.append(&leaf);
            accepted += usize::from(folded.is_ok());
            for ((rv, hash, was), room) in before.into_iter().zip(org.log.rooms()) {
                let now = present(&org.log, room);
                prop_assert_eq!(&room.present().copied().collect::<BTreeSet<_>>(), &now);
                let changed = folded.is_ok() && (now != was || room.hash != hash);
                prop_assert_eq!(room.rv, if changed { org.log.size() } else { rv });
            }
        }
        let leaves = org.leaves();
        let refs: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
        let again = Directory::restore(org.ork.public(), &refs, org.note(0).as_bytes()).unwrap();
        prop_assert_eq!(again.current(), org.log.current());
        prop_assert!(again.users().eq(org.log.users()) && again.rooms().eq(org.log.rooms()), "{accepted}");
    }

    #[test]
    fn parsers_take_any_bytes_without_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".{0,200}", kind in any::<u8>(),
    ) {
        let org = OrgId::new([1; 16]);
        let headed = [&[1; 17], bytes.as_slice()].concat();
        for bytes in [&bytes, &headed] {
            let _ = Leaf::parse(bytes, &org);
            let _ = Hello::parse(&org, bytes);
            let _ = Lease::parse(&org, bytes);
            let _ = Checkpoint::parse(&org, bytes);
            if let Some(kind) = Kind::from_number(kind % 16)
                && let Ok(object) = Object::parse(kind, bytes, &org)
            {
                prop_assert_eq!(&object.encode(&org), bytes);
            }
        }
        prop_assert!(Invite::parse(&text).is_err());
        let _ = ResetCode::parse(&text);
    }

    #[test]
    fn spliced_leaves_do_not_fold(pick in any::<(u8, u8)>(), cut in any::<(u16, u16)>()) {
        let (mut log, leaves) = vector_log("directory");
        for leaf in &leaves {
            log.append(leaf, u64::MAX).unwrap();
        }
        let one = &leaves[usize::from(pick.0) % leaves.len()];
        let two = &leaves[usize::from(pick.1) % leaves.len()];
        let (head, tail) = (usize::from(cut.0) % one.len(), usize::from(cut.1) % two.len());
        let spliced = [&one[..head], &two[tail..]].concat();
        prop_assert!(log.check(&spliced, u64::MAX).is_err());
    }
}
