//! A picture for the profile, cut to a square.

use std::path::PathBuf;

use conclave_ui::command::{Command, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::crop::{Act, Square};
use conclave_ui::state::main;
use conclave_ui::state::preview::Seen;
use conclave_ui::state::settings::Page;
use conclave_ui::state::{Effect, Event, Page as OnPage, Screen, State, enrol, field, profile};

use crate::render::draw;
use crate::sample::{self, act, commands, desk, run, tell};

fn path() -> PathBuf {
    PathBuf::from("/home/marie/me.jpg")
}

fn seen(width: u32, height: u32) -> Option<Seen> {
    Some(Seen { token: "0f".repeat(16), width, height, pages: 1 })
}

fn picture(state: &mut State, what: Act) -> Vec<Command> {
    commands(state.update(Event::Enrol(enrol::Act::Picture(what))))
}

/// The profile of the first run with a picture that is being cut.
pub(crate) fn cutting(language: Language) -> State {
    let mut state = sample::enrolling(language);
    if let Screen::Enrol(run) = &mut state.screen {
        run.step = enrol::Step::Profile;
    }
    assert_eq!(picture(&mut state, Act::Choose(path())), [Command::ShowPicture(path())]);
    let effects = tell(&mut state, Update::PictureShown(seen(320, 200)));
    assert_eq!(effects, [Effect::Page(OnPage::Focus(field::CROP))], "the keys work at once");
    state
}

fn square(state: &State) -> Square {
    run(state).picture.crop.as_ref().unwrap().square
}

#[test]
fn the_square_begins_in_the_middle_and_stays_inside() {
    let mut state = cutting(Language::En);
    assert_eq!(square(&state), Square { x: 60, y: 0, side: 200, of: 320 });
    let _far = picture(&mut state, Act::Move(10_000, -50));
    assert_eq!((square(&state).x, square(&state).y), (120, 0));
    let _back = picture(&mut state, Act::Move(-10_000, 0));
    assert_eq!(square(&state).x, 0);
    let _small = picture(&mut state, Act::Grow(-10_000));
    assert_eq!(square(&state).side, 48, "a face, and no blot");
    let _corner = picture(&mut state, Act::Move(10_000, 10_000));
    let _large = picture(&mut state, Act::Grow(i32::MAX));
    let Square { x, y, side, .. } = square(&state);
    assert_eq!((x + side <= 320, y, side), (true, 0, 200));
}

#[test]
fn any_picture_and_any_keys_keep_the_square_inside() {
    for (width, height) in [(1, 1), (320, 1), (7, 320), (47, 49), (320, 320)] {
        let mut state = cutting(Language::En);
        let _asked = picture(&mut state, Act::Choose(path()));
        let _shown = tell(&mut state, Update::PictureShown(seen(width, height)));
        for step in 0..200_i32 {
            let act = match step % 4 {
                0 => Act::Move(step * 7 % 90 - 40, step * 13 % 70 - 30),
                1 => Act::Grow(-(step * 5 % 60)),
                2 => Act::Grow(step * 11 % 80),
                _ => Act::Move(i32::MIN, i32::MAX),
            };
            let _done = picture(&mut state, act.clone());
            let Square { x, y, side, .. } = square(&state);
            assert!(
                side > 0 && x + side <= width && y + side <= height,
                "{act:?}: {x} {y} {side} of {width} {height}"
            );
        }
    }
}

#[test]
fn what_is_in_the_square_is_taken() {
    let mut state = cutting(Language::En);
    let html = draw(state.clone());
    assert!(html.contains("role=\"application\"") && html.contains("100 % of its side"), "{html}");
    assert!(html.contains("Take this part") && html.contains("arrow keys"));
    let before = square(&state);
    assert_eq!(picture(&mut state, Act::Take), [Command::TakePicture(path(), before)]);
    assert!(run(&state).busy && run(&state).picture.crop.is_none());
    assert!(draw(cutting(Language::Fr)).contains("Prendre cette partie"));
}

#[test]
fn a_file_that_is_no_picture_is_said() {
    let mut state = cutting(Language::En);
    let _other = picture(&mut state, Act::Choose(path()));
    let _shown = tell(&mut state, Update::PictureShown(None));
    assert!(draw(state.clone()).contains("This file is no picture"));
    let _again = picture(&mut state, Act::Choose(path()));
    assert!(!draw(state).contains("This file is no picture"));
}

#[test]
fn thinking_better_of_it_takes_nothing() {
    let mut state = cutting(Language::En);
    assert_eq!(picture(&mut state, Act::Leave), []);
    assert_eq!(picture(&mut state, Act::Take), []);
    assert!(tell(&mut state, Update::PictureShown(seen(10, 10))).is_empty(), "nothing was asked for");
    assert!(!run(&state).busy);
}

#[test]
fn the_own_profile_is_cut_the_same_way() {
    let mut state = sample::main(Language::En);
    let _page = act(&mut state, main::Act::Settings(Page::Profile));
    let cut = |what| main::Act::Profile(profile::Act::Picture(what));
    let asked = commands(act(&mut state, cut(Act::Choose(path()))));
    assert_eq!(asked, [Command::ShowPicture(path())]);
    assert!(!desk(&state).profiles.saving, "nothing is saved yet");
    let _shown = tell(&mut state, Update::PictureShown(seen(320, 200)));
    let _smaller = act(&mut state, cut(Act::Grow(-40)));
    let asked = commands(act(&mut state, cut(Act::Take)));
    let taken = Square { x: 80, y: 20, side: 160, of: 320 };
    assert_eq!(asked, [Command::TakePicture(path(), taken)]);
    assert!(desk(&state).profiles.saving);
}
