//! One query over many versions of its tables at once: each version leaves one unit out, or holds one unit alone.
//!
//! In: a query's plan, not yet optimised; the column that names a unit (a respondent) wherever a table of the store has
//! one; the units. Out: a plan whose result has the rows of every version, told apart by one more column, [`VERSION`].
//!
//! The plan is the query's own, node by node: what reads the units is multiplied, groups and windows are kept apart by
//! version, joins match within a version, and what reads no unit stays as it is. So every version gives what the query would
//! give over tables that are so, in one run. A query with a node for which that cannot be said (`limit`, a subquery over
//! units …) is refused, and not guessed at.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{
    Column, DataFusionError, JoinConstraint, JoinType, NullEquality, Result, TableReference,
};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias,
    TableSource, Union, Window, cast, lit,
};

/// The column that tells versions apart: the unit that is left out, or alone; empty for the version that holds all.
pub const VERSION: &str = "__version";

/// What a version of the tables is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Everybody but one; and, under an empty name, everybody.
    LeftOut,
    /// One, and nobody else.
    Alone,
}

/// What makes versions.
pub(super) struct Multiplier<'a> {
    versions: Versions,
    /// The column that names a unit.
    unit: &'a str,
    /// The names of the store's tables.
    stored: &'a [String],
    /// Plans of queries that the query selects from, by their names: they are multiplied in place of their results.
    read: &'a BTreeMap<String, LogicalPlan>,
    /// The versions, as a table of their names.
    domain: Arc<dyn TableSource>,
    /// How many copies of that table stand in the plan: each has a name of its own.
    copies: usize,
}

/// A part of the plan: as it was, or multiplied.
enum Part {
    Same(LogicalPlan),
    Many(LogicalPlan),
}

impl<'a> Multiplier<'a> {
    pub(super) fn new(
        versions: Versions,
        unit: &'a str,
        units: &[&str],
        stored: &'a [String],
        read: &'a BTreeMap<String, LogicalPlan>,
    ) -> Result<Multiplier<'a>> {
        let names: StringArray = units.iter().map(|unit| Some(*unit)).collect();
        let schema = Arc::new(Schema::new(vec![Field::new(VERSION, DataType::Utf8, false)]));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(names)])?;
        let domain = provider_as_source(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?));
        Ok(Multiplier { versions, unit, stored, read, domain, copies: 0 })
    }

    /// The plan of all versions, with these columns of the result alone: what only others need is not computed. Nothing if
    /// the query reads no unit.
    pub(super) fn multiplied(&mut self, plan: &LogicalPlan, columns: &[&str]) -> Result<Option<LogicalPlan>> {
        match self.part(plan)? {
            Part::Same(_) => Ok(None),
            Part::Many(plan) => {
                // At the top there may be any qualifier; what reads the result knows one name.
                let named = |column: Column| match column.name.as_str() {
                    VERSION => Some(Expr::Column(column).alias(VERSION)),
                    name => columns.contains(&name).then_some(Expr::Column(column)),
                };
                let exprs: Vec<Expr> = plan.schema().columns().into_iter().filter_map(named).collect();
                Ok(Some(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?)))
            }
        }
    }

    fn part(&mut self, plan: &LogicalPlan) -> Result<Part> {
        self.refuse_subqueries(plan)?;
        match plan {
            LogicalPlan::TableScan(scan) => self.table(plan, &scan.table_name),
            LogicalPlan::Projection(projection) => self.over(plan, &projection.input, |input, version| {
                let mut exprs = projection.expr.clone();
                exprs.push(Expr::Column(version));
                Ok(LogicalPlan::Projection(Projection::try_new(exprs, input)?))
            }),
            LogicalPlan::Filter(filter) => self.over(plan, &filter.input, |input, _| {
                Ok(LogicalPlan::Filter(Filter::try_new(filter.predicate.clone(), input)?))
            }),
            // The order of rows matters to whoever reads them, and to nothing in the plan.
            LogicalPlan::Sort(sort) if sort.fetch.is_none() => {
                self.over(plan, &sort.input, |input, _| Ok(Arc::unwrap_or_clone(input)))
            }
            LogicalPlan::SubqueryAlias(alias) => self.over(plan, &alias.input, |input, _| {
                Ok(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(input, alias.alias.clone())?))
            }),
            LogicalPlan::Distinct(Distinct::All(input)) => {
                self.over(plan, input, |input, _| Ok(LogicalPlan::Distinct(Distinct::All(input))))
            }
            LogicalPlan::Window(window) => self.over(plan, &window.input, |input, version| {
                let within = |expr: &Expr| window_within(expr, &version);
                let exprs = window.window_expr.iter().map(within).collect::<Result<Vec<Expr>>>()?;
                Ok(LogicalPlan::Window(Window::try_new(exprs, input)?))
            }),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(plan, aggregate),
            LogicalPlan::Join(join) => self.join(plan, join),
            LogicalPlan::Union(union) => self.union(plan, union),
            other => {
                for input in other.inputs() {
                    if let Part::Many(_) = self.part(input)? {
                        return Err(refused(&format!("`{}` over respondents", name(other))));
                    }
                }
                Ok(Part::Same(plan.clone()))
            }
        }
    }

    /// A part with one input.
    fn over(
        &mut self,
        plan: &LogicalPlan,
        input: &LogicalPlan,
        made: impl FnOnce(Arc<LogicalPlan>, Column) -> Result<LogicalPlan>,
    ) -> Result<Part> {
        match self.part(input)? {
            Part::Same(_) => Ok(Part::Same(plan.clone())),
            Part::Many(input) => {
                let version = version_of(&input)?;
                Ok(Part::Many(made(Arc::new(input), version)?))
            }
        }
    }

    fn table(&mut self, plan: &LogicalPlan, table: &TableReference) -> Result<Part> {
        if let Some(read) = self.read.get(table.table()) {
            return match self.part(read)? {
                Part::Same(_) => Ok(Part::Same(plan.clone())),
                Part::Many(many) => Ok(Part::Many(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(
                    Arc::new(many),
                    table.clone(),
                )?))),
            };
        }
        let is_stored = self.stored.iter().any(|stored| stored == table.table());
        let unit = Column::new(Some(table.clone()), self.unit);
        if !is_stored || !plan.schema().has_column(&unit) {
            return Ok(Part::Same(plan.clone()));
        }
        let unit = Expr::Column(unit);
        match self.versions {
            Versions::Alone => {
                let mut exprs: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
                exprs.push(cast(unit, DataType::Utf8).alias_qualified(Some(table.clone()), VERSION));
                Ok(Part::Many(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan.clone()))?)))
            }
            Versions::LeftOut => {
                let (domain, version) = self.domain()?;
                let others = Expr::Column(version).not_eq(cast(unit, DataType::Utf8));
                Ok(Part::Many(
                    LogicalPlanBuilder::from(plan.clone())
                        .join_on(domain, JoinType::Inner, [others])?
                        .build()?,
                ))
            }
        }
    }

    /// The table of all versions, and its column.
    fn domain(&mut self) -> Result<(LogicalPlan, Column)> {
        self.copies += 1;
        let alias = TableReference::bare(format!("__versions_{}", self.copies));
        let scan = LogicalPlanBuilder::scan(alias.clone(), Arc::clone(&self.domain), None)?.build()?;
        Ok((scan, Column::new(Some(alias), VERSION)))
    }

    /// A part that reads no unit, once for each version.
    fn repeated(&mut self, part: Part) -> Result<LogicalPlan> {
        match part {
            Part::Many(plan) => Ok(plan),
            Part::Same(plan) => {
                let (domain, _) = self.domain()?;
                LogicalPlanBuilder::from(plan).cross_join(domain)?.build()
            }
        }
    }

    fn aggregate(&mut self, plan: &LogicalPlan, aggregate: &Aggregate) -> Result<Part> {
        if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
            if let Part::Many(_) = self.part(&aggregate.input)? {
                return Err(refused("grouping sets"));
            }
            return Ok(Part::Same(plan.clone()));
        }
        let Part::Many(input) = self.part(&aggregate.input)? else { return Ok(Part::Same(plan.clone())) };
        let version = version_of(&input)?;
        let mut groups = aggregate.group_expr.clone();
        groups.push(Expr::Column(version.clone()));
        let grouped =
            LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(input), groups, aggregate.aggr_expr.clone())?);
        if !aggregate.group_expr.is_empty() {
            return Ok(Part::Many(grouped));
        }
        // Without groups there is a row even where nothing is counted.
        let (domain, all) = self.domain()?;
        let joined = Join::try_new(
            Arc::new(domain),
            Arc::new(grouped),
            vec![(Expr::Column(all.clone()), Expr::Column(version))],
            None,
            JoinType::Left,
            JoinConstraint::On,
            NullEquality::NullEqualsNothing,
            false,
        )?;
        let mut exprs: Vec<Expr> = Vec::new();
        for aggregated in &aggregate.aggr_expr {
            let name = aggregated.schema_name().to_string();
            let value = Expr::Column(Column::new_unqualified(&name));
            exprs.push(if counts(aggregated) {
                coalesce(vec![value, lit(0_i64)]).alias(name)
            } else {
                value
            });
        }
        exprs.push(Expr::Column(all));
        let joined = Arc::new(LogicalPlan::Join(joined));
        Ok(Part::Many(LogicalPlan::Projection(Projection::try_new(exprs, joined)?)))
    }

    fn join(&mut self, plan: &LogicalPlan, join: &Join) -> Result<Part> {
        let (mut left, mut right) = (self.part(&join.left)?, self.part(&join.right)?);
        let keeps_left = matches!(
            join.join_type,
            JoinType::Left | JoinType::Full | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark
        );
        let keeps_right = matches!(
            join.join_type,
            JoinType::Right
                | JoinType::Full
                | JoinType::RightSemi
                | JoinType::RightAnti
                | JoinType::RightMark
        );
        match (&left, &right) {
            (Part::Same(_), Part::Same(_)) => return Ok(Part::Same(plan.clone())),
            // What is kept without a match has none in one version and may have one in another.
            (Part::Same(_), Part::Many(_)) if keeps_left => left = Part::Many(self.repeated(left)?),
            (Part::Many(_), Part::Same(_)) if keeps_right => right = Part::Many(self.repeated(right)?),
            _ => {}
        }
        let mut on = join.on.clone();
        let mut twice = None;
        let (left, right) = match (left, right) {
            (Part::Many(left), Part::Many(right)) => {
                if join.join_type == JoinType::Full {
                    return Err(refused("a full join of respondents"));
                }
                let (of_left, of_right) = (version_of(&left)?, version_of(&right)?);
                twice =
                    Some(if join.join_type == JoinType::Right { of_left.clone() } else { of_right.clone() });
                on.push((Expr::Column(of_left), Expr::Column(of_right)));
                (left, right)
            }
            (Part::Many(left), Part::Same(right))
            | (Part::Same(left), Part::Many(right))
            | (Part::Same(left), Part::Same(right)) => (left, right),
        };
        let joined = LogicalPlan::Join(Join::try_new(
            Arc::new(left),
            Arc::new(right),
            on,
            join.filter.clone(),
            join.join_type,
            join.join_constraint,
            join.null_equality,
            join.null_aware,
        )?);
        let columns = joined.schema().columns();
        match twice.filter(|twice| columns.contains(twice)) {
            None => Ok(Part::Many(joined)),
            Some(twice) => {
                let exprs: Vec<Expr> =
                    columns.into_iter().filter(|column| *column != twice).map(Expr::Column).collect();
                Ok(Part::Many(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(joined))?)))
            }
        }
    }

    fn union(&mut self, plan: &LogicalPlan, union: &Union) -> Result<Part> {
        let parts = union.inputs.iter().map(|input| self.part(input)).collect::<Result<Vec<Part>>>()?;
        if parts.iter().all(|part| matches!(part, Part::Same(_))) {
            return Ok(Part::Same(plan.clone()));
        }
        let mut inputs = Vec::new();
        for part in parts {
            let many = self.repeated(part)?;
            let version = version_of(&many)?;
            // Columns of a union go by their place: the version is the last of each.
            let columns = many.schema().columns().into_iter().filter(|column| *column != version);
            let mut exprs: Vec<Expr> = columns.map(Expr::Column).collect();
            exprs.push(Expr::Column(version).alias(VERSION));
            inputs.push(Arc::new(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(many))?)));
        }
        Ok(Part::Many(LogicalPlan::Union(Union::try_new_with_loose_types(inputs)?)))
    }

    /// A subquery among the expressions of a part would have to be multiplied too.
    fn refuse_subqueries(&mut self, plan: &LogicalPlan) -> Result<()> {
        let mut subqueries: Vec<Arc<LogicalPlan>> = Vec::new();
        for expr in plan.expressions() {
            expr.apply(|expr| {
                match expr {
                    Expr::ScalarSubquery(subquery) => subqueries.push(Arc::clone(&subquery.subquery)),
                    Expr::Exists(exists) => subqueries.push(Arc::clone(&exists.subquery.subquery)),
                    Expr::InSubquery(inside) => subqueries.push(Arc::clone(&inside.subquery.subquery)),
                    Expr::SetComparison(compared) => subqueries.push(Arc::clone(&compared.subquery.subquery)),
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        for subquery in subqueries {
            if let Part::Many(_) = self.part(&subquery)? {
                return Err(refused("a subquery over respondents"));
            }
        }
        Ok(())
    }
}

/// The column that tells the versions of a part apart.
fn version_of(plan: &LogicalPlan) -> Result<Column> {
    let found = plan.schema().columns().into_iter().find(|column| column.name == VERSION);
    found.ok_or_else(|| DataFusionError::Internal("a part of the plan has lost its version".to_owned()))
}

/// A window function that looks no further than its version; under the name that it had.
fn window_within(expr: &Expr, version: &Column) -> Result<Expr> {
    match expr {
        Expr::Alias(alias) => Ok(window_within(&alias.expr, version)?.alias(alias.name.clone())),
        Expr::WindowFunction(function) => {
            let name = expr.schema_name().to_string();
            let mut within = function.clone();
            within.params.partition_by.push(Expr::Column(version.clone()));
            Ok(Expr::WindowFunction(within).alias(name))
        }
        other => Err(refused(&format!("`{other}` in a window"))),
    }
}

/// Whether an aggregate counts, and so is 0 and not NULL where there is nothing.
fn counts(aggregated: &Expr) -> bool {
    match aggregated {
        Expr::Alias(alias) => counts(&alias.expr),
        Expr::AggregateFunction(function) => function.func.name() == "count",
        _ => false,
    }
}

fn refused(what: &str) -> DataFusionError {
    DataFusionError::NotImplemented(what.to_owned())
}

/// The word for a part of a plan.
fn name(plan: &LogicalPlan) -> &'static str {
    match plan {
        LogicalPlan::Limit(_) | LogicalPlan::Sort(_) => "limit",
        LogicalPlan::Distinct(_) => "distinct on",
        LogicalPlan::RecursiveQuery(_) => "with recursive",
        LogicalPlan::Unnest(_) => "unnest",
        _ => "a step of its plan",
    }
}

#[cfg(test)]
mod tests;
