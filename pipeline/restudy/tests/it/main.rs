//! The integration tests of restudy, in one binary: each more would link DataFusion once more.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that stops has failed")]

mod answers;
mod cli;
mod design;
mod engine_study;
mod inference;
mod peer_duckdb;
mod printing;
mod properties_data;
mod refused;
mod report;
mod report_material;
mod shape;
mod shell;
mod shell_terminal;
mod sources;
mod stages_data;
mod theme;
