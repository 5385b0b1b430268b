//! The profile of another person, beside the list of people.

use conclave_peer::model::{Answer, Call, Profile};
use conclave_ui::command::{Command, Purpose};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::shortcut::Shortcut;
use conclave_ui::state::{Event, State};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, DAY, NOW, QING, act, answer, commands, desk, user};

/// The profile of Qing, received yesterday.
pub(crate) fn shown(language: Language) -> State {
    let mut state = sample::main(language);
    let _asked = act(&mut state, Act::Person(user(QING)));
    let text = |text: &str| Some(text.to_owned());
    let profile = Profile {
        version: 3,
        updated: NOW - 9 * DAY,
        full_name: text("Qing Long · 龙清"),
        position: text("Managing Director, Asia"),
        description: text("Supply, partners and the two plants in Suzhou. I answer before 11:00 CET."),
        location: text("Shanghai, Jing’an office"),
        ..Profile::default()
    };
    let card = Answer::Profile { profile, cached_at: Some(NOW - DAY) };
    let _card = answer(&mut state, Purpose::Profile(user(QING)), card);
    state
}

/// The profile of somebody who was never met.
pub(crate) fn never(language: Language) -> State {
    let mut state = sample::main(language);
    let _asked = act(&mut state, Act::Person(user(BOB)));
    let card = Answer::Profile { profile: Profile::default(), cached_at: None };
    let _card = answer(&mut state, Purpose::Profile(user(BOB)), card);
    state
}

#[test]
fn a_profile_stands_in_the_place_of_the_conversation() {
    let mut state = sample::chat(Language::En);
    let asked = commands(act(&mut state, Act::Person(user(QING))));
    let has = |wanted: fn(&Call) -> bool| {
        asked.iter().any(|command| matches!(command, Command::Ask(_, call) if wanted(call)))
    };
    assert!(has(|call| matches!(call, Call::ProfileGet(_))), "{asked:?}");
    assert!(has(|call| matches!(call, Call::SafetyGet(_))) && has(|call| matches!(call, Call::PathGet(_))));
    assert_eq!((desk(&state).section, desk(&state).person), (Section::People, Some(user(QING))));
    assert!(desk(&state).open.is_none(), "nobody sees a conversation there: nothing in it is read");
    let _open = act(&mut state, Act::Open(user(ANA)));
    assert_eq!(desk(&state).person, None);
    for leave in [Act::Close, Act::Section(Section::People), Act::Dismiss] {
        let mut state = shown(Language::En);
        let _left = act(&mut state, leave.clone());
        assert_eq!(desk(&state).person, None, "{leave:?}");
    }
    let mut state = shown(Language::En);
    let _left = state.update(Event::Key(Shortcut::Escape));
    assert_eq!((desk(&state).person, desk(&state).section), (None, Section::People));
}

#[test]
fn a_profile_says_who_how_sure_and_how_reached_in_both_languages() {
    for (language, words) in [
        (
            Language::En,
            ["Full name", "Last updated", "Received: ", "Safety number compared by you", "Open conversation"],
        ),
        (
            Language::Fr,
            [
                "Nom complet",
                "Dernière mise à jour",
                "Cette copie date de",
                "Numéro de sécurité",
                "Ouvrir la conversation",
            ],
        ),
    ] {
        let html = draw(shown(language));
        for part in words {
            assert!(html.contains(part), "{part} is not in:\n{html}");
        }
        for part in ["Managing Director, Asia", "Suzhou", "Jing’an", "@qing.long", "data-pane=\"chat\""] {
            assert!(html.contains(part), "{part} is not in:\n{html}");
        }
    }
    assert!(draw(never(Language::En)).contains("profile will appear when you have both been online"));
    assert!(draw(never(Language::Fr)).contains("Bob Ünal : le profil apparaîtra"));
    let mut state = shown(Language::En);
    let _ask = act(&mut state, Act::Show(Overlay::Confirm(Confirm::Block(user(QING)))));
    assert!(draw(state).contains("Block Qing Long?"));
}

#[test]
fn a_file_goes_from_the_profile_by_the_conversation_and_to_nobody_who_cannot_be_written_to() {
    let mut state = shown(Language::En);
    assert!(draw(state.clone()).contains("aria-label=\"Send a file\""));
    assert!(draw(shown(Language::Fr)).contains("Envoyer un fichier"));
    let asked = commands(act(&mut state, Act::SendFileTo(user(QING), "/tmp/plan.pdf".into())));
    assert!(asked.iter().any(|command| matches!(command, Command::Glance(_))), "{asked:?}");
    let main = desk(&state);
    assert_eq!((main.person, main.open.as_ref().map(|open| open.with)), (None, Some(user(QING))));
    let Some(Overlay::Attach(sheet)) = &main.overlay else { panic!("no sheet") };
    assert_eq!((sheet.to, sheet.files[0].name.as_str()), (user(QING), "plan.pdf"));

    let mut blocked = shown(Language::En);
    let mut contacts = sample::people();
    for contact in contacts.iter_mut().filter(|contact| contact.user == user(QING)) {
        contact.blocked = true;
    }
    let _people = answer(&mut blocked, Purpose::Contacts, Answer::Contacts { contacts });
    let html = draw(blocked);
    assert!(!html.contains("Send a file") && html.contains("Unblock"), "{html}");
}

#[test]
fn people_who_are_gone_have_the_time_at_the_end_of_their_line() {
    let mut state = sample::main(Language::En);
    let _people = act(&mut state, Act::Section(Section::People));
    let html = draw(state.clone());
    assert_eq!(html.matches("<span class=\"row-time\">11:05</span>").count(), 2, "{html}");
    assert!(html.contains("Zoé Martin, Offline, Last seen 11:05"), "{html}");
    assert_eq!(html.matches("aria-label=\"Profile of ").count(), 4);
    let _chats = act(&mut state, Act::Section(Section::Chats));
    assert!(!draw(state).contains("Profile of "));
}
