//! Survey statistics: pure functions on slices and counts.
//!
//! In: counts, or slices of equal length. Out: plain numbers, or `None` where there is nothing to compute from.
//!
//! | module | what it gives |
//! | --- | --- |
//! | [`normal`] | quantiles of the standard normal distribution |
//! | [`proportion`] | Wilson interval; margin of error with and without finite-population correction |
//! | [`association`] | Goodman and Kruskal's gamma and Kendall's tau-b, each with its asymptotic interval |
//! | [`agreement`] | percent agreement, Cohen's kappa and Krippendorff's alpha, with intervals |
//! | [`bootstrap`] | percentile intervals by resampling units, the same on every machine |
//! | [`printed`] | arithmetic on printed figures: which counts and bases a rounded percentage allows |
//! | [`rounding`] | rounding half away from zero, once, at the end |
//!
//! Every function names its formula's source. It knows no labels, no SQL, no Arrow and no files.

pub mod agreement;
pub mod association;
pub mod bootstrap;
mod key;
pub mod normal;
pub mod printed;
pub mod proportion;
pub mod rounding;
