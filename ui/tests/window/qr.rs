//! The QR codes on the screens, read back by another library than the one that drew them.

use std::collections::BTreeSet;

use conclave_ui::command::Update;
use conclave_ui::i18n::Language;
use conclave_ui::state::State;
use rqrr::{Grid, SimpleGrid};

use crate::render::draw;
use crate::safety::{comparing, number_qr};
use crate::sample::{self, tell};

/// What stands between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split_once(after).unwrap().0
}

/// What the code on a screen says, with the modules of its side.
fn read(state: State) -> (String, usize) {
    let html = draw(state);
    let drawn = between(&html, "<svg class=\"qr\"", "</svg>");
    let size: usize = between(drawn, "viewBox=\"0 0 ", " ").parse().unwrap();
    let dark: BTreeSet<(usize, usize)> = between(drawn, "d=\"M", "\"")
        .split('M')
        .map(|square| {
            let (column, row) = square.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
            (column.parse().unwrap(), row.parse().unwrap())
        })
        .collect();
    let grid = Grid::new(SimpleGrid::from_func(size, |column, row| dark.contains(&(column, row))));
    (grid.decode().unwrap().1, size)
}

/// The screen of the first run that shows the authenticator's secret.
pub(crate) fn authenticator(language: Language) -> State {
    let mut state = sample::enrolling(language);
    let _secret = tell(&mut state, Update::EnrolAccount(Ok(sample::secret())));
    state
}

#[test]
fn the_authenticators_code_says_its_address() {
    for language in Language::ALL {
        let (text, _) = read(authenticator(language));
        assert_eq!(text, sample::secret().otpauth.as_str());
    }
}

#[test]
fn the_code_of_a_safety_number_says_what_the_engine_gave() {
    let (text, size) = read(comparing(Language::En));
    assert_eq!(text, number_qr());
    // 132 pixels hold no more modules of two pixels, which is what a telephone reads well.
    assert!(size <= 66, "{size} modules");
}

#[test]
fn a_picture_that_is_no_code_is_not_read() {
    let grid = Grid::new(SimpleGrid::from_func(25, |column, row| (column + row) % 2 == 0));
    assert!(grid.decode().is_err());
}
