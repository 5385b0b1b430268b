//! What a server that was started with less than its whole service does not do (ADMIN §2, `serve`).

/// How much of its service a server gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Service {
    /// All of it.
    #[default]
    Whole,
    /// People log in, read the log and see who is there; nothing is written for them: no account, no leaf, no new
    /// password, no parcel. Administrators look, and change nothing.
    ReadOnly,
    /// Administrators only: every client is told that the server is busy.
    Maintenance,
}

impl Service {
    /// Whether accounts, leaves, passwords and parcels are taken.
    pub(crate) fn writes(self) -> bool {
        self != Self::ReadOnly
    }

    /// Whether clients are answered.
    pub(crate) fn is_open(self) -> bool {
        self != Self::Maintenance
    }

    /// Its name for administrators.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::ReadOnly => "read-only",
            Self::Maintenance => "maintenance",
        }
    }
}
