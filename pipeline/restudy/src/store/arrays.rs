//! Plain columns as Arrow arrays, and tables as batches.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{Field, Int32Type, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;

use super::tables::key;
use crate::codebook::{Sheet, Values};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A batch in the making.
#[derive(Debug, Default)]
pub(super) struct Table {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn array(&mut self, name: &str, array: ArrayRef) -> &mut Self {
        self.array_with(name, array, HashMap::new())
    }

    pub(super) fn array_with(
        &mut self,
        name: &str,
        array: ArrayRef,
        metadata: HashMap<String, String>,
    ) -> &mut Self {
        self.fields.push(Field::new(name, array.data_type().clone(), true).with_metadata(metadata));
        self.arrays.push(array);
        self
    }

    /// A column without a NULL, which says so.
    pub(super) fn required(&mut self, name: &str, array: ArrayRef) -> &mut Self {
        self.fields.push(Field::new(name, array.data_type().clone(), false));
        self.arrays.push(array);
        self
    }

    pub(super) fn text<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let array: StringArray = values.into_iter().map(Some).collect();
        self.array(name, Arc::new(array))
    }

    pub(super) fn maybe_text<'a>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<&'a str>>,
    ) -> &mut Self {
        let array: StringArray = values.into_iter().collect();
        self.array(name, Arc::new(array))
    }

    /// Text that is one of `known`, which the column names.
    pub(super) fn one_of<'a>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<&'a str>>,
        known: &[String],
    ) -> &mut Self {
        let array: StringArray = values.into_iter().collect();
        let metadata = HashMap::from([(key::VALUES.to_owned(), serde_json::json!(known).to_string())]);
        self.array_with(name, Arc::new(array), metadata)
    }

    pub(super) fn integers(&mut self, name: &str, values: impl IntoIterator<Item = usize>) -> &mut Self {
        let array: Int64Array = values.into_iter().map(|v| i64::try_from(v).ok()).collect();
        self.array(name, Arc::new(array))
    }

    pub(super) fn maybe_integers(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = Option<usize>>,
    ) -> &mut Self {
        let array: Int64Array = values.into_iter().map(|v| v.and_then(|v| i64::try_from(v).ok())).collect();
        self.array(name, Arc::new(array))
    }

    pub(super) fn booleans(&mut self, name: &str, values: impl IntoIterator<Item = bool>) -> &mut Self {
        let array: datafusion::arrow::array::BooleanArray = values.into_iter().map(Some).collect();
        self.array(name, Arc::new(array))
    }

    pub(super) fn values(&mut self, name: &str, values: &Values) -> Result<&mut Self, Diagnostics> {
        let no_labels: ArrayRef = Arc::new(StringArray::new_null(0));
        let array = array(values, &no_labels)?;
        Ok(self.array(name, array))
    }

    /// All columns of a sheet, under their own names.
    pub(super) fn sheet(&mut self, sheet: &Sheet) -> Result<&mut Self, Diagnostics> {
        for (name, values) in &sheet.columns {
            self.values(name, values)?;
        }
        Ok(self)
    }

    pub(super) fn batch(&mut self) -> Result<RecordBatch, Diagnostics> {
        let schema = Schema::new(std::mem::take(&mut self.fields));
        RecordBatch::try_new(Arc::new(schema), std::mem::take(&mut self.arrays)).map_err(fault)
    }
}

/// A column as an array; labels become a dictionary whose values are `labels`.
pub(super) fn array(values: &Values, labels: &ArrayRef) -> Result<ArrayRef, Diagnostics> {
    Ok(match values {
        Values::Labels(values) => {
            let keys = values.iter().map(|v| v.and_then(|v| i32::try_from(v).ok()));
            let keys: Int32Array = keys.collect();
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(labels)).map_err(fault)?)
        }
        Values::Text(values) => Arc::new(values.iter().map(Option::as_deref).collect::<StringArray>()),
        Values::Number(values) => Arc::new(values.iter().copied().collect::<Float64Array>()),
        Values::Integer(values) => Arc::new(values.iter().copied().collect::<Int64Array>()),
        // In milliseconds: Parquet has no coarser unit, and seconds would reach other tools as bare numbers.
        Values::Timestamp(values) => {
            let milliseconds = values.iter().map(|v| v.map(|seconds| seconds * 1000));
            Arc::new(milliseconds.collect::<TimestampMillisecondArray>())
        }
    })
}

/// Arrow refuses only what this program should not have built.
pub(super) fn fault(error: ArrowError) -> Diagnostics {
    Diagnostic::error(format!("a table cannot be built: {error}"))
        .hint("this is a fault of restudy itself, not of the study")
        .into()
}
