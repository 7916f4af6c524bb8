//! The small sample of `tests/reference/sample.R`, for tests, as R's survey has it: clusters in strata with
//! finite-population correction, rows without any of these, and the clusters' stratified jackknife.

use crate::design::Design;
use crate::replicates::Kind;

include!("../tests/reference/sample.rs");

/// `svydesign(id = ~psu, strata = ~stratum, fpc = ~psus, weights = ~weight, data = d)`
pub(crate) fn full() -> Design {
    Design::builder(WEIGHT.len())
        .weights(WEIGHT)
        .stage(Some(STRATUM), Some(PSU), Some(PSUS))
        .build()
        .expect("a design")
}

/// `svydesign(id = ~1, weights = ~weight, data = d)`
pub(crate) fn plain() -> Design {
    Design::builder(WEIGHT.len()).weights(WEIGHT).build().expect("a design")
}

/// `as.svrepdesign(full, type = "JKn")`
pub(crate) fn jackknife() -> Design {
    full().with_replicates(Kind::Jkn).expect("replicates")
}

/// Categories, of which 0 is missing.
pub(crate) fn categories(column: &[u32]) -> Vec<Option<u32>> {
    column.iter().map(|category| (*category > 0).then_some(*category)).collect()
}

/// Whether two numbers differ by less than a share of the second.
pub(crate) fn near(found: f64, expected: f64, tolerance: f64) -> bool {
    found == expected || (found / expected - 1.0).abs() < tolerance
}
