//! The drop box when something goes wrong: power, answers, receipts, and parcels that are not what they should be.

use conclave_crypto::keys::MessageId;
use conclave_crypto::parcel::{Parcel, ParcelKind};

use super::parcels::{leave, message, pair, received, steps, texts};
use super::world::World;
use crate::core::Input;
use crate::core::input::ServerNews;
use crate::model::{CustodyKind, MessageState};

#[test]
fn a_receipt_that_does_not_hold_proves_nothing() {
    let mut world = pair(48);
    leave(&mut world, 1);
    world.dropbox.lies = true;
    let sent = world.send(0, 1, "believe me");
    world.run(60_000);
    let now = message(&mut world, 0, sent.id);
    assert_eq!((now.state, steps(&now)), (MessageState::Waiting, vec![CustodyKind::Saved]));
}

#[test]
fn the_power_may_fail_anywhere_between_the_box_and_the_tick() {
    for seed in 0..25 {
        let mut world = pair(4900 + seed);
        leave(&mut world, 1);
        let sent: Vec<MessageId> = (0..12).map(|n| world.send(0, 1, &format!("{n}")).id).collect();
        world.run(3_000 + seed * 40);
        world.kill(0);
        world.run(500);
        world.start(0);
        world.run(30_000);
        for id in &sent {
            assert_eq!(message(&mut world, 0, *id).state, MessageState::InDropBox, "seed {seed}");
        }
        leave(&mut world, 0);
        for round in 0..4 {
            world.start(1);
            world.run(1 + (seed * 7 + round * 13) % 120);
            world.kill(1);
            world.run(100);
        }
        world.start(1);
        world.run(20_000);
        leave(&mut world, 1);
        world.start(0);
        world.run(20_000);
        let want: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        for id in &sent {
            assert_eq!(message(&mut world, 0, *id).state, MessageState::Delivered, "seed {seed}");
        }
        leave(&mut world, 0);
        world.start(1);
        world.run(5_000);
        assert_eq!(texts(&mut world, 1, 0), want, "seed {seed}");
        assert_eq!(received(&world, 1), 12, "seed {seed}");
    }
}

#[test]
fn answers_that_get_lost_leave_no_message_behind() {
    for seed in 0..15 {
        let mut world = pair(5000 + seed);
        leave(&mut world, 1);
        world.dropbox.silent = 400;
        let sent: Vec<MessageId> = (0..10).map(|n| world.send(0, 1, &format!("{n}")).id).collect();
        world.run(1_200_000);
        leave(&mut world, 0);
        world.start(1);
        world.run(3_600_000);
        world.dropbox.silent = 0;
        leave(&mut world, 1);
        world.start(1);
        world.run(60_000);
        leave(&mut world, 1);
        world.start(0);
        world.run(60_000);
        for id in &sent {
            assert_eq!(message(&mut world, 0, *id).state, MessageState::Delivered, "seed {seed}");
        }
    }
}

#[test]
fn a_receipt_whose_deposit_comes_to_nothing_goes_over_the_link_and_its_parcel_is_erased() {
    for (seed, pause) in [0, 1_000, 10_000, 26_000, 29_500, 31_000].into_iter().enumerate() {
        for server_goes in [false, true] {
            let mut world = pair(5050 + seed as u64);
            leave(&mut world, 1);
            let sent = world.send(0, 1, "collected in silence");
            world.run(10_000);
            leave(&mut world, 0);
            world.start(1);
            while received(&world, 1) == 0 {
                world.run(1);
            }
            // The server takes the receipt and does not say so.
            world.dropbox.silent = 1_000;
            world.run(pause);
            world.start(0);
            world.run(5_000);
            if server_goes {
                world.server(false);
                world.run(5_000);
                world.server(true);
            }
            world.dropbox.silent = 0;
            world.run(120_000);
            assert_eq!(message(&mut world, 0, sent.id).state, MessageState::Delivered);
            assert_eq!(world.dropbox.total(), 0, "after {pause}, {server_goes}");
        }
    }
}

#[test]
fn damaged_forged_and_foreign_parcels_are_erased_and_change_nothing() {
    let mut world = World::with_drop_box(51, &["alice", "bob", "carol"]);
    world.run(5_000);
    leave(&mut world, 1);
    world.send(0, 1, "damaged on the way");
    world.run(10_000);
    leave(&mut world, 0);
    let (bob, carol) = (world.nodes[1].person.device, world.org.setup(&world.nodes[2].person).device);
    let to_bob = world.org.log.party(&bob).unwrap();
    for (kind, payload) in [
        (ParcelKind::Envelope, b"no envelope".to_vec()),
        (ParcelKind::Envelope, vec![1; 5000]),
        (ParcelKind::Envelope, Vec::new()),
    ] {
        let parcel = Parcel::seal(&carol, &to_bob, kind, &payload, &mut world.rng).unwrap();
        let now = world.now;
        world.dropbox.put(parcel, now);
    }
    world.dropbox.damaged = true;
    world.start(1);
    world.run(20_000);
    assert!(texts(&mut world, 1, 0).is_empty());
    assert_eq!(world.dropbox.count(&bob), 4, "other bytes than those that were listed prove nothing");
    world.dropbox.damaged = false;
    world.run(700_000);
    assert_eq!(texts(&mut world, 1, 0), ["damaged on the way"]);
    assert_eq!(world.dropbox.count(&bob), 0, "what does not open is not kept");
    for kind in [ParcelKind::Envelope, ParcelKind::RoomEntry] {
        let parcel = Parcel::seal(&carol, &to_bob, kind, &[2; 3000], &mut world.rng).unwrap();
        let now = world.now;
        world.dropbox.put(parcel, now);
    }
    leave(&mut world, 1);
    world.start(1);
    world.run(20_000);
    assert_eq!(world.dropbox.count(&bob), 1, "a kind of a later version is left for it");
    world.start(0);
    world.run(30_000);
    assert_eq!(texts(&mut world, 1, 0), ["damaged on the way"]);
}

#[test]
fn parcels_for_nobody_asked_for_are_let_be() {
    let mut world = pair(53);
    let before = world.nodes[0].events.len();
    for news in [
        ServerNews::ParcelsWaiting { count: 0 },
        ServerNews::Deposited {
            request: crate::core::effect::RequestId(9_999),
            receipt: vec![1; 113].into(),
        },
        ServerNews::Parcel { request: crate::core::effect::RequestId(9_999), bytes: vec![1; 500] },
        ServerNews::Parcels {
            request: crate::core::effect::RequestId(9_999),
            listed: Vec::new(),
            more: true,
        },
    ] {
        world.input(0, Input::Server(news));
    }
    world.run(5_000);
    assert_eq!(world.nodes[0].events.len(), before);
}
