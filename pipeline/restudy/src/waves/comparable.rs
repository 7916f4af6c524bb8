//! How far answers of two waves can be compared.

use serde::Serialize;

use super::model::{Comparable, Crosswalk, Crosswalks, Means};
use crate::codebook::{Codebook, Question, Variable};

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
        let item = question.items.iter().find(|item| variable.item.as_ref() == Some(&item.name));
        let is_coded = |text: &Option<String>| {
            text.as_ref()
                .and_then(|text| codebook.question(text))
                .is_none_or(|text| text.asked_in(wave) && !self.gone(&text.name, &text.name, wave))
        };
        question.asked_in(wave)
            && item.is_none_or(|item| item.asked_in(wave) && is_coded(&item.coded_from))
            && is_coded(&question.coded_from)
            && !self.gone(&variable.question, &item_variable(variable), wave)
    }

    /// Whether a crosswalk says that a variable is gone, in `wave` or in one before it since when it has not come back.
    pub(super) fn gone(&self, question: &str, variable: &str, wave: &str) -> bool {
        let until = self.waves.iter().position(|w| w == wave).map_or(0, |at| at + 1);
        let mut gone = false;
        for crosswalk in self.waves.iter().take(until).filter_map(|wave| self.of(wave)) {
            let is = crosswalk.gone.iter().any(|g| g.variable == question || g.variable == variable);
            let is_back = || crosswalk.columns_of(variable).next().is_some();
            gone = is || gone && !is_back();
        }
        gone
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
            let why = self.why_gone(variable, wave).unwrap_or_default();
            let why = if why.is_empty() { why } else { format!(": {why}") };
            return Comparability { comparable: Comparable::No, why: format!("not asked in {wave}{why}") };
        }
        let mut comparable = Comparable::Yes;
        let mut whys: Vec<String> = Vec::new();
        for crosswalk in between.iter().skip(1).filter_map(|wave| self.of(wave)) {
            for (flag, why) in crosswalk.said_of(variable) {
                comparable = comparable.max(flag);
                let why = format!("{}: {why}", crosswalk.wave);
                if flag != Comparable::Yes && !whys.contains(&why) {
                    whys.push(why);
                }
            }
        }
        Comparability { comparable, why: whys.join("; ") }
    }

    fn why_gone(&self, variable: &Variable, wave: &str) -> Option<String> {
        let name = item_variable(variable);
        let gone =
            self.of(wave)?.gone.iter().find(|g| g.variable == variable.question || g.variable == name)?;
        Some(gone.why.clone())
    }
}

/// The variable of the item that `variable` is about: without its stage.
fn item_variable(variable: &Variable) -> String {
    let stage = variable.stage.as_ref().map(|stage| format!("_{stage}")).unwrap_or_default();
    variable.name.strip_suffix(&stage).unwrap_or(&variable.name).to_owned()
}

impl Crosswalk {
    /// The columns that hold answers to `variable`: of an item, all that belong to it.
    pub(super) fn columns_of<'a>(
        &'a self,
        variable: &str,
    ) -> impl Iterator<Item = &'a super::Column> + use<'a> {
        let variable = variable.to_owned();
        self.columns.iter().filter(move |column| match &column.means {
            Means::Variable(means) => means.strip_prefix(variable.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(": ") || variable.contains("__") && rest.starts_with('_')
            }),
            _ => false,
        })
    }

    /// What is said of `variable`: of its columns, and of whom its question was put to.
    fn said_of(&self, variable: &Variable) -> Vec<(Comparable, &str)> {
        let name = item_variable(variable);
        let of_columns =
            self.columns_of(&name).map(|column| (column.comparable.unwrap_or_default(), column.why.as_str()));
        let routings = self.routings.iter().filter(|routing| routing.question == variable.question);
        let changed = self.changed.iter().filter(|changed| {
            let of = |name: &Option<String>, own: &str| name.as_deref() == Some(own);
            of(&changed.variable, &variable.question)
                || of(&changed.variable, &name)
                || of(&changed.variable, &variable.name)
                || changed.set.is_some() && changed.set == variable.value_set
        });
        let changed = changed.map(|changed| (changed.comparable, changed.why.as_str()));
        of_columns
            .chain(changed)
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
