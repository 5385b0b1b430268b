//! Files: chosen, sent, moved, looked into.

use conclave_peer::model::{
    Answer, Direction, ErrorCode, Event as Happened, Failure, File, FileId, FileState, Target,
};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Said, Section};
use conclave_ui::state::overlay::{Chosen, Confirm, Overlay};
use conclave_ui::state::preview::{self, Kind, Seen, View, Which};
use conclave_ui::state::{Effect, Event, Page, State, field};

use crate::sample::{self, ANA, NOW, act, commands, desk, happened, tell, user};

pub(crate) fn file(n: u8, name: &str, mime: &str, state: FileState) -> File {
    File {
        file: FileId([n; 32]),
        name: name.to_owned(),
        size: 7_100_000,
        mime: mime.to_owned(),
        direction: Direction::In,
        state,
        done: 3_200_000,
        conversation: Some(Target::User(user(ANA))),
        error: None,
    }
}

/// Files that ask, move, wait and are here.
pub(crate) fn transfers(language: Language) -> State {
    let mut state = sample::main(language);
    let _section = act(&mut state, Act::Section(Section::Transfers));
    let files = vec![
        file(1, "Site photographs.zip", "application/zip", FileState::Offered),
        file(2, "Data room – annexes.zip", "application/zip", FileState::Active),
        file(3, "Budget-v3.xlsx", "application/vnd.ms-excel", FileState::Paused),
        file(4, "Minutes of the 17th.pdf", "application/pdf", FileState::Queued),
        file(5, "Board pack Q4.pdf", "application/pdf", FileState::Done),
    ];
    let _files = sample::answer(&mut state, Purpose::AllFiles, Answer::Files { files });
    let moved = Happened::FileProgress {
        file: FileId([2; 32]),
        done: 3_200_000,
        size: 7_100_000,
        bytes_per_second: 1_100_000,
        seconds_left: Some(4),
    };
    let _moved = tell(&mut state, happened(moved));
    state
}

/// A large file of mine in the list of transfers.
pub(crate) fn sending(state: FileState) -> State {
    let mut shown = sample::main(Language::En);
    let _section = act(&mut shown, Act::Section(Section::Transfers));
    let mine =
        File { direction: Direction::Out, ..file(1, "Site photographs.zip", "application/zip", state) };
    let _files = sample::answer(&mut shown, Purpose::AllFiles, Answer::Files { files: vec![mine] });
    shown
}

#[test]
fn a_file_of_mine_can_be_looked_into_while_it_is_held_back() {
    for state in [FileState::Active, FileState::Paused, FileState::Done] {
        let theirs = file(1, "lake.png", "image/png", state);
        let mine = File { direction: Direction::Out, ..theirs.clone() };
        assert_eq!(Kind::of(&mine), Some(Kind::Picture));
        assert_eq!(Kind::of(&theirs).is_some(), state == FileState::Done);
    }
    let state = sending(FileState::Active);
    assert_eq!(desk(&state).transfers.running().len(), 1);
    assert_eq!(desk(&state).transfers.totals(), (0, None), "nothing comes in");
}

#[test]
fn files_are_looked_through_before_they_are_sent() {
    let mut state = sample::chat(Language::En);
    let chosen = vec!["/home/marie/terrace.jpg".into(), "/home/marie/board.pdf".into()];
    let effects = act(&mut state, Act::Attach(chosen));
    assert!(effects.contains(&Effect::Page(Page::Focus(field::CAPTION))));
    let Some(Overlay::Attach(attach)) = &desk(&state).overlay else { panic!("no sheet") };
    assert_eq!((attach.files[0].name.as_str(), attach.files[0].picture), ("terrace.jpg", true));
    assert!(!attach.files[1].picture);
    let asked = commands(act(&mut state, Act::SendFiles { caption: " From the terrace ".to_owned() }));
    assert!(matches!(&asked[..], [
        Command::SendFile { caption: Some(caption), .. },
        Command::SendFile { caption: None, .. },
    ] if caption == "From the terrace"));
    assert_eq!(desk(&state).overlay, None);
}

#[test]
fn a_pasted_picture_waits_for_the_person() {
    let mut state = sample::chat(Language::En);
    let asked = commands(act(&mut state, Act::PastePicture));
    assert!(matches!(&asked[..], [Command::PastePicture(to)] if *to == user(ANA)));
    let _none = tell(&mut state, Update::Pasted(None));
    assert_eq!(desk(&state).overlay, None, "text was pasted");
    let _pasted = tell(&mut state, Update::Pasted(Some(Chosen::pasted(vec![1]))));
    assert!(matches!(&desk(&state).overlay, Some(Overlay::Attach(_))));
}

#[test]
fn a_refused_file_is_said() {
    let mut state = sample::chat(Language::En);
    let failure = Failure::new(ErrorCode::FileUnreadable).with("file", "x.pdf");
    let _refused =
        tell(&mut state, Update::FileSent { to: user(ANA), result: Box::new(Err(failure.clone())) });
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Failed(failure));
    let _later = state.update(Event::Clock(NOW + 6_000));
    assert_eq!(desk(&state).note, None);
}

#[test]
fn transfers_show_what_asks_moves_waits_and_is_here() {
    let state = transfers(Language::En);
    let known = &desk(&state).transfers;
    assert_eq!(known.offered().len(), 1);
    assert_eq!(known.running().len(), 2);
    assert_eq!(known.waiting().len(), 1);
    assert_eq!(known.received().len(), 1);
    assert_eq!(known.totals(), (1_100_000, Some(4)));
}

#[test]
fn much_that_is_done_is_not_thrown_away_without_a_question() {
    let mut state = transfers(Language::En);
    let small = commands(act(&mut state, Act::CancelFile(FileId([3; 32]))));
    assert!(matches!(&small[..], [Command::Ask(Purpose::Transfers, _)]));
    let much = Happened::FileProgress {
        file: FileId([2; 32]),
        done: 60_000_000,
        size: 70_000_000,
        bytes_per_second: 1,
        seconds_left: None,
    };
    let _moved = tell(&mut state, happened(much));
    assert!(commands(act(&mut state, Act::CancelFile(FileId([2; 32])))).is_empty());
    assert!(matches!(desk(&state).overlay, Some(Overlay::Confirm(Confirm::CancelFile(_)))));
}

#[test]
fn a_file_is_looked_into_once_and_again_when_it_was_dropped() {
    let mut state = sample::chat(Language::En);
    let picture = file(8, "lake.png", "image/png", FileState::Done);
    assert_eq!(Kind::of(&picture), Some(Kind::Picture));
    assert_eq!(Kind::of(&file(8, "x.svg", "image/svg+xml", FileState::Done)), None);
    assert_eq!(Kind::of(&file(8, "lake.png", "image/png", FileState::Active)), None);
    let look = Act::Preview(preview::Act::Look(picture.file, Kind::Picture));
    assert_eq!(commands(act(&mut state, look.clone())).len(), 1);
    assert!(commands(act(&mut state, look.clone())).is_empty());
    let seen = Seen { token: "00112233445566778899aabbccddeeff".to_owned(), width: 8, height: 6, pages: 1 };
    let told = Update::Seen { file: picture.file, which: Which::Small, seen: Some(seen.clone()) };
    let _seen = tell(&mut state, told);
    assert_eq!(desk(&state).previews.view(picture.file, Which::Small), Some(&View::Ready(seen.clone())));
    let _gone = tell(&mut state, Update::Forgotten(vec![seen.token]));
    assert_eq!(commands(act(&mut state, look)).len(), 1);
}

#[test]
fn what_is_played_together_stays_within_the_memory_for_it() {
    let mut state = sample::chat(Language::En);
    let film = |number| File {
        size: preview::PLAYED_MOST / 2,
        ..file(number, "site.webm", "video/webm", FileState::Done)
    };
    let large = File { size: preview::PLAYED_MOST + 1, ..film(1) };
    assert_eq!((Kind::of(&film(1)), Kind::of(&large)), (Some(Kind::Film), None));
    let played =
        |state: &State, number| desk(state).previews.view(film(number).file, Which::Stream).is_some();
    for number in 1..=3 {
        let play = preview::Act::Play { file: film(number).file, size: film(number).size };
        assert_eq!(commands(act(&mut state, Act::Preview(play))).len(), 1);
    }
    assert!(!played(&state, 1) && played(&state, 2) && played(&state, 3));
    assert_eq!(preview::pieces(preview::PIECE + 1), 2);
}

#[test]
fn the_pictures_of_a_conversation_stand_beside_one_another() {
    let mut state = sample::chat(Language::En);
    let mut messages = sample::history();
    let files = [
        file(1, "a.png", "image/png", FileState::Done),
        file(2, "b.pdf", "application/pdf", FileState::Done),
        file(3, "c.png", "image/png", FileState::Done),
    ];
    for (message, file) in messages.iter_mut().zip(&files) {
        message.file = Some(file.clone());
    }
    let _page =
        sample::answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    let beside = |file| desk(&state).pictures_beside(file);
    assert_eq!(beside(files[0].file), (None, Some(files[2].file)), "a document is none");
    assert_eq!(beside(files[2].file), (Some(files[0].file), None));
    assert_eq!(beside(files[1].file), (None, None));
}
