//! Survey statistics: pure functions on slices and counts.
//!
//! In: counts, or slices of equal length. Out: plain numbers, or `None` where there is nothing to compute from.
//!
//! | module | what it gives |
//! | --- | --- |
//! | [`design`] | a sample row by row, checked once; estimates straight from columns |
//! | [`replicates`] | making replicate weights: jackknives, balanced half-samples, bootstrap |
//! | [`estimate`] | means, totals, proportions, ratios and differences of a domain, with standard errors and intervals |
//! | [`simple`] | the same of rows that weigh alike and were drawn one by one |
//! | [`interval`] | the interval of a weighted proportion: logit, Korn and Graubard's, Wilson's, Wald's |
//! | [`variance`] | variance over the stages of a sample, or from replicate weights; degrees of freedom |
//! | [`domain`] | a part of the sample, as sums per element |
//! | [`quantile`] | medians and other quantiles of a domain, with Woodruff's interval |
//! | [`independence`] | Rao and Scott's test of independence of a two-way table |
//! | [`calibration`] | weights that meet population totals: post-strata, raking, trimming, response classes |
//! | [`error`] | why an estimate cannot be made |
//! | [`distributions`] | normal, t, F, chi-squared and beta: tails and quantiles |
//! | [`normal`] | quantiles of the standard normal distribution |
//! | [`proportion`] | Wilson's, Clopper and Pearson's and Wald's interval of plain counts; margin of error with and without finite-population correction |
//! | [`association`] | chi-squared and Fisher's exact test, Cramér's V, odds ratio; gamma, tau-b, Spearman's rho |
//! | [`agreement`] | percent agreement, Cohen's kappa and Krippendorff's alpha, with intervals |
//! | [`bootstrap`] | percentile intervals by resampling units, the same on every machine |
//! | [`printed`] | arithmetic on printed figures: which counts and bases a rounded percentage allows, which sums a mean (GRIM) |
//! | [`rounding`] | rounding half away from zero, once, at the end |
//!
//! Every function names its formula's source. It knows no labels, no SQL, no Arrow and no files.

pub mod agreement;
pub mod association;
pub mod bootstrap;
pub mod calibration;
pub mod design;
pub mod distributions;
pub mod domain;
pub mod error;
pub mod estimate;
pub mod independence;
pub mod interval;
mod key;
pub mod normal;
pub mod printed;
pub mod proportion;
pub mod quantile;
pub mod replicates;
pub mod rounding;
#[cfg(test)]
mod sample;
pub mod simple;
mod sums;
mod tails;
pub mod variance;
