//! `rv`, members at an `rv`, and that every way to fold the same leaves gives the same directory.

use std::collections::BTreeSet;

use conclave_crypto::directory::Directory;
use conclave_crypto::keys::DeviceId;

use crate::org::vector_log;

const NOW: u64 = u64::MAX / 2;

fn present(directory: &Directory, room: &conclave_crypto::directory::Room) -> BTreeSet<DeviceId> {
    directory
        .members(room)
        .flat_map(|user| user.devices.iter().map(|device| device.cert().device_id))
        .filter(|device| directory.active(device).is_some())
        .collect()
}

#[test]
fn a_room_remembers_who_was_in_it_at_every_size_of_the_log() {
    for name in ["directory", "enrolment", "groups", "hello"] {
        let (_, leaves) = vector_log(name);
        let (mut whole, _) = vector_log(name);
        leaves.iter().for_each(|leaf| drop(whole.append(leaf, NOW).unwrap()));
        let (mut prefix, _) = vector_log(name);
        for (index, leaf) in leaves.iter().enumerate() {
            let rv_before: Vec<_> = prefix.rooms().map(|room| (room.id(), present(&prefix, room))).collect();
            prefix.append(leaf, NOW).unwrap();
            let size = index as u64 + 1;
            for room in prefix.rooms() {
                let now = present(&prefix, room);
                assert_eq!(room.present().copied().collect::<BTreeSet<_>>(), now, "{name} {size}");
                let later = whole.room(&room.id()).unwrap();
                for (device, _) in whole.devices() {
                    assert_eq!(later.was_present(device, size), now.contains(device), "{name} {size}");
                }
                assert!(later.had_version(room.rv), "{name} {size}");
                let changed =
                    rv_before.iter().find(|(id, _)| *id == room.id()).is_none_or(|(_, was)| *was != now);
                if changed {
                    assert_eq!(room.rv, size, "{name}: the members' devices changed, so rv does");
                }
            }
        }
    }
}
