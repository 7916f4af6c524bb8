//! Questions with one answer, and grids of them.

use super::check::worded;
use super::{Maker, counted};
use crate::assign::{allot, cut};
use crate::codebook::Question;
use crate::fault::Fault;
use crate::recipe::{Counts, Step};

impl Maker<'_> {
    /// Answers a question with one answer, or each item of a grid that the step counts.
    pub(super) fn choices(&mut self, step: &Step, question: &Question) -> Result<(), Fault> {
        let asked = self.asked(question)?;
        if question.kind != "grid" {
            let asked = match step.answered {
                Some(count) => {
                    let count = self.within(count, asked.len());
                    self.respond(&question.name, &question.name, &asked, count)?
                }
                None => asked,
            };
            let fixed = step.answered.is_some();
            if step.cells.is_empty() {
                return self.choose(step, question, None, &asked, &step.counts, fixed.then_some(asked.len()));
            }
            return self.cells(step, question, asked, fixed);
        }
        for item in &question.items {
            let what = format!("{}__{}", question.name, item.name);
            let counts = step
                .items
                .get(&item.name)
                .ok_or_else(|| Fault::step(&what, "the recipe has no counts for it"))?;
            self.choose(step, question, Some(&item.name), &asked, counts, None)?;
        }
        Ok(())
    }

    /// Answers a question cell by cell; everybody belongs to the first cell that fits.
    fn cells(
        &mut self,
        step: &Step,
        question: &Question,
        mut left: Vec<usize>,
        fixed: bool,
    ) -> Result<(), Fault> {
        for cell in &step.cells {
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                left.into_iter().partition(|person| self.wave.fits(&cell.condition, *person));
            let answering = cell.answered.or(fixed.then_some(inside.len()));
            self.choose(step, question, None, &inside, &cell.counts, answering).map_err(
                |fault| match fault {
                    Fault::Recipe { step, message } => {
                        Fault::Recipe { step: format!("{step} ({})", worded(&cell.condition)), message }
                    }
                    other => other,
                },
            )?;
            left = outside;
        }
        if fixed && !left.is_empty() {
            let message = format!("{} of those who answer are in none of its cells", left.len());
            return Err(Fault::step(&question.name, message));
        }
        Ok(())
    }

    /// Answers one question or item, under its counts.
    fn choose(
        &mut self,
        step: &Step,
        question: &Question,
        item: Option<&str>,
        asked: &[usize],
        counts: &Counts,
        answering: Option<usize>,
    ) -> Result<(), Fault> {
        let what = item.map_or_else(|| question.name.clone(), |item| format!("{}__{item}", question.name));
        let set = self
            .codebook
            .labels(question)
            .ok_or_else(|| Fault::step(&what, "its labels are not in the codebook"))?;
        let resolved = counted::resolve(counts, answering, asked.len(), &what, self.recipe.fitted)?;
        if let Some((label, _)) =
            resolved.iter().find(|(label, _)| !set.labels.iter().any(|known| known.label == *label))
        {
            return Err(Fault::step(&what, format!("the codebook has no label `{label}` for it")));
        }
        let quota =
            |label: &str| resolved.iter().find(|(known, _)| *known == label).map_or(0, |(_, count)| *count);
        let labels: Vec<&str> = set.labels.iter().map(|label| label.label.as_str()).collect();
        let quotas: Vec<usize> = labels.iter().map(|label| quota(label)).collect();
        let people = self.respond(&question.name, &what, asked, quotas.iter().sum())?;
        let answers = if set.ordered {
            cut(&self.scores(step, item, &people), &quotas)
        } else {
            allot(&self.leanings(step, item, &labels, &people), &quotas)
                .ok_or_else(|| Fault::step(&what, "somebody is left with an answer that they never give"))?
        };
        let column = self.wave.column(what);
        for (person, answer) in people.into_iter().zip(answers) {
            column[person] = Some(labels[answer].to_owned());
        }
        Ok(())
    }
}
