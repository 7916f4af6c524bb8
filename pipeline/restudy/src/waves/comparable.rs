//! How far answers of two waves can be compared.

use serde::Serialize;

use super::model::{Column, Comparable, Crosswalk, Crosswalks, Gone, Means};
use crate::codebook::{Codebook, Item, Question, Variable};

/// Whether the answers to a variable can be compared between two waves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparability {
    /// Whether they can.
    pub comparable: Comparable,
    /// Why not, or why with care; empty if they can.
    pub why: String,
}

impl Crosswalks {
    /// Whether `wave` asked `variable`.
    pub fn asked(&self, codebook: &Codebook, variable: &Variable, wave: &str) -> bool {
        let Some(question) = codebook.question(&variable.question) else { return false };
        let item = item_of(question, variable);
        question.asked_in(wave)
            && item.is_none_or(|item| item.asked_in(wave))
            && text_of(codebook, question, item).is_none_or(|text| text.asked_in(wave))
            && self.gone_by(codebook, variable, wave).is_none()
    }

    /// What says that an item of a question (the whole question, if none is named) is gone in `wave`: its own crosswalk, or that
    /// of a wave before it since when no column means it again.
    pub(super) fn gone(
        &self,
        question: &Question,
        item: Option<&str>,
        wave: &str,
    ) -> Option<(&Crosswalk, &Gone)> {
        let until = self.waves.iter().position(|w| w == wave).map_or(0, |at| at + 1);
        let variable = item.map(|item| format!("{}__{item}", question.name));
        let mut gone = None;
        for crosswalk in self.waves.iter().take(until).filter_map(|wave| self.of(wave)) {
            let said = crosswalk
                .gone
                .iter()
                .find(|gone| gone.variable == question.name || Some(&gone.variable) == variable.as_ref());
            let is_back = || crosswalk.columns_of(question, item).next().is_some();
            gone = said.map(|said| (crosswalk, said)).or_else(|| gone.filter(|_| !is_back()));
        }
        gone
    }

    /// What says that `variable` is gone in `wave`, or the text that it was coded from.
    fn gone_by(&self, codebook: &Codebook, variable: &Variable, wave: &str) -> Option<(&Crosswalk, &Gone)> {
        let question = codebook.question(&variable.question)?;
        let item = item_of(question, variable);
        let of_text = || self.gone(text_of(codebook, question, item)?, None, wave);
        self.gone(question, variable.item.as_deref(), wave).or_else(of_text)
    }

    /// Whether answers to `variable` can be compared between two waves: the worst of what the crosswalks say of the waves
    /// after the earlier one, up to the later one. What only one of them asked cannot.
    pub fn comparability(
        &self,
        codebook: &Codebook,
        variable: &Variable,
        one: &str,
        other: &str,
    ) -> Comparability {
        let at = |wave: &str| self.waves.iter().position(|w| w == wave);
        let (Some(first), Some(last)) = (at(one).min(at(other)), at(one).max(at(other))) else {
            let why = "there is no such wave".to_owned();
            return Comparability { comparable: Comparable::No, why };
        };
        let between = self.waves.get(first..=last).unwrap_or_default();
        let ends = [between.first(), between.last()].into_iter().flatten();
        if let Some(wave) = ends.into_iter().find(|wave| !self.asked(codebook, variable, wave)) {
            let why = match self.gone_by(codebook, variable, wave) {
                None => format!("not asked in {wave}"),
                Some((by, gone)) if by.wave == *wave => format!("not asked in {wave}: {}", gone.why),
                Some((by, gone)) => format!("not asked since {}: {}", by.wave, gone.why),
            };
            return Comparability { comparable: Comparable::No, why };
        }
        let mut comparable = Comparable::Yes;
        let mut whys: Vec<String> = Vec::new();
        for crosswalk in between.iter().skip(1).filter_map(|wave| self.of(wave)) {
            for (flag, why) in crosswalk.said_of(codebook, variable) {
                comparable = comparable.max(flag);
                let why = format!("{}: {why}", crosswalk.wave);
                if flag != Comparable::Yes && !whys.contains(&why) {
                    whys.push(why);
                }
            }
        }
        Comparability { comparable, why: whys.join("; ") }
    }
}

/// The item that `variable` is about.
fn item_of<'a>(question: &'a Question, variable: &Variable) -> Option<&'a Item> {
    question.items.iter().find(|item| variable.item.as_ref() == Some(&item.name))
}

/// The text that was coded into a question or an item of it.
fn text_of<'a>(
    codebook: &'a Codebook,
    question: &'a Question,
    item: Option<&'a Item>,
) -> Option<&'a Question> {
    let of_item = item.and_then(|item| item.coded_from.as_deref());
    codebook.question(of_item.or(question.coded_from.as_deref())?)
}

impl Crosswalk {
    /// The columns that hold answers to an item of `question`; to any of its items, if none is named.
    pub(super) fn columns_of<'a>(
        &'a self,
        question: &Question,
        item: Option<&str>,
    ) -> impl Iterator<Item = &'a Column> + use<'a> {
        // A column of the whole question holds the answers to all of its items.
        let mut names = vec![question.name.clone()];
        for of in question.items.iter().filter(|of| item.is_none_or(|item| of.name == item)) {
            let name = format!("{}__{}", question.name, of.name);
            names.extend(question.stages.iter().map(|stage| format!("{name}_{}", stage.name)));
            names.push(name);
        }
        self.columns.iter().filter(move |column| match &column.means {
            Means::Variable(means) => {
                let variable = means.split_once(": ").map_or(means.as_str(), |(variable, _)| variable);
                names.iter().any(|name| name == variable)
            }
            _ => false,
        })
    }

    /// What is said of `variable`: of its columns, of whom its question was put to, of its labels, and of the text that it was
    /// coded from.
    fn said_of(&self, codebook: &Codebook, variable: &Variable) -> Vec<(Comparable, &str)> {
        let Some(question) = codebook.question(&variable.question) else { return Vec::new() };
        let item = item_of(question, variable);
        let text = text_of(codebook, question, item);
        let of_item = item.map(|item| format!("{}__{}", question.name, item.name));
        let names =
            [Some(&variable.name), Some(&question.name), of_item.as_ref(), text.map(|text| &text.name)];
        let columns = self.columns_of(question, variable.item.as_deref());
        let columns = columns.chain(text.into_iter().flat_map(|text| self.columns_of(text, None)));
        let columns = columns.map(|column| (column.comparable.unwrap_or_default(), column.why.as_str()));
        let changed = self.changed.iter().filter(|changed| {
            changed.variable.as_ref().is_some_and(|of| names.contains(&Some(of)))
                || changed.set.is_some() && changed.set == variable.value_set
        });
        let routings = self.routings.iter().filter(|routing| names.contains(&Some(&routing.question)));
        columns
            .chain(changed.map(|changed| (changed.comparable, changed.why.as_str())))
            .chain(routings.map(|routing| (routing.comparable, routing.why.as_str())))
            .collect()
    }

    /// `question` as the wave asked it.
    pub(super) fn asked_as(&self, question: &Question) -> Question {
        let routing = self.routings.iter().find(|routing| routing.question == question.name);
        let asked_if = routing.map_or_else(|| question.asked_if.clone(), |routing| routing.asked_if.clone());
        Question { asked_if, ..question.clone() }
    }
}
