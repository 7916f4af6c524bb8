//! What all of restudy's aggregate functions share: how they are called, and how DataFusion runs them.
//!
//! In: a [`Function`], which says what arguments it wants, what it gives, and how it adds rows up. Out: an aggregate that
//! DataFusion can plan and run, with faults in calls told in words for whoever wrote the query.

mod arguments;
mod refuse;
mod single;

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature, TypeSignature, Volatility,
};

pub(in crate::engine) use arguments::{Argument, Choice, Given, Kind, Shape, is_design};
pub(in crate::engine) use refuse::RefuseOtherUses;

/// Sums by group.
pub(in crate::engine) trait Groups: GroupsAccumulator + Debug + Sync {}

impl<G: GroupsAccumulator + Debug + Sync> Groups for G {}

/// An aggregate function: its name, its arguments, its result and its sums.
pub(in crate::engine) trait Function:
    Copy + Debug + Eq + Hash + Send + Sync + 'static
{
    /// What it is called in SQL.
    fn name(self) -> &'static str;

    /// The arguments that it takes.
    fn shape(self) -> &'static Shape;

    /// What it gives.
    fn result(self) -> DataType;

    /// Sums without rows, for a call.
    fn start(self, call: &Call) -> Result<Box<dyn Groups>>;
}

/// How a function was called.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Call {
    /// What each argument is.
    pub(in crate::engine) given: Vec<Given>,
    /// Which argument is the design.
    pub(in crate::engine) design: Option<usize>,
    /// The words given as last arguments.
    pub(in crate::engine) words: Vec<&'static str>,
    /// The constant number among the arguments.
    pub(in crate::engine) constant: Option<f64>,
    /// Confidence of intervals.
    pub(in crate::engine) confidence: f64,
}

impl Call {
    /// An argument by its column, or by `otherwise` and the columns that it is computed from.
    pub(in crate::engine) fn called(&self, argument: usize, otherwise: &str) -> String {
        self.given.get(argument).map_or_else(|| otherwise.to_owned(), |given| given.called(otherwise))
    }
}

/// The function as DataFusion takes it, its intervals at `confidence`.
pub(in crate::engine) fn aggregate(function: impl Function, confidence: f64) -> AggregateUDF {
    AggregateUDF::from(Aggregate {
        function,
        // All calls are let through to `return_field`, which has better words for wrong ones.
        signature: Signature::one_of(
            vec![TypeSignature::Nullary, TypeSignature::VariadicAny],
            Volatility::Immutable,
        ),
        confidence: confidence.to_bits(),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Aggregate<F> {
    function: F,
    signature: Signature,
    /// Bits of the confidence: equality and hash are asked for, which floats do not have.
    confidence: u64,
}

impl<F: Function> Aggregate<F> {
    fn start(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        if args.is_distinct || !args.order_bys.is_empty() {
            return exec_err!("`{}` takes each row once, in any order", self.function.name());
        }
        let confidence = f64::from_bits(self.confidence);
        let call = self.function.shape().call(self.function.name(), args, confidence)?;
        self.function.start(&call)
    }
}

impl<F: Function> AggregateUDFImpl for Aggregate<F> {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.function.result())
    }

    fn return_field(&self, arguments: &[FieldRef]) -> Result<FieldRef> {
        if let Err(fault) = self.function.shape().check(self.function.name(), arguments) {
            return plan_err!("{fault}");
        }
        Ok(Arc::new(Field::new(self.name(), self.function.result(), true)))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(single::Single::new(self.start(&args)?)))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[group]", args.name), DataType::LargeBinary, true))])
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(self.start(&args)?)
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}
