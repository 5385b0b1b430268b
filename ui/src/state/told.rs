//! What the engine told, and which screen it leads to.

use conclave_peer::model::{Answer, ErrorCode, ServerLink};

use super::enrol::Enrol;
use super::kept;
use super::main::Said;
use super::sign_in::SignIn;
use super::{Effect, Page, Screen, State};
use crate::command::{Command, Purpose, Update};

impl State {
    pub(super) fn take(&mut self, update: Update) -> Vec<Effect> {
        self.copies += u64::from(update == Update::Copied(true));
        let (focused, now, words, level) = (self.focused, self.now, self.words(), self.settings.notices);
        match (update, &mut self.screen) {
            (Update::Front, _) => vec![Effect::Page(Page::Front)],
            (Update::Tray(there), _) => self.tray(there),
            (Update::Quit, _) => vec![Effect::Page(Page::Quit)],
            (Update::Invited(link), _) => self.invited(link),
            (Update::Sleeping, _) => self.fall_asleep(),
            (Update::ErasedAll(Ok(())), _) => self.erased_all(),
            // What was asked for before the computer slept must not open what was closed.
            (Update::Unlocked(Ok(())) | Update::LoggedIn(Ok(_)), Screen::SignIn(door)) if door.asleep => {
                door.asleep = false;
                vec![Effect::Ask(Command::Lock)]
            }
            // Another act has the messages at this moment: they are open as before.
            (Update::SignedOut(Err(failure)), Screen::Main(main)) if failure.code == ErrorCode::ApiBusy => {
                main.say(Said::Failed(failure), now);
                Vec::new()
            }
            (Update::SignedOut(ended), Screen::Main(_) | Screen::SignIn(_)) => {
                let mut effects = vec![Effect::Ask(Command::ForgetViews)];
                effects.extend(self.door(SignIn::signed_out(ended.is_ok())));
                effects
            }
            (Update::OpenThere(user), Screen::Main(main)) => {
                let mut effects = vec![Effect::Page(Page::Front)];
                effects.extend(main.open(user, focused));
                effects
            }
            (Update::OpenThere(_), _) => vec![Effect::Page(Page::Front)],
            (Update::Answer(Purpose::Habits, result), Screen::Main(_)) => {
                if let Ok(Answer::Preferences { preferences }) = *result {
                    kept::with_habits(&mut self.settings, &preferences);
                }
                Vec::new()
            }
            (Update::Answer(Purpose::Draft(to, text), result), _) => match *result {
                Err(failure) if passes(failure.code) => vec![Effect::DraftRefused { to, text }],
                _ => Vec::new(),
            },
            // It was on its way when the messages closed.
            (Update::Answer(Purpose::Send { to, text, .. }, result), Screen::SignIn(_))
                if result.is_err() =>
            {
                vec![Effect::Returned { to, text }]
            }
            (Update::NobodyThere, _) => {
                self.nobody_there = true;
                Vec::new()
            }
            (Update::Closed(failure), _) => {
                self.screen = Screen::Closed(failure);
                Vec::new()
            }
            (Update::Status(Err(failure)), Screen::Opening) => {
                self.screen = Screen::Closed(failure);
                Vec::new()
            }
            (Update::Status(Ok(status)), Screen::Opening) => {
                let mut effects = match (status.locked, status.enrolled) {
                    (false, _) => self.enter(status.logged_in),
                    (true, true) => self.door(SignIn::default()),
                    (true, false) => {
                        self.screen = Screen::Enrol(Box::default());
                        Vec::new()
                    }
                };
                if let Some(link) = self.invited.take() {
                    effects.extend(self.invited(link));
                }
                effects
            }
            (Update::Status(Ok(status)), Screen::SignIn(sign_in)) if status.locked => sign_in.resume(),
            // The history is there; the session of before comes back behind it, or a code is asked for.
            (Update::Status(Ok(status)), Screen::SignIn(sign_in)) if sign_in.busy => {
                if sign_in.keeps_password() && !status.logged_in {
                    return self.enter_with_password();
                }
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(status.logged_in));
                effects
            }
            (Update::LoggedIn(Ok(_)), Screen::SignIn(sign_in)) if sign_in.resuming => {
                self.screen = Screen::Enrol(Box::new(Enrol::resumed()));
                vec![Effect::Ask(Command::ForgetPassword), Effect::Ask(Command::EnrolFinish)]
            }
            (Update::LoggedIn(Ok(_)), Screen::SignIn(_)) => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(true));
                effects
            }
            // The session of before still stands: no code is needed.
            (Update::Notification(notification), Screen::SignIn(sign_in))
                if sign_in.open
                    && !sign_in.resuming
                    && !sign_in.sets_up_phone()
                    && notification.event.is_online() =>
            {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(true));
                effects
            }
            (update, Screen::SignIn(sign_in)) => sign_in.take(update, now),
            (Update::Restored(Ok(_)), Screen::Enrol(_)) => self.door(SignIn::default()),
            (update, Screen::Enrol(enrol)) => enrol.take(update, now),
            (Update::Notification(notification), Screen::Main(main)) if notification.event.is_lock() => {
                let owner = main.owner();
                let mut effects = vec![Effect::Ask(Command::ForgetViews)];
                effects.extend(self.door(SignIn::locked(owner)));
                effects
            }
            (Update::Notification(told), Screen::Main(main)) => {
                let notice = if focused { None } else { main.notice(&told, level, words) };
                let mut effects = main.take(Update::Notification(told), focused, now);
                if let Some(notice) = notice {
                    main.noticed.insert(notice.user);
                    effects.push(Effect::Ask(Command::Notify(notice)));
                }
                effects
            }
            (update, Screen::Main(main)) => main.take(update, focused, now),
            (_, Screen::Opening | Screen::Closed(_)) => Vec::new(),
        }
    }
}

/// Whether what stands in the way of a draft may be gone at another time. A person who is not known any more is not back.
const fn passes(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DiskFull | ErrorCode::StoreDamaged | ErrorCode::ApiLocked | ErrorCode::ApiBusy)
}

/// What an event means to the door.
trait AtTheDoor {
    /// Whether it closes the vault.
    fn is_lock(&self) -> bool;
    /// Whether the server accepted this computer.
    fn is_online(&self) -> bool;
}

impl AtTheDoor for conclave_peer::model::Event {
    fn is_lock(&self) -> bool {
        matches!(self, Self::VaultLocked { .. })
    }

    fn is_online(&self) -> bool {
        matches!(self, Self::ServerState { state: ServerLink::Online, .. })
    }
}
