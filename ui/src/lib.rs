//! The window of Conclave: views and state over `conclave_peer`. It opens no socket, store or key itself.
//!
//! ```text
//!   screens, components ──Event──►  state::State::update  ──Effect──►  bridge ──► Peer
//!            ▲                          (pure)                           │
//!            └────────── memos ◄── one Signal<State> ◄──── Update ◄──────┘
//! ```
//!
//! Invariants: only [`bridge`] holds the engine; no view waits for it; text fields are never written back while a
//! person types; nothing that a peer can choose reaches an address, a style or markup; every word on screen comes
//! from `ui/i18n`. Views and state build without the web view (`--no-default-features`), which is how they are
//! tested. What is not here yet: rooms, voice
//! notes, the admin panel.

pub mod app;
#[cfg(feature = "desktop")]
pub mod arguments;
pub mod bridge;
pub mod command;
mod components;
pub mod dates;
#[cfg(feature = "desktop")]
pub mod desk;
mod drafts;
mod emoji;
#[cfg(feature = "desktop")]
pub mod environment;
pub mod i18n;
pub mod libraries;
pub mod link;
pub mod look;
pub mod name;
pub mod order;
mod screens;
pub mod shelf;
#[cfg(feature = "desktop")]
pub mod start;
pub mod state;
pub mod style;
#[cfg(feature = "desktop")]
pub mod system;
#[cfg(feature = "desktop")]
pub mod window;
