//! Agreement of coders: percent agreement, Cohen's kappa, Krippendorff's alpha.
//!
//! In: what two coders made of each unit ([`Paired`]), or any number of coders with gaps ([`Coded`]). Out: a coefficient
//! with its interval, or `None` where nothing varies and so agreement cannot be told from having only one category.
//!
//! - Nothing depends on the order of units, coders or rows.
//! - Units are the sample: intervals say how far other units of the same kind, given to the same coders, would move the
//!   coefficient.
//! - It knows no labels: the caller gives each category its place in the scale, counted over all categories and not over
//!   those that occur, or its number where the distances of numbers mean something.

mod alpha;
mod kappa;

pub use alpha::{Alpha, Coded, CodedTwice, Metric};
pub use kappa::{Agreement, Paired, Weights};
