//! Files: chosen, sent, moved, looked into.

use conclave_peer::model::{
    Answer, Call, Direction, ErrorCode, Event as Happened, Failure, File, FileId, FileState, Target,
};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::attach::Glance;
use conclave_ui::state::main::{Act, Said, Section};
use conclave_ui::state::overlay::{Chosen, Confirm, Overlay, Source};
use conclave_ui::state::preview::{self, Kind, Seen, View, Which};
use conclave_ui::state::transfers::Totals;
use conclave_ui::state::{Effect, Page, State, field};

use crate::render::draw;
use crate::sample::{self, ANA, act, commands, desk, happened, tell, user};

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
        File {
            error: Some("E-FILE-4".to_owned()),
            ..file(4, "Minutes of the 17th.pdf", "application/pdf", FileState::Queued)
        },
        file(5, "Board pack Q4.pdf", "application/pdf", FileState::Done),
        file(6, "Suzhou.pptx", "application/zip", FileState::Done),
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

/// The same while a file of mine goes too.
pub(crate) fn both_ways(language: Language) -> State {
    let mut state = transfers(language);
    let mine =
        File { direction: Direction::Out, ..file(9, "Plans.zip", "application/zip", FileState::Active) };
    let _mine = tell(&mut state, happened(Happened::FileStateChanged { file: mine.clone() }));
    let moved = Happened::FileProgress {
        file: mine.file,
        done: 1_100_000,
        size: 7_100_000,
        bytes_per_second: 300_000,
        seconds_left: Some(20),
    };
    let _moved = tell(&mut state, happened(moved));
    state
}

/// A conversation with a file that stopped for a reason.
pub(crate) fn stopped(language: Language, code: ErrorCode) -> State {
    let mut state = sample::chat(language);
    let mut messages = sample::history();
    let failed = file(1, "Site photographs.zip", "application/zip", FileState::Failed);
    messages[0].file = Some(File { error: Some(code.text().to_owned()), ..failed });
    let _page =
        sample::answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
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
    let totals = Totals { receiving: None, sending: Some(0), left: None };
    assert_eq!(desk(&state).transfers.totals(), totals, "nothing comes in");
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
fn of_more_files_than_go_at_once_it_is_said_how_many_were_left_out() {
    let chosen = |count: usize| (0..count).map(|n| format!("/tmp/{n}.txt").into()).collect();
    for (count, words) in
        [(20, None), (21, Some("One more was left out")), (25, Some("5 more were left out"))]
    {
        let mut state = sample::chat(Language::En);
        let _sheet = act(&mut state, Act::Attach(chosen(count)));
        let Some(Overlay::Attach(attach)) = &desk(&state).overlay else { panic!("no sheet") };
        assert_eq!(attach.files.len(), 20);
        let html = draw(state);
        assert_eq!(html.contains("left out"), words.is_some(), "{count}");
        assert!(words.is_none_or(|words| html.contains(words)), "{count}: {html}");
    }
}

/// What the engine's side tells of a chosen file.
fn glanced(state: &mut State, path: &str, size: Option<u64>, picture: Option<&str>) {
    let seen = |token: &str| Seen { token: token.to_owned(), width: 800, height: 500, pages: 1 };
    let glance = Glance { size, seen: picture.map(seen) };
    let _seen = tell(state, Update::Glanced { source: Source::File(path.into()), glance });
}

const LAKE: &str = "00112233445566778899aabbccddeeff";

/// The sheet with one picture.
pub(crate) fn one_picture(language: Language) -> State {
    let mut state = sample::chat(language);
    let _sheet = act(&mut state, Act::Attach(vec!["/tmp/lake.png".into()]));
    glanced(&mut state, "/tmp/lake.png", Some(2_400_000), Some(LAKE));
    state
}

/// The sheet with several files, one of which is gone from the disk.
pub(crate) fn several(language: Language) -> State {
    let mut state = sample::chat(language);
    let chosen = ["/tmp/lake.png", "/tmp/Board pack Q4.pdf", "/tmp/annexes.zip", "/tmp/gone.txt"];
    let asked = commands(act(&mut state, Act::Attach(chosen.map(Into::into).to_vec())));
    let [Command::Glance(files)] = &asked[..] else { panic!("{asked:?}") };
    let kinds: Vec<_> = files.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [Some(Kind::Picture), Some(Kind::Pages), None, None]);
    for (path, size, picture) in [
        (chosen[0], Some(2_400_000), Some(LAKE)),
        (chosen[1], Some(7_100_000), Some("ffeeddccbbaa99887766554433221100")),
        (chosen[2], Some(11_000), None),
        (chosen[3], None, None),
    ] {
        glanced(&mut state, path, size, picture);
    }
    state
}

#[test]
fn the_sheet_shows_the_picture_that_goes_and_forgets_it() {
    let mut state = one_picture(Language::En);
    let html = draw(state.clone());
    let picture = format!("media://localhost/{LAKE}");
    assert_eq!(html.matches(&picture).count(), 1, "{html}");
    assert!(
        html.contains("chosen-one") && html.contains("2.4\u{a0}MB") && !html.contains("Remove "),
        "{html}"
    );
    let mut crowded = state.clone();
    let _gone = tell(&mut crowded, Update::Forgotten(vec![LAKE.to_owned()]));
    assert!(!draw(crowded).contains("media://"), "others took its room");
    let forgotten = Command::ForgetPictures(vec![LAKE.to_owned()]);
    let mut sent = state.clone();
    assert!(commands(act(&mut sent, Act::SendFiles { caption: String::new() })).contains(&forgotten));
    assert_eq!(commands(act(&mut state, Act::Dismiss)), [forgotten]);
    glanced(&mut state, "/tmp/lake.png", Some(1), None);
    assert_eq!(desk(&state).overlay, None, "too late");
}

#[test]
fn one_of_several_files_is_taken_away_before_they_are_sent() {
    let mut state = several(Language::En);
    let html = draw(state.clone());
    for part in ["2.4\u{a0}MB", "7.1\u{a0}MB", "11\u{a0}KB", "Cannot be read", "chosen-small"] {
        assert!(html.contains(part), "{part} is not in:\n{html}");
    }
    assert_eq!(html.matches("aria-label=\"Remove ").count(), 4);
    assert!(draw(several(Language::Fr)).contains("Lecture impossible"));
    let left = commands(act(&mut state, Act::Unattach(0)));
    assert_eq!(left, [Command::ForgetPictures(vec![LAKE.to_owned()])]);
    assert_eq!(act(&mut state, Act::Unattach(2)), [Effect::Page(Page::Focus(field::CAPTION))]);
    let _zip = act(&mut state, Act::Unattach(1));
    let _last = act(&mut state, Act::Unattach(0));
    let sent = commands(act(&mut state, Act::SendFiles { caption: String::new() }));
    assert!(
        matches!(&sent[0], Command::SendFile { file, .. } if file.name == "Board pack Q4.pdf"),
        "{sent:?}"
    );
    assert_eq!(sent.iter().filter(|one| matches!(one, Command::SendFile { .. })).count(), 1);
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
    let _refused = tell(
        &mut state,
        Update::FileSent {
            to: user(ANA),
            file: Chosen::new("/tmp/x.pdf".into()),
            caption: None,
            result: Box::new(Err(failure.clone())),
        },
    );
    assert_eq!(desk(&state).note.as_ref().unwrap().what, Said::Failed(failure));
    let _closed = act(&mut state, Act::CloseNote);
    assert_eq!(desk(&state).note, None);
}

#[test]
fn transfers_show_what_asks_moves_waits_and_is_here() {
    let state = transfers(Language::En);
    let known = &desk(&state).transfers;
    assert_eq!(known.offered().len(), 1);
    assert_eq!(known.running().len(), 2);
    assert_eq!(known.waiting().len(), 1);
    assert_eq!(known.received().len(), 2);
    let totals = Totals { receiving: Some(1_100_000), sending: None, left: Some(4) };
    assert_eq!(known.totals(), totals);
    let html = draw(state);
    assert!(html.contains(">receiving<") && !html.contains(">sending<"), "{html}");
}

#[test]
fn what_goes_and_what_comes_have_each_its_speed() {
    let html = draw(both_ways(Language::En));
    for part in ["1.1\u{a0}MB/s</b><small>receiving", "300\u{a0}KB/s</b><small>sending", "until all is done"]
    {
        assert!(html.contains(part), "{part} is not in:\n{html}");
    }
    assert!(html.contains("<b>20\u{a0}s</b>"), "the longer of the two: {html}");
    assert!(draw(both_ways(Language::Fr)).contains("en envoi"));
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

#[test]
fn a_stopped_transfer_says_how_far_it_came_and_all_are_tried_again_at_once() {
    let shown = |language| draw(transfers(language)).replace(['\u{a0}', '\u{202f}'], " ");
    let html = shown(Language::En);
    assert!(html.contains("Stopped at 45 % (3.2 MB of 7.1 MB). It goes on when Ana Ruiz is back."), "{html}");
    let html = shown(Language::Fr);
    assert!(html.contains("Tout réessayer") && html.contains("Arrêté à 45 %"), "{html}");
    let mut state = transfers(Language::En);
    let failed = file(4, "Minutes of the 17th.pdf", "application/pdf", FileState::Failed);
    let _failed = tell(&mut state, happened(Happened::FileStateChanged { file: failed.clone() }));
    let asked = commands(act(&mut state, Act::RetryFiles));
    assert!(matches!(&asked[..], [Command::TryNow, Command::Ask(Purpose::Transfers, call)]
        if matches!(&**call, Call::FileResume(resumed) if resumed.file == failed.file)));
}

#[test]
fn what_is_finished_leaves_the_list_and_nothing_else() {
    let mut state = transfers(Language::En);
    assert!(draw(state.clone()).contains("Clear finished"));
    assert!(act(&mut state, Act::ClearFiles).is_empty(), "no file is touched");
    assert!(desk(&state).transfers.received().is_empty());
    assert!(!draw(state.clone()).contains("Clear finished"));
    assert!(desk(&state).transfers.get(FileId([5; 32])).is_some());
    let _later = tell(
        &mut state,
        happened(Happened::FileStateChanged { file: file(7, "a.pdf", "", FileState::Done) }),
    );
    assert_eq!(desk(&state).transfers.received().len(), 1, "what comes later is listed");
}
