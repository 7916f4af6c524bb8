//! The small sample of `tests/reference/sample.R`, for tests.

include!("../tests/reference/sample.rs");
