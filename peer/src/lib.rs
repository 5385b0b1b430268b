//! `conclave_peer`: the engine of Conclave. Everything a client, bot or service needs; the desktop uses nothing else.

pub mod model;
pub mod net;
pub mod password;
pub mod record;
pub mod store;
pub mod words;
