//! Every screen, drawn without a web view in both languages.

use conclave_peer::model::{ErrorCode, Failure, FileState, PresenceStatus};
use conclave_peer::password::{Reason, Verdict};
use conclave_ui::app::{Preview, PreviewProps};
use conclave_ui::command::{Purpose, Typed, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Section};
use conclave_ui::state::{Event, Screen, State, enrol, sign_in};
use dioxus::prelude::VirtualDom;

use crate::files::sending;
use crate::qr::authenticator;
use crate::sample::{self, ANA, tell, user};

/// The page, without the marks that keep directions apart.
pub(crate) fn draw(state: State) -> String {
    let mut dom = VirtualDom::new_with_props(Preview, PreviewProps { state });
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom).replace(['\u{2068}', '\u{2069}'], "")
}

fn assert_has(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part:?} is not in:\n{html}");
    }
}

#[test]
fn the_first_run_in_both_languages() {
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(true, false, false));
    assert_has(&draw(state.clone()), &["Private messages and files", "I have an invite link", "lang=\"en\""]);
    state.language = Language::Fr;
    assert_has(&draw(state.clone()), &["J&#39;ai un lien d&#39;invitation", "lang=\"fr\""]);

    let _link = state.update(Event::Enrol(enrol::Act::HaveLink));
    assert_has(&draw(state.clone()), &["for=\"invite-link\"", "Étape 1 sur 7", "Lien d&#39;invitation"]);
    let _sent = state.update(Event::Enrol(enrol::Act::SubmitLink(Typed::new("conclave://x".to_owned()))));
    let _used = tell(&mut state, Update::EnrolStarted(Err(Failure::new(ErrorCode::AccountInvite))));
    assert_has(&draw(state.clone()), &["role=\"alert\"", "a déjà servi", "aria-invalid=\"true\""]);
    let _sent = state.update(Event::Enrol(enrol::Act::SubmitLink(Typed::new("conclave://x".to_owned()))));
    let _told = tell(&mut state, Update::EnrolStarted(Ok(sample::invitation())));
    assert_has(
        &draw(state),
        &["Verdane Group", "4F2A 91C0 77DE 18B3", "login.verdane.example:1337", "Comparez"],
    );
}

#[test]
fn a_reset_link_says_what_it_cannot_do_before_it_starts() {
    for (language, cannot, told, stays) in [
        (
            Language::En,
            "A reset by an administrator cannot open your messages.",
            "accept your new safety number before",
            "Your user name stays the same.",
        ),
        (
            Language::Fr,
            "Une réinitialisation par un administrateur ne peut pas ouvrir vos messages.",
            "acceptent votre nouveau numéro de sécurité avant",
            "Votre identifiant reste le même.",
        ),
    ] {
        let mut state = sample::opening(language);
        let _first = tell(&mut state, sample::status(true, false, false));
        let _link = state.update(Event::Enrol(enrol::Act::HaveLink));
        let link = Typed::new("conclave://x".to_owned());
        let _sent = state.update(Event::Enrol(enrol::Act::SubmitLink(link)));
        let mut invited = state.clone();
        let _told = tell(&mut invited, Update::EnrolStarted(Ok(sample::invitation())));
        assert!(!draw(invited).contains(cannot), "an invitation resets nothing");
        let _told = tell(&mut state, Update::EnrolStarted(Ok(sample::reset())));
        assert_has(&draw(state.clone()), &[cannot, told, "marie.dupont", "4F2A 91C0 77DE 18B3"]);
        let _same = state.update(Event::Enrol(enrol::Act::SameFingerprint));
        assert_has(&draw(state.clone()), &[stays, "readonly"]);
        if let Screen::Enrol(run) = &mut state.screen {
            run.step = enrol::Step::Done;
        }
        let html = draw(state);
        assert!(html.contains("who reset it") || html.contains("réinitialisé"), "{html}");
    }
}

#[test]
fn the_password_shows_all_reasons_together() {
    let mut state = sample::enrolling(Language::En);
    assert_has(
        &draw(state.clone()),
        &["Step 3 of 7", "type=\"password\"", "autocomplete=\"new-password\"", "Strength 0 of 4"],
    );
    let _typed = state.update(Event::Enrol(enrol::Act::TypePassword(Typed::new("marie".to_owned()))));
    let verdict = Verdict { score: 1, reasons: vec![Reason::TooShort, Reason::ContainsName] };
    let _judged = tell(&mut state, Update::Judged { number: 1, verdict });
    let html = draw(state);
    assert_has(&html, &["Strength 1 of 4", "at least 10 characters", "your name", "disabled"]);
    assert!(!html.contains("value=\"marie\""));
}

#[test]
fn the_authenticator_has_its_secret_as_text_too() {
    let html = draw(authenticator(Language::Fr));
    assert_has(
        &html,
        &[
            "JBSW Y3DP EHPK 3PXP",
            "role=\"img\"",
            "autocomplete=\"one-time-code\"",
            "inputmode=\"numeric\"",
            "Copier le secret",
        ],
    );
}

#[test]
fn the_recovery_page_shows_ten_codes_and_the_key() {
    let mut state = sample::enrolling(Language::En);
    let _codes = tell(&mut state, Update::EnrolConfirmed(Ok(sample::recovery())));
    let html = draw(state);
    assert_eq!(html.matches("K7FQ-M2W").count(), 10);
    assert_has(&html, &["<span>PZ3C</span>", "type=\"checkbox\"", "I have stored them"]);
}

#[test]
fn the_door_in_both_languages() {
    for (language, words) in [
        (Language::En, ["Sign in", "Password", "Continue"]),
        (Language::Fr, ["Se connecter", "Mot de passe", "Continuer"]),
    ] {
        let mut state = sample::opening(language);
        let _first = tell(&mut state, sample::status(true, true, false));
        assert_has(&draw(state.clone()), &words);
        assert_has(
            &draw(state),
            &["autocomplete=\"current-password\"", "for=\"door-password\"", "type=\"submit\""],
        );
    }
}

#[test]
fn the_code_comes_with_a_way_around_it() {
    let mut state = sample::opened(Language::En);
    let _door = state.update(Event::Main(Act::SignIn));
    assert_has(
        &draw(state.clone()),
        &[
            "Your messages are open",
            "Use a recovery code instead",
            "Read without signing in",
            "A new code in 30\u{a0}s",
        ],
    );
    let _sent = state.update(Event::SignIn(sign_in::Act::SubmitCode(Typed::new("123456".to_owned()))));
    let mut failure = Failure::new(ErrorCode::AuthThrottled);
    failure.retry_after_ms = Some(24_000);
    let _late = tell(&mut state, Update::LoggedIn(Err(failure)));
    assert_has(&draw(state), &["role=\"alert\"", "Too many tries", "Next try in 24 seconds"]);
}

#[test]
fn what_is_being_sent_can_be_paused_resumed_and_withdrawn() {
    let acts = |state| -> Vec<&'static str> {
        let html = draw(sending(state));
        ["Pause", "Resume", "Withdraw"]
            .into_iter()
            .filter(|act| html.contains(&format!("aria-label=\"{act}\"")))
            .collect()
    };
    assert_eq!(acts(FileState::Active), ["Pause", "Withdraw"]);
    assert_eq!(acts(FileState::Paused), ["Resume", "Withdraw"]);
}

#[test]
fn the_people_are_a_named_list_with_positions() {
    let mut state = sample::main(Language::En);
    let _people = state.update(Event::Main(Act::Section(Section::People)));
    let html = draw(state);
    assert_has(
        &html,
        &[
            "role=\"listbox\"",
            "Online (2)",
            "Offline (2)",
            "aria-posinset=\"1\"",
            "aria-setsize=\"2\"",
            "<span class=\"vh\">Ana Ruiz, Away, 2 unread</span>",
            "<span class=\"vh\">Zoé Martin, Offline, Last seen 11:05</span>",
            "Last seen 11:05",
            "Choose a conversation, or press <kbd class=\"kbd\">Ctrl K</kbd>",
            "Safety number compared by you",
        ],
    );
    let place = |name: &str| html.find(&format!("<bdi>{name}</bdi>")).unwrap();
    assert!(place("Ana Ruiz") < place("Qing Long") && place("Qing Long") < place("Bob Ünal"));
    let mut french = sample::main(Language::Fr);
    let _people = french.update(Event::Main(Act::Section(Section::People)));
    assert_has(&draw(french), &["En ligne (2)", "Hors ligne (2)", "2 non lus", "Contacts"]);
}

#[test]
fn the_conversations_say_what_was_written_last() {
    let html = draw(sample::main(Language::En));
    assert_has(
        &html,
        &[
            "<span class=\"vh\">Ana Ruiz, Away, 2 unread, last message: 👏✨, 1\u{a0}min</span>",
            "aria-label=\"Chats\"",
        ],
    );
    assert!(!html.contains("<bdi>Bob Ünal</bdi>"), "nobody has written to Bob yet");
    let mut empty = sample::opening(Language::En);
    let _first = tell(&mut empty, sample::status(false, true, true));
    let none = conclave_peer::model::Answer::Contacts { contacts: Vec::new() };
    let _none = sample::answer(&mut empty, Purpose::Contacts, none);
    assert_has(&draw(empty), &["No conversations yet", "Open People"]);
}

#[test]
fn a_conversation_is_a_log_with_days_and_states_in_words() {
    let html = draw(sample::chat(Language::En));
    assert_has(
        &html,
        &[
            "role=\"log\"",
            ">Yesterday</span>",
            ">Today</span>",
            "2 new messages",
            "msg mine first last",
            "aria-label=\"Read 14:28\"",
            "On Ana Ruiz&#39;s computer since 13:06",
            "class=\"jumbo\"",
            "合同第三条已经更新",
            "Show earlier messages",
            "aria-label=\"Message to Ana Ruiz\"",
            "aria-keyshortcuts=\"Enter\"",
            "Direct, on this network",
        ],
    );
    let french = draw(sample::chat(Language::Fr));
    assert_has(
        &french,
        &["Hier", "Aujourd&#39;hui", "2 nouveaux messages", "Lu à 14:28", "Message à Ana Ruiz"],
    );
}

#[test]
fn an_empty_conversation_and_an_empty_list_say_what_comes_next() {
    let mut state = sample::main(Language::En);
    let _open = state.update(Event::Main(Act::Open(user(sample::BOB))));
    let none = conclave_peer::model::Answer::Messages { messages: Vec::new(), more: false };
    let _none = sample::answer(&mut state, Purpose::Newest(user(sample::BOB)), none);
    assert_has(&draw(state), &["This is the start of your conversation with Bob Ünal"]);
    let mut state = sample::opening(Language::En);
    let _first = tell(&mut state, sample::status(false, true, true));
    let none = conclave_peer::model::Answer::Contacts { contacts: Vec::new() };
    let _none = sample::answer(&mut state, Purpose::Contacts, none);
    let _people = state.update(Event::Main(Act::Section(Section::People)));
    assert_has(&draw(state), &["Nobody here yet", "Ask your administrator to invite them"]);
}

#[test]
fn a_profile_in_use_says_so() {
    let mut state = sample::opening(Language::En);
    let _closed = tell(&mut state, Update::Closed(Failure::new(ErrorCode::StoreInUse)));
    assert_has(&draw(state), &["already running with this profile"]);
}

#[test]
fn the_theme_is_on_the_window() {
    let mut state = sample::main(Language::En);
    assert_has(&draw(state.clone()), &["data-theme=\"light\""]);
    let _dark = state.update(Event::OtherTheme);
    assert_has(&draw(state), &["data-theme=\"dark\""]);
}

#[test]
fn hostile_names_and_texts_are_inert() {
    let hostile = "\u{202e}<script>alert(1)</script><img src=x onerror=alert(1)>\u{2066}";
    let mut state = sample::main(Language::En);
    let mut contacts = sample::people();
    contacts[3].display_name = hostile.to_owned();
    contacts[3].status_text = Some(hostile.to_owned());
    contacts.push(sample::contact(
        7,
        "piled",
        &format!("P{}", "\u{301}".repeat(65_536)),
        PresenceStatus::Available,
    ));
    let answer = conclave_peer::model::Answer::Contacts { contacts };
    let _people = sample::answer(&mut state, Purpose::Contacts, answer);
    let _open = state.update(Event::Main(Act::Open(user(ANA))));
    let mut messages = sample::history();
    messages[0].text = format!("{hostile} javascript:alert(1) https://example.com");
    messages[4].file = Some(conclave_peer::model::File {
        conversation: None,
        file: conclave_peer::model::FileId([1; 32]),
        name: hostile.to_owned(),
        size: 10,
        mime: "text/html".to_owned(),
        direction: conclave_peer::model::Direction::In,
        state: conclave_peer::model::FileState::Offered,
        done: 0,
        error: None,
    });
    let page = conclave_peer::model::Answer::Messages { messages, more: false };
    let _page = sample::answer(&mut state, Purpose::Newest(user(ANA)), page);
    let html = draw(state);
    for markup in ["<script", "<img", "<a ", "href=", "src="] {
        let escaped = html.replace("src=x onerror", "");
        assert!(!escaped.contains(markup), "{markup} in {html}");
    }
    assert_has(&html, &["&#60;script&#62;"]);
    // The direction override stays inside the message's own text, which is isolated; names lose it.
    assert_eq!(html.matches('\u{202e}').count(), 1);
    assert!(html.matches('\u{301}').count() < 40, "piled marks are cut");
}
