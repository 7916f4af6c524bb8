//! `joint_display("reading", cases="…", survey="…", heads=[…, …], caption="…")`: two kinds of material on the same themes, side by
//! side, with what they say together; its block says how it is to be read.

use minijinja::value::Kwargs;
use minijinja::{Error, State, Value};

use super::super::escape::{expression, literal};
use super::super::numbers::{Misnamed, ResultView};
use super::super::recorder::Shown;
use super::{Called, Calls};
use crate::queries::head::ColumnKind;

impl Calls {
    pub(super) fn joint_display(&self, state: &mut State<'_, '_>, reading: &str, block: &Kwargs) -> Called {
        let turn = self.recorder().called(state.name(), "joint_display", reading);
        let (cases, survey): (String, String) = (block.get("cases")?, block.get("survey")?);
        let caption: String = block.get("caption")?;
        let heads = titles(&block.get::<Value>("heads")?)?;
        let body = super::content(state, block)?;
        let found = [reading, cases.as_str(), survey.as_str()].map(|query| self.numbers.result(query));
        let shown = match found {
            [Ok(reading), Ok(cases), Ok(survey)] => {
                fits(&reading, &cases, &survey).map(|()| [reading, cases, survey])
            }
            [Err(fault), ..] | [_, Err(fault), _] | [.., Err(fault)] => Err(fault),
        };
        let shown = match shown {
            Ok(shown) => shown,
            Err(fault) => return Ok(self.misnamed(&turn, fault)),
        };
        for result in shown {
            let query = result.head.name.clone();
            if let Some(fault) = self.show(&query, Shown { result, chart: None, caption: caption.clone() }) {
                return Ok(self.misnamed(&turn, fault));
            }
        }
        let data = |query: &str| format!("json({})", literal(&format!("data/{query}.json")));
        Ok(Value::from_safe_string(format!(
            "#joint-display({}, cases: {}, survey: {}, heads: ({heads}), caption: [{}], name: {})[{body}] <tab-{reading}>",
            data(reading),
            data(&cases),
            data(&survey),
            expression(&caption),
            literal(reading),
        )))
    }
}

/// The titles of the two sides, as Typst's content.
fn titles(heads: &Value) -> Result<String, Error> {
    let mut titles = String::new();
    for head in heads.try_iter()? {
        titles.push_str(&format!("[{}], ", expression(&head.to_string())));
    }
    Ok(titles)
}

/// Whether the three results are about the same themes, and hold what each side shows.
fn fits(reading: &ResultView, cases: &ResultView, survey: &ResultView) -> Result<(), Misnamed> {
    let keys = |result: &ResultView, count: usize| result.head.key.len() == count;
    let wrong = |result: &ResultView, wanted: &str| {
        Err(Misnamed::new(format!("`{}` does not fit a joint display", result.head.name))
            .hint(wanted.to_owned()))
    };
    if !keys(reading, 1) {
        return wrong(reading, "what is read together has one row for each theme: one key column");
    }
    if !keys(cases, 2) || cases.column("n").is_none() || cases.column("base").is_none() {
        return wrong(cases, "the cases are counted by theme and group: two key columns, `n` and `base`");
    }
    let share = |result: &ResultView| {
        result.head.columns.iter().any(|c| c.name == "share" && c.kind == ColumnKind::Share)
    };
    if !keys(survey, 2) || !share(survey) {
        return wrong(survey, "the survey's shares are by theme and group: two key columns and `share`");
    }
    let theme = &reading.head.key[0];
    for side in [cases, survey] {
        if side.head.key[0] != *theme {
            return wrong(side, &format!("its first key column is `{theme}`, as in `{}`", reading.head.name));
        }
    }
    Ok(())
}
