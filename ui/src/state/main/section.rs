//! The sections of the rail.

/// A section of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// Conversations by their newest message.
    #[default]
    Chats,
    /// People by presence and name.
    People,
    /// Who asks to write, and whom I asked.
    Requests,
    /// Files that move.
    Transfers,
    /// Everything that can be chosen.
    Settings,
}

impl Section {
    /// Whether a conversation stands beside its list.
    #[must_use]
    pub const fn talks(self) -> bool {
        matches!(self, Self::Chats | Self::People | Self::Requests)
    }

    /// The key of its name.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Chats => "chats",
            Self::People => "people",
            Self::Requests => "requests",
            Self::Transfers => "transfers",
            Self::Settings => "settings",
        }
    }
}
