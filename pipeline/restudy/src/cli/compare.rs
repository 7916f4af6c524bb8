//! `restudy wave compare`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::limits::Within;
use super::output::Output;
use super::printing::Printing;
use super::room::Room;
use super::{Failure, study, wave};
use crate::answer::Format;
use crate::ask::{Desk, Question};
use crate::diagnostic::{Diagnostic, count};
use crate::engine::number;
use crate::study::Study;

/// The question: whoever wants another one can begin with it.
const SQL: &str = include_str!("compare.sql");

/// How many tests there were, and how many of them stand.
const TESTS: &str =
    "select count(p_value), coalesce(sum(case when p_holm < 0.05 then 1 else 0 end), 0) from changes
    where from_wave = $from and to_wave = $to";

/// Compare two waves: who answered, what changed, what cannot be compared
///
/// Each share of an answer that both waves offered, and each mean of a number that both asked for, with bases, difference, interval and test by
/// the design of each wave (`design` in study.toml), the largest difference first. p_holm is corrected for all tests of the two
/// waves. Behind these stands what is not comparable, and why.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The earlier wave
    #[arg(value_name = "FROM")]
    from: String,

    /// The later wave
    #[arg(value_name = "TO")]
    to: String,

    /// Only what changed by more than chance explains after the correction: p_holm below 0.05
    #[arg(long)]
    changed: bool,

    #[command(flatten)]
    within: Within,

    #[command(flatten)]
    printing: Printing,
}

impl Compare {
    pub(super) fn run(&self, folder: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let format = self.printing.chosen(output)?;
        let study = study(folder)?;
        let (from, to) = (wave(&study, Some(&self.from))?, wave(&study, Some(&self.to))?);
        self.in_order(&study)?;
        let mut desk = Desk::open(&study, to, self.within.limits())?;
        let question = Question::Sql { file: "(wave compare)".to_owned(), text: self.sql() };
        let given = [("from", &from.id), ("to", &to.id)].map(|(name, id)| (name.to_owned(), id.clone()));
        let room = Room::begin()?;
        let watch = self.within.watch(&room, output);
        let params = desk.params(&question, &BTreeMap::from(given))?;
        desk.prepare(&question)?;
        let answer = desk.answer(&question, &params)?;
        let counted = desk.answer(&Question::typed(TESTS), &params)?;
        watch.answered();
        let [tests, found] =
            [0, 1].map(|column| number(&counted.batch, 0, column).unwrap_or_default() as usize);
        let told = format!(
            "{} to {}: {} by design, of which {found} stand after Holm's correction for all of them (p_holm < 0.05); intervals \
             are {}% each, uncorrected",
            from.id,
            to.id,
            count(tests, "test"),
            100.0 * study.design.confidence
        );
        // The others have it below the table.
        if !matches!(format, Format::Table | Format::Markdown) {
            output.say(&told);
        }
        let answer = answer.noted(told);
        self.printing.print(&answer, &study, to, output)
    }

    fn sql(&self) -> String {
        match self.changed {
            true => SQL.replace("\nfrom told\n", "\nfrom compared\nwhere p_holm < 0.05\n"),
            false => SQL.to_owned(),
        }
    }

    /// Waves are compared forwards in time.
    fn in_order(&self, study: &Study) -> Result<(), Failure> {
        let at = |id: &str| study.waves.iter().position(|wave| wave.id == id);
        if at(&self.from) < at(&self.to) {
            return Ok(());
        }
        let fault = match self.from == self.to {
            true => Diagnostic::error("a wave cannot be compared with itself").hint("name two waves"),
            false => Diagnostic::error(format!("wave {} comes after {}", self.from, self.to))
                .hint(format!("`restudy wave compare {} {}`", self.to, self.from)),
        };
        Err(Failure::CommandLine(fault.into()))
    }
}
