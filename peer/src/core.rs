//! The pure core: one state machine that turns inputs into effects, without I/O, clock or generator of its own.
//!
//! ```text
//!            Input                          Effect
//!   calls ──────────►┌──────────────┐──────────────► Persist, then only after Durable:
//!   frames, links ──►│     Core     │                Reply, Event, Transmit, Dial, Ask, …
//!   Durable, time ──►└──────────────┘
//! ```
//!
//! Order of effects (DESIGN §3): what depends on a write is released by the core itself when `Durable` says that
//! the write is on disk. If a write fails, the driver drops the core and opens a new one from the durable records.

pub mod effect;
pub mod input;

pub use effect::Effect;
pub use input::Input;
