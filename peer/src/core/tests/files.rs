//! Files: offers, automatic acceptance, resuming, who may fetch.

use conclave_crypto::encoding::Writer;
use conclave_crypto::file::{FileKey, FileRef, object_len, padded_len};
use conclave_crypto::secret::Secret;
use conclave_proto::ErrorCode;

use super::world::World;
use crate::core::Input;
use crate::model::{
    Answer, Call, Event, FileId, FileList, FileRead, FileSave, FileSend, FileState, OneFile, OneUser,
    ProfileSet, SettingsSet, USUAL_ACCEPT, UserRef,
};

/// What stands for the sealed object of a file: as long as one where the length of its parcel counts.
pub(super) fn object(owner: u64, number: u64, size: u64) -> Vec<u8> {
    let object = [owner.to_be_bytes(), number.to_be_bytes()].concat();
    let length = if size > USUAL_ACCEPT { object_len(padded_len(size).unwrap()) } else { 128 };
    object.into_iter().cycle().take(length as usize).collect()
}

/// A reference as the driver makes one.
pub(super) fn reference(owner: u64, number: u64, size: u64) -> Vec<u8> {
    let id = conclave_crypto::primitives::blake3(&[&object(owner, number, size)]);
    let key = FileKey::from_bytes(Secret::new([3; 32]));
    let file = FileRef::new(id, size, key, [4; 32], "../plan\u{202e}.pdf", "application/pdf").unwrap();
    let mut out = Writer::new();
    file.encode(&mut out);
    out.finish()
}

pub(super) fn send(world: &mut World, from: usize, to: usize, size: u64) -> crate::model::File {
    let call = FileSend {
        to: world.target(to),
        path: size.to_string().into(),
        name: None,
        caption: Some("look".into()),
        id: None,
    };
    match world.answer(from, Call::FileSend(call)) {
        Ok(Answer::Sent { message, file }) => {
            assert_eq!(message.file.as_ref(), Some(&file));
            assert_eq!(message.text, "look");
            file
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn listed(world: &mut World, at: usize) -> Vec<crate::model::File> {
    match world.answer(at, Call::FileList(FileList { conversation: None, kind: None, active: None })) {
        Ok(Answer::Files { files }) => files,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_small_file_comes_by_itself_and_a_large_one_when_it_is_accepted() {
    let mut world = World::new(1, &["alice", "bob", "carol"]);
    world.run(5_000);
    let small = send(&mut world, 0, 1, 5_000);
    assert_eq!((small.state, small.name.as_str()), (FileState::Done, "_plan.pdf"));
    let large = send(&mut world, 0, 1, 50 << 20);
    world.run(5_000);
    let states = |world: &mut World| -> Vec<(crate::model::FileId, FileState)> {
        listed(world, 1).into_iter().map(|file| (file.file, file.state)).collect()
    };
    assert_eq!(states(&mut world), [(large.file, FileState::Offered), (small.file, FileState::Done)]);
    let offers =
        world.nodes[1].events.iter().filter(|event| matches!(event, Event::FileOffered { .. })).count();
    assert_eq!(offers, 2);

    let read = FileRead { file: large.file, offset: 0, length: 10 };
    let refused = world.answer(1, Call::FileRead(read.clone())).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ApiState, "nothing is read before it is whole and verified");
    world.answer(1, Call::FileAccept(OneFile { file: large.file })).unwrap();
    world.run(5_000);
    assert_eq!(states(&mut world)[0], (large.file, FileState::Done));
    assert!(matches!(world.answer(1, Call::FileRead(read)), Ok(Answer::Bytes { eof: true, .. })));
    let save = FileSave { file: large.file, path: "/tmp/x".into(), overwrite: false };
    assert!(matches!(world.answer(1, Call::FileSave(save)), Ok(Answer::Saved { bytes: 7, .. })));
    assert!(world.nodes[1].ephemeral.iter().any(|event| matches!(event, Event::FileProgress { .. })));
    world.run(5_000);
    assert_eq!(world.history(1, 0, 50).len(), 2);
}

pub(super) fn accept_up_to(world: &mut World, at: usize, bytes: u64) -> u64 {
    let set = SettingsSet { accept_up_to: Some(bytes), ..SettingsSet::default() };
    match world.answer(at, Call::SettingsSet(set)) {
        Ok(Answer::Settings { settings }) => settings.accept_up_to,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_comes_by_itself_is_chosen_and_the_choice_outlasts_a_start() {
    let mut world = World::new(4, &["alice", "bob"]);
    world.run(5_000);
    let newest = |world: &mut World, size| {
        let sent = send(world, 0, 1, size).file;
        world.run(5_000);
        let listed = listed(world, 1).remove(0);
        assert_eq!(listed.file, sent);
        listed.state
    };
    assert_eq!(newest(&mut world, USUAL_ACCEPT), FileState::Done);
    assert_eq!(accept_up_to(&mut world, 1, 100_000_000), 100_000_000);
    assert_eq!(newest(&mut world, 50_000_000), FileState::Done);
    assert_eq!(newest(&mut world, 100_000_001), FileState::Offered);
    accept_up_to(&mut world, 1, 0);
    world.run(100);
    world.kill(1);
    world.start(1);
    world.run(5_000);
    assert_eq!(newest(&mut world, 1), FileState::Offered);
    assert_eq!(newest(&mut world, 0), FileState::Offered, "nothing at all");
    accept_up_to(&mut world, 1, USUAL_ACCEPT);
    assert_eq!(newest(&mut world, 9_000), FileState::Done);
    let too_much = SettingsSet { accept_up_to: Some((10 << 30) + 1), ..SettingsSet::default() };
    let refused = world.answer(1, Call::SettingsSet(too_much)).unwrap_err();
    assert_eq!(refused.details.get("field"), Some(&"acceptUpTo".into()), "no file may be that large");
}

#[test]
fn only_its_recipient_may_fetch_a_file() {
    let mut world = World::new(2, &["alice", "bob", "carol"]);
    world.run(5_000);
    let file = send(&mut world, 0, 1, 5_000);
    let keys: Vec<_> = world.nodes.iter().map(|node| node.person.transport()).collect();
    let core = world.nodes[0].core.as_ref().unwrap();
    assert!(core.object_for(&keys[1], &file.file).is_some_and(|grant| grant.length > 5_000));
    assert!(core.object_for(&keys[2], &file.file).is_none());
    world.answer(0, Call::FileCancel(OneFile { file: file.file })).unwrap();
    let core = world.nodes[0].core.as_ref().unwrap();
    assert!(core.object_for(&keys[1], &file.file).is_none(), "withdrawn");
}

#[test]
fn a_transfer_goes_on_after_a_kill() {
    let mut world = World::new(3, &["alice", "bob", "carol"]);
    world.run(5_000);
    let file = send(&mut world, 0, 1, 9_000);
    world.run(400);
    world.kill(1);
    world.run(1_000);
    world.start(1);
    world.run(20_000);
    assert_eq!(
        listed(&mut world, 1).first().map(|file| (file.file, file.state)),
        Some((file.file, FileState::Done))
    );
}

fn turn(world: &mut World, at: usize, turn: fn(OneFile) -> Call, file: FileId) -> crate::model::File {
    match world.answer(at, turn(OneFile { file })) {
        Ok(Answer::File { file }) => file,
        other => panic!("{other:?}"),
    }
}

fn state_of(world: &mut World, at: usize, file: FileId) -> FileState {
    listed(world, at).into_iter().find(|listed| listed.file == file).unwrap().state
}

#[test]
fn a_file_that_its_sender_holds_back_comes_after_it_is_given_again_also_over_a_restart() {
    let mut world = World::new(5, &["alice", "bob", "carol"]);
    world.run(5_000);
    let file = send(&mut world, 0, 1, 50 << 20).file;
    world.run(5_000);
    assert_eq!(turn(&mut world, 0, Call::FilePause, file).state, FileState::Paused);
    turn(&mut world, 1, Call::FileAccept, file);
    world.run(10_000);
    assert_eq!(state_of(&mut world, 1, file), FileState::Queued, "it asks again, as after a cut");
    let read = FileRead { file, offset: 0, length: 10 };
    assert!(world.answer(0, Call::FileRead(read)).is_ok(), "its sender still has it");
    world.kill(0);
    world.run(1_000);
    world.start(0);
    world.run(20_000);
    assert_eq!(state_of(&mut world, 0, file), FileState::Paused);
    assert_eq!(state_of(&mut world, 1, file), FileState::Queued);
    let asked = world.nodes[1].fetches;
    world.run(600_000);
    assert!(world.nodes[1].fetches - asked <= 12, "less and less often");
    assert_eq!(turn(&mut world, 0, Call::FileResume, file).state, FileState::Done);
    world.run(70_000);
    assert_eq!(state_of(&mut world, 1, file), FileState::Done);
}

#[test]
fn whoever_waits_for_a_file_that_is_held_back_asks_as_soon_as_it_is_given_again() {
    for pause in [100_000, 115_000, 130_000] {
        let mut world = World::new(8, &["alice", "bob", "carol"]);
        world.run(5_000);
        let file = send(&mut world, 0, 1, 5_000).file;
        turn(&mut world, 0, Call::FilePause, file);
        world.run(pause);
        turn(&mut world, 0, Call::FileResume, file);
        world.run(2_000);
        assert_eq!(state_of(&mut world, 1, file), FileState::Done, "after {pause} ms");
    }
}

#[test]
fn a_file_that_is_held_back_is_not_left_in_the_drop_box_until_it_is_given_again() {
    let mut world = World::new(6, &["alice", "bob", "carol"]);
    world.run(5_000);
    world.kill(1);
    world.run(1_000);
    let file = send(&mut world, 0, 1, 5_000).file;
    turn(&mut world, 0, Call::FilePause, file);
    world.run(60_000);
    world.kill(0);
    world.start(1);
    world.run(30_000);
    assert!(listed(&mut world, 1).iter().all(|listed| listed.state != FileState::Done));
    world.start(0);
    world.run(10_000);
    turn(&mut world, 0, Call::FileResume, file);
    world.run(30_000);
    assert_eq!(state_of(&mut world, 1, file), FileState::Done);
}

#[test]
fn the_sender_sees_a_file_move_and_only_for_its_recipient() {
    let mut world = World::new(7, &["alice", "bob", "carol"]);
    world.run(5_000);
    let file = send(&mut world, 0, 1, 50 << 20).file;
    world.run(2_000);
    let keys: Vec<_> = world.nodes.iter().map(|node| node.person.transport()).collect();
    let serving = |peer: usize, done, ended| Input::Serving { peer: keys[peer], file, done, ended };
    world.nodes[0].ephemeral.clear();
    world.input(0, serving(2, 1 << 20, false));
    assert!(world.nodes[0].ephemeral.is_empty(), "it was not sent to carol");
    world.input(0, serving(1, 10 << 20, false));
    world.run(1_000);
    world.input(0, serving(1, 20 << 20, false));
    let told = |world: &World| -> Vec<Event> { world.nodes[0].ephemeral.clone() };
    let speeds: Vec<(u64, u64)> = told(&world)
        .iter()
        .filter_map(|event| match event {
            Event::FileProgress { done, bytes_per_second, .. } => Some((*done, *bytes_per_second)),
            _ => None,
        })
        .collect();
    assert_eq!(speeds.first(), Some(&(10 << 20, 0)));
    assert!(speeds.last().is_some_and(|(done, speed)| *done == 20 << 20 && *speed > 9 << 20));
    assert_eq!(state_of(&mut world, 0, file), FileState::Active);
    world.input(0, serving(1, 20 << 20, true));
    assert_eq!(state_of(&mut world, 0, file), FileState::Done);
    let last = told(&world).pop();
    assert!(matches!(last, Some(Event::FileStateChanged { file }) if file.state == FileState::Done));
    world.input(0, serving(1, 30 << 20, false));
    assert_eq!(turn(&mut world, 0, Call::FilePause, file).state, FileState::Paused);
    world.input(0, serving(1, 31 << 20, false));
    assert_eq!(state_of(&mut world, 0, file), FileState::Paused, "what was still on its way");
}

#[test]
fn a_profile_with_a_picture_reaches_colleagues() {
    let mut world = World::new(4, &["alice", "bob", "carol"]);
    world.run(5_000);
    let set = ProfileSet {
        full_name: Some("Alice Martin".into()),
        position: Some("Présidente".into()),
        description: None,
        location: None,
        picture_path: Some("700".into()),
        picture_remove: None,
    };
    world.answer(0, Call::ProfileSet(set)).unwrap();
    world.run(10_000);
    for at in [1, 2] {
        let who = OneUser { user: UserRef::Name("alice".into()) };
        let Ok(Answer::Profile { profile, cached_at }) = world.answer(at, Call::ProfileGet(who.clone()))
        else {
            panic!()
        };
        assert_eq!(profile.full_name.as_deref(), Some("Alice Martin"));
        assert!(cached_at.is_some());
        let picture = profile.picture.unwrap().parse().unwrap();
        let read = FileRead { file: picture, offset: 0, length: 100 };
        assert!(matches!(world.answer(at, Call::FileRead(read)), Ok(Answer::Bytes { .. })));
        let Ok(Answer::Contact { contact }) = world.answer(at, Call::ContactGet(who)) else { panic!() };
        assert_eq!(contact.display_name, "Alice Martin");
        assert!(listed(&mut world, at).is_empty(), "pictures are not transfers");
    }
}
