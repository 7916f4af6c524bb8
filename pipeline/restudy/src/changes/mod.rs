//! What changed from wave to wave: the table `changes`.
//!
//! In: the codebook, what the crosswalks say of comparability, a session over the tables of an edition. Out: for each pair of
//! its waves, one row for each share or mean that both waves asked for and that can be compared: both values with their bases,
//! the difference with its interval, and a test of whether there is one.
//!
//! - Values are those of `svy_prop` and `svy_mean` by the column `design`. Waves are independent samples: the variance of a
//!   difference is the sum of theirs, its degrees of freedom those of both together, as of `svy_diff` over both waves.
//! - What is not comparable has no row here; the table `comparability` says why.
//! - The tests of a pair of waves are one family: `p_holm` is Holm's p over all of them.
//! - A label that nobody chose in one of the waves, of a variable that is comparable with care, is not tested: that wave may not
//!   have offered it.
//!
//! It knows no query and no report.

mod differences;
mod estimates;
mod indicators;
mod table;

use crate::codebook::Codebook;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::Session;
use crate::study::{Study, Wave};
use crate::waves::{Comparable, Crosswalks};

use datafusion::arrow::array::RecordBatch;

use differences::Change;
use estimates::Estimates;

/// The name of the table.
pub const CHANGES: &str = "changes";

/// The table of what changed between the waves of the edition of `wave`, whose other tables are those of `session`. It has no
/// rows where there is one wave, and none of a wave whose sample refuses estimates, which is told as a warning.
///
/// # Errors
/// The codebook or the crosswalks are at fault.
pub fn changes(
    study: &Study,
    wave: &Wave,
    session: &Session,
) -> Result<(RecordBatch, Diagnostics), Diagnostics> {
    let mut warnings = Diagnostics::new();
    let waves = study.edition(wave);
    let mut rows: Vec<Change> = Vec::new();
    if waves.len() > 1 {
        let codebook = Codebook::load(&study.root)?;
        let (crosswalks, _) = Crosswalks::load(study, &codebook)?;
        let codebook = crosswalks.edition(&codebook, &wave.id);
        let indicators = indicators::of(&codebook);
        let variables = codebook.variables();
        let mut estimates = Vec::new();
        for wave in waves {
            let of_wave = Estimates::of(session, &indicators, &wave.id).unwrap_or_else(|faults| {
                warnings.extend(faults.into_iter().map(|fault| unestimated(&wave.id, &fault)));
                Estimates::default()
            });
            estimates.push(of_wave);
        }
        for (at, (to, to_estimates)) in waves.iter().zip(&estimates).enumerate() {
            for (from, from_estimates) in waves.iter().zip(&estimates).take(at) {
                let mut of_pair = Vec::new();
                for (number, indicator) in indicators.iter().enumerate() {
                    let Some(variable) = variables.get(indicator.variable) else { continue };
                    let found = crosswalks.comparability(&codebook, variable, &from.id, &to.id);
                    if found.comparable == Comparable::No {
                        continue;
                    }
                    let pair = (from_estimates.get(number), to_estimates.get(number));
                    let (Some(before), Some(after)) = pair else { continue };
                    let change = Change::new((&from.id, &to.id), variable, indicator, before, after);
                    of_pair.push(change.compared(&found, study.design.confidence));
                }
                differences::hold(&mut of_pair);
                rows.extend(of_pair);
            }
        }
    }
    Ok((table::batch(&rows)?, warnings))
}

/// Why the values of a wave are not in the table.
fn unestimated(wave: &str, fault: &Diagnostic) -> Diagnostic {
    Diagnostic::warning(format!("wave {wave} cannot be compared with others: {}", fault.message))
        .hint("mend its `[wave.design]` in study.toml; `docs/design.md` says how")
}
