//! The window without a window: reducers, rendered screens, words, and the rules of the source.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; the lints know only functions marked as tests"
)]

mod asleep;
mod banner;
mod contrast;
mod crop;
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
mod log;
mod looks;
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
mod storage;
mod tray;
mod writing;
