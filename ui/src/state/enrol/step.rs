//! The pages of the first run.

/// A page of the first run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Step {
    /// What Conclave is, and the two ways in.
    #[default]
    Welcome,
    /// A backup, and what seals it.
    Restore,
    /// The link, then what it says.
    Link,
    /// The names.
    Name,
    /// The password.
    Password,
    /// The authenticator.
    Code,
    /// Recovery codes and recovery key.
    Recovery,
    /// Thirty digits, read to an administrator.
    Confirmation,
    /// Who one is, for colleagues.
    Profile,
    /// In.
    Done,
}

impl Step {
    /// How many steps are counted for the person.
    pub const COUNTED: usize = 7;

    /// The number shown; `None` for the welcome.
    #[must_use]
    pub const fn number(self) -> Option<usize> {
        match self {
            Self::Welcome | Self::Restore => None,
            Self::Link => Some(1),
            Self::Name => Some(2),
            Self::Password => Some(3),
            Self::Code => Some(4),
            Self::Recovery => Some(5),
            Self::Confirmation | Self::Profile => Some(6),
            Self::Done => Some(7),
        }
    }

    /// The key of its name in the step line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Welcome => "app-name",
            Self::Restore => "restore-title",
            Self::Link => "invite-link",
            Self::Name => "step-name",
            Self::Password => "password",
            Self::Code => "one-time-code",
            Self::Recovery => "step-recovery",
            Self::Confirmation => "step-confirmation",
            Self::Profile => "page-profile",
            Self::Done => "step-done",
        }
    }
}
