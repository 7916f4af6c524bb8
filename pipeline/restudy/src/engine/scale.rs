//! Labels in the order of their scale.
//!
//! A field whose metadata has `restudy.ordered` = `true` and `restudy.labels` (a JSON list, low end first) sorts in that
//! order wherever a query says `order by`: [`SortInScaleOrder`] puts the label's position before the label as sort key.
//! The metadata goes with the column through common table expressions, groups, results of other queries, and unions
//! whose branches agree on it. A column computed from labels (`case`, `coalesce`, `||`) has none and sorts as text.
//!
//! Where one column holds labels of several sets (`answers.answer`), `scale_position(label, set)` gives the position.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{AsArray, Int64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, exec_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    SortExpr, Volatility,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::cell::{cell_text, number};
use super::documented::FunctionDoc;
use super::labels::labels_of;

pub(super) const DOCS: &[FunctionDoc] = &[FunctionDoc {
    name: "scale_position",
    arguments: "label, set",
    summary: "the position of a label in its value set, from 1",
    result: "a whole number; NULL for a label that the set does not have",
    example: "select employers, scale_position(employers, 'employer_presence') as position from responses\n\
              group by employers order by employers",
    method: "looked up in the table `value_labels`",
    source: "the study's codebook/value-labels.toml",
    r: None,
}];

/// Puts the position in the scale before every sort key that has one.
#[derive(Debug)]
pub(super) struct SortInScaleOrder;

impl AnalyzerRule for SortInScaleOrder {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Sort(mut sort) => {
                let keys = in_scale_order(sort.expr.clone(), sort.input.schema())?;
                let changed = keys.len() != sort.expr.len();
                sort.expr = keys;
                let plan = LogicalPlan::Sort(sort);
                Ok(if changed { Transformed::yes(plan) } else { Transformed::no(plan) })
            }
            LogicalPlan::Window(window) => {
                let schema = Arc::clone(window.input.schema());
                let preserver = NamePreserver::new_for_projection();
                LogicalPlan::Window(window).map_expressions(|expr| {
                    let name = preserver.save(&expr);
                    expr.transform_up(|expr| match expr {
                        Expr::WindowFunction(function) => {
                            let mut function: WindowFunction = *function;
                            let before = function.params.order_by.len();
                            function.params.order_by = in_scale_order(function.params.order_by, &schema)?;
                            let changed = function.params.order_by.len() != before;
                            let expr = Expr::from(function);
                            Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
                        }
                        other => Ok(Transformed::no(other)),
                    })
                    .map(|transformed| transformed.update_data(|expr| name.restore(expr)))
                })
            }
            other => Ok(Transformed::no(other)),
        })
        .map(|transformed| transformed.data)
    }

    fn name(&self) -> &str {
        "sort_in_scale_order"
    }
}

/// Each key, with its position in the scale before it where it has a scale; the key itself stays, for labels that the
/// scale does not know.
fn in_scale_order(keys: Vec<SortExpr>, schema: &DFSchema) -> Result<Vec<SortExpr>> {
    let mut out = Vec::with_capacity(keys.len());
    for key in keys {
        let (_, field) = key.expr.to_field(schema)?;
        if let Some(labels) = scale_of(&field) {
            let position = ScalarUDF::from(ScaleOrder::new(labels)).call(vec![key.expr.clone()]);
            out.push(SortExpr { expr: position, asc: key.asc, nulls_first: key.nulls_first });
        }
        out.push(key);
    }
    Ok(out)
}

/// The ordered labels of a field, low end first.
pub(crate) fn scale_of(field: &Field) -> Option<Vec<String>> {
    let metadata = field.metadata();
    if metadata.get("restudy.ordered").is_none_or(|ordered| ordered != "true") {
        return None;
    }
    labels_of(field)
}

/// The position of a label in one list of labels; one past its end for labels not in it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ScaleOrder {
    signature: Signature,
    labels: Vec<String>,
}

impl ScaleOrder {
    fn new(labels: Vec<String>) -> Self {
        ScaleOrder { signature: Signature::any(1, Volatility::Immutable), labels }
    }
}

impl ScalarUDFImpl for ScaleOrder {
    fn name(&self) -> &str {
        "scale_order"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [labels] = texts(&args)?;
        let position = |label: &str| self.labels.iter().position(|known| known == label);
        Ok(positions(labels.iter().map(|label| Some(position(label?).unwrap_or(self.labels.len()) as i64))))
    }
}

/// `scale_position(label, set)`, from the table `value_labels` in this file, which is read when a query first asks.
pub(super) fn scale_position(value_labels: Option<PathBuf>) -> ScalarUDF {
    let signature = Signature::any(2, Volatility::Immutable);
    ScalarUDF::from(ScalePosition {
        signature,
        scales: Arc::new(Scales { file: value_labels, read: OnceLock::new() }),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ScalePosition {
    signature: Signature,
    scales: Arc<Scales>,
}

/// Positions of labels by value set.
type Positions = BTreeMap<String, BTreeMap<String, i64>>;

/// The study's value sets.
#[derive(Debug)]
struct Scales {
    file: Option<PathBuf>,
    read: OnceLock<Positions>,
}

impl Scales {
    fn positions(&self) -> Result<&Positions> {
        match (&self.file, self.read.get()) {
            (_, Some(positions)) => Ok(positions),
            (None, None) => {
                exec_err!("there is no table `value_labels`, from which `scale_position` takes positions")
            }
            (Some(file), None) => {
                let positions = read_positions(file)?;
                Ok(self.read.get_or_init(|| positions))
            }
        }
    }
}

// What was read so far is no part of what it is.
impl PartialEq for Scales {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl Eq for Scales {}

impl Hash for Scales {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.file.hash(state);
    }
}

fn read_positions(file: &Path) -> Result<Positions> {
    let mut positions = Positions::new();
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs_err::File::open(file)?.into_file())?.build()?;
    for batch in reader {
        let batch = batch?;
        let column = |name: &str| batch.schema().index_of(name);
        let (set, label, position) = (column("value_set")?, column("label")?, column("position")?);
        for row in 0..batch.num_rows() {
            if let (Some(set), Some(label), Some(position)) =
                (cell_text(&batch, row, set), cell_text(&batch, row, label), number(&batch, row, position))
            {
                positions.entry(set).or_default().insert(label, position as i64);
            }
        }
    }
    Ok(positions)
}

impl ScalarUDFImpl for ScalePosition {
    fn name(&self) -> &str {
        "scale_position"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [labels, sets] = texts(&args)?;
        let known = self.scales.positions()?;
        if let Some(unknown) = sets.iter().flatten().find(|set| !known.contains_key(*set)) {
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            return exec_err!("there is no value set `{unknown}`; the sets are: {}", known.join(", "));
        }
        let pairs = labels.iter().zip(sets.iter());
        Ok(positions(pairs.map(|(label, set)| known.get(set?)?.get(label?).copied())))
    }
}

/// Arguments as plain text, whether they came as a dictionary, a view or text.
fn texts<const N: usize>(args: &ScalarFunctionArgs) -> Result<[StringArray; N]> {
    let texts = ColumnarValue::values_to_arrays(&args.args)?
        .iter()
        .map(|array| Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()))
        .collect::<Result<Vec<_>>>()?;
    texts.try_into().or_else(|texts: Vec<_>| exec_err!("{N} arguments are wanted, not {}", texts.len()))
}

fn positions(values: impl Iterator<Item = Option<i64>>) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(Int64Array::from_iter(values)))
}
