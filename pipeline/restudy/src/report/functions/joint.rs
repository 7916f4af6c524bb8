//! `joint_display("reading", cases="…", survey="…", trends="…", heads=[…, …], caption="…")`: two kinds of material on the same
//! themes, side by side, with what they say together; its block says how it is to be read.

use minijinja::value::Kwargs;
use minijinja::{Error, State, Value};

use super::super::escape::{expression, literal};
use super::super::numbers::{Misnamed, ResultView};
use super::super::recorder::Shown;
use super::super::uses::How;
use super::{Called, Calls};
use crate::queries::head::ColumnKind;

impl Calls {
    pub(super) fn joint_display(&self, state: &mut State<'_, '_>, reading: &str, block: &Kwargs) -> Called {
        let turn = self.recorder().called(state.name(), "joint_display", reading);
        let (cases, survey): (String, String) = (block.get("cases")?, block.get("survey")?);
        let trends: String = block.get("trends")?;
        let caption: String = block.get("caption")?;
        let heads = titles(&block.get::<Value>("heads")?)?;
        let body = super::content(state, block)?;
        let queries = [reading, &cases, &survey, &trends];
        let results: Result<Vec<ResultView>, Misnamed> =
            queries.into_iter().map(|query| self.numbers.result(query)).collect();
        let results = match results.and_then(|results| fit(&results).map(|()| results)) {
            Ok(results) => results,
            Err(fault) => return Ok(self.misnamed(&turn, fault)),
        };
        for (query, result) in queries.into_iter().zip(results) {
            let shown = Shown { result, chart: None, caption: caption.clone(), part: query != reading };
            if let Some(fault) = self.show(query, shown) {
                return Ok(self.misnamed(&turn, fault));
            }
            self.recorder().used_by(&turn, &self.templates, How::Table, (query, None), &caption);
        }
        let [reading_data, cases, survey, trends] =
            queries.map(|query| format!("json({})", literal(&format!("data/{query}.json"))));
        Ok(Value::from_safe_string(format!(
            "#joint-display({reading_data}, cases: {cases}, survey: {survey}, trends: {trends}, \
             heads: ({heads}), caption: [{}], name: {})[{body}] <tab-{reading}>",
            expression(&caption),
            literal(reading),
        )))
    }
}

/// The titles of the two sides, as Typst's content.
fn titles(heads: &Value) -> Result<String, Error> {
    Ok(heads.try_iter()?.map(|head| format!("[{}], ", expression(&head.to_string()))).collect())
}

/// What one of the results must be: its number of key columns, what it holds, and both in words.
struct Wanted {
    keys: usize,
    holds: fn(&ResultView) -> bool,
    words: &'static str,
}

/// In the order in which the results are named.
const WANTED: [Wanted; 4] = [
    Wanted { keys: 1, holds: |_| true, words: "what is read together has one key column, the theme" },
    Wanted {
        keys: 2,
        holds: |cases| cases.column("n").is_some() && cases.column("base").is_some(),
        words: "the cases are counted by theme and group: two key columns, `n` and `base`",
    },
    Wanted {
        keys: 2,
        holds: |survey| survey.head.columns.iter().any(|c| c.name == "share" && c.kind == ColumnKind::Share),
        words: "the survey's shares are by theme and group: two key columns and `share`",
    },
    Wanted {
        keys: 1,
        holds: |trends| trends.column("lower").is_some() && trends.column("upper").is_some(),
        words: "a trend is one number for each theme, with `lower` and `upper`: one key column",
    },
];

/// Whether the results are about the same themes, and hold what each side shows.
fn fit(results: &[ResultView]) -> Result<(), Misnamed> {
    let theme = results.first().and_then(|reading| reading.head.key.first());
    for (result, wanted) in results.iter().zip(WANTED) {
        let key = &result.head.key;
        if key.len() != wanted.keys || key.first() != theme || !(wanted.holds)(result) {
            let theme = theme.map_or("theme", String::as_str);
            return Err(Misnamed::new(format!("`{}` does not fit a joint display", result.head.name))
                .hint(wanted.words)
                .hint(format!("the first key column of all its results is the same: `{theme}`")));
        }
    }
    Ok(())
}
