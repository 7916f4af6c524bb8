//! Rows of a result, as PostgreSQL's clients read them.
//!
//! In: Arrow batches. Out: rows in text or binary, as the client asks, with a type that its drivers know.
//!
//! | Arrow | PostgreSQL |
//! | --- | --- |
//! | labels (dictionaries) and other text | `text` |
//! | whole numbers | `int2`, `int4`, `int8`; those too large for `int8` are an error, not a wrong number |
//! | floating-point numbers | `float4`, `float8` |
//! | dates, times, timestamps, intervals | `date`, `time`, `timestamp` (`timestamptz` with a zone), `interval` |
//! | lists of these | arrays of these |
//! | structs, such as estimates and `design`; lists of structs; maps | `json` |
//!
//! A batch is turned into rows as they are read; no more than one is held.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{
    DataType, Field, Float64Type, Int64Type, IntervalUnit, Schema, SchemaRef, TimeUnit,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions as Display};
use datafusion_postgres::arrow_pg::datatypes::{arrow_schema_to_pg_fields, encode_recordbatch};
use pgwire::api::Type;
use pgwire::api::portal::Format;
use pgwire::api::results::FieldInfo;
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::data::DataRow;
use pgwire::types::format::FormatOptions;
use serde_json::{Map, Value};

/// How the columns of a result are sent.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// What the client is told of them.
    pub(super) fields: Arc<Vec<FieldInfo>>,
    schema: SchemaRef,
}

impl Columns {
    /// The columns of a result with this schema.
    ///
    /// # Errors
    /// Never: all types that could have none are sent as text.
    pub(super) fn of(
        schema: &Schema,
        format: &Format,
        options: Option<Arc<FormatOptions>>,
    ) -> PgWireResult<Self> {
        let columns: Vec<(Field, Option<Type>)> = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let (datatype, wire) = sent_as(field.data_type(), format.is_text(index));
                let field = Field::new(field.name(), datatype, true).with_metadata(field.metadata().clone());
                (field, wire)
            })
            .collect();
        let sent = Schema::new(columns.iter().map(|(field, _)| field.clone()).collect::<Vec<_>>());
        let fields = arrow_schema_to_pg_fields(&sent, format, options)?
            .into_iter()
            .zip(columns)
            .map(|(info, (_, wire))| {
                let datatype = wire.unwrap_or_else(|| info.datatype().clone());
                let size = type_size(&datatype);
                FieldInfo::new(info.name().to_owned(), None, None, datatype, info.format())
                    .with_format_options(Arc::clone(info.format_options()))
                    .with_type_size(size)
            })
            .collect();
        Ok(Columns { fields: Arc::new(fields), schema: Arc::new(sent) })
    }

    /// The rows of a batch.
    ///
    /// # Errors
    /// A value has no form in which it could be sent.
    pub(super) fn rows(
        &self,
        batch: &RecordBatch,
    ) -> Result<impl Iterator<Item = PgWireResult<DataRow>> + Send + use<>, ArrowError> {
        let columns: Vec<ArrayRef> = batch
            .columns()
            .iter()
            .zip(self.schema.fields())
            .map(|(column, field)| sent(column, field.data_type()))
            .collect::<Result<_, _>>()?;
        let options =
            datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(encode_recordbatch(Arc::clone(&self.fields), batch))
    }
}

/// Width of a type's values in bytes; -1 where they differ.
fn type_size(datatype: &Type) -> i16 {
    match *datatype {
        Type::BOOL | Type::CHAR => 1,
        Type::INT2 => 2,
        Type::INT4 | Type::FLOAT4 | Type::DATE | Type::OID => 4,
        Type::INT8 | Type::FLOAT8 | Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::TIME => 8,
        Type::INTERVAL => 16,
        _ => -1,
    }
}

/// Whether values of this type are sent as JSON.
fn is_json(datatype: &DataType) -> bool {
    match datatype {
        DataType::Struct(_) | DataType::Map(..) | DataType::Union(..) => true,
        DataType::Dictionary(_, values) => is_json(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            matches!(
                item.data_type(),
                DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..)
            ) || is_json(item.data_type())
        }
        _ => false,
    }
}

/// The Arrow type in which a column of this type is sent, and PostgreSQL's type where that does not follow from it.
fn sent_as(datatype: &DataType, in_text: bool) -> (DataType, Option<Type>) {
    match datatype {
        _ if is_json(datatype) => (DataType::Utf8, Some(Type::JSON)),
        // The encoder would write all six digits of a second's fraction, which hardly a time has.
        DataType::Timestamp(_, zone) if in_text => {
            let wire = if zone.is_some() { Type::TIMESTAMPTZ } else { Type::TIMESTAMP };
            (DataType::Utf8, Some(wire))
        }
        DataType::Dictionary(_, values) => sent_as(values, in_text),
        _ => (encoded_as(datatype), None),
    }
}

/// The Arrow type of which the encoder knows text and binary form.
fn encoded_as(datatype: &DataType) -> DataType {
    match datatype {
        DataType::Boolean | DataType::Int16 | DataType::Int32 | DataType::Int64 => datatype.clone(),
        DataType::Float32 | DataType::Float64 | DataType::Date32 | DataType::Decimal128(..) => {
            datatype.clone()
        }
        DataType::Int8 | DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Float16 => DataType::Float32,
        DataType::Date64 => DataType::Date32,
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Interval(_) | DataType::Duration(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::Binary
        }
        DataType::Dictionary(_, values) => encoded_as(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            DataType::List(Arc::new(Field::new_list_field(encoded_as(item.data_type()), true)))
        }
        // Text, and what has no type of its own in PostgreSQL.
        _ => DataType::Utf8,
    }
}

/// A column in the type in which it is sent.
fn sent(column: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == wanted {
        return Ok(Arc::clone(column));
    }
    if is_json(column.data_type()) {
        let texts: StringArray = (0..column.len())
            .map(|row| {
                column.is_valid(row).then(|| json(column, row).map(|value| value.to_string())).transpose()
            })
            .collect::<Result<_, _>>()?;
        return Ok(Arc::new(texts));
    }
    // A value that does not fit is a fault, and never nothing.
    let strict = CastOptions {
        safe: false,
        format_options: Display::default()
            .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
            .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.f%:z")),
    };
    cast_with_options(column, wanted, &strict)
}

/// A cell as JSON.
fn json(column: &ArrayRef, row: usize) -> Result<Value, ArrowError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    let items = |items: ArrayRef| -> Result<Value, ArrowError> {
        (0..items.len()).map(|item| json(&items, item)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    };
    match column.data_type() {
        DataType::Struct(fields) => {
            let values = column.as_struct().columns();
            let pairs =
                fields.iter().zip(values).map(|(field, value)| Ok((field.name().clone(), json(value, row)?)));
            Ok(Value::Object(pairs.collect::<Result<Map<_, _>, ArrowError>>()?))
        }
        DataType::List(_) => items(column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => items(column.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => items(column.as_fixed_size_list().value(row)),
        DataType::Boolean => Ok(column
            .as_any()
            .downcast_ref::<BooleanArray>()
            .map_or(Value::Null, |all| all.value(row).into())),
        datatype if datatype.is_integer() => {
            let one = cast_with_options(
                &column.slice(row, 1),
                &DataType::Int64,
                &CastOptions { safe: false, ..CastOptions::default() },
            )?;
            Ok(one.as_primitive::<Int64Type>().value(0).into())
        }
        datatype if datatype.is_floating() => {
            let one = cast_with_options(&column.slice(row, 1), &DataType::Float64, &CastOptions::default())?;
            // JSON has no word for what is not a number.
            Ok(serde_json::Number::from_f64(one.as_primitive::<Float64Type>().value(0))
                .map_or(Value::Null, Value::Number))
        }
        _ => {
            let display = Display::default();
            let formatter = ArrayFormatter::try_new(column.as_ref(), &display)?;
            Ok(Value::String(formatter.value(row).try_to_string()?))
        }
    }
}

/// A table of texts that is a result: for `show`.
///
/// # Errors
/// Never in practice: text has a form.
pub(super) fn texts(
    heads: &[&str],
    rows: &[Vec<String>],
    format: &Format,
) -> PgWireResult<(Columns, Vec<PgWireResult<DataRow>>)> {
    let schema =
        Schema::new(heads.iter().map(|head| Field::new(*head, DataType::Utf8, false)).collect::<Vec<_>>());
    let columns = Columns::of(&schema, format, None)?;
    let arrays: Vec<ArrayRef> = (0..heads.len())
        .map(|column| Arc::new(rows.iter().map(|row| row.get(column)).collect::<StringArray>()) as ArrayRef)
        .collect();
    let told = |e: ArrowError| PgWireError::ApiError(Box::new(e));
    let batch = RecordBatch::try_new(Arc::clone(&columns.schema), arrays).map_err(told)?;
    let rows = columns.rows(&batch).map_err(told)?.collect();
    Ok((columns, rows))
}
