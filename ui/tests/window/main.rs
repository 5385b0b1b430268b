//! The window without a window: reducers, rendered screens, words, and the rules of the source.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; the lints know only functions marked as tests"
)]

mod asleep;
mod banner;
mod chats;
mod contrast;
mod crop;
mod details;
mod doctor;
mod door;
mod empty;
mod erase;
mod erase_all;
mod errors;
mod export_data;
mod files;
mod full;
mod habits;
mod hints;
mod hostile;
mod i18n;
mod invited;
mod keeping;
mod keyboard;
mod libraries;
mod log;
mod looks;
mod main_window;
mod narrow;
mod news;
mod outside;
mod path;
mod person;
mod phone;
mod player;
#[cfg(feature = "desktop")]
mod press;
mod pseudo;
mod qr;
mod reading;
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
mod technical;
mod tray;
mod writing;
