//! The password that opened the messages, while the session of before may come back: whether it is still kept for the
//! code. The text itself is only in the bridge.

use conclave_peer::model::Time;

use crate::command::Command;
use crate::state::Effect;

use super::Main;

/// So long, milliseconds: time to read the line that asks for the sign-in, and no longer than a secret should stay.
const KEPT: Time = 120_000;

impl Main {
    /// The password was typed a moment ago.
    pub(in crate::state) const fn keep_password(&mut self, now: Time) {
        self.password = Some(now.saturating_add(KEPT));
    }

    /// Whether a sign-in needs only the code.
    pub(in crate::state) const fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// The server accepted this computer: the password has done its part.
    pub(super) fn signed_in(&mut self) -> Vec<Effect> {
        self.logged_in = true;
        self.forget_password()
    }

    /// It was kept long enough.
    pub(super) fn password_tick(&mut self, now: Time) -> Vec<Effect> {
        if self.password.is_some_and(|until| until <= now) { self.forget_password() } else { Vec::new() }
    }

    fn forget_password(&mut self) -> Vec<Effect> {
        self.password.take().map(|_| Effect::Ask(Command::ForgetPassword)).into_iter().collect()
    }
}
