//! Real swarms on loopback.

mod pair;
mod support;
