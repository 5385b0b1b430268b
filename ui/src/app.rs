//! The root of the views: one state in one signal, memos below it, and the way out for effects.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conclave_peer::model::{Time, UserId};
use dioxus::core::{Runtime, ScopeId, queue_effect};
use dioxus::prelude::*;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::command::{Command, Update};
use crate::drafts::Drafts;
use crate::i18n::Words;
use crate::screens;
use crate::state::main::{Act, Main, draft_kept};
use crate::state::shortcut::{self, Shortcut};
use crate::state::{Effect, Event, Page, Screen, State};

/// Updates taken in one go before the views are drawn again.
const BURST: usize = 64;
/// How often the time on screen is looked after.
const TICK: Duration = Duration::from_secs(1);
/// Milliseconds of a minute.
const MINUTE: Time = 60_000;

/// How the views reach what is outside of them.
#[derive(Clone)]
pub struct Wiring {
    /// The state to begin with.
    pub start: State,
    /// To the bridge.
    pub commands: mpsc::Sender<Command>,
    /// From the bridge; taken once.
    pub updates: Arc<Mutex<Option<mpsc::Receiver<Update>>>>,
    /// Carries out small acts on the page.
    pub page: fn(Page),
    /// Sets the title of the window.
    pub title: fn(&str),
    /// What only a window can tell the state, as a hook of the root.
    pub attach: fn(Ui),
}

/// The way out: commands for the bridge, small acts for the page.
type Outlet = (mpsc::Sender<Command>, fn(Page));

/// What every view can reach: it is passed by copy.
#[derive(Clone, Copy)]
pub struct Ui {
    /// The state.
    pub state: Signal<State>,
    outlet: CopyValue<Option<Outlet>>,
    drafts: CopyValue<Drafts>,
    /// When a key was pressed or the pointer last.
    stirred: CopyValue<Time>,
}

impl Ui {
    fn new(state: State, outlet: Option<Outlet>) -> Self {
        Self {
            state: Signal::new(state),
            outlet: CopyValue::new(outlet),
            drafts: CopyValue::new(Drafts::default()),
            stirred: CopyValue::new(now()),
        }
    }

    /// Somebody is there. No view is drawn again.
    pub fn stir(self) {
        let mut stirred = self.stirred;
        stirred.set(now());
    }

    /// Changes the state and starts what follows from it. Returns at once.
    pub fn send(self, event: Event) {
        let mut state = self.state;
        let effects = state.write().update(event);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// The text that waits for a person.
    #[must_use]
    pub fn draft(self, to: UserId) -> String {
        if let Some(text) = self.drafts.peek().of(to) {
            return text.to_owned();
        }
        match &self.state.peek().screen {
            Screen::Main(main) => {
                main.roster.person(to).and_then(|person| person.draft.clone()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// Keeps a text for a person; no view is drawn again.
    pub fn set_draft(self, to: UserId, text: String) {
        let mut drafts = self.drafts;
        drafts.write().set(to, text);
    }

    /// The text for a person was handed over. What the engine keeps of it ends at once, so that it is not there once more
    /// after a crash.
    pub fn sent(self, to: UserId) {
        self.set_draft(to, String::new());
        self.keep_drafts();
    }

    /// Hands what was begun since to the engine, which keeps it sealed. It waits while the messages are closed.
    pub fn keep_drafts(self) {
        if !matches!(self.state.peek().screen, Screen::Main(_)) {
            return;
        }
        let mut drafts = self.drafts;
        let begun = drafts.write().hand_over();
        for (to, text) in begun {
            self.send(Event::Main(Act::KeepDraft { to, text }));
        }
    }

    /// The messages are closed: what was begun goes to the engine, and is forgotten here.
    fn give_up_drafts(self) {
        let mut drafts = self.drafts;
        let begun = drafts.write().give_up();
        for (to, text) in begun {
            self.carry_out(draft_kept(to, text));
        }
    }

    /// Nobody is there any more whose texts they are.
    fn forget_drafts(self) {
        let mut drafts = self.drafts;
        drafts.set(Drafts::default());
    }

    /// A small act on the page.
    pub fn act(self, act: Page) {
        self.carry_out(Effect::Page(act));
    }

    fn carry_out(self, effect: Effect) {
        let Some((commands, page)) = self.outlet.peek().clone() else { return };
        match effect {
            Effect::Page(act) => page(act),
            // The state has taken it already.
            Effect::Then(_) => {}
            Effect::DraftRefused { to, text } => {
                let mut drafts = self.drafts;
                drafts.write().refused(to, text);
            }
            Effect::Returned { to, text } => {
                let begun = self.draft(to);
                let mut drafts = self.drafts;
                drafts.write().returned(to, text.text(), &begun);
            }
            Effect::Ask(command) => {
                if matches!(command, Command::Lock) {
                    self.give_up_drafts();
                }
                // A full channel must not drop what a person did: that one waits outside of it.
                if let Err(mpsc::error::TrySendError::Full(command)) = commands.try_send(command) {
                    spawn(async move {
                        drop(commands.send(command).await);
                    });
                }
            }
            Effect::AskBehind(command) => behind(move || self.carry_out(Effect::Ask(command))),
        }
    }
}

/// Does something once the page shows what has changed. The root does it: what was pressed may be gone by then.
fn behind(act: impl FnOnce() + 'static) {
    in_root(|| queue_effect(move || in_root(act)));
}

fn in_root(act: impl FnOnce()) {
    Runtime::current().in_scope(ScopeId::ROOT, act);
}

/// The window, wired to the bridge.
#[component]
pub fn App() -> Element {
    let wiring = use_context::<Wiring>();
    let ui =
        use_context_provider(|| Ui::new(wiring.start.clone(), Some((wiring.commands.clone(), wiring.page))));
    let often = use_often(ui);
    let updates = wiring.updates.clone();
    use_future(move || {
        let updates = updates.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let Some(mut updates) = updates else { return };
            let mut burst = Vec::with_capacity(BURST);
            while updates.recv_many(&mut burst, BURST).await > 0 {
                for update in burst.drain(..) {
                    let closes = matches!(&update, Update::Notification(told)
                        if matches!(told.event, conclave_peer::model::Event::VaultLocked { .. }));
                    let erased = update == Update::ErasedAll(Ok(()));
                    ui.send(Event::Update(update));
                    if closes {
                        ui.give_up_drafts();
                    }
                    if erased {
                        ui.forget_drafts();
                    }
                }
            }
        }
    });
    use_future(move || async move {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            ui.send(Event::Clock(now()));
            ui.keep_drafts();
            ui.send(Event::Idle(now().saturating_sub(*ui.stirred.peek())));
        }
    });
    (wiring.attach)(ui);
    let title = wiring.title;
    let words = often.words;
    let unread = use_memo(move || ui.state.read().unread());
    let whose = use_memo(move || ui.state.read().whose());
    use_effect(move || {
        let app = match unread() {
            0 => words().say("app-name"),
            n => words().with("title-unread", &[("n", n.to_string().into())]),
        };
        title(&match whose() {
            Some(name) => format!("{app} · {name}"),
            None => app,
        });
    });
    rsx! {
        Window {}
    }
}

/// The window over a given state, wired to nothing: what tests and previews draw.
#[component]
pub fn Preview(
    /// The state to draw.
    state: State,
) -> Element {
    let ui = use_context_provider(|| Ui::new(state, None));
    let _often = use_often(ui);
    rsx! {
        Window {}
    }
}

/// How everything looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    dark: bool,
    contrast: bool,
    still: bool,
    compact: bool,
}

impl Look {
    const fn of(state: &State) -> Self {
        let settings = &state.settings;
        Self {
            dark: state.dark(),
            contrast: settings.contrast,
            still: settings.still,
            compact: settings.compact,
        }
    }
}

/// A key somewhere in the window: one of the table, or nothing.
fn pressed(ui: Ui, event: &KeyboardEvent) {
    ui.stir();
    if event.is_composing() {
        return;
    }
    let Some(shortcut) = shortcut_of(event) else { return };
    event.prevent_default();
    ui.send(Event::Key(shortcut));
}

/// What a pressed key does by the table; the command key of a Mac stands for Control.
pub(crate) fn shortcut_of(event: &KeyboardEvent) -> Option<Shortcut> {
    let held = event.modifiers();
    // With Shift the web view names this key otherwise.
    let key = if event.code() == Code::Tab { Key::Tab } else { event.key() };
    shortcut::find(held.ctrl() || held.meta(), held.alt(), held.shift(), &key.to_string())
}

/// What a screen is drawn by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opening,
    Closed,
    Enrol,
    SignIn,
    Main,
}

#[component]
fn Window() -> Element {
    let ui = use_ui();
    let words = use_words();
    let look = use_memo(move || Look::of(&ui.state.read()));
    let kind = use_memo(move || match &ui.state.read().screen {
        Screen::Opening => Kind::Opening,
        Screen::Closed(_) => Kind::Closed,
        Screen::Enrol(_) => Kind::Enrol,
        Screen::SignIn(_) => Kind::SignIn,
        Screen::Main(_) => Kind::Main,
    });
    rsx! {
        div {
            id: "window",
            class: "window",
            tabindex: "-1",
            lang: words.code(),
            "data-theme": if look().dark { "dark" } else { "light" },
            "data-contrast": if look().contrast { "more" } else { "usual" },
            "data-density": if look().compact { "compact" } else { "usual" },
            "data-motion": if look().still { "none" } else { "usual" },
            onkeydown: move |event| pressed(ui, &event),
            onpointerdown: move |_| ui.stir(),
            onwheel: move |_| ui.stir(),
            match kind() {
                Kind::Opening => rsx! { screens::Opening {} },
                Kind::Closed => rsx! { screens::Closed {} },
                Kind::Enrol => rsx! { screens::Enrol {} },
                Kind::SignIn => rsx! { screens::SignIn {} },
                Kind::Main => rsx! { screens::Main {} },
            }
        }
    }
}

/// What nearly every view reads: taken from the state once, and not by each of a thousand views at every change.
#[derive(Clone, Copy)]
struct Often {
    words: Memo<Words>,
    minute: Memo<Time>,
    second: Memo<Time>,
}

fn use_often(ui: Ui) -> Often {
    let words = use_memo(move || ui.state.read().words());
    let minute = use_memo(move || ui.state.read().now / MINUTE * MINUTE);
    let second = use_memo(move || ui.state.read().now);
    use_context_provider(|| Often { words, minute, second })
}

/// The state and the way out.
#[must_use]
pub fn use_ui() -> Ui {
    use_context::<Ui>()
}

/// A part of the main window; drawn again only when it changes.
pub fn use_main<T: PartialEq + 'static>(pick: impl Fn(&Main) -> T + 'static) -> Memo<Option<T>> {
    let ui = use_ui();
    use_memo(move || match &ui.state.read().screen {
        Screen::Main(main) => Some(pick(main)),
        _ => None,
    })
}

/// The words of the language on screen.
#[must_use]
pub fn use_words() -> Words {
    (use_context::<Often>().words)()
}

/// The time, to the minute: what depends on it is drawn again once a minute.
#[must_use]
pub fn use_now() -> Memo<Time> {
    use_context::<Often>().minute
}

/// The time, to the second.
#[must_use]
pub fn use_second() -> Memo<Time> {
    use_context::<Often>().second
}

/// The zone of this computer.
#[must_use]
pub fn use_zone() -> TimeZone {
    use_ui().state.peek().zone.clone()
}

/// Milliseconds UTC, by this computer's clock.
#[must_use]
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
