//! The core against a simulated world: real crypto, virtual time, a disk that loses power, links that break.

mod actions;
mod acts;
mod asking;
mod box_faults;
mod box_files;
mod box_seeds;
mod checker;
mod contacts;
mod delivery;
mod files;
mod hostile;
mod marks;
mod order;
pub(super) mod org;
mod parcels;
mod paths;
mod renewal;
mod seeds;
mod world;
