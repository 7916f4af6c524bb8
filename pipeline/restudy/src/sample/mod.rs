//! The sample: what each respondent of a wave stands for, and where they stand in the sample.
//!
//! In: the designs that study.toml declares, the export, the answers, the frame. Out: a [`Sample`] for each design, which
//! the crate `survey` has checked and numbered; or everything in which the respondents do not fit the design, with the
//! column, the lines of the export, or the place in study.toml.
//!
//! - The rules of a sample are those of `survey::design`; here they get names and places.
//! - Columns that only a design uses need no question in the codebook: see [`Declared::headers`].
//! - It knows neither Arrow nor SQL.

mod columns;
mod entry;
mod kept;
mod place;
mod replicates;
mod rules;
mod strata;
mod values;

use std::collections::HashSet;

use survey::variance::{LonelyPsu, Replication, Stage};

pub use self::entry::Entry;
pub use self::kept::Kept;

use self::columns::{Lookup, Named};
use self::values::Reader;
use crate::codebook::{Codebook, Frame};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::sources::{Faults, RawTable, Stands};
use crate::study::design::COLUMN;
use crate::study::{Design, Study, Wave};

/// A sample, respondent by respondent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name of its column in the store: `design`, or `design_NAME`.
    pub column: String,
    /// Sampling weights.
    pub weights: Vec<f64>,
    /// Stage by stage, the place of each respondent; numbers of strata and units count from 0.
    pub stages: Vec<Vec<Stage>>,
    /// What a stratum with one sampled unit contributes to a variance.
    pub lonely: LonelyPsu,
    /// Replicate weights.
    pub replicates: Option<Replicates>,
    /// The labels of the first stage's strata, by number.
    pub strata: Vec<String>,
}

/// Replicate weights of a sample. Respondents of one first-stage unit have the same factors.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    /// Factors of the weight, replicate by replicate; by first-stage unit.
    pub factors: Vec<Vec<f64>>,
    /// How replicate estimates make a variance.
    pub replication: Replication,
}

/// The designs of a wave, their names looked up.
#[derive(Debug)]
pub struct Declared<'a> {
    study: &'a Study,
    wave: &'a Wave,
    designs: Vec<(String, Design, Option<Named>)>,
    /// Columns of the export that designs use as they stand, or seem to mean where a name is none.
    pub headers: HashSet<String>,
    /// Names that are none.
    faults: Diagnostics,
}

/// Looks up the columns that the designs of `wave` name, in the codebook and in the header of `table`, its export.
pub fn declared<'a>(study: &'a Study, wave: &'a Wave, codebook: &Codebook, table: &RawTable) -> Declared<'a> {
    let variables = codebook.variables();
    let mut lookup = Lookup {
        study,
        codebook,
        variables: &variables,
        table,
        faults: Diagnostics::new(),
        used: HashSet::new(),
    };
    let designs: Vec<_> = (study.designs(wave).into_iter())
        .map(|(column, design)| {
            let named = lookup.named(&design);
            (column, design, named)
        })
        .collect();
    let Lookup { mut faults, used, .. } = lookup;
    for (column, _, _) in designs.iter().filter(|(column, _, _)| column != COLUMN) {
        if let Some(question) =
            variables.iter().find(|v| v.name == *column).and_then(|v| codebook.question(&v.question))
        {
            let fault = Diagnostic::error(format!("`{column}` is the column of a sample design"));
            faults.push(
                fault.at(question.place.clone()).hint("rename the question, or the design in study.toml"),
            );
        }
    }
    Declared { study, wave, designs, headers: columns::headers(table, &used), faults }
}

impl Declared<'_> {
    /// What is kept of each respondent for the designs: nothing yet.
    pub fn keeps(&self) -> Kept {
        Kept::of(self.designs.iter().filter_map(|(_, _, named)| named.as_ref()))
    }

    /// The samples of the wave, `design` first. `stands` tells where the rows of its export stand. Without what was `kept` of them
    /// (because answers have faults of their own, or do not fit the frame) only the names are told that are none.
    ///
    /// # Errors
    /// Everything in which the respondents do not fit a design.
    pub fn samples(
        self,
        stands: &dyn Stands,
        kept: Option<&Kept>,
        frame: Option<&Frame>,
    ) -> Result<(Vec<Sample>, Diagnostics), Diagnostics> {
        let mut samples = Vec::new();
        let mut diagnostics = self.faults;
        if let Some(kept) = kept {
            let (cells, others) = (Faults::new(stands), Diagnostics::new());
            let mut reader = Reader { study: self.study, wave: self.wave, kept, cells, others };
            for (column, design, named) in &self.designs {
                let Some(named) = named else { continue };
                samples.extend(place::sample(&mut reader, column, design, named, frame));
            }
            diagnostics.extend(reader.others);
            diagnostics.extend(reader.cells.finish());
        }
        diagnostics.or(samples)
    }
}
