//! The integration tests of restudy, in one binary: each more would link DataFusion once more.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that stops has failed")]

mod answers;
mod begin;
mod changes;
mod chunks;
mod cli;
mod codebook_command;
mod contract;
mod ddi;
mod design;
#[cfg(unix)]
mod editions;
mod engine_study;
#[cfg(unix)]
mod explain;
mod faults_folded;
mod inference;
mod peer_duckdb;
mod pooled;
mod printing;
mod project;
mod project_edges;
mod properties_data;
mod refused;
mod report;
mod report_material;
mod shape;
mod shell;
mod shell_terminal;
#[cfg(unix)]
mod small_study;
mod sources;
mod stages_data;
#[cfg(unix)]
mod status;
mod theme;
mod waves;
