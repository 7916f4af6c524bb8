//! Which waves' answers a query reads, seen in its plan.
//!
//! In: plans. Out: the waves whose answers they read.
//!
//! A table with the column `wave` is read in all of them unless a condition holds that column to certain values, or a join to that
//! of a table which is held so. The values of all parts count together: two parts held to one wave each read two.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};

/// The column that says of which wave a row is.
const WAVE: &str = "wave";

/// Tables of answers.
const ANSWERS: [&str; 3] = ["responses", "answers", "missing"];

/// The waves whose answers plans read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WavesRead {
    /// All that there are.
    All,
    /// These.
    These(BTreeSet<String>),
}

impl WavesRead {
    /// Those that `plans` read, taken together.
    pub fn by<'a>(plans: impl IntoIterator<Item = &'a LogicalPlan>) -> WavesRead {
        let mut waves = BTreeSet::new();
        for plan in plans {
            let read = Read::by(plan);
            if read.open.values().any(|answers| *answers) {
                return WavesRead::All;
            }
            waves.extend(read.waves);
        }
        WavesRead::These(waves)
    }

    /// Whether `wave` is one of them.
    pub fn has(&self, wave: &str) -> bool {
        match self {
            WavesRead::All => true,
            WavesRead::These(waves) => waves.contains(wave),
        }
    }

    /// Whether there is more than one, as far as a plan can tell.
    pub fn are_several(&self) -> bool {
        match self {
            WavesRead::All => true,
            WavesRead::These(waves) => waves.len() > 1,
        }
    }
}

/// What a part of a plan reads, by wave.
#[derive(Default)]
struct Read {
    /// Tables that are read in all waves, by the names that they have at its top: whether they hold answers.
    open: BTreeMap<String, bool>,
    /// Tables that are held to certain waves. None are named where it is the wave of a row of the query around this one.
    held: BTreeMap<String, BTreeSet<String>>,
    /// The waves to which tables of answers are held, here and in all parts below.
    waves: BTreeSet<String>,
    /// Tables of which each row of one meets rows of the same wave of the other.
    together: Vec<[String; 2]>,
}

impl Read {
    fn by(plan: &LogicalPlan) -> Read {
        match plan {
            LogicalPlan::TableScan(scan) => {
                let name = scan.table_name.table();
                let has_waves = plan.schema().fields().iter().any(|field| field.name() == WAVE);
                let table = has_waves.then(|| (name.to_owned(), ANSWERS.contains(&name)));
                Read { open: table.into_iter().collect(), ..Read::default() }
            }
            LogicalPlan::SubqueryAlias(alias) => Read::by(&alias.input).called(alias.alias.table()),
            LogicalPlan::Filter(filter) => {
                let mut read = Read::by_inputs(plan);
                read.hold_where(&split_conjunction(&filter.predicate));
                read
            }
            LogicalPlan::Join(join) => {
                let mut read = Read::by_inputs(plan);
                let equal = join.on.iter().map(|(left, right)| left.clone().eq(right.clone()));
                let equal: Vec<Expr> = equal.collect();
                let filters = join.filter.iter().flat_map(split_conjunction);
                read.hold_where(&equal.iter().chain(filters).collect::<Vec<_>>());
                read
            }
            _ => Read::by_inputs(plan),
        }
    }

    /// What the inputs of a part read, and its subqueries.
    fn by_inputs(plan: &LogicalPlan) -> Read {
        let mut all = Read::default();
        for input in plan.inputs() {
            let Read { open, held, waves, together } = Read::by(input);
            for (name, answers) in open {
                *all.open.entry(name).or_default() |= answers;
            }
            for (name, waves) in held {
                all.held.entry(name).or_default().extend(waves);
            }
            all.waves.extend(waves);
            all.together.extend(together);
        }
        // The visitor gives no error, so the walk gives none.
        let _ = plan.apply_subqueries(|part| {
            let Read { open, waves, .. } = Read::by(part);
            // No condition of this part is about a table of a subquery, though it may have the same name.
            all.open.extend(open.into_iter().map(|(name, answers)| (format!("({name})"), answers)));
            all.waves.extend(waves);
            Ok(TreeNodeRecursion::Continue)
        });
        all
    }

    /// The same as one table of that name.
    fn called(self, name: &str) -> Read {
        let answers = self.open.values().copied().reduce(|one, other| one || other);
        let held = self.held.into_values().flatten().collect();
        let held = answers.is_none().then(|| (name.to_owned(), held));
        Read {
            open: answers.map(|answers| (name.to_owned(), answers)).into_iter().collect(),
            held: held.into_iter().collect(),
            waves: self.waves,
            together: Vec::new(),
        }
    }

    /// Holds `table` to `waves`, if it is not held yet.
    fn hold(&mut self, table: &str, waves: &BTreeSet<String>) {
        if let Some(answers) = self.open.remove(table) {
            self.held.insert(table.to_owned(), waves.clone());
            if answers {
                self.waves.extend(waves.iter().cloned());
            }
        }
    }

    /// Holds those tables whose rows meet all of `conditions` only if they are of certain waves.
    fn hold_where(&mut self, conditions: &[&Expr]) {
        for condition in conditions {
            match held_by(condition) {
                Some(Held::Together(one, other)) => self.together.push([one, other]),
                Some(Held::To(Some(table), waves)) => self.hold(&table, &waves),
                // A column of one table only can go without its name.
                Some(Held::To(None, waves)) => {
                    for table in self.open.keys().cloned().collect::<Vec<_>>() {
                        self.hold(&table, &waves);
                    }
                }
                None => {}
            }
        }
        // Each round holds one more, or is the last.
        while let Some((table, by)) = self.together.iter().find_map(|[one, other]| {
            match (self.open.contains_key(one), self.open.contains_key(other)) {
                (true, false) => Some((one.clone(), other.clone())),
                (false, true) => Some((other.clone(), one.clone())),
                _ => None,
            }
        }) {
            let waves = self.held.get(&by).cloned().unwrap_or_default();
            self.hold(&table, &waves);
        }
    }
}

/// What a condition says of waves.
enum Held {
    /// The rows of a table are of these waves; of the only table, if it has no name.
    To(Option<String>, BTreeSet<String>),
    /// Rows of one table meet rows of the same wave of another.
    Together(String, String),
}

fn held_by(condition: &Expr) -> Option<Held> {
    if let Expr::InList(list) = condition
        && !list.negated
        && let Some(Side::Wave(table)) = side(&list.expr)
    {
        let values = list.list.iter().map(|value| match side(value) {
            Some(Side::Value(value)) => Some(value),
            _ => None,
        });
        let values: Option<Vec<Option<String>>> = values.collect();
        return Some(Held::To(table, values?.into_iter().flatten().collect()));
    }
    let Expr::BinaryExpr(binary) = condition else { return None };
    if binary.op != Operator::Eq {
        return None;
    }
    match (side(&binary.left)?, side(&binary.right)?) {
        (Side::Wave(Some(one)), Side::Wave(Some(other))) => Some(Held::Together(one, other)),
        (Side::Wave(table), Side::Value(value)) | (Side::Value(value), Side::Wave(table)) => {
            Some(Held::To(table, value.into_iter().collect()))
        }
        _ => None,
    }
}

/// One side of a condition.
enum Side {
    /// The wave of a row, of a table if that is named.
    Wave(Option<String>),
    /// One value: a literal, or what the query around it has there.
    Value(Option<String>),
}

fn side(expr: &Expr) -> Option<Side> {
    match plain(expr) {
        Expr::Column(column) if column.name == WAVE => {
            Some(Side::Wave(column.relation.as_ref().map(|table| table.table().to_owned())))
        }
        Expr::Literal(value, _) => {
            let text = value.try_as_str().flatten().map_or_else(|| value.to_string(), ToOwned::to_owned);
            Some(Side::Value(Some(text)))
        }
        Expr::OuterReferenceColumn(..) => Some(Side::Value(None)),
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
    use crate::engine::{Params, Session, Sql};

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
        WavesRead::by([&plan.unwrap_or_else(|faults| panic!("{faults}"))]).are_several()
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
            "select x from responses where wave = $wave and x = (select max(x) from responses where wave = 'a')",
            "select x from responses where wave in ($wave)",
            "select x from responses where wave = $wave union all select x from answers where wave = 'a'",
            "with one as (select * from waves where wave = 'b'), two as (select * from responses where wave = $wave) \
             select two.x from two, one",
            "select a.x from responses as a join responses as b on a.id = b.id and a.wave = b.wave where b.wave = $wave",
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
            "select x from responses where wave = $wave and x = (select max(x) from responses where wave = 'b')",
            "select x from responses where wave in ($wave, 'b')",
            "select x from responses where wave = $wave union all select x from responses where wave = 'b'",
            "select a.x from responses as a join responses as b on a.id = b.id where a.wave = $wave and b.wave = 'b'",
            "with one as (select * from responses where wave = $wave), two as (select * from responses where wave = 'b') \
             select one.x, two.x from one, two",
            "with one as (select id, x from responses where wave = $wave), two as (select id, x from answers where wave = 'b') \
             select count(*) from one join two on one.id = two.id group by one.x",
            "select a.x from responses as a, responses as b join waves as w on w.wave = b.wave where w.wave = 'b' and a.wave = $wave",
        ] {
            assert!(several(sql), "{sql}");
        }
    }
}
