//! What an empty list says, and what it leads to (UI §3.J).

use conclave_peer::model::{Answer, ConversationCounts};
use conclave_ui::command::Purpose;
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::shared::{self, Kind};
use conclave_ui::state::{State, search};

use crate::render::draw;
use crate::sample::{self, ANA, BOB, act, answer, desk, user};

/// Every empty list by its name.
pub(crate) fn empty(language: Language) -> Vec<(&'static str, State)> {
    let mut nothing = sample::opening(language);
    let _first = sample::tell(&mut nothing, sample::status(false, true, true));
    let _nobody = answer(&mut nothing, Purpose::Contacts, Answer::Contacts { contacts: Vec::new() });
    let mut nobody = nothing.clone();
    let _people = act(&mut nobody, Act::Section(Section::People));
    let mut requests = sample::main(language);
    let _requests = act(&mut requests, Act::Section(Section::Requests));
    let none = Answer::Requests { incoming: Vec::new(), outgoing: Vec::new() };
    let _none = answer(&mut requests, Purpose::Requests, none);
    let mut transfers = sample::main(language);
    let _transfers = act(&mut transfers, Act::Section(Section::Transfers));
    let mut beginning = sample::main(language);
    let _open = act(&mut beginning, Act::Open(user(BOB)));
    let none = Answer::Messages { messages: Vec::new(), more: false };
    let _none = answer(&mut beginning, Purpose::Newest(user(BOB)), none);
    vec![
        ("empty-chats", nothing),
        ("empty-people", nobody),
        ("empty-requests", requests),
        ("empty-transfers", transfers),
        ("empty-conversation", beginning),
        ("empty-search", unfound(language)),
        ("empty-media", unshared(language)),
    ]
}

/// A search in one conversation that found nothing.
fn unfound(language: Language) -> State {
    let mut state = sample::chat(language);
    let _open = act(&mut state, Act::Search(search::Act::Open(Some(user(ANA)))));
    let _typed = act(&mut state, Act::Search(search::Act::Type("laese".to_owned())));
    let none = Answer::Hits { hits: Vec::new(), cursor: None };
    let _none = answer(&mut state, Purpose::Search(1), none);
    state
}

/// The media of a conversation that has none.
fn unshared(language: Language) -> State {
    let mut state = sample::chat(language);
    let _details = act(&mut state, Act::Details(true));
    let counts = Answer::Counted(ConversationCounts::default());
    let _counts = answer(&mut state, Purpose::Counted(user(ANA)), counts);
    let _media = act(&mut state, Act::Shared(shared::Act::Show(Some(Kind::Media))));
    let none = Answer::Hits { hits: Vec::new(), cursor: None };
    let purpose = Purpose::Shared { user: user(ANA), kind: Kind::Media, older: false };
    let _none = answer(&mut state, purpose, none);
    state
}

#[test]
fn every_empty_list_says_so_in_both_languages() {
    let said = [
        ["No conversations yet", "Aucune conversation"],
        ["Nobody here yet", "Personne"],
        ["No requests", "Aucune demande"],
        ["Nothing is being sent or received.", "Aucun envoi ni réception en cours."],
        ["This is the start of your conversation with Bob Ünal.", "Ici commence votre conversation"],
        ["Nothing found for “laese”", "Aucun résultat pour"],
        [
            "Photos and files you share here will be listed.",
            "Les photos et fichiers partagés ici seront listés.",
        ],
    ];
    for (place, language) in [Language::En, Language::Fr].into_iter().enumerate() {
        for ((name, state), words) in empty(language).into_iter().zip(said) {
            let html = draw(state);
            assert!(html.contains(words[place]), "{name}: {} is not in:\n{html}", words[place]);
        }
    }
}

#[test]
fn a_search_that_found_nothing_here_leads_everywhere() {
    let mut state = unfound(Language::En);
    assert!(draw(state.clone()).contains(">Search everywhere</button>"));
    let _everywhere = act(&mut state, Act::Search(search::Act::Within(None)));
    assert!(!desk(&state).search.as_ref().unwrap().is_narrowed());
}
