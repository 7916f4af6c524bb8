//! What can be wrong with population totals, and with weights that shall meet them.

/// Why weights can't be calibrated. Margins count from 0, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationFault {
    /// The slices of a margin, or of replicates, are not as long as the weights.
    #[error("margin {margin} has {found} rows, the weights have {rows}")]
    Length {
        /// The margin.
        margin: usize,
        /// Rows of the weights.
        rows: usize,
        /// Rows of the margin.
        found: usize,
    },
    /// The matrix of replicate weights is not rows times replicates.
    #[error("{found} replicate weights are not {rows} rows of {replicates}")]
    Replicates {
        /// Rows of the weights.
        rows: usize,
        /// Replicates.
        replicates: usize,
        /// Replicate weights.
        found: usize,
    },
    /// A weight is negative or not a number.
    #[error("row {row} has the weight {weight}")]
    Weight {
        /// The first such row, from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// There is no margin, or a margin without categories.
    #[error("margin {margin} has no categories")]
    NoCategories {
        /// The margin.
        margin: usize,
    },
    /// A population total is not above 0.
    #[error("the population total of category {category} of margin {margin} is {total}; it must be above 0")]
    Total {
        /// The margin.
        margin: usize,
        /// The category.
        category: u32,
        /// The total.
        total: f64,
    },
    /// A category has two population totals.
    #[error("category {category} of margin {margin} has more than one population total")]
    Repeated {
        /// The margin.
        margin: usize,
        /// The category.
        category: u32,
    },
    /// The population has a category that no respondent with a weight is in.
    #[error(
        "the population has {total} in category {category} of margin {margin}, the sample no respondent{}; \
         merge the category with another one",
        in_replicate(*replicate)
    )]
    Empty {
        /// The margin.
        margin: usize,
        /// The category.
        category: u32,
        /// The population's total.
        total: f64,
        /// The replicate whose weights leave it empty, from 0; `None`: the sample's weights.
        replicate: Option<usize>,
    },
    /// Respondents are in a category that the population totals lack.
    #[error(
        "{rows} respondents are in category {category} of margin {margin}, for which there is no population total"
    )]
    Unknown {
        /// The margin.
        margin: usize,
        /// The category.
        category: u32,
        /// Respondents in it.
        rows: u64,
        /// The first of their rows, from 0.
        row: usize,
    },
    /// Two margins do not add up to the same population.
    #[error("margin 0 adds up to {first}, margin {margin} to {sum}; no weights can meet both")]
    Sums {
        /// The margin that differs from the first one.
        margin: usize,
        /// Sum of the first margin.
        first: f64,
        /// Sum of this one.
        sum: f64,
    },
    /// Raking stopped before it met the margins.
    #[error(
        "after {iterations} sweeps{} category {category} of margin {margin} has {found} instead of {total}: the \
         margins need respondents in combinations of categories that the sample lacks, or more sweeps",
        in_replicate(*replicate)
    )]
    NotConverged {
        /// Sweeps made.
        iterations: u32,
        /// The margin with the largest difference.
        margin: usize,
        /// The category with the largest difference.
        category: u32,
        /// Its population total.
        total: f64,
        /// Its sum of weights.
        found: f64,
        /// The replicate, from 0; `None`: the sample's weights.
        replicate: Option<usize>,
    },
    /// Bounds that leave no row to take over what is cut off.
    #[error(
        "weights of mean {mean} can't be cut to between {lower} and {upper}: too few rows could take over the rest"
    )]
    Bounds {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
        /// Mean of the weights.
        mean: f64,
    },
    /// More answered than were invited.
    #[error("{respondents} answered{}, of {invited} invited", class.map(|c| format!(" in response class {c}")).unwrap_or_default())]
    Invited {
        /// The response class; `None`: all together.
        class: Option<u32>,
        /// Invited.
        invited: u64,
        /// Respondents.
        respondents: u64,
    },
    /// Respondents are in a class without a known number of invited, and there is no overall rate for them.
    #[error(
        "{rows} respondents are in response class {class}, whose number of invited is not known, as is the overall rate"
    )]
    NoRate {
        /// The response class.
        class: u32,
        /// Respondents in it.
        rows: u64,
    },
}

fn in_replicate(replicate: Option<usize>) -> String {
    replicate.map(|replicate| format!(" (in replicate {replicate})")).unwrap_or_default()
}
