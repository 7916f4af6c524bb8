//! Questions with several answers, stages, numbers or open text.

use super::Maker;
use crate::assign::{allot, cover, strongest};
use crate::chance::Chance;
use crate::codebook::Question;
use crate::fault::Fault;
use crate::recipe::{Cell, Open, Staged, Step};

const TICKED: &str = "selected";
const UNTICKED: &str = "not selected";

impl Maker<'_> {
    /// Ticks items of a multiple-response question: everybody who answers ticks something; items that stand alone are
    /// ticked alone.
    pub(super) fn multiple(&mut self, step: &Step, question: &Question) -> Result<(), Fault> {
        let mut left = self.asked(question)?;
        let whole =
            [Cell { condition: Default::default(), answered: step.answered, counts: step.counts.clone() }];
        let cells = if step.cells.is_empty() { &whole[..] } else { &step.cells[..] };
        for cell in cells {
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                left.into_iter().partition(|person| self.wave.fits(&cell.condition, *person));
            self.tick(step, question, cell, &inside)?;
            left = outside;
        }
        Ok(())
    }

    fn tick(&mut self, step: &Step, question: &Question, cell: &Cell, asked: &[usize]) -> Result<(), Fault> {
        let name = &question.name;
        let answered =
            cell.answered.ok_or_else(|| Fault::step(name, "the recipe does not say how many answer"))?;
        let people = self.respond(name, name, asked, self.within(answered, asked.len()))?;
        let mut quotas = Vec::new();
        for item in &question.items {
            quotas.push(match cell.counts.get(&item.name) {
                Some(crate::recipe::Count::Exactly(count)) => self.within(*count, people.len()),
                Some(crate::recipe::Count::Rest(_)) => {
                    return Err(Fault::step(name, "items have counts, not the rest"));
                }
                None => 0,
            });
        }
        let items: Vec<&str> = question.items.iter().map(|item| item.name.as_str()).collect();
        let mut leanings = self.leanings(step, None, &items, &people);
        let mut ticked = vec![vec![false; items.len()]; people.len()];
        let mut done = vec![false; people.len()];
        for (place, _) in
            items.iter().enumerate().filter(|(_, item)| step.alone.iter().any(|alone| alone == **item))
        {
            let leaning: Vec<f64> = leanings
                .iter()
                .zip(&done)
                .map(|(row, done)| if *done { f64::NEG_INFINITY } else { row[place] })
                .collect();
            for person in strongest(&leaning).into_iter().take(quotas[place]) {
                ticked[person][place] = true;
                done[person] = true;
                leanings[person].fill(f64::NEG_INFINITY);
            }
            quotas[place] = 0;
        }
        let rest = cover(&leanings, &quotas, &done).ok_or_else(|| {
            let message = format!(
                "{} ticks cannot be given so that each of {} has one",
                quotas.iter().sum::<usize>(),
                people.len()
            );
            Fault::step(name, message)
        })?;
        for (place, item) in items.iter().enumerate() {
            let column = self.wave.column(format!("{name}__{item}"));
            for (row, person) in people.iter().enumerate() {
                let on = ticked[row][place] || rest[row][place];
                column[*person] = Some(if on { TICKED } else { UNTICKED }.to_owned());
            }
        }
        Ok(())
    }

    /// Says of each item whether it happens, and in which stages. The first stage is counted by an earlier answer.
    pub(super) fn staged(&mut self, step: &Step, question: &Question) -> Result<(), Fault> {
        let asked = self.asked(question)?;
        for item in &question.items {
            let what = format!("{}__{}", question.name, item.name);
            let wanted = step
                .staged
                .get(&item.name)
                .ok_or_else(|| Fault::step(&what, "the recipe has no counts for it"))?;
            self.stages(step, question, &item.name, wanted, &asked)?;
        }
        Ok(())
    }

    fn stages(
        &mut self,
        step: &Step,
        question: &Question,
        item: &str,
        wanted: &Staged,
        asked: &[usize],
    ) -> Result<(), Fault> {
        let what = format!("{}__{item}", question.name);
        let (Some(first), Some(none), Some(unknown)) = (&step.first, &question.none, &question.unknown)
        else {
            return Err(Fault::step(
                what,
                "it needs `first`, and the codebook's boxes for `none` and `unknown`",
            ));
        };
        let answering = wanted.happens + wanted.none + wanted.unknown;
        let people = self.respond(&question.name, &what, asked, answering)?;
        let labels = ["happens", none.label.as_str(), unknown.label.as_str()];
        let leanings = self.leanings(step, Some(item), &labels, &people);

        let mut in_first = vec![false; people.len()];
        for (cell, count) in &wanted.first {
            let inside: Vec<usize> = (0..people.len())
                .filter(|row| self.wave.answer(&first.by, people[*row]) == Some(cell))
                .collect();
            let count = self.within(*count, inside.len());
            if count > inside.len() {
                let message = format!(
                    "{count} of those with {} `{cell}` in {}, but only {} answer",
                    first.by,
                    first.stage,
                    inside.len()
                );
                return Err(Fault::step(what, message));
            }
            let leaning: Vec<f64> = inside.iter().map(|row| leanings[*row][0]).collect();
            for place in strongest(&leaning).into_iter().take(count) {
                in_first[inside[place]] = true;
            }
        }
        let firsts = in_first.iter().filter(|on| **on).count();
        let others: Vec<usize> = (0..people.len()).filter(|row| !in_first[*row]).collect();
        let quotas = [wanted.happens.saturating_sub(firsts), wanted.none, wanted.unknown];
        let rows: Vec<Vec<f64>> = others.iter().map(|row| leanings[*row].clone()).collect();
        let given = allot(&rows, &quotas)
            .ok_or_else(|| Fault::step(&what, format!("{firsts} in {} are more than happen", first.stage)))?;
        let mut answers = vec![0; people.len()];
        for (row, answer) in others.iter().zip(given) {
            answers[*row] = answer;
        }

        let happening: Vec<usize> = (0..people.len()).filter(|row| answers[*row] == 0).collect();
        let names: Vec<&str> = wanted.stages.keys().map(String::as_str).collect();
        let quotas: Vec<usize> = wanted.stages.values().copied().collect();
        let who: Vec<usize> = happening.iter().map(|row| people[*row]).collect();
        let covered: Vec<bool> = happening.iter().map(|row| in_first[*row]).collect();
        let ticked =
            cover(&self.leanings(step, Some(item), &names, &who), &quotas, &covered).ok_or_else(|| {
                Fault::step(&what, "its stages cannot be given so that each that happens has one")
            })?;

        let column = self.wave.column(what.clone());
        for (row, person) in people.iter().enumerate() {
            column[*person] = Some(labels[answers[row]].to_owned());
        }
        for stage in &question.stages {
            let column = self.wave.column(format!("{what}_{}", stage.name));
            for person in &people {
                column[*person] = Some("no".to_owned());
            }
            let place = names.iter().position(|name| *name == stage.name);
            for (slot, row) in happening.iter().enumerate() {
                let on = if stage.name == first.stage {
                    in_first[*row]
                } else {
                    place.is_some_and(|place| ticked[slot][place])
                };
                if on {
                    column[people[*row]] = Some("yes".to_owned());
                }
            }
        }
        Ok(())
    }

    /// Numbers, rounded as people round them.
    pub(super) fn numbers(&mut self, step: &Step, question: &Question) -> Result<(), Fault> {
        let asked = self.asked(question)?;
        let count = step
            .answered
            .ok_or_else(|| Fault::step(&question.name, "the recipe does not say how many answer"))?;
        let count = self.within(count, asked.len());
        let people = self.respond(&question.name, &question.name, &asked, count)?;
        let mut decided: Vec<(String, Vec<f64>)> = Vec::new();
        for (item, wanted) in &step.numbers {
            let what = format!("{}__{item}", question.name);
            let mut chance = Chance::named(self.recipe.seed, &format!("number {what}"));
            let number = |person: usize, noise: f64| {
                let raw = if wanted.rest_of.is_empty() {
                    wanted.mean + wanted.spread * (noise + self.wave.weighted(&wanted.score, person))
                } else {
                    let parts = decided.iter().filter(|(name, _)| wanted.rest_of.contains(name));
                    wanted.greatest - parts.map(|(_, values)| values[person]).sum::<f64>()
                };
                ((raw / wanted.unit).floor() * wanted.unit).clamp(wanted.least, wanted.greatest)
            };
            let values: Vec<f64> =
                (0..self.wave.people).map(|person| number(person, chance.normal())).collect();
            let able: Vec<usize> =
                people.iter().copied().filter(|person| self.wave.fits(&wanted.condition, *person)).collect();
            let giving =
                self.respond(&question.name, &what, &able, self.within(wanted.answered, able.len()))?;
            let column = self.wave.column(what);
            for person in giving {
                column[person] = Some(format!("{}", values[person]));
            }
            decided.push((item.clone(), values));
        }
        Ok(())
    }

    /// Open answers: to each respondent with a code, a text of that code; or to as many as there are texts.
    pub(super) fn open(&mut self, open: &Open) -> Result<(), Fault> {
        let question = self.question(&open.question)?;
        for (code, texts) in &open.texts {
            let writers = match &open.coded {
                Some(coded) => self.coded(coded, code)?,
                None => {
                    let asked = self.asked(question)?;
                    self.respond(&question.name, &question.name, &asked, texts.len())?
                }
            };
            let what = format!("{} `{code}`", open.question);
            if writers.len() > texts.len() {
                return Err(Fault::step(
                    what,
                    format!("{} answer it, but it has {} texts", writers.len(), texts.len()),
                ));
            }
            let order = Chance::named(self.recipe.seed, &format!("texts {what}")).shuffled(texts.len());
            for (person, text) in writers.into_iter().zip(order) {
                let column = self.wave.column(open.question.clone());
                column[person] = Some(match column[person].take() {
                    Some(before) => format!("{before}; {}", texts[text]),
                    None => texts[text].clone(),
                });
                if let Some(coded) = &open.coded {
                    self.wave.codes.push((person, coded.clone(), code.clone()));
                }
            }
        }
        Ok(())
    }

    /// Who has a code: the label of a coded question, or an item of a multiple-response question.
    fn coded(&self, coded: &str, code: &str) -> Result<Vec<usize>, Fault> {
        let (variable, label) = match self.question(coded)?.kind.as_str() {
            "multiple" => (format!("{coded}__{code}"), TICKED),
            _ => (coded.to_owned(), code),
        };
        Ok((0..self.wave.people)
            .filter(|person| self.wave.answer(&variable, *person) == Some(label))
            .collect())
    }
}
