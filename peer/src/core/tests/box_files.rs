//! Files in the drop box: what is left of them, what is fetched, and when.

use conclave_crypto::parcel::{Parcel, ParcelKind};

use super::files;
use super::parcels::{leave, pair, steps};
use super::world::World;
use crate::model::{Call, CustodyKind, FileId, FileState, Message, MessageState, OneFile};

/// The last message of a conversation.
fn last(world: &mut World, at: usize, with: usize) -> Message {
    world.history(at, with, 10).pop().unwrap()
}

fn states(world: &mut World, at: usize) -> Vec<FileState> {
    files::listed(world, at).into_iter().map(|file| file.state).collect()
}

#[test]
fn a_file_for_somebody_away_goes_by_the_box_and_the_line_says_when_it_is_there() {
    let mut world = pair(60);
    let bob = world.nodes[1].person.device;
    leave(&mut world, 1);
    files::send(&mut world, 0, 1, 5_000);
    while world.dropbox.count(&bob) < 1 {
        world.run(1);
    }
    world.run(12);
    let now = last(&mut world, 0, 1);
    assert_eq!((now.state, steps(&now)), (MessageState::Waiting, vec![CustodyKind::Saved]), "half of it");
    world.run(20_000);
    let now = last(&mut world, 0, 1);
    assert_eq!(
        (now.state, steps(&now)),
        (MessageState::InDropBox, vec![CustodyKind::Saved, CustodyKind::InDropBox])
    );
    assert_eq!(world.dropbox.count(&bob), 2);
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    assert_eq!(states(&mut world, 1), [FileState::Done]);
    assert_eq!(world.dropbox.count(&bob), 0);
    leave(&mut world, 1);
    world.start(0);
    world.run(20_000);
    assert_eq!(last(&mut world, 0, 1).state, MessageState::Delivered);
    assert_eq!(world.dropbox.total(), 0);
}

#[test]
fn a_file_that_no_parcel_holds_waits_and_the_line_does_not_say_that_it_is_in_the_box() {
    let mut world = pair(61);
    leave(&mut world, 1);
    files::send(&mut world, 0, 1, 50 << 20);
    world.run(60_000);
    let now = last(&mut world, 0, 1);
    assert_eq!((now.state, steps(&now)), (MessageState::Waiting, vec![CustodyKind::Saved]));
    assert_eq!(world.dropbox.total(), 1, "the offer");
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    assert_eq!(states(&mut world, 1), [FileState::Offered]);
}

#[test]
fn a_large_file_stays_in_the_box_until_it_is_accepted() {
    let mut world = pair(62);
    let bob = world.nodes[1].person.device;
    leave(&mut world, 1);
    let file = files::send(&mut world, 0, 1, 12 << 20);
    world.run(60_000);
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    assert_eq!((states(&mut world, 1), world.dropbox.count(&bob)), (vec![FileState::Offered], 1));
    world.answer(1, Call::FileAccept(OneFile { file: file.file })).unwrap();
    world.run(20_000);
    assert_eq!((states(&mut world, 1), world.dropbox.count(&bob)), (vec![FileState::Done], 0));
}

#[test]
fn who_accepts_large_files_has_them_out_of_the_box_unasked_and_who_accepts_none_leaves_them_there() {
    for (limit, state, left) in [(1 << 30, FileState::Done, 0), (0, FileState::Offered, 1)] {
        let mut world = pair(63);
        let bob = world.nodes[1].person.device;
        files::accept_up_to(&mut world, 1, limit);
        world.run(100);
        leave(&mut world, 1);
        files::send(&mut world, 0, 1, 12 << 20);
        world.run(60_000);
        leave(&mut world, 0);
        world.start(1);
        world.run(20_000);
        assert_eq!((states(&mut world, 1), world.dropbox.count(&bob)), (vec![state], left));
    }
}

/// Bytes of a file that is fetched only when it is accepted.
const LARGE: u64 = 11 << 20;

/// Alice has left large files for Bob and gone; Bob has come.
fn large_files(seed: u64, sizes: &[u64]) -> (World, Vec<FileId>) {
    let mut world = pair(seed);
    leave(&mut world, 1);
    let files = sizes.iter().map(|size| files::send(&mut world, 0, 1, *size).file).collect();
    world.run(60_000);
    assert_eq!(last(&mut world, 0, 1).state, MessageState::InDropBox);
    leave(&mut world, 0);
    world.start(1);
    world.run(20_000);
    assert_eq!(states(&mut world, 1), vec![FileState::Offered; sizes.len()]);
    (world, files)
}

fn accept(world: &mut World, file: FileId) {
    world.answer(1, Call::FileAccept(OneFile { file })).unwrap();
}

#[test]
fn of_large_files_in_the_box_only_the_accepted_one_is_fetched_and_once() {
    let (mut world, files) = large_files(64, &[LARGE, 12 << 20, LARGE - 1]);
    let bob = world.nodes[1].person.device;
    assert!(world.dropbox.given < 100_000, "offers alone");
    accept(&mut world, files[1]);
    world.run(7_200_000);
    let given = world.dropbox.given as u64;
    assert!((12 << 20..(12 << 20) + LARGE).contains(&given), "{given} bytes for one file");
    assert_eq!(world.dropbox.count(&bob), 2);
    // The other two look alike until one was fetched.
    accept(&mut world, files[2]);
    world.run(7_200_000);
    accept(&mut world, files[0]);
    world.run(7_200_000);
    let given = world.dropbox.given as u64;
    assert!(given < (12 << 20) + 3 * (LARGE + (1 << 20)), "{given} bytes for three");
    assert_eq!((states(&mut world, 1), world.dropbox.count(&bob)), (vec![FileState::Done; 3], 0));
}

#[test]
fn what_the_box_brings_no_link_is_asked_for_and_the_other_way_round() {
    let (mut world, files) = large_files(65, &[LARGE]);
    world.start(0);
    world.run(10_000);
    accept(&mut world, files[0]);
    world.run(20_000);
    assert_eq!((states(&mut world, 1), world.nodes[1].fetches), (vec![FileState::Done], 0));
    assert_eq!(world.dropbox.total(), 0);

    // Over a link that was there when the server was not.
    let (mut world, files) = large_files(66, &[LARGE]);
    world.start(0);
    world.run(10_000);
    world.server(false);
    world.run(1_000);
    let given = world.dropbox.given;
    accept(&mut world, files[0]);
    world.run(300);
    world.server(true);
    world.run(7_200_000);
    assert_eq!((states(&mut world, 1), world.nodes[1].fetches), (vec![FileState::Done], 1));
    let given = (world.dropbox.given - given) as u64;
    assert!((LARGE..2 * LARGE).contains(&given), "looked at once: {given} bytes");
    assert_eq!(world.dropbox.total(), 0, "and not left to the end of its time");
}

#[test]
fn what_may_be_of_another_file_is_not_looked_at_for_one_that_a_link_has_brought() {
    let (mut world, files) = large_files(68, &[LARGE, LARGE - 1]);
    world.start(0);
    world.run(10_000);
    world.server(false);
    world.run(1_000);
    let given = world.dropbox.given;
    accept(&mut world, files[0]);
    world.run(1_000);
    world.server(true);
    world.run(7_200_000);
    assert!(world.dropbox.given - given < 100_000, "either of them may hold the second");
    assert_eq!((world.dropbox.total(), world.nodes[1].fetches), (2, 1));
    accept(&mut world, files[1]);
    world.run(7_200_000);
    assert_eq!((states(&mut world, 1), world.dropbox.total()), (vec![FileState::Done; 2], 0));
}

#[test]
fn an_object_is_left_although_its_message_was_collected_before() {
    for seed in 0..12 {
        let mut world = pair(6700 + seed);
        let bob = world.nodes[1].person.device;
        leave(&mut world, 1);
        files::send(&mut world, 0, 1, 5_000);
        files::send(&mut world, 0, 1, 6_000);
        while world.dropbox.count(&bob) < 2 {
            world.run(1);
        }
        leave(&mut world, 0);
        world.start(1);
        world.run(20_000);
        assert_eq!(states(&mut world, 1), [FileState::Queued; 2], "seed {seed}");
        // Never there at once from here on.
        leave(&mut world, 1);
        for round in 0..4 {
            world.start(0);
            world.run(20 + (seed * 13 + round * 29) % 200);
            world.kill(0);
            world.run(100);
        }
        world.start(0);
        world.run(60_000);
        assert_eq!(last(&mut world, 0, 1).state, MessageState::Delivered, "seed {seed}");
        leave(&mut world, 0);
        world.start(1);
        world.run(20_000);
        assert_eq!(states(&mut world, 1), [FileState::Done; 2], "seed {seed}");
        assert_eq!(world.dropbox.count(&bob), 0, "seed {seed}");
        leave(&mut world, 1);
        world.start(0);
        let taken = world.dropbox.taken;
        world.run(60_000);
        assert_eq!(world.dropbox.taken, taken, "each object once, seed {seed}");
    }
}

#[test]
fn files_in_the_box_stand_power_cuts_on_both_sides() {
    for seed in 0..20 {
        let mut world = pair(6300 + seed);
        leave(&mut world, 1);
        for number in 0..3 {
            files::send(&mut world, 0, 1, 4_000 + number);
        }
        for round in 0..4 {
            world.run(2_990 + (seed * 11 + round * 17) % 200);
            world.kill(0);
            world.run(100);
            world.start(0);
        }
        world.run(60_000);
        assert_eq!(last(&mut world, 0, 1).state, MessageState::InDropBox, "seed {seed}");
        leave(&mut world, 0);
        for round in 0..5 {
            world.start(1);
            world.run(20 + (seed * 7 + round * 23) % 150);
            world.kill(1);
            world.run(100);
        }
        world.start(1);
        world.run(60_000);
        assert_eq!(states(&mut world, 1), [FileState::Done; 3], "seed {seed}");
        assert_eq!(world.dropbox.count(&world.nodes[1].person.device), 0, "seed {seed}");
    }
}

#[test]
fn an_object_without_a_file_of_its_sender_is_not_kept() {
    let mut world = World::with_drop_box(63, &["alice", "bob", "carol"]);
    world.run(5_000);
    let bob = world.nodes[1].person.device;
    leave(&mut world, 1);
    files::send(&mut world, 0, 1, 5_000);
    while world.dropbox.count(&bob) < 1 {
        world.run(1);
    }
    leave(&mut world, 0);
    let carol = world.org.setup(&world.nodes[2].person).device;
    let to_bob = world.org.log.party(&bob).unwrap();
    // What Alice has offered, brought by Carol, and what nobody has offered.
    for object in [files::object(0, 1, 5_000), vec![7; 900]] {
        let parcel = Parcel::seal(&carol, &to_bob, ParcelKind::FileObject, &object, &mut world.rng).unwrap();
        let now = world.now;
        world.dropbox.put(parcel, now);
    }
    world.start(1);
    world.run(20_000);
    assert_eq!(states(&mut world, 1), [FileState::Queued]);
    assert_eq!(world.dropbox.count(&bob), 1, "the second may belong to a message that comes later");
    world.run(25 * 3_600_000);
    assert_eq!(world.dropbox.count(&bob), 0);
    assert!(world.nodes[1].blobs.is_empty());
}
