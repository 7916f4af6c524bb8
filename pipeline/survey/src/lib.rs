//! Survey statistics: pure functions on slices and counts.
//!
//! In: counts, or slices of equal length. Out: plain numbers, or `None` where there is nothing to compute from.
//!
//! | module | what it gives |
//! | --- | --- |
//! | [`design`] | a sample row by row, checked once; estimates straight from columns |
//! | [`replicates`] | making replicate weights: jackknives, balanced half-samples, bootstrap |
//! | [`estimate`] | means, totals, proportions, ratios and differences of a domain, with standard errors and intervals |
//! | [`interval`] | the interval of a weighted proportion: logit, Korn and Graubard's, Wilson's, Wald's |
//! | [`variance`] | variance over the stages of a sample, or from replicate weights; degrees of freedom |
//! | [`domain`] | a part of the sample, as sums per element |
//! | [`calibration`] | what calibrated weights do to a variance |
//! | [`error`] | why an estimate cannot be made |
//! | [`distributions`] | normal, t, F, chi-squared and beta: tails and quantiles |
//! | [`normal`] | quantiles of the standard normal distribution |
//! | [`proportion`] | Wilson's and Clopper and Pearson's interval of plain counts; margin of error with and without finite-population correction |
//! | [`association`] | Goodman and Kruskal's gamma and Kendall's tau-b, each with its asymptotic interval |
//! | [`printed`] | arithmetic on printed figures: which counts and bases a rounded percentage allows |
//! | [`rounding`] | rounding half away from zero, once, at the end |
//!
//! Every function names its formula's source. It knows no labels, no SQL, no Arrow and no files.

pub mod association;
pub mod calibration;
pub mod design;
pub mod distributions;
pub mod domain;
pub mod error;
pub mod estimate;
pub mod interval;
pub mod normal;
pub mod printed;
pub mod proportion;
pub mod replicates;
pub mod rounding;
mod special;
mod sums;
pub mod variance;
