//! `first_value`, `last_value` and `any_value` of a column `design`, which take one row for each group.
//!
//! In: DataFusion's own functions. Out: the same, but each row keeps only its own place of the dictionary that its file shares.
//! Otherwise every group would count, and be counted, as large as the dictionary: a query with many groups would be refused
//! for memory that it does not take.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::udf_eq::UdfEq;
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature,
};

use super::aggregate::is_design;

/// Puts the functions in place of those that are registered under their names.
pub(super) fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for name in ["first_value", "last_value", "any_value"] {
        let inner = Arc::clone(registry.udaf(name)?.inner());
        registry.register_udaf(Arc::new(AggregateUDF::from(OneRow { inner: inner.into() })))?;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OneRow {
    inner: UdfEq<Arc<dyn AggregateUDFImpl>>,
}

impl AggregateUDFImpl for OneRow {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arguments)
    }

    fn return_field(&self, arguments: &[FieldRef]) -> Result<FieldRef> {
        self.inner.return_field(arguments)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let of_design = is_design(args.return_field.data_type());
        let inner = self.inner.accumulator(args)?;
        Ok(if of_design { Box::new(Row(inner)) } else { inner })
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.inner.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !is_design(args.return_field.data_type()) && self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        self.inner.create_groups_accumulator(args)
    }

    fn with_beneficial_ordering(
        self: Arc<Self>,
        beneficial: bool,
    ) -> Result<Option<Arc<dyn AggregateUDFImpl>>> {
        let inner = Arc::clone(&self.inner).with_beneficial_ordering(beneficial)?;
        Ok(inner.map(|inner| Arc::new(OneRow { inner: inner.into() }) as Arc<dyn AggregateUDFImpl>))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.inner.order_sensitivity()
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        match self.inner.reverse_expr() {
            ReversedUDAF::Reversed(other) => {
                let inner = Arc::clone(other.inner());
                ReversedUDAF::Reversed(Arc::new(AggregateUDF::from(OneRow { inner: inner.into() })))
            }
            other => other,
        }
    }

    fn supports_null_handling_clause(&self) -> bool {
        self.inner.supports_null_handling_clause()
    }
}

/// What takes one row of a design.
#[derive(Debug)]
struct Row(Box<dyn Accumulator>);

impl Accumulator for Row {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(&values.iter().map(own).collect::<Result<Vec<_>>>()?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.evaluate()
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(&states.iter().map(own).collect::<Result<Vec<_>>>()?)
    }
}

/// The rows with dictionaries of their own, where they are fewer than the entries of those that they share.
fn own(array: &ArrayRef) -> Result<ArrayRef> {
    let Some(design) = array.as_struct_opt().filter(|design| is_design(design.data_type())) else {
        return Ok(Arc::clone(array));
    };
    let part = |part: &ArrayRef| {
        let shared = part.as_any_dictionary_opt().map(|dictionary| dictionary.values());
        match shared.filter(|values| values.len() > part.len()) {
            Some(values) => Ok(cast(&cast(part, values.data_type())?, part.data_type())?),
            None => Ok(Arc::clone(part)),
        }
    };
    let parts = design.columns().iter().map(part).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StructArray::try_new(design.fields().clone(), parts, design.nulls().cloned())?))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{
        DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array,
    };
    use datafusion::arrow::datatypes::{Field, UInt32Type};

    use super::super::{Bounds, Params, Session};
    use super::*;

    #[test]
    fn many_groups_take_no_more_than_their_rows() {
        const UNITS: u32 = 5000;
        let place = |unit| {
            format!(
                "{{\"sample\":\"w/design\",\"stages\":[{{\"stratum\":{},\"unit\":{unit},\"units\":25,\"fpc\":null}}],\"lonely\":\"fail\"}}",
                unit / 25
            )
        };
        let texts: StringArray = (0..UNITS).map(|unit| Some(place(unit))).collect();
        let keys: UInt32Array = (0..2 * UNITS).map(|row| row % UNITS).collect();
        let rows = 2 * i64::from(UNITS);
        let places = DictionaryArray::<UInt32Type>::try_new(keys, Arc::new(texts)).expect("places");
        let parts: Vec<(&str, ArrayRef)> = vec![
            ("weight", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| row as f64 + 1.0)))),
            ("place", Arc::new(places)),
        ];
        let field = |(name, array): (&str, ArrayRef)| {
            (Arc::new(Field::new(name, array.data_type().clone(), false)), array)
        };
        let design: ArrayRef = Arc::new(StructArray::from(parts.into_iter().map(field).collect::<Vec<_>>()));
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
        let batch = RecordBatch::try_from_iter([("id", ids), ("design", design)]).expect("a batch");
        let bounds = Bounds { memory: 64 << 20, disk: 0 };
        let session = Session::open_within(&[], bounds).expect("a session");
        session.register("t", batch).expect("registered");
        for one in ["first_value(design)", "any_value(design)", "last_value(design order by id)"] {
            let sql = format!(
                "with each as (select id, {one} as design from t group by id)
                select (select svy_mean(id, design) from each) = (select svy_mean(id, design) from t) as same"
            );
            let found =
                session.query(&sql, &Params::none()).unwrap_or_else(|faults| panic!("{one}: {faults}"));
            assert!(found.column(0).as_boolean().value(0), "{one}");
        }
    }
}
