//! Every key of the table, pressed on the page where it belongs: what it does is seen in the state and on the page.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use conclave_peer::model::{Answer, Event as Happened, FileState, MessageId, MessageState, UserId};
use conclave_ui::app::{App, Ui, Wiring};
use conclave_ui::command::{Command, Purpose, Update};
use conclave_ui::i18n::Language;
use conclave_ui::state::main::{Act, Main, Section};
use conclave_ui::state::overlay::{Confirm, Overlay};
use conclave_ui::state::shortcut::{Chord, Shortcut, TABLE, aria};
use conclave_ui::state::{Event, Page, State, field};
use dioxus::core::{AttributeValue, ElementId, Template, WriteMutations};
use dioxus::html::{
    Code, Key, Location, Modifiers, PlatformEventData, SerializedHtmlEventConverter, SerializedKeyboardData,
    set_event_converter,
};
use dioxus::prelude::{Event as Fired, ReadableExt, VirtualDom};
use tokio::sync::mpsc;

use crate::files::file;
use crate::render::draw;
use crate::sample::{self, ANA, BOB, desk, user};

thread_local! {
    static PAGES: RefCell<Vec<Page>> = const { RefCell::new(Vec::new()) };
    static UI: Cell<Option<Ui>> = const { Cell::new(None) };
}

/// The ids of elements, by the attribute of that name.
#[derive(Default)]
struct Ids(BTreeMap<String, ElementId>);

impl WriteMutations for Ids {
    fn append_children(&mut self, _: ElementId, _: usize) {}
    fn assign_node_id(&mut self, _: &'static [u8], _: ElementId) {}
    fn create_placeholder(&mut self, _: ElementId) {}
    fn create_text_node(&mut self, _: &str, _: ElementId) {}
    fn load_template(&mut self, _: Template, _: usize, _: ElementId) {}
    fn replace_node_with(&mut self, _: ElementId, _: usize) {}
    fn replace_placeholder_with_nodes(&mut self, _: &'static [u8], _: usize) {}
    fn insert_nodes_after(&mut self, _: ElementId, _: usize) {}
    fn insert_nodes_before(&mut self, _: ElementId, _: usize) {}
    fn set_attribute(
        &mut self,
        name: &'static str,
        _: Option<&'static str>,
        value: &AttributeValue,
        id: ElementId,
    ) {
        match value {
            AttributeValue::Text(text) if name == "id" || name == "aria-posinset" => {
                let _first = self.0.entry(text.clone()).or_insert(id);
            }
            _ => {}
        }
    }
    fn set_node_text(&mut self, _: &str, _: ElementId) {}
    fn create_event_listener(&mut self, _: &'static str, _: ElementId) {}
    fn remove_event_listener(&mut self, _: &'static str, _: ElementId) {}
    fn remove_node(&mut self, _: ElementId) {}
    fn push_root(&mut self, _: ElementId) {}
}

/// What followed from a key.
struct After {
    state: State,
    pages: Vec<Page>,
    commands: Vec<Command>,
}

impl After {
    fn main(&self) -> &Main {
        desk(&self.state)
    }

    fn open(&self) -> Option<UserId> {
        self.main().open.as_ref().map(|open| open.with)
    }

    fn aims(&self, id: &'static str) -> bool {
        self.pages.contains(&Page::Focus(id))
    }
}

/// The window as it is wired in the program, what is on it, and what it asks for.
fn window(state: State) -> (VirtualDom, Ids, mpsc::Receiver<Command>) {
    let (commands, asked) = mpsc::channel(64);
    let wiring = Wiring {
        start: state,
        commands,
        updates: Arc::new(Mutex::new(None)),
        page: |page| PAGES.with_borrow_mut(|pages| pages.push(page)),
        title: |_| {},
        attach: |ui| UI.set(Some(ui)),
    };
    let mut dom = VirtualDom::new(App).with_root_context(wiring);
    let mut ids = Ids::default();
    dom.rebuild(&mut ids);
    (dom, ids, asked)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// Presses keys one after the other on the element of that id.
fn press(state: State, on: &str, keys: &[Chord]) -> After {
    set_event_converter(Box::new(SerializedHtmlEventConverter));
    let runtime = runtime();
    let _entered = runtime.enter();
    PAGES.take();
    let (mut dom, mut ids, mut asked) = window(state);
    for key in keys {
        let mut held = Modifiers::empty();
        held.set(Modifiers::CONTROL, key.ctrl);
        held.set(Modifiers::ALT, key.alt);
        held.set(Modifiers::SHIFT, key.shift);
        let pressed: Key = key.key.parse().unwrap();
        let data =
            SerializedKeyboardData::new(pressed, Code::Unidentified, Location::Standard, false, held, false);
        let event = Fired::new(Rc::new(PlatformEventData::new(Box::new(data))) as Rc<dyn Any>, true);
        dom.runtime().handle_event("keydown", event, *ids.0.get(on).expect(on));
        dom.render_immediate(&mut ids);
    }
    let state = UI.get().unwrap().state.peek().clone();
    let commands = std::iter::from_fn(|| asked.try_recv().ok()).collect();
    After { state, pages: PAGES.take(), commands }
}

fn composer() -> String {
    format!("{}-{}", field::COMPOSER, user(ANA))
}

/// Two conversations, the other one with something unread.
fn two() -> State {
    let mut state = sample::chat(Language::En);
    let new = sample::message(BOB, 40, "And this one?", sample::NOW, MessageState::Received);
    let _new = sample::tell(&mut state, sample::happened(Happened::MessageReceived { message: new }));
    state
}

/// A file came with the first message.
fn arrived() -> State {
    let mut state = sample::chat(Language::En);
    let mut messages = sample::history();
    messages[0].file = Some(file(1, "Annexes.zip", "application/zip", FileState::Done));
    let _page =
        sample::answer(&mut state, Purpose::Newest(user(ANA)), Answer::Messages { messages, more: false });
    state
}

#[test]
fn every_key_of_the_table_does_its_act_where_the_keyboard_is() {
    let history = sample::history();
    let first = history[0].id;
    let plain = |key| Chord { ctrl: false, alt: false, shift: false, key };
    for (shortcut, _, chords) in TABLE {
        for chord in *chords {
            let place = format!("{shortcut:?} by {chord:?}");
            let on_message = format!("m-{first}");
            let (state, on) = match shortcut {
                Shortcut::Reply | Shortcut::React | Shortcut::Delete | Shortcut::Menu => {
                    (sample::chat(Language::En), on_message)
                }
                Shortcut::Save => (arrived(), on_message),
                _ => (two(), composer()),
            };
            let before = state.clone();
            let after = press(state, &on, std::slice::from_ref(chord));
            if *shortcut == Shortcut::Lock {
                assert!(after.commands.contains(&Command::Lock) && after.aims(field::DOOR), "{place}");
                continue;
            }
            let main = after.main();
            let done = match shortcut {
                Shortcut::NextChat
                | Shortcut::PreviousChat
                | Shortcut::NextUnread
                | Shortcut::PreviousUnread => after.open() == Some(user(BOB)),
                Shortcut::Nth(n) => {
                    let listed = desk(&before).roster.chats("");
                    after.open() == listed.get(usize::from(*n) - 1).map(|person| person.contact.user)
                }
                Shortcut::Switcher => {
                    matches!(main.overlay, Some(Overlay::Switcher(_))) && after.aims(field::SWITCHER)
                }
                Shortcut::SearchHere => {
                    main.search.as_ref().is_some_and(|search| search.within == Some(user(ANA)))
                        && after.aims(field::SEARCH)
                }
                Shortcut::SearchEverywhere => {
                    main.search.as_ref().is_some_and(|search| search.within.is_none())
                        && after.aims(field::SEARCH)
                }
                Shortcut::People => main.section == Section::People && after.aims(field::FILTER_PEOPLE),
                Shortcut::Composer => after.pages.contains(&Page::FocusComposer(user(ANA))),
                Shortcut::Attach => after.pages.contains(&Page::Click(field::ATTACH)),
                Shortcut::Emoji => main.overlay == Some(Overlay::Emoji) && after.aims(field::EMOJI),
                Shortcut::Details => main.details && !desk(&before).details,
                Shortcut::OldestUnread => after.pages.contains(&Page::ShowMessage(history[3].id)),
                Shortcut::End => after.pages.contains(&Page::ToEnd),
                Shortcut::ReplyEarlier => replies(&after) == history.last().map(|message| message.id),
                Shortcut::ReplyLater => {
                    let up = Chord { ctrl: true, ..plain("ArrowUp") };
                    let back = press(before, &on, &[up, up, *chord]);
                    replies(&back) == history.last().map(|message| message.id)
                }
                Shortcut::Reply => replies(&after) == Some(first),
                Shortcut::React | Shortcut::Menu => {
                    main.open.as_ref().and_then(|open| open.menu) == Some(first)
                }
                Shortcut::Delete => {
                    let asks = Overlay::Confirm(Confirm::Delete { id: first, everyone: false });
                    main.overlay == Some(asks)
                }
                Shortcut::Save => after.commands.iter().any(|one| matches!(one, Command::SaveFile { .. })),
                Shortcut::NextRegion => after.pages.contains(&Page::Region(true)),
                Shortcut::PreviousRegion => after.pages.contains(&Page::Region(false)),
                Shortcut::Settings => main.section == Section::Settings && after.aims(field::SETTINGS),
                Shortcut::Lock => false,
                Shortcut::Keys => main.overlay == Some(Overlay::Keys),
                Shortcut::TryNow => after.commands.contains(&Command::TryNow),
                Shortcut::Larger => after.state.settings.zoom == 1,
                Shortcut::Smaller => after.state.settings.zoom == -1,
                Shortcut::UsualSize => {
                    let larger = Chord { ctrl: true, ..plain("+") };
                    press(before, &on, &[larger, *chord]).state.settings.zoom == 0
                }
                Shortcut::Escape => {
                    let reply = Chord { ctrl: true, ..plain("ArrowUp") };
                    replies(&press(before, &on, &[reply, *chord])).is_none()
                }
            };
            assert!(done, "{place}: {:?} {:?}", after.pages, after.commands);
        }
    }
}

fn replies(after: &After) -> Option<MessageId> {
    after.main().open.as_ref().and_then(|open| open.reply_to)
}

#[test]
fn up_in_the_empty_composer_changes_the_last_message() {
    let up = Chord { ctrl: false, alt: false, shift: false, key: "ArrowUp" };
    let after = press(sample::chat(Language::En), &composer(), &[up]);
    let last = sample::history()[2].id;
    assert_eq!(after.main().open.as_ref().and_then(|open| open.editing), Some(last), "the last of mine");
    assert!(after.pages.contains(&Page::FocusEdit(last)));
}

#[test]
fn a_row_opens_its_menu_by_both_keys_of_menus() {
    for (_, _, chords) in TABLE.iter().filter(|(shortcut, _, _)| *shortcut == Shortcut::Menu) {
        for chord in *chords {
            let after = press(sample::main(Language::En), "1", std::slice::from_ref(chord));
            assert_eq!(after.main().overlay, Some(Overlay::Row(user(ANA))), "{chord:?}");
        }
    }
}

#[test]
fn the_sheet_and_the_controls_announce_the_keys_of_the_table() {
    let mut state = sample::chat(Language::En);
    let _sheet = state.update(Event::Main(Act::Show(Overlay::Keys)));
    let sheet = draw(state);
    for (_, name, chords) in TABLE {
        let words = conclave_ui::i18n::Words(Language::En, conclave_ui::dates::Hours::default()).say(name);
        let line =
            sheet.split(&format!("<dt>{words}</dt>")).nth(1).unwrap_or_else(|| panic!("{name}: {words}"));
        let line = line.split("</dd>").next().unwrap();
        assert_eq!(line.matches("class=\"caps\"").count(), chords.len(), "{name}");
        for chord in *chords {
            let held = usize::from(chord.ctrl) + usize::from(chord.alt) + usize::from(chord.shift);
            assert!(line.matches("<kbd").count() > held, "{name}");
        }
    }
    let mut announced = BTreeMap::new();
    let all: Vec<String> = TABLE.iter().map(|(shortcut, _, _)| aria(*shortcut)).collect();
    let sent = ["Enter".to_owned(), "Control+Enter".to_owned()];
    for state in [sample::main(Language::En), sample::chat(Language::En), two()] {
        let html = draw(state);
        for keys in html.split("aria-keyshortcuts=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(all.iter().chain(&sent).any(|known| known == keys), "{keys} is not in the table");
            *announced.entry(keys.to_owned()).or_insert(0) += 1;
        }
    }
    for shortcut in
        [Shortcut::Switcher, Shortcut::People, Shortcut::SearchHere, Shortcut::Details, Shortcut::Emoji]
    {
        assert!(announced.contains_key(&aria(shortcut)), "{shortcut:?}: {announced:?}");
    }
}

#[test]
fn messages_at_hand_keep_their_elements_when_older_ones_come() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let page = |numbers: Range<u8>| Answer::Messages {
        messages: numbers
            .map(|n| sample::message(ANA, n, "A line.", sample::NOW + u64::from(n), MessageState::Received))
            .collect(),
        more: true,
    };
    let mut state = sample::chat(Language::En);
    let _newest = sample::answer(&mut state, Purpose::Newest(user(ANA)), page(116..212));
    let (mut dom, before, _asked) = window(state);
    let older = Update::Answer(Purpose::Older(user(ANA)), Box::new(Ok(page(100..116))));
    UI.get().unwrap().send(Event::Update(older));
    let mut made = Ids::default();
    dom.render_immediate(&mut made);
    // The newest make room, and as many come into sight above.
    let new: Vec<&String> = made.0.keys().filter(|id| id.starts_with("m-")).collect();
    assert!(!new.is_empty() && new.iter().all(|id| !before.0.contains_key(*id)), "{new:?}");
}
