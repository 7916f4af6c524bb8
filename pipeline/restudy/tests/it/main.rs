//! The integration tests of restudy, in one binary: each more would link DataFusion once more.

mod stages_data;
