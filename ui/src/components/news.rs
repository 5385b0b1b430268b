//! What is said to readers alone. The place is always there: words in an element that comes with them are often missed.

use conclave_peer::model::{FileState, Message};
use dioxus::prelude::*;

use crate::app::{use_main, use_now, use_ui, use_words, use_zone};
use crate::i18n::Words;
use crate::name;
use crate::state::Screen;
use crate::state::conversation::in_one_line;
use crate::state::main::Banner;
use crate::state::news::What;

use super::{banner_words, state_words};

/// Characters of a message that are read out; the rest is at the message.
const READ: usize = 500;

/// What is to be said.
#[component]
pub(crate) fn News() -> Element {
    let ui = use_ui();
    let words = use_words();
    let now = use_now();
    let zone = use_zone();
    let items =
        use_main(|main| main.news.items().map(|item| (item.number, item.what.clone())).collect::<Vec<_>>());
    let said = items().unwrap_or_default().into_iter().map(|(number, what)| {
        let text = match what {
            What::Came(name, message) => {
                words.with("news-came", &[("name", name.into()), ("text", whole(words, &message).into())])
            }
            What::Edited(name, message) => {
                words.with("news-edited", &[("name", name.into()), ("text", whole(words, &message).into())])
            }
            What::Reacted(name, emoji) => words
                .with("reaction-theirs", &[("emoji", name::shown(&emoji, "").into()), ("name", name.into())]),
            What::Moved(name, message) => state_words(words, &message, &name, now(), &zone),
            What::File(file) => {
                let key = match file.state {
                    FileState::Done => "file-received",
                    FileState::Gone => "file-gone",
                    _ => "file-failed",
                };
                let title = name::shown(&file.name, &words.say("file"));
                words.with("news-file", &[("name", title.into()), ("state", words.say(key).into())])
            }
            // Seconds that count down are for the eye.
            What::Banner(Banner::Reconnecting { .. }) => words.say("banner-reconnecting"),
            What::Banner(banner) => match &ui.state.peek().screen {
                Screen::Main(main) => banner_words(words, main, &banner, ui.state.peek().now, &zone),
                _ => String::new(),
            },
            What::Back => words.say("news-back"),
        };
        (number, text)
    });
    rsx! {
        div { class: "vh", "aria-live": "polite", "aria-atomic": "false", "aria-relevant": "additions",
            for (number , text) in said {
                p { key: "{number}", dir: "auto", "{text}" }
            }
        }
    }
}

/// The text of a message as it is read out.
fn whole(words: Words, message: &Message) -> String {
    if message.text.trim().is_empty() || message.unknown_kind.is_some() || message.deleted.is_some() {
        return name::spoken(&in_one_line(words, message));
    }
    name::spoken(&message.text).chars().take(READ).collect()
}
