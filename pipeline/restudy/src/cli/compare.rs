//! `restudy wave compare`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::limits::Within;
use super::output::Output;
use super::printing::Printing;
use super::room::Room;
use super::{Failure, study, wave};
use crate::answer::{Answer, Format};
use crate::ask::{Desk, Question};
use crate::diagnostic::{Diagnostic, Diagnostics, count};
use crate::engine::{number, significance_level};
use crate::study::Study;

/// All rows: whoever wants other ones can begin with it.
const ALL: &str = include_str!("compare.sql");
/// What changed by more than chance explains, in few columns.
const CHANGED: &str = include_str!("compare_changed.sql");
/// What is not comparable, or with care.
const APART: &str = include_str!("compare_apart.sql");

/// How many shares and means there are, how many of them were tested, and how many tests stand.
const TESTS: &str = "select count(*), count(p_value), count(*) filter (where p_holm < significance_level())
    from changes where from_wave = $from and to_wave = $to";

/// Who answered, of whom.
const ANSWERED: &str = "select respondents, invited from waves where wave in ($from, $to) order by position";

/// Compare two waves: who answered, what changed, what cannot be compared
///
/// Tells how many answered, what changed by more than chance explains, and what is not comparable, and why. --all prints each share
/// of an answer that both waves offered, and each mean of a number that both asked for, with bases, difference, interval and test
/// by the design of each wave (`design` in study.toml), the largest difference first; so do --format and --out. p_holm is corrected
/// for all tests of the two waves.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The earlier wave
    #[arg(value_name = "FROM")]
    from: String,

    /// The later wave
    #[arg(value_name = "TO")]
    to: String,

    /// All rows: every share and mean, whether it changed or not, and what is not comparable
    #[arg(long, conflicts_with = "changed")]
    all: bool,

    /// Only the rows that changed by more than chance explains after the correction: p_holm below 0.05, or what is left of 1 by
    /// `confidence` in study.toml
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
        let level = significance_level(study.design.confidence);
        let asked = |text: String| Question::Sql { file: "(wave compare)".to_owned(), text };
        let given = BTreeMap::from(
            [("from", &from.id), ("to", &to.id)].map(|(name, id)| (name.to_owned(), id.clone())),
        );
        let all = asked(self.rows());
        let room = Room::begin()?;
        let watch = self.within.watch(&room, output);
        desk.prepare(&all)?;
        let mut answered = |question: &Question| -> Result<Answer, Diagnostics> {
            let params = desk.params(question, &given)?;
            desk.answer(question, &params)
        };
        let counted = answered(&Question::typed(TESTS))?;
        let [shares, tests, found] = [0, 1, 2].map(|column| whole(&counted, 0, column));
        if self.is_summary() {
            let of_waves = answered(&Question::typed(ANSWERED))?;
            let changed = answered(&asked(CHANGED.to_owned()))?;
            let apart = answered(&asked(APART.to_owned()))?;
            watch.answered();
            let people = [0, 1].map(|row| people(whole(&of_waves, row, 0), whole(&of_waves, row, 1)));
            let head = format!(
                "{}: {} answered\n{}: {} answered\n{shares} shares and means are compared; {found} of {} by design stand after Holm's \
                 correction (p_holm < {level})\n",
                from.id,
                people[0],
                to.id,
                people[1],
                count(tests, "test")
            );
            let table = |answer: &Answer, none: &str| match answer.rows() {
                0 => Ok(format!("{none}\n")),
                _ => Printing::text(answer, &study, to, output),
            };
            let changed = table(&changed, "Nothing changed by more than chance explains.")?;
            let apart = table(&apart, "Everything that both waves asked can be compared.")?;
            let tail = format!("`restudy wave compare {} {} --all` prints all rows\n", from.id, to.id);
            return self.printing.show(&format!("{head}\n{changed}\n{apart}\n{tail}"), output);
        }
        let told = format!(
            "{} to {}: {} by design, of which {found} stand after Holm's correction for all of them (p_holm < {level}); intervals \
             are {}% each, uncorrected",
            from.id,
            to.id,
            count(tests, "test"),
            100.0 * study.design.confidence
        );
        let answer = answered(&all)?;
        watch.answered();
        // The others have it below the table.
        if !matches!(format, Format::Table | Format::Markdown) {
            output.say(&told);
        }
        let answer = answer.noted(told);
        self.printing.print(&answer, &study, to, output)
    }

    /// Whether few words are enough: nobody has asked for rows.
    fn is_summary(&self) -> bool {
        !self.all && !self.changed && self.printing.format.is_none() && self.printing.out.is_none()
    }

    fn rows(&self) -> String {
        match self.changed {
            true => ALL.replace("\nfrom told\n", "\nfrom compared\nwhere p_holm < significance_level()\n"),
            false => ALL.to_owned(),
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

/// A whole number of an answer; 0 where there is none.
fn whole(answer: &Answer, row: usize, column: usize) -> usize {
    number(&answer.batch, row, column).unwrap_or_default() as usize
}

/// Those who answered, of those invited if that is known.
fn people(answered: usize, invited: usize) -> String {
    let people = if answered == 1 { "1 person".to_owned() } else { format!("{answered} people") };
    match invited {
        0 => people,
        _ => format!("{people} of {invited} invited"),
    }
}
