//! The window without a window: reducers, rendered screens, words, and the rules of the source.

mod contrast;
mod i18n;
mod render;
mod rules;
mod sample;
mod state;
