//! The screens: one file each, drawn from the state.

mod closed;
mod enrol;
mod lock;
mod main;
mod password;
mod person;
mod settings;
mod sign_in;
mod transfers;

pub(crate) use closed::{Closed, Opening};
pub(crate) use enrol::Enrol;
pub(crate) use main::Main;
pub(crate) use sign_in::SignIn;
