//! The window without a window: reducers, rendered screens, words, and the rules of the source.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; the lints know only functions marked as tests"
)]

mod contrast;
mod details;
mod doctor;
mod door;
mod erase;
mod files;
mod habits;
mod hostile;
mod i18n;
mod invited;
mod keeping;
mod keyboard;
mod main_window;
mod outside;
mod path;
mod phone;
mod player;
mod qr;
mod recent;
mod render;
mod requests;
mod rules;
mod safety;
mod sample;
mod screens;
mod search;
mod state;
mod writing;
