//! The directory log beyond the shared vectors: rules in sequence, hostile bytes, heads, texts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the lints exempt test functions, not the functions that tests share"
)]

#[path = "directory/heads.rs"]
mod heads;
#[path = "directory/hello.rs"]
mod hello;
#[path = "directory/hostile.rs"]
mod hostile;
#[path = "vector/input.rs"]
#[expect(dead_code, reason = "the vector runner uses the rest")]
mod input;
#[path = "directory/merkle.rs"]
mod merkle;
#[path = "directory/org.rs"]
mod org;
#[path = "directory/presence.rs"]
mod presence;
#[path = "directory/random.rs"]
mod random;
#[path = "directory/rules.rs"]
mod rules;
#[path = "directory/texts.rs"]
mod texts;
