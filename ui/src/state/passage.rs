//! From one screen to another: the first run, the door, the main window.

use crate::command::Command;

use super::main::Main;
use super::overlay::Overlay;
use super::sign_in::SignIn;
use super::{Effect, Event, Page, Screen, State, enrol, field, main, sign_in};

impl State {
    pub(super) fn enrol(&mut self, act: enrol::Act) -> Vec<Effect> {
        let words = self.words();
        let Screen::Enrol(enrol) = &mut self.screen else { return Vec::new() };
        match act {
            enrol::Act::HaveAccount => self.door(SignIn::default()),
            enrol::Act::Back if enrol.instead => {
                self.screen = Screen::Opening;
                vec![Effect::Ask(Command::Status)]
            }
            enrol::Act::Enter => self.enter(true),
            enrol::Act::Begin(first) => {
                let mut effects = self.enter(true);
                let act = match first {
                    enrol::First::Hello | enrol::First::Compare => main::Act::Section(main::Section::People),
                    enrol::First::Keys => main::Act::Show(Overlay::Keys),
                };
                effects.push(Effect::Then(Box::new(Event::Main(act))));
                effects
            }
            enrol::Act::Finish if enrol.closed && enrol.keeping.stored => self.door(SignIn::default()),
            enrol::Act::SignIn => self.door(SignIn::resuming()),
            enrol::Act::Keep(act) => enrol.keep(act, words),
            act => enrol.act(act),
        }
    }

    pub(super) fn sign_in(&mut self, act: sign_in::Act) -> Vec<Effect> {
        let words = self.words();
        let Screen::SignIn(sign_in) = &mut self.screen else { return Vec::new() };
        match act {
            sign_in::Act::Phone(sign_in::phone::Act::Keep(act)) => sign_in.phone.keep(act, words),
            sign_in::Act::HaveLink => {
                self.screen = Screen::Enrol(Box::default());
                Vec::new()
            }
            sign_in::Act::Offline => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(false));
                effects
            }
            sign_in::Act::Enter if !sign_in.open => self.door(SignIn::default()),
            sign_in::Act::Enter => {
                let mut effects = vec![Effect::Ask(Command::ForgetPassword)];
                effects.extend(self.enter(true));
                effects
            }
            act => sign_in.act(act),
        }
    }

    pub(super) fn main(&mut self, act: main::Act) -> Vec<Effect> {
        let (focused, words) = (self.focused, self.words());
        let Screen::Main(main) = &mut self.screen else { return Vec::new() };
        match act {
            main::Act::SignIn => self.back_to_the_door(),
            main::Act::Lock => self.close_messages(),
            main::Act::SignOut => vec![Effect::Ask(Command::Logout)],
            act => main.act(act, focused, words),
        }
    }

    pub(super) fn door(&mut self, sign_in: SignIn) -> Vec<Effect> {
        self.before_the_door(sign_in, Page::Focus(field::DOOR))
    }

    fn before_the_door(&mut self, sign_in: SignIn, focus: Page) -> Vec<Effect> {
        let mut effects = match &mut self.screen {
            Screen::Main(main) => main.give_back(),
            _ => Vec::new(),
        };
        self.screen = Screen::SignIn(sign_in);
        effects.push(Effect::Page(focus));
        effects
    }

    /// Hides the messages at once, whatever the disk does meanwhile, and has the engine close them. What is typed from here
    /// on waits for the door.
    pub(super) fn close_messages(&mut self) -> Vec<Effect> {
        let Screen::Main(main) = &mut self.screen else { return Vec::new() };
        let owner = main.owner();
        let mut effects = main.give_back();
        effects.extend([
            Effect::Page(Page::Closing),
            Effect::Ask(Command::Lock),
            Effect::Ask(Command::ForgetViews),
        ]);
        effects.extend(self.door(SignIn::locked(owner)));
        effects
    }

    /// To sign in where the messages are open; a password that was typed a moment ago is not asked for again.
    fn back_to_the_door(&mut self) -> Vec<Effect> {
        match &self.screen {
            Screen::Main(main) if main.has_password() => {
                let code = SignIn::at_the_code(main.owner());
                let focus = Page::FocusCode(code.attempt);
                self.before_the_door(code, focus)
            }
            Screen::Main(main) => {
                let owner = main.owner();
                self.door(SignIn::unlocked(owner))
            }
            _ => self.door(SignIn::unlocked(None)),
        }
    }

    pub(super) fn enter(&mut self, logged_in: bool) -> Vec<Effect> {
        self.screen = Screen::Main(Box::new(Main::new(logged_in, self.now)));
        Main::first_questions()
    }

    /// The password that opened the messages stays for a while: the server may want to see a code with it.
    pub(super) fn enter_with_password(&mut self) -> Vec<Effect> {
        let mut main = Main::new(false, self.now);
        main.keep_password(self.now);
        self.screen = Screen::Main(Box::new(main));
        Main::first_questions()
    }
}
