//! The integration tests of the server, in one binary: each more would link DataFusion once more.
//!
//! Servers listen on loopback only. What needs a client that is not installed says that it was skipped.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that stops has failed")]

mod attempts;
mod clients;
mod gate;
mod laws;
mod raw;
mod server;
mod sessions;
mod waves;
