//! The integration tests of restudy, in one binary: each more would link DataFusion once more.

mod peer_duckdb;
mod properties_data;
mod stages_data;
