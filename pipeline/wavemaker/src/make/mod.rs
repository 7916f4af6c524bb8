//! Decides every answer, step by step.
//!
//! Factors come first, then pages (who is still there), then each question in the order of the recipe: who answers it, and
//! who of them gives which answer, under the counts that the recipe asks for.

mod check;
mod choices;
mod counted;
mod others;

use indexmap::IndexMap;

use crate::assign::strongest;
use crate::chance::Chance;
use crate::codebook::{Codebook, Question};
use crate::fault::Fault;
use crate::recipe::{Recipe, Step, Weights};
use crate::wave::Wave;

/// Makes the wave of a recipe.
pub(crate) fn make(recipe: &Recipe, codebook: &Codebook) -> Result<Wave, Fault> {
    let mut maker = Maker::new(recipe, codebook)?;
    for step in &recipe.steps {
        let question = maker.question(&step.question)?;
        maker.check(step, question)?;
        match question.kind.as_str() {
            "single" | "grid" | "coded" => maker.choices(step, question)?,
            "multiple" => maker.multiple(step, question)?,
            "staged" => maker.staged(step, question)?,
            "numbers" => maker.numbers(step, question)?,
            kind => {
                return Err(Fault::step(
                    &step.question,
                    format!("no answers are made for a question of kind `{kind}`"),
                ));
            }
        }
    }
    for open in &recipe.open {
        maker.open(open)?;
    }
    let submitted = maker.reached(recipe.pages.len().saturating_sub(1));
    maker.wave.submitted = submitted;
    Ok(maker.wave)
}

struct Maker<'a> {
    recipe: &'a Recipe,
    codebook: &'a Codebook,
    wave: Wave,
    /// The page of each question.
    pages: IndexMap<&'a str, usize>,
    /// How long each respondent stays, once that is decided.
    stay: Option<Vec<usize>>,
}

impl<'a> Maker<'a> {
    fn new(recipe: &'a Recipe, codebook: &'a Codebook) -> Result<Self, Fault> {
        let mut wave = Wave { people: recipe.respondents, ..Wave::default() };
        for factor in &recipe.factors {
            known_factors(&wave, &factor.from, &factor.name)?;
            let mut chance = Chance::named(recipe.seed, &format!("factor {}", factor.name));
            let values = (0..wave.people)
                .map(|person| wave.weighted(&factor.from, person) + chance.normal())
                .collect();
            wave.factors.insert(factor.name.clone(), values);
        }
        let mut pages = IndexMap::new();
        let mut before = recipe.respondents;
        for (number, page) in recipe.pages.iter().enumerate() {
            if page.reached > before {
                let message = format!("{} reach it, but only {before} reached the page before", page.reached);
                return Err(Fault::step(format!("page {}", number + 1), message));
            }
            before = page.reached;
            for question in &page.questions {
                pages.insert(question.as_str(), number);
            }
        }
        known_factors(&wave, &recipe.response.stay, "response")?;
        known_factors(&wave, &recipe.response.answer, "response")?;
        Ok(Self { recipe, codebook, wave, pages, stay: None })
    }

    fn question(&self, name: &str) -> Result<&'a Question, Fault> {
        self.codebook.question(name).ok_or_else(|| Fault::step(name, "the codebook has no such question"))
    }

    /// Who reached a page. Those who left before one page do not come back for the next.
    fn reached(&mut self, page: usize) -> Vec<bool> {
        let people = self.wave.people;
        let count = self.recipe.pages.get(page).map_or(people, |page| page.reached);
        if count == people {
            return vec![true; people];
        }
        let (wave, response) = (&self.wave, &self.recipe.response);
        let order = self.stay.get_or_insert_with(|| {
            let score = |person| {
                wave.weighted(&response.stay, person) + wave.pushed(&response.effects, None, None, person)
            };
            strongest(&(0..people).map(score).collect::<Vec<f64>>())
        });
        let mut reached = vec![false; people];
        for person in order.iter().take(count) {
            reached[*person] = true;
        }
        reached
    }

    /// Who is asked a question: its page was reached, and the earlier answer opens it.
    fn asked(&mut self, question: &Question) -> Result<Vec<usize>, Fault> {
        let page = self.pages.get(question.name.as_str()).copied();
        let page = page.ok_or_else(|| Fault::step(&question.name, "it stands on no page of the recipe"))?;
        let reached = self.reached(page);
        // A code can only be given to those who were asked the open question behind it.
        let source = question.coded_from.as_deref().map(|source| self.question(source)).transpose()?;
        let opens = |person: &usize| match &source.unwrap_or(question).asked_if {
            Some(rule) => self
                .wave
                .answer(&rule.variable, *person)
                .is_some_and(|label| rule.is.iter().any(|is| is == label)),
            None => true,
        };
        Ok((0..self.wave.people).filter(|person| reached[*person]).filter(opens).collect())
    }

    /// A count of this wave; one that was fitted to its size gives way to the number of those who are there.
    fn within(&self, count: usize, there: usize) -> usize {
        if self.recipe.fitted { count.min(there) } else { count }
    }

    /// Those of the people who answer, so many of them; `what` names the question or item in faults.
    fn respond(
        &self,
        question: &str,
        what: &str,
        people: &[usize],
        count: usize,
    ) -> Result<Vec<usize>, Fault> {
        if count > people.len() {
            let message = format!("{count} should answer, but only {} can be asked", people.len());
            return Err(Fault::step(what, message));
        }
        let response = &self.recipe.response;
        let mut whole = Chance::named(self.recipe.seed, &format!("answers {question}"));
        let mut single = Chance::named(self.recipe.seed, &format!("answers item {what}"));
        let scores: Vec<f64> = (0..self.wave.people)
            .map(|person| {
                self.wave.weighted(&response.answer, person)
                    + response.question_noise * whole.normal()
                    + response.item_noise * single.normal()
            })
            .collect();
        let scores: Vec<f64> = people.iter().map(|person| scores[*person]).collect();
        let mut chosen: Vec<usize> =
            strongest(&scores).into_iter().take(count).map(|place| people[place]).collect();
        chosen.sort_unstable();
        Ok(chosen)
    }

    /// How each of the people leans to each label of an item.
    fn leanings(&self, step: &Step, item: Option<&str>, labels: &[&str], people: &[usize]) -> Vec<Vec<f64>> {
        let mut rows = vec![Vec::with_capacity(labels.len()); people.len()];
        for label in labels {
            let about = format!("{} {label}", step.question);
            let mut habit = Chance::named(self.recipe.seed, &format!("habit {about}"));
            let mut noise =
                Chance::named(self.recipe.seed, &format!("noise {about} {}", item.unwrap_or_default()));
            let all: Vec<f64> =
                (0..self.wave.people).map(|_| step.habit * habit.normal() + noise.normal()).collect();
            for (row, person) in rows.iter_mut().zip(people) {
                let leaning =
                    step.lean.get(*label).map_or(0.0, |weights| self.wave.weighted(weights, *person));
                row.push(
                    all[*person] + leaning + self.wave.pushed(&step.effects, item, Some(label), *person),
                );
            }
        }
        rows
    }

    /// How each of the people scores on the scale of an item.
    fn scores(&self, step: &Step, item: Option<&str>, people: &[usize]) -> Vec<f64> {
        let mut habit = Chance::named(self.recipe.seed, &format!("habit {}", step.question));
        let mut noise =
            Chance::named(self.recipe.seed, &format!("noise {} {}", step.question, item.unwrap_or_default()));
        let all: Vec<f64> =
            (0..self.wave.people).map(|_| step.habit * habit.normal() + noise.normal()).collect();
        let pushed = |person| self.wave.pushed(&step.effects, item, None, person);
        people
            .iter()
            .map(|&person| all[person] + self.wave.weighted(&step.score, person) + pushed(person))
            .collect()
    }
}

/// All factors that weights name are there.
fn known_factors(wave: &Wave, weights: &Weights, step: &str) -> Result<(), Fault> {
    match weights.keys().find(|name| !wave.factors.contains_key(*name)) {
        Some(name) => Err(Fault::step(step, format!("no factor `{name}` was named before"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
