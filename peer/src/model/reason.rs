//! Why there is no path to a person (UI §3.D).

use core::fmt;

/// Why there is no path: a stable word that a program matches on and the interface puts into a sentence. Never an
/// address, never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitReason {
    /// `offline`: the person is not there.
    Offline,
    /// `connecting`: being tried.
    Connecting,
    /// `noNetwork`: this computer has no network.
    NoNetwork,
    /// `blocked`: both networks block direct links, and relaying is off.
    Blocked,
    /// `unreachable`: neither a direct link nor the relay leads there.
    Unreachable,
    /// `tooOld`: the person's program speaks no version that this one does.
    TooOld,
    /// `clock`: the clocks of the two computers differ too much.
    Clock,
    /// `refused`: the person's computer refuses, or is refused.
    Refused,
}

impl WaitReason {
    /// The word.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Connecting => "connecting",
            Self::NoNetwork => "noNetwork",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
            Self::TooOld => "tooOld",
            Self::Clock => "clock",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
