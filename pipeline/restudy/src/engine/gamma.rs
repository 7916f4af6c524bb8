//! `gamma(x, y)`: Goodman and Kruskal's gamma as an aggregate, with its interval.
//!
//! In: two columns of numbers whose order is what counts (for labels: `scale_position(label, set)`). Out: a struct of
//! `gamma`, `lower`, `upper` and `n`; the first three are NULL where no two rows differ in both columns. Rows in which
//! one of the two is NULL do not count. The state is a table of counts, so partial results merge exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, StructArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Float64Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use survey::association::Crosstab;

/// The aggregate, its intervals at `confidence`.
pub(super) fn gamma(confidence: f64) -> AggregateUDF {
    AggregateUDF::from(Gamma {
        signature: Signature::exact(vec![DataType::Float64, DataType::Float64], Volatility::Immutable),
        confidence: confidence.to_bits(),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Gamma {
    signature: Signature,
    /// Bits of the confidence: equality and hash are asked for, which floats do not have.
    confidence: u64,
}

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("gamma", DataType::Float64, true),
        Field::new("lower", DataType::Float64, true),
        Field::new("upper", DataType::Float64, true),
        Field::new("n", DataType::Int64, true),
    ])
}

impl AggregateUDFImpl for Gamma {
    fn name(&self) -> &str {
        "gamma"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return exec_err!("`gamma(distinct …)` means nothing: every row counts");
        }
        Ok(Box::new(Pairs { counts: BTreeMap::new(), confidence: f64::from_bits(self.confidence) }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let list = |part: &str, of: DataType| {
            Arc::new(Field::new(
                format!("{}[{part}]", args.name),
                DataType::List(Arc::new(Field::new_list_field(of, true))),
                true,
            ))
        };
        Ok(vec![list("x", DataType::Float64), list("y", DataType::Float64), list("count", DataType::UInt64)])
    }
}

/// How often each pair of values occurred, by the bits of the values.
#[derive(Debug)]
struct Pairs {
    counts: BTreeMap<(u64, u64), u64>,
    confidence: f64,
}

impl Pairs {
    fn add(&mut self, x: f64, y: f64, count: u64) {
        if !x.is_nan() && !y.is_nan() {
            *self.counts.entry((x.to_bits(), y.to_bits())).or_default() += count;
        }
    }
}

impl Accumulator for Pairs {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (xs, ys) = (values[0].as_primitive::<Float64Type>(), values[1].as_primitive::<Float64Type>());
        for (x, y) in xs.iter().zip(ys.iter()) {
            if let (Some(x), Some(y)) = (x, y) {
                self.add(x, y, 1);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let pairs = self.counts.iter().map(|((x, y), n)| ((f64::from_bits(*x), f64::from_bits(*y)), *n));
        let table = Crosstab::from_counts(pairs);
        let gamma = table.gamma(self.confidence);
        let float = |value: Option<f64>| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
        let n = i64::try_from(table.n()).unwrap_or(i64::MAX);
        let columns: Vec<ArrayRef> = vec![
            float(gamma.map(|g| g.estimate)),
            float(gamma.map(|g| g.lower)),
            float(gamma.map(|g| g.upper)),
            Arc::new(datafusion::arrow::array::Int64Array::from(vec![n])),
        ];
        Ok(ScalarValue::Struct(Arc::new(StructArray::try_new(fields(), columns, None)?)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.counts.len() * 64
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let list = |values: ArrayRef| {
            let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
            let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths([values.len()]);
            let list = datafusion::arrow::array::ListArray::try_new(field, offsets, values, None)?;
            Ok::<_, datafusion::common::DataFusionError>(ScalarValue::List(Arc::new(list)))
        };
        let x: Float64Array = self.counts.keys().map(|(x, _)| Some(f64::from_bits(*x))).collect();
        let y: Float64Array = self.counts.keys().map(|(_, y)| Some(f64::from_bits(*y))).collect();
        let counts: UInt64Array = self.counts.values().copied().map(Some).collect();
        Ok(vec![list(Arc::new(x))?, list(Arc::new(y))?, list(Arc::new(counts))?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [xs, ys, counts] = states else {
            return exec_err!("the state of `gamma` has three parts");
        };
        for row in 0..xs.len() {
            if xs.is_null(row) {
                continue;
            }
            let (x, y, n) = (
                xs.as_list::<i32>().value(row),
                ys.as_list::<i32>().value(row),
                counts.as_list::<i32>().value(row),
            );
            let (x, y) = (x.as_primitive::<Float64Type>(), y.as_primitive::<Float64Type>());
            for ((x, y), n) in x.values().iter().zip(y.values()).zip(n.as_primitive::<UInt64Type>().values())
            {
                self.add(*x, *y, *n);
            }
        }
        Ok(())
    }
}
