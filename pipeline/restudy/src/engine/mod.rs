//! DataFusion over the store's tables, with the functions that a study needs.
//!
//! In: Parquet files and result tables by name; SQL text with parameters. Out: one Arrow batch, or a diagnostic that
//! names the line and column of the SQL and what would have been right.
//!
//! - One partition, always: no result, to its last bit, depends on how many cores there are.
//! - SQL reads the registered tables and nothing else. Statements that write or define are refused, no file can be
//!   named, and functions that make values of any size are not there.
//! - `order by` a column whose field says that its labels are ordered sorts in scale order (`scale.rs`); `gamma(x, y)` and
//!   `tau_b(x, y)` give an ordinal association (`association/`); `svy_mean(x, design)` and its like estimate by design
//!   (`svy/`); `margin_of_error(share, n)` says how far chance may move a
//!   share, and `percent(share)` prints one (`proportion.rs`).
//! - A query holds at most the memory that its session allows; what memory the engine does not count, `ask::Watch` bounds.
//! - Async stays inside: callers see plain functions.
//!
//! It knows no query heads and no studies.

mod aggregate;
mod association;
mod cell;
pub mod documented;
mod fault;
mod field;
mod labels;
mod names;
mod one_row;
mod params;
mod proportion;
mod reading;
mod scale;
mod shelf;
mod stored;
mod svy;
mod table_functions;
mod versions;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{CatalogProvider as _, MemoryCatalogProvider, SchemaProvider as _};
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, GreedyMemoryPool, MemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{AggregateUDF, LogicalPlan};
use datafusion::prelude::{SessionConfig, SessionContext};

pub use cell::{boolean, cell_text, column_index, is_null, number};
pub(crate) use fault::{without_comments, words};
pub use labels::unknown_labels;
pub use names::Callable;
pub use params::Params;
pub use proportion::significance_level;
pub use reading::{LONGEST, is_readable, only_asks, only_reads};
pub(crate) use scale::scale_of;
pub use versions::{VERSION, Versions};

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use shelf::Shelf;

/// The catalogue and the schema that DataFusion looks a bare name up in.
const CATALOG: &str = "datafusion";
const SCHEMA: &str = "public";

/// What one query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes that it may hold in sorts, joins and groups.
    pub memory: usize,
    /// Bytes that sorts, joins and groups may put on disk when memory is short; 0: none.
    pub disk: u64,
}

impl Bounds {
    /// For the study's own queries: enough for any, and nothing is written.
    pub const STUDY: Bounds = Bounds { memory: 2 << 30, disk: 0 };

    /// Bytes of files that a session keeps in memory once its queries have scanned them again.
    fn kept(self) -> u64 {
        (self.memory as u64 / 8).min(64 << 20)
    }
}

/// Tables, and a way to ask about them.
pub struct Session {
    context: SessionContext,
    runtime: tokio::runtime::Runtime,
    shelf: Arc<Shelf>,
    stored: Vec<String>,
}

/// SQL and the file it stands in, so that a fault can name its place.
#[derive(Clone, Copy, Debug)]
pub struct Sql<'a> {
    /// File, relative to the study's folder, or words such as `(SQL)`.
    pub file: &'a str,
    /// The whole text of the file, comments too: lines count from its beginning.
    pub text: &'a str,
}

impl<'a> Sql<'a> {
    /// SQL that stands in no file.
    pub fn typed(text: &'a str) -> Self {
        Sql { file: "(SQL)", text }
    }
}

impl Session {
    /// A session over `tables`: pairs of a name and a Parquet file. A file is opened when a query first names it.
    /// Confidence of intervals is 0.95; see [`Session::with_confidence`].
    ///
    /// # Errors
    /// The machine refuses what a session needs.
    pub fn open(tables: &[(String, PathBuf)]) -> Result<Session, Diagnostics> {
        Session::open_within(tables, Bounds::STUDY)
    }

    /// The same, each of its queries within `bounds`.
    ///
    /// # Errors
    /// As for [`Session::open`].
    pub fn open_within(tables: &[(String, PathBuf)], bounds: Bounds) -> Result<Session, Diagnostics> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let shelf = Arc::new(Shelf::keeping(bounds.kept()));
        let context = context(1, bounds, &shelf).map_err(internal)?;
        let mut labels = None;
        for (name, path) in tables {
            shelf.offer(name, path.clone());
            if name == "value_labels" {
                labels = Some(path.clone());
            }
        }
        context.register_udf(scale::scale_position(labels));
        let stored = tables.iter().map(|(name, _)| name.clone()).collect();
        Ok(Session { context, runtime, shelf, stored }.with_confidence(0.95))
    }

    /// DataFusion's own view of the session, for programs that speak to it directly. What
    /// [`Session::plan`] refuses they must refuse themselves: see [`only_asks`] and [`only_reads`].
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The same session, its statistics with intervals at this confidence (between 0 and 1).
    #[must_use]
    pub fn with_confidence(self, confidence: f64) -> Session {
        for function in aggregates(confidence) {
            self.context.register_udaf(function);
        }
        for function in proportion::scalars(confidence) {
            self.context.register_udf(function);
        }
        self
    }

    /// What `error`, which came of `sql`, says to the person who wrote it.
    pub fn told(&self, error: &DataFusionError, sql: Sql<'_>) -> Diagnostic {
        fault::told(error, sql, &self.known())
    }

    /// Makes `batch` a table named `name`, in place of one that has that name.
    ///
    /// # Errors
    /// Never in practice: a batch always has the schema that it has.
    pub fn register(&self, name: &str, batch: RecordBatch) -> Result<(), Diagnostics> {
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(internal)?;
        self.shelf.register_table(name.to_owned(), Arc::new(table)).map_err(internal)?;
        Ok(())
    }

    /// Offers the Parquet file at `path` as a table named `name`, to be opened when a query first names it.
    pub fn offer(&self, name: &str, path: PathBuf) {
        self.shelf.offer(name, path);
    }

    /// Whether there is a table of this name.
    pub fn has(&self, name: &str) -> bool {
        self.shelf.table_exist(name)
    }

    /// Whether `name` is a table that the session was opened with, which no result may replace.
    pub fn is_stored(&self, name: &str) -> bool {
        self.stored.iter().any(|stored| stored == name)
    }

    /// Names of all tables, in alphabetical order.
    pub fn tables(&self) -> Vec<String> {
        self.shelf.table_names()
    }

    /// The names that SQL may use.
    fn known(&self) -> fault::Known {
        let state = self.context.state();
        let scalar = state.scalar_functions().keys();
        let aggregate = state.aggregate_functions().keys();
        let window = state.window_functions().keys();
        let mut functions: Vec<String> = aggregate.cloned().collect();
        functions.sort_unstable();
        let mut others: Vec<String> =
            scalar.chain(window).filter(|name| !functions.contains(name)).cloned().collect();
        others.sort_unstable();
        others.dedup();
        functions.append(&mut others);
        let mut table_functions: Vec<String> = state.table_functions().keys().cloned().collect();
        table_functions.sort_unstable();
        fault::Known { tables: self.tables(), functions, table_functions }
    }

    /// The result of `sql`, with `$name` standing for the parameter `name`.
    ///
    /// # Errors
    /// The SQL is wrong, wants a parameter that is not given, or tries to write.
    pub fn query(&self, sql: &str, params: &Params) -> Result<RecordBatch, Diagnostics> {
        self.run(Sql::typed(sql), params)
    }

    /// The same for SQL from a file, so that faults name their place in it.
    ///
    /// # Errors
    /// As for [`Session::query`].
    pub fn run(&self, sql: Sql<'_>, params: &Params) -> Result<RecordBatch, Diagnostics> {
        let plan = self.plan(sql, params)?;
        self.execute(sql, plan)
    }

    /// The plan of a query, its parameters filled in, not yet optimised.
    ///
    /// # Errors
    /// As for [`Session::query`].
    pub fn plan(&self, sql: Sql<'_>, params: &Params) -> Result<LogicalPlan, Diagnostics> {
        let told = |error: DataFusionError| fault::told(&error, sql, &self.known());
        is_readable(sql)?;
        let state = self.context.state();
        let dialect = state.config_options().sql_parser.dialect;
        let statement = state.sql_to_statement(sql.text, &dialect).map_err(told)?;
        only_asks(&statement).map_err(|fault| fault.at(Place::file(sql.file)))?;
        let plan = self.runtime.block_on(state.statement_to_plan(statement)).map_err(told)?;
        only_reads(&plan).map_err(|fault| fault.at(Place::file(sql.file)))?;
        let mut wanted: Vec<String> = plan.get_parameter_names().map_err(told)?.into_iter().collect();
        wanted.sort_unstable();
        let mut faults = Diagnostics::new();
        for name in &wanted {
            if params.get(name.trim_start_matches('$')).is_none() {
                faults.push(fault::missing_parameter(name, sql, params));
            }
        }
        let ((), _) = faults.or(())?;
        let values = params.for_plan(&plan, sql).map_err(|found| found.unwrap_or_else(|e| told(e).into()))?;
        plan.with_param_values(values).map_err(told).map_err(Diagnostics::from)
    }

    /// The rows that a query gives over each version of the tables, told apart by the column [`VERSION`], with these columns
    /// of its result alone; nothing if it reads no unit. `unit` is the column that names one wherever a table of the store has it, `names` are the versions, and
    /// `read` the plans of the queries that it selects from.
    ///
    /// # Errors
    /// Why its rows cannot be had by version, in words.
    pub fn versions(
        &self,
        plan: &LogicalPlan,
        columns: &[&str],
        read: &BTreeMap<String, LogicalPlan>,
        versions: Versions,
        (unit, names): (&str, &[&str]),
    ) -> Result<Option<RecordBatch>, String> {
        let told = |error: DataFusionError| match error {
            DataFusionError::NotImplemented(what) => what,
            other => other.strip_backtrace(),
        };
        let mut multiplier =
            versions::Multiplier::new(versions, unit, names, &self.stored, read).map_err(told)?;
        let Some(plan) = multiplier.multiplied(plan, columns).map_err(told)? else { return Ok(None) };
        let schema = plan.schema().as_arrow().clone();
        let run = async { self.context.execute_logical_plan(plan).await?.collect().await };
        let batches = self.runtime.block_on(run).map_err(told)?;
        let schema = batches.first().map_or(Arc::new(schema), RecordBatch::schema);
        concat_batches(&schema, &batches).map(Some).map_err(|e| e.to_string())
    }

    /// Carries out a plan made by [`Session::plan`] from the same `sql`.
    ///
    /// # Errors
    /// A value cannot be computed (a division by 0, a cast that fails), or the memory limit is reached.
    pub fn execute(&self, sql: Sql<'_>, plan: LogicalPlan) -> Result<RecordBatch, Diagnostics> {
        let told = |error: DataFusionError| fault::told(&error, sql, &self.known());
        let promised = labels::with_others(&plan);
        let batches = self
            .runtime
            .block_on(async { self.context.execute_logical_plan(plan).await?.collect().await })
            .map_err(told)?;
        let Some(first) = batches.first() else {
            return Ok(RecordBatch::new_empty(Arc::new(promised)));
        };
        let batch = concat_batches(&first.schema(), &batches).map_err(|e| told(e.into()))?;
        let schema = with_metadata(&batch.schema(), &promised);
        batch.with_schema(schema).map_err(|e| told(e.into()).into())
    }
}

/// The schema as it came out, with what the plan knows of its fields: the physical plan may drop metadata.
fn with_metadata(given: &SchemaRef, promised: &Schema) -> SchemaRef {
    let fields: Vec<Field> = given
        .fields()
        .iter()
        .zip(promised.fields())
        .map(|(given, promised)| given.as_ref().clone().with_metadata(promised.metadata().clone()))
        .collect();
    if fields.len() == given.fields().len() {
        Arc::new(Schema::new_with_metadata(fields, given.metadata().clone()))
    } else {
        Arc::clone(given)
    }
}

/// Restudy's aggregates, their intervals at `confidence`.
fn aggregates(confidence: f64) -> Vec<AggregateUDF> {
    let svy = svy::Svy::ALL.map(|function| aggregate::aggregate(function, confidence));
    let others = association::Association::ALL.map(|function| aggregate::aggregate(function, confidence));
    svy.into_iter().chain(others).collect()
}

/// A DataFusion context with nothing in it that could reach outside the registered tables; only tests ask for more than one
/// partition.
fn context(partitions: usize, bounds: Bounds, shelf: &Arc<Shelf>) -> Result<SessionContext, DataFusionError> {
    let mut config = SessionConfig::new().with_target_partitions(partitions).with_information_schema(false);
    let options = config.options_mut();
    options.sql_parser.collect_spans = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.collect_statistics = false;
    // One pass instead of three: half the planning time, and the tables are small enough for any plan.
    options.optimizer.max_passes = 1;
    options.execution.parquet.schema_force_view_types = false;
    options.execution.parquet.skip_metadata = false;
    let most = NonZeroUsize::MIN;
    let pool: Arc<dyn MemoryPool> = match bounds.disk {
        0 => Arc::new(TrackConsumersPool::new(GreedyMemoryPool::new(bounds.memory), most)),
        _ => Arc::new(TrackConsumersPool::new(FairSpillPool::new(bounds.memory), most)),
    };
    let disk = match bounds.disk {
        0 => DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
        bytes => DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::OsTmpDirectory)
            .with_max_temp_directory_size(bytes),
    };
    let runtime =
        RuntimeEnvBuilder::new().with_memory_pool(pool).with_disk_manager_builder(disk).build_arc()?;
    shelf.lend(&runtime)?;
    let mut builder =
        SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
    *builder.table_factories() = None;
    *builder.file_formats() = None;
    *builder.table_functions() = None;
    if let Some(functions) = builder.scalar_functions() {
        functions.retain(|f| !reading::UNBOUNDED.contains(&f.name()));
    }
    let mut state = builder.build();
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::clone(shelf) as _)?;
    state.catalog_list().register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    state.register_udf(Arc::new(proportion::percent()))?;
    state.register_udf(Arc::new(svy::design_place()))?;
    one_row::register(&mut state)?;
    state.add_analyzer_rule(Arc::new(scale::SortInScaleOrder));
    let names = aggregates(0.95).iter().map(|function| function.name().to_owned()).collect();
    state.add_analyzer_rule(Arc::new(aggregate::RefuseOtherUses(names)));
    let context = SessionContext::new_with_state(state);
    table_functions::register(&context);
    Ok(context)
}

fn internal(error: impl Into<DataFusionError>) -> Diagnostics {
    Diagnostic::error(error.into().strip_backtrace()).into()
}

#[cfg(test)]
mod tests;
