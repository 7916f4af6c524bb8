//! `gamma(x, y)` and `tau_b(x, y)`: Goodman and Kruskal's gamma and Kendall's tau-b as aggregates, with their intervals.
//!
//! In: two columns of numbers whose order is what counts (for labels: `scale_position(label, set)`). Out: a struct of
//! `gamma` (or `tau_b`), `lower`, `upper` and `n`; the first three are NULL where there is nothing to compute from (for
//! gamma: no two rows differ in both columns). Rows in which one of the two is NULL do not count. The state is a table of counts, so partial results merge exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, StructArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Float64Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};
use survey::association::Crosstab;

/// What of a table of counts is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Measure {
    /// Goodman and Kruskal's gamma.
    Gamma,
    /// Kendall's tau-b.
    TauB,
}

impl Measure {
    fn name(self) -> &'static str {
        match self {
            Measure::Gamma => "gamma",
            Measure::TauB => "tau_b",
        }
    }

    fn fields(self) -> Fields {
        Fields::from(vec![
            Field::new(self.name(), DataType::Float64, true),
            Field::new("lower", DataType::Float64, true),
            Field::new("upper", DataType::Float64, true),
            Field::new("n", DataType::Int64, true),
        ])
    }
}

/// The aggregate, its intervals at `confidence`.
pub(super) fn association(measure: Measure, confidence: f64) -> AggregateUDF {
    AggregateUDF::from(OfPairs {
        signature: Signature::exact(vec![DataType::Float64, DataType::Float64], Volatility::Immutable),
        measure,
        confidence: confidence.to_bits(),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OfPairs {
    signature: Signature,
    measure: Measure,
    /// Bits of the confidence: equality and hash are asked for, which floats do not have.
    confidence: u64,
}

impl AggregateUDFImpl for OfPairs {
    fn name(&self) -> &str {
        self.measure.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(self.measure.fields()))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return exec_err!("`{}(distinct …)` means nothing: every row counts", self.name());
        }
        let confidence = f64::from_bits(self.confidence);
        Ok(Box::new(Pairs { counts: BTreeMap::new(), measure: self.measure, confidence }))
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
    measure: Measure,
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
        let found = match self.measure {
            Measure::Gamma => table.gamma(self.confidence),
            Measure::TauB => table.tau_b(self.confidence),
        };
        let float = |value: Option<f64>| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
        let n = i64::try_from(table.n()).unwrap_or(i64::MAX);
        let columns: Vec<ArrayRef> = vec![
            float(found.map(|a| a.estimate)),
            float(found.map(|a| a.lower)),
            float(found.map(|a| a.upper)),
            Arc::new(datafusion::arrow::array::Int64Array::from(vec![n])),
        ];
        Ok(ScalarValue::Struct(Arc::new(StructArray::try_new(self.measure.fields(), columns, None)?)))
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
            return exec_err!("the state of `{}` has three parts", self.measure.name());
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
