//! Queries that compare waves by what cannot be compared.
//!
//! In: SQL, and what the table `comparability` says. Out: a warning for each variable that the SQL names although it reads
//! the answers of more than one wave and these do not mean the same.
//!
//! Which waves are read is seen in the plan: a table with the column `wave` is read in all of them unless a condition holds that
//! column to one value, or a join to that of a table which is held so.

use std::collections::BTreeMap;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::{Params, Session, Sql, cell_text, without_comments, words};

/// The column that says of which wave a row is.
const WAVE: &str = "wave";

/// Tables of answers.
const ANSWERS: [&str; 3] = ["responses", "answers", "missing"];

/// Variables that cannot be compared between some waves.
#[derive(Clone, Debug, Default)]
pub struct Incomparable(Vec<Variable>);

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    question: String,
    item: Option<String>,
    from: String,
    to: String,
    why: Option<String>,
}

impl Incomparable {
    /// Those that the tables of `session` name.
    ///
    /// # Errors
    /// The tables cannot be asked.
    pub fn of(session: &Session) -> Result<Incomparable, Diagnostics> {
        let sql = "select comparability.variable, variables.question, variables.item, from_wave, to_wave, why
            from comparability inner join variables on variables.variable = comparability.variable
            inner join waves on waves.wave = to_wave
            where comparable = 'no' order by waves.position desc, variables.position";
        let rows = session.query(sql, &Params::none())?;
        let mut found: Vec<Variable> = Vec::new();
        for row in 0..rows.num_rows() {
            let text = |column: usize| cell_text(&rows, row, column);
            let (Some(name), Some(question), Some(from), Some(to)) = (text(0), text(1), text(3), text(4))
            else {
                continue;
            };
            if found.iter().all(|known| known.name != name) {
                found.push(Variable { name, question, item: text(2), from, to, why: text(5) });
            }
        }
        Ok(Incomparable(found))
    }

    /// A warning for each of them by which `sql` compares waves.
    ///
    /// # Errors
    /// The SQL cannot be planned.
    pub fn compared_by(
        &self,
        sql: Sql<'_>,
        params: &Params,
        session: &Session,
    ) -> Result<Diagnostics, Diagnostics> {
        let code = without_comments(sql.text);
        let named: Vec<_> =
            self.0.iter().filter_map(|variable| Some((variable, variable.named(&code)?))).collect();
        let mut warnings = Diagnostics::new();
        if named.is_empty() || !reads_several_waves(&session.plan(sql, params)?) {
            return Ok(warnings);
        }
        for (variable, at) in named {
            let Variable { name, from, to, why, .. } = variable;
            let fault = Diagnostic::warning(format!("`{name}` cannot be compared between {from} and {to}"))
                .at(Place::span(sql.file, sql.text, at))
                .note("the query reads the answers of more than one wave");
            let fault = why.iter().fold(fault, |fault, why| fault.note(why.clone()));
            warnings.push(fault.hint("read one wave, `where wave = $wave`, or leave the variable out"));
        }
        Ok(warnings)
    }
}

impl Variable {
    /// Where `code` names the variable: by its name, or in a table with a row per answer by those of its question and item.
    fn named(&self, code: &str) -> Option<std::ops::Range<usize>> {
        let quoted = |name: &str| format!("'{name}'");
        words(code, &self.name).into_iter().next().or_else(|| {
            let item = self.item.as_deref()?;
            let question = code.find(&quoted(&self.question))?;
            let at = code.find(&quoted(item))?;
            Some(question.max(at)..question.max(at) + 1)
        })
    }
}

/// Whether a plan reads answers of more than one wave.
fn reads_several_waves(plan: &LogicalPlan) -> bool {
    Open::of(plan).tables.values().any(|answers| *answers)
}

/// The tables that a part of a plan reads in all waves.
#[derive(Default)]
struct Open {
    /// By the names that they have at its top: whether they hold answers.
    tables: BTreeMap<String, bool>,
    /// Tables of which each row of one meets rows of the same wave of the other.
    together: Vec<[String; 2]>,
}

impl Open {
    fn of(plan: &LogicalPlan) -> Open {
        match plan {
            LogicalPlan::TableScan(scan) => {
                let name = scan.table_name.table();
                let has_waves = plan.schema().fields().iter().any(|field| field.name() == WAVE);
                let table = has_waves.then(|| (name.to_owned(), ANSWERS.contains(&name)));
                Open { tables: table.into_iter().collect(), together: Vec::new() }
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let inner = Open::of(&alias.input).tables;
                let table = inner.values().copied().reduce(|one, other| one || other);
                let table = table.map(|answers| (alias.alias.table().to_owned(), answers));
                Open { tables: table.into_iter().collect(), together: Vec::new() }
            }
            LogicalPlan::Filter(filter) => {
                let mut open = Open::of_inputs(plan);
                open.hold(&split_conjunction(&filter.predicate));
                open
            }
            LogicalPlan::Join(join) => {
                let mut open = Open::of_inputs(plan);
                let equal = join.on.iter().map(|(left, right)| left.clone().eq(right.clone()));
                let equal: Vec<Expr> = equal.collect();
                let filters = join.filter.iter().flat_map(split_conjunction);
                open.hold(&equal.iter().chain(filters).collect::<Vec<_>>());
                open
            }
            _ => Open::of_inputs(plan),
        }
    }

    /// What the inputs of a part read, and its subqueries.
    fn of_inputs(plan: &LogicalPlan) -> Open {
        let mut all = Open::default();
        for input in plan.inputs() {
            let Open { tables, together } = Open::of(input);
            for (name, answers) in tables {
                *all.tables.entry(name).or_default() |= answers;
            }
            all.together.extend(together);
        }
        // The visitor gives no error, so the walk gives none.
        let _ = plan.apply_subqueries(|part| {
            // No condition of this part is about a table of a subquery, though it may have the same name.
            let within =
                Open::of(part).tables.into_iter().map(|(name, answers)| (format!("({name})"), answers));
            all.tables.extend(within);
            Ok(TreeNodeRecursion::Continue)
        });
        all
    }

    /// Takes out what conditions hold to one wave.
    fn hold(&mut self, conditions: &[&Expr]) {
        for condition in conditions {
            let Expr::BinaryExpr(binary) = condition else { continue };
            if binary.op != Operator::Eq {
                continue;
            }
            match (wave_of(&binary.left), wave_of(&binary.right)) {
                (Some(Side::Table(one)), Some(Side::Table(other))) => self.together.push([one, other]),
                // A column of one table only can go without its name.
                (Some(Side::Column), Some(Side::Value)) | (Some(Side::Value), Some(Side::Column)) => {
                    self.tables.clear();
                }
                (Some(Side::Table(table)), Some(Side::Value))
                | (Some(Side::Value), Some(Side::Table(table))) => {
                    self.tables.remove(&table);
                }
                _ => {}
            }
        }
        // Each round takes one out, or is the last.
        let is_open = |tables: &BTreeMap<String, bool>, name: &String| tables.contains_key(name);
        while let Some(held) = self.together.iter().find_map(|[one, other]| {
            match (is_open(&self.tables, one), is_open(&self.tables, other)) {
                (true, false) => Some(one.clone()),
                (false, true) => Some(other.clone()),
                _ => None,
            }
        }) {
            self.tables.remove(&held);
        }
    }
}

/// One side of a condition.
enum Side {
    /// The wave of a table's rows.
    Table(String),
    /// The same without the table's name.
    Column,
    /// One value: a literal, or what the query around it has there.
    Value,
}

fn wave_of(side: &Expr) -> Option<Side> {
    match plain(side) {
        Expr::Column(column) if column.name == WAVE => Some(match &column.relation {
            Some(table) => Side::Table(table.table().to_owned()),
            None => Side::Column,
        }),
        Expr::Literal(..) | Expr::OuterReferenceColumn(..) => Some(Side::Value),
        _ => None,
    }
}

/// An expression without its casts.
fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast(cast) => plain(&cast.expr),
        Expr::TryCast(cast) => plain(&cast.expr),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{RecordBatch, StringArray};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    /// Whether a query over tables of two waves reads the answers of both.
    fn several(sql: &str) -> bool {
        let session = Session::open(&[]).expect("a session");
        for name in ["responses", "answers", "waves"] {
            let fields = ["wave", "id", "x"].map(|field| Field::new(field, DataType::Utf8, true));
            let columns = [["a", "b"], ["1", "2"], ["y", "n"]];
            let columns = columns.map(|values| Arc::new(StringArray::from(values.to_vec())) as _);
            let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns.to_vec());
            session.register(name, batch.expect("a batch")).expect("registered");
        }
        let plan = session.plan(Sql::typed(sql), &Params::none().with("wave", "a"));
        reads_several_waves(&plan.unwrap_or_else(|faults| panic!("{faults}")))
    }

    #[test]
    fn a_condition_holds_a_table_to_one_wave() {
        for sql in [
            "select x from responses where wave = $wave",
            "select x from responses where x = 'y' and 'a' = wave",
            "select r.x from responses as r where r.wave = $wave",
            "with one as (select * from responses) select x from one where wave = $wave",
            "select count(*) from (select x from responses where wave = $wave) as one group by x",
            "select r.x from responses as r join answers as s on r.wave = s.wave and r.id = s.id where s.wave = $wave",
            "select r.x from responses as r join answers as s on r.wave = s.wave and s.wave = $wave",
            "select x from waves",
            "select x from responses where wave = $wave and x = (select max(x) from responses where wave = 'b')",
            "select r.x from responses as r where r.wave = $wave and exists (select 1 from answers as s where s.wave = r.wave)",
            "select 1",
        ] {
            assert!(!several(sql), "{sql}");
        }
    }

    #[test]
    fn without_one_all_waves_are_read() {
        for sql in [
            "select x from responses",
            "select wave, count(*) from responses group by wave",
            "select x from responses where wave = $wave or x = 'y'",
            "select x from responses where wave <> $wave",
            "select r.x from responses as r join answers as s on r.id = s.id where r.wave = $wave",
            "select r.x from responses as r join waves on waves.wave = r.wave",
            "select x from responses where wave = 'a' union all select x from responses",
            "select x from responses where wave = $wave and x = (select max(x) from responses)",
        ] {
            assert!(several(sql), "{sql}");
        }
    }
}
