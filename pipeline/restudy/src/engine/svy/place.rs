//! `design_place(design)`: where the sample has a row, as fields that a query can name.
//!
//! In: the column `design`. Out: a struct of `sample`, `stages` (a list of `stratum`, `unit`, `units`, `fpc`) and `lonely`; NULL
//! where a row has no place. Replicate factors are not taken out: there may be thousands of them in every row.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float64Array, ListArray, StringDictionaryBuilder, UInt32Array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int32Type, UInt32Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use survey::variance::Stage;

use super::result::structs;
use crate::engine::aggregate::is_design;
use crate::sample::Entry;
use crate::study::design::LONELY;

/// The function.
pub(in crate::engine) fn design_place() -> ScalarUDF {
    ScalarUDF::from(DesignPlace { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct DesignPlace {
    signature: Signature,
}

impl ScalarUDFImpl for DesignPlace {
    fn name(&self) -> &str {
        "design_place"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if !arguments.iter().all(is_design) {
            return plan_err!(
                "`design_place` wants a design, such as the column `design` of `responses` and `answers`"
            );
        }
        Ok(DataType::Struct(fields()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(design) = arrays.first() else { return exec_err!("`design_place` wants a design") };
        Ok(ColumnarValue::Array(places(design)?))
    }
}

/// How SQL asks for what the place in the column `design` calls `name`: by a field of [`design_place`], of the first stage unless
/// a number at its end says otherwise.
pub(in crate::engine) fn asked_of_place(design: &str, name: &str) -> Option<String> {
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let stage = Some(&name[plain.len()..]).filter(|digits| !digits.is_empty());
    let field = match plain {
        "psu" => "unit",
        "psus" => "units",
        other => other,
    };
    if stage_fields().find(field).is_some() {
        return Some(format!("design_place({design})['stages'][{}]['{field}']", stage.unwrap_or("1")));
    }
    (stage.is_none() && fields().find(field).is_some()).then(|| format!("design_place({design})['{field}']"))
}

fn stage_fields() -> Fields {
    let whole = |name: &str| Field::new(name, DataType::UInt32, true);
    let [stratum, unit, units] = ["stratum", "unit", "units"].map(whole);
    vec![stratum, unit, units, Field::new("fpc", DataType::Float64, true)].into()
}

fn fields() -> Fields {
    let stages =
        Field::new_list("stages", Field::new_list_field(DataType::Struct(stage_fields()), true), true);
    let [sample, lonely] =
        ["sample", "lonely"].map(|name| Field::new_dictionary(name, DataType::Int32, DataType::Utf8, true));
    vec![sample, stages, lonely].into()
}

/// The places of the rows of a column `design`.
fn places(design: &ArrayRef) -> Result<ArrayRef> {
    let kind = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    let part = |name: &str| design.as_struct_opt().and_then(|design| design.column_by_name(name));
    let Some(texts) = part("place") else { return exec_err!("the design has no `place`") };
    let texts = cast(texts, &kind)?;
    let texts = texts.as_dictionary::<UInt32Type>();
    let apart = part("unit").and_then(|units| units.as_primitive_opt::<UInt32Type>());
    let read = read(texts)?;
    let (mut samples, mut policies) =
        (StringDictionaryBuilder::<Int32Type>::new(), StringDictionaryBuilder::<Int32Type>::new());
    let (mut stages, mut lengths) = (Vec::<(Stage, Option<u32>)>::new(), Vec::new());
    let mut known = Vec::with_capacity(texts.len());
    for row in 0..texts.len() {
        let key = texts.key(row).filter(|_| design.is_valid(row));
        let entry = key.and_then(|key| read.get(key)?.as_ref());
        known.push(entry.is_some());
        samples.append_option(entry.map(|entry| entry.sample));
        let word = |entry: &Entry<'_>| {
            LONELY.iter().find(|(_, policy)| *policy == entry.lonely).map(|(word, _)| *word)
        };
        policies.append_option(entry.and_then(word));
        lengths.push(entry.map_or(0, |entry| entry.stages.len()));
        for (index, stage) in entry.iter().flat_map(|entry| entry.stages.iter().enumerate()) {
            let is_apart = entry.is_some_and(|entry| entry.unit_apart && index + 1 == entry.stages.len());
            let number = apart.filter(|numbers| numbers.is_valid(row)).map(|numbers| numbers.value(row));
            stages.push((*stage, if is_apart { number } else { Some(stage.unit) }));
        }
    }
    let whole = |of: fn(&Stage) -> u32| -> ArrayRef {
        Arc::new(stages.iter().map(|(stage, _)| of(stage)).collect::<UInt32Array>())
    };
    let populations =
        stages.iter().map(|(stage, _)| Some(stage.population).filter(|value| value.is_finite()));
    let columns: Vec<ArrayRef> = vec![
        whole(|stage| stage.stratum),
        Arc::new(stages.iter().map(|(_, unit)| *unit).collect::<UInt32Array>()),
        whole(|stage| stage.sampled),
        Arc::new(populations.collect::<Float64Array>()),
    ];
    let nulls = NullBuffer::from(known);
    let stages = structs(stage_fields(), columns, None)?;
    let field = Arc::new(Field::new_list_field(stages.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    let stages = ListArray::try_new(field, offsets, stages, Some(nulls.clone()))?;
    let columns: Vec<ArrayRef> =
        vec![Arc::new(samples.finish()), Arc::new(stages), Arc::new(policies.finish())];
    structs(fields(), columns, Some(nulls))
}

/// The places of a dictionary that rows have, each read once.
fn read(texts: &DictionaryArray<UInt32Type>) -> Result<Vec<Option<Entry<'_>>>> {
    let values = texts.values().as_string::<i32>();
    let mut read = vec![None; values.len()];
    for key in texts.keys_iter().flatten().filter(|key| values.is_valid(*key)) {
        if read[key].is_none() {
            read[key] = Some(read_place(values.value(key))?);
        }
    }
    Ok(read)
}

/// The place that a text says.
pub(super) fn read_place(text: &str) -> Result<Entry<'_>> {
    match Entry::read(text) {
        Some(entry) => Ok(entry),
        None => {
            let shown: String = text.chars().take(60).collect();
            exec_err!("the design's `place` is no place in a sample: {shown}")
        }
    }
}
