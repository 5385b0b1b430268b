//! The sound that goes on while its conversation is left.

use conclave_peer::model::{Answer, FileState, MessageState};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::Act;
use conclave_ui::state::overlay::Confirm;
use conclave_ui::state::player;
use conclave_ui::state::preview::{Seen, Which};
use conclave_ui::state::{Effect, Page, State};

use crate::files::file;
use crate::render::draw;
use crate::sample::{self, ANA, BOB, NOW, act, answer, commands, desk, message, tell, user};

const TOKEN: &str = "00112233445566778899aabbccddeeff";

fn sounds(language: Language) -> State {
    let mut state = sample::chat(language);
    let messages = [7, 8].map(|n| {
        let mut sent = message(ANA, 70 + n, "", NOW + u64::from(n), MessageState::Received);
        sent.file = Some(file(n, &format!("minutes-{n}.ogg"), "audio/ogg", FileState::Done));
        sent
    });
    let page = Answer::Messages { messages: messages.to_vec(), more: false };
    let _page = answer(&mut state, Purpose::Newest(user(ANA)), page);
    state
}

fn play(state: &mut State, n: u8, token: &str) -> Vec<Command> {
    let id = file(n, "", "", FileState::Done).file;
    let asked = commands(act(state, Act::Player(player::Act::Turn(id))));
    let seen = Seen { token: token.to_owned(), width: 0, height: 0, pages: 1 };
    let _seen = tell(state, Update::Seen { file: id, which: Which::Stream, seen: Some(seen) });
    asked
}

/// A sound of Ana's plays while the conversation with Bob is open.
pub(crate) fn playing(language: Language) -> State {
    let mut state = sounds(language);
    let _asked = play(&mut state, 7, TOKEN);
    let _left = act(&mut state, Act::Open(user(BOB)));
    state
}

#[test]
fn a_sound_goes_on_when_its_conversation_is_left() {
    let mut state = sounds(Language::En);
    let asked = play(&mut state, 7, TOKEN);
    assert!(matches!(&asked[..], [Command::Look { which: Which::Stream, .. }]), "{asked:?}");
    let element = format!("id=\"play-{TOKEN}\"");
    let html = draw(state);
    assert!(html.contains(&element) && html.contains(">Pause<"), "{html}");
    let html = draw(playing(Language::En));
    assert!(html.contains(&element), "the element is still there: {html}");
    for words in
        ["aria-label=\"Player\"", "minutes-7.ogg, open its conversation", "Stop and close the player"]
    {
        assert!(html.contains(words), "{words}");
    }
    assert!(draw(playing(Language::Fr)).contains("Arrêter et fermer le lecteur"));
}

#[test]
fn it_is_held_goes_on_and_ends() {
    let mut state = sounds(Language::En);
    let _asked = play(&mut state, 7, TOKEN);
    let id = file(7, "", "", FileState::Done).file;
    let name = u128::from_str_radix(TOKEN, 16).unwrap();
    let turned = act(&mut state, Act::Player(player::Act::Turn(id)));
    assert_eq!(turned, [Effect::Page(Page::Sound { name, go: false })]);
    let _held = act(&mut state, Act::Player(player::Act::Sounds(false)));
    let turned = act(&mut state, Act::Player(player::Act::Turn(id)));
    assert_eq!(turned, [Effect::Page(Page::Sound { name, go: true })]);
    let asked = commands(act(&mut state, Act::Player(player::Act::Close)));
    assert_eq!(asked, [Command::ForgetPictures(vec![TOKEN.to_owned()])]);
    assert_eq!(desk(&state).player, None);
    assert!(!play(&mut state, 7, TOKEN).is_empty(), "it can be played again");
}

#[test]
fn one_sound_plays_at_a_time_and_goes_with_its_conversation() {
    let mut state = sounds(Language::En);
    let _first = play(&mut state, 7, TOKEN);
    let asked = play(&mut state, 8, "ffeeddccbbaa99887766554433221100");
    assert!(
        matches!(&asked[..], [Command::ForgetPictures(names), Command::Look { .. }] if names == &[TOKEN])
    );
    assert_eq!(draw(state.clone()).matches("<audio").count(), 1);
    let _erased = act(&mut state, Act::Confirmed(Confirm::Erase(user(ANA))));
    assert_eq!(desk(&state).player, None);
}

#[test]
fn a_film_that_cannot_be_played_is_tried_again_or_written_out() {
    let mut state = sample::chat(Language::En);
    let film = file(7, "site.webm", "video/webm", FileState::Done);
    let mut messages = sample::history();
    messages[0].file = Some(film.clone());
    let _page =
        sample::answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    let seen = Seen { token: "00112233445566778899aabbccddeeff".to_owned(), width: 0, height: 0, pages: 1 };
    let _seen = tell(&mut state, Update::Seen { file: film.file, which: Which::Stream, seen: Some(seen) });
    let html = draw(state);
    let (_, broken) = html.split_once("no-view broken").unwrap_or_else(|| panic!("{html}"));
    let broken = broken.split("</div>").next().unwrap();
    for part in ["It could not be played here.", "Try again", "Save as…"] {
        assert!(broken.contains(part), "{part} is not in {broken}");
    }
}
