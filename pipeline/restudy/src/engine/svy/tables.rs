//! What is estimated of tables: quantiles, the shares of all categories, a test of independence.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, ListArray, StringArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use survey::error::SurveyError;
use survey::estimate::{Categories, Estimate, proportions};
use survey::independence::{self, Independence, independence};
use survey::interval::Method;
use survey::quantile::{self, quantile};
use survey::simple;
use survey::variance::Variability;

use super::atoms::Atom;
use super::cells::{Table, Tabulator};
use super::faults::told;
use super::result::{Whole, estimate_columns, estimate_fields, estimates, numbers, structs};
use super::twofold::Twofold;
use crate::engine::aggregate::Call;

/// What is estimated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile(pub(super) &'static str, pub(super) f64);

#[derive(Clone, Copy, Debug)]
pub(super) struct Proportions;

#[derive(Clone, Copy, Debug)]
pub(super) struct ChiSquared;

/// The elements of a table: its units, or without a design its cells, which are rows alike, and those who did not answer.
struct Elements {
    /// True for each.
    members: Vec<bool>,
    /// Without a design, the rows of each.
    rows: Vec<u64>,
    /// For each cell, its element.
    of: Vec<u32>,
    counts: Vec<u64>,
    weights: Vec<f64>,
}

impl Elements {
    fn new(table: &Table<'_>) -> Self {
        let cells = table.cells();
        let counts: Vec<u64> = cells.iter().map(|cell| cell.count).collect();
        let weights = cells.iter().map(|cell| cell.weight.value()).collect();
        match &table.sample {
            Some(sample) => {
                let of = cells.iter().map(|cell| cell.element).collect();
                Elements { members: sample.members().to_vec(), rows: Vec::new(), of, counts, weights }
            }
            None => {
                let mut rows = counts.clone();
                rows.push(table.rows - table.n);
                let of = (0..).take(cells.len()).collect();
                Elements { members: vec![true; rows.len()], rows, of, counts, weights }
            }
        }
    }

    fn variability<'a>(&'a self, table: &'a Table<'_>) -> Variability<'a> {
        match &table.sample {
            Some(sample) => sample.variability(),
            None => Variability::Alike { rows: &self.rows },
        }
    }
}

impl Tabulator for Quantile {
    type Out = Estimate;

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Estimate>> {
        let elements = Elements::new(table);
        let value: Vec<f64> = table.cells().iter().map(|cell| table.number(cell, 0)).collect();
        let values = quantile::Values {
            variability: elements.variability(table),
            elements: elements.members.len(),
            value: &value,
            element: &elements.of,
            weight: &elements.weights,
            count: &elements.counts,
        };
        quantile(&values, self.1, call.confidence).map_err(|error| told(self.0, &error))
    }

    fn array(self, found: Vec<Option<Estimate>>) -> Result<ArrayRef> {
        estimates(&found)
    }
}

/// The type of what `svy_props` gives.
pub(super) fn proportions_type() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Struct(category_fields()), true)))
}

fn category_fields() -> Fields {
    let category = Field::new("category", DataType::Utf8, false);
    std::iter::once(category).chain(estimate_fields()).collect()
}

impl Tabulator for Proportions {
    type Out = (Vec<String>, Vec<Option<Estimate>>);

    fn group(self, table: &Table<'_>, call: &Call) -> Result<Option<Self::Out>> {
        let (categories, of) = table.categories(0);
        let mut counts = vec![0; categories.len()];
        of.iter().zip(table.cells()).for_each(|(category, cell)| counts[*category as usize] += cell.count);
        let found: std::result::Result<Vec<Option<Estimate>>, SurveyError> = match &table.sample {
            Some(sample) => {
                let width = categories.len();
                let mut sums = vec![Twofold::default(); sample.members().len() * width];
                for (category, cell) in of.iter().zip(table.cells()) {
                    sums[cell.element as usize * width + *category as usize].merge(cell.weight);
                }
                let weights: Vec<f64> = sums.into_iter().map(Twofold::value).collect();
                let all = Categories {
                    variability: sample.variability(),
                    members: sample.members(),
                    rows: table.rows,
                    counts: &counts,
                    weights: &weights,
                };
                let found = proportions(&all, Method::Logit, call.confidence);
                found.map(|found| found.into_iter().flat_map(|found| found.estimates).map(Some).collect())
            }
            None => counts
                .iter()
                .map(|yes| simple::proportion(table.rows, *yes, table.n, Method::Wilson, call.confidence))
                .collect(),
        };
        let found = found.map_err(|error| told("svy_props", &error))?;
        let label = |category: &Atom<'_>| match category {
            Atom::Text(text) => (*text).to_owned(),
            Atom::Number(number) => number.to_string(),
        };
        Ok((!found.is_empty()).then(|| (categories.iter().map(label).collect(), found)))
    }

    fn array(self, found: Vec<Option<Self::Out>>) -> Result<ArrayRef> {
        let nulls = NullBuffer::from_iter(found.iter().map(Option::is_some));
        let lengths: Vec<usize> = found.iter().map(|found| found.as_ref().map_or(0, |f| f.0.len())).collect();
        let (labels, values): (Vec<_>, Vec<_>) = found.into_iter().flatten().unzip();
        let labels: StringArray = labels.into_iter().flatten().map(Some).collect();
        let values: Vec<Option<Estimate>> = values.into_iter().flatten().collect();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(labels)];
        columns.extend(estimate_columns(&values));
        let rows = structs(category_fields(), columns, None)?;
        let field = Arc::new(Field::new_list_field(rows.data_type().clone(), true));
        Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), rows, Some(nulls))?))
    }
}

/// The fields of what `svy_chisq` gives.
pub(super) const CHI_SQUARED: [(&str, Whole); 7] = [
    ("f", false),
    ("ndf", false),
    ("ddf", false),
    ("p_value", false),
    ("chisq", false),
    ("cramers_v", false),
    ("n", true),
];

impl Tabulator for ChiSquared {
    type Out = Independence;

    fn group(self, table: &Table<'_>, _call: &Call) -> Result<Option<Independence>> {
        let elements = Elements::new(table);
        let ((_, row), (_, column)) = (table.categories(0), table.categories(1));
        let cells = independence::Cells {
            variability: elements.variability(table),
            members: &elements.members,
            rows: table.rows,
            row: &row,
            column: &column,
            element: &elements.of,
            weight: &elements.weights,
            count: &elements.counts,
        };
        independence(&cells).map_err(|error| told("svy_chisq", &error))
    }

    fn array(self, found: Vec<Option<Independence>>) -> Result<ArrayRef> {
        let rows: Vec<_> = found
            .iter()
            .map(|found| {
                found.map(|i| {
                    [
                        Some(i.f),
                        Some(i.ndf),
                        Some(i.ddf),
                        i.p_value,
                        Some(i.chisq),
                        Some(i.cramers_v),
                        Some(i.n as f64),
                    ]
                })
            })
            .collect();
        numbers(&CHI_SQUARED, &rows)
    }
}
