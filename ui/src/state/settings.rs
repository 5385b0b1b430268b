//! What a person may choose about the window itself.

use conclave_peer::model::Time;

use super::notices::Level;
use crate::dates::Hours;

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark ink on white.
    Light,
    /// Light ink on dark grounds.
    Dark,
    /// As the system.
    #[default]
    System,
}

/// Everything chosen about the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Pure grounds and drawn edges.
    pub contrast: bool,
    /// No movement, whatever the system says.
    pub still: bool,
    /// Whether Enter sends; otherwise Ctrl+Enter does.
    pub enter_sends: bool,
    /// Minutes without a key or a click after which the messages close.
    pub lock_after: u32,
    /// The size of everything, in steps of a tenth.
    pub zoom: i8,
    /// Less room between rows and messages.
    pub compact: bool,
    /// How the hours of a day are counted.
    pub hours: Hours,
    /// Whether the window stays in the tray when it is closed.
    pub tray: bool,
    /// Whether it starts with the system.
    pub autostart: bool,
    /// How much a notification tells.
    pub notices: Level,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            contrast: false,
            still: false,
            enter_sends: true,
            lock_after: 5,
            zoom: 0,
            compact: false,
            tray: false,
            autostart: false,
            hours: Hours::TwentyFour,
            notices: Level::default(),
        }
    }
}

/// Minutes that may be chosen for the lock.
pub const LOCKS: [u32; 5] = [1, 5, 15, 30, 60];
/// Smallest and largest size, in steps of a tenth.
pub(super) const ZOOMS: (i8, i8) = (-3, 10);

impl Settings {
    /// The time without a key or a click after which the messages close, milliseconds; a policy may shorten it.
    #[must_use]
    pub fn lock_ms(&self, policy_s: Option<u32>) -> Time {
        let mine = u64::from(self.lock_after) * 60_000;
        policy_s.filter(|seconds| *seconds > 0).map_or(mine, |seconds| mine.min(u64::from(seconds) * 1000))
    }

    /// The factor of the size, in hundredths.
    #[must_use]
    pub const fn percent(&self) -> i32 {
        100 + self.zoom as i32 * 10
    }

    /// Larger, smaller, or as it was.
    pub fn resize(&mut self, step: Option<i8>) {
        self.zoom = step.map_or(0, |step| (self.zoom + step).clamp(ZOOMS.0, ZOOMS.1));
    }
}

/// A change of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Light, dark, or as the system.
    Theme(Theme),
    /// High contrast.
    Contrast(bool),
    /// Reduced motion.
    Still(bool),
    /// Whether Enter sends.
    EnterSends(bool),
    /// Minutes until the lock.
    LockAfter(u32),
    /// Larger, smaller, or as it was.
    Resize(Option<i8>),
    /// Less room between rows and messages.
    Compact(bool),
    /// How the hours of a day are counted.
    Hours(Hours),
    /// Whether the window stays in the tray when it is closed.
    Tray(bool),
    /// Whether it starts with the system.
    Autostart(bool),
    /// How much a notification tells.
    Notices(Level),
}

impl Settings {
    /// Takes a change.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Theme(theme) => self.theme = theme,
            Choice::Contrast(on) => self.contrast = on,
            Choice::Still(on) => self.still = on,
            Choice::EnterSends(on) => self.enter_sends = on,
            Choice::LockAfter(minutes) => self.lock_after = minutes,
            Choice::Resize(step) => self.resize(step),
            Choice::Compact(on) => self.compact = on,
            Choice::Hours(hours) => self.hours = hours,
            Choice::Tray(on) => self.tray = on,
            Choice::Autostart(on) => self.autostart = on,
            Choice::Notices(level) => self.notices = level,
        }
    }
}

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// The password and signing out.
    Account,
    /// The own profile.
    #[default]
    Profile,
    /// How the window looks.
    Appearance,
    /// What others are told, and who is blocked.
    Privacy,
    /// Writing.
    Chats,
    /// Notifications.
    Notices,
    /// The lock.
    Lock,
    /// Where the account is signed in.
    Sessions,
    /// The server, the directory, the paths.
    Network,
    /// What lies on this computer.
    Storage,
    /// What administrators did.
    Log,
    /// What works and what does not.
    Doctor,
    /// The keys.
    Keyboard,
    /// What this is.
    About,
}

impl Page {
    /// All of them, as they are listed.
    pub const ALL: [Self; 14] = [
        Self::Account,
        Self::Profile,
        Self::Privacy,
        Self::Appearance,
        Self::Chats,
        Self::Notices,
        Self::Lock,
        Self::Sessions,
        Self::Network,
        Self::Storage,
        Self::Log,
        Self::Doctor,
        Self::Keyboard,
        Self::About,
    ];

    /// The key of its name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Account => "page-account",
            Self::Profile => "page-profile",
            Self::Appearance => "page-appearance",
            Self::Privacy => "page-privacy",
            Self::Chats => "page-chats",
            Self::Notices => "page-notices",
            Self::Lock => "page-lock",
            Self::Sessions => "page-sessions",
            Self::Network => "page-network",
            Self::Storage => "page-storage",
            Self::Log => "page-log",
            Self::Doctor => "page-doctor",
            Self::Keyboard => "page-keyboard",
            Self::About => "page-about",
        }
    }
}
