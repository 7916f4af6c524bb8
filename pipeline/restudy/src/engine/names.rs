//! What SQL can name: the columns of tables, and functions with their arguments.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::SchemaRef;

use super::Session;
use super::documented::functions;
use super::svy::result::estimate_fields;

/// A function that SQL can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Its name.
    pub name: String,
    /// Its arguments, with brackets round those that may be left out; empty where it takes none, or nobody has said which.
    pub arguments: String,
    /// Whether it stands in the place of a table.
    pub gives_table: bool,
    /// The fields of what it gives, where that is a struct.
    pub fields: Vec<String>,
}

impl Session {
    /// The columns of a table; `None` where there is no such table.
    pub fn schema(&self, table: &str) -> Option<SchemaRef> {
        let table = self.runtime.block_on(self.context.table_provider(table)).ok()?;
        Some(table.schema())
    }

    /// All functions, in alphabetical order.
    pub fn functions(&self) -> Vec<Callable> {
        let state = self.context.state();
        let scalar = state.scalar_functions().iter().map(|(name, f)| (name, f.documentation()));
        let aggregate = state.aggregate_functions().iter().map(|(name, f)| (name, f.documentation()));
        let window = state.window_functions().iter().map(|(name, f)| (name, f.documentation()));
        let mut found: BTreeMap<String, Callable> = scalar
            .chain(aggregate)
            .chain(window)
            .map(|(name, documentation)| {
                let example = documentation.map_or("", |documentation| &documentation.syntax_example);
                (name.clone(), callable(name, inside(example), false))
            })
            .collect();
        for name in state.table_functions().keys() {
            found.insert(name.clone(), callable(name, "", true));
        }
        for doc in functions() {
            if let Some(known) = found.get_mut(doc.name) {
                known.arguments = doc.arguments.to_owned();
                known.fields = fields(doc.result);
            }
        }
        found.into_values().collect()
    }
}

/// The fields that results of restudy's functions have.
pub(super) fn fields_of_results() -> Vec<String> {
    functions().iter().flat_map(|doc| fields(doc.result)).collect()
}

fn callable(name: &str, arguments: &str, gives_table: bool) -> Callable {
    Callable { name: name.to_owned(), arguments: arguments.to_owned(), gives_table, fields: Vec::new() }
}

/// The fields that the documentation of a result names.
fn fields(result: &str) -> Vec<String> {
    if let Some(twin) = result.strip_prefix("as ") {
        return functions()
            .iter()
            .find(|doc| doc.name == twin)
            .map_or_else(Vec::new, |doc| fields(doc.result));
    }
    if result.starts_with("an estimate") {
        return estimate_fields().iter().map(|field| field.name().clone()).collect();
    }
    let Some(told) = result.strip_prefix("a struct of ") else { return Vec::new() };
    let told = told.split(';').next().unwrap_or(told);
    told.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands between the outer parentheses of a call.
fn inside(call: &str) -> &str {
    let line = call.lines().next().unwrap_or_default();
    match (line.find('('), line.rfind(')')) {
        (Some(start), Some(end)) if start < end => line[start + 1..end].trim(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;

    use super::*;
    use crate::engine::Params;

    #[test]
    fn functions_have_their_arguments_and_fields() {
        let session = Session::open(&[]).unwrap();
        let functions = session.functions();
        let of = |name: &str| functions.iter().find(|known| known.name == name).unwrap();
        assert_eq!(of("svy_mean").arguments, "x [, design]");
        assert_eq!(of("abs").arguments, "numeric_expression");
        assert!(of("counts_of").gives_table && !of("wilson").gives_table);
        assert!(functions.iter().all(|known| known.name != "repeat"));
        for call in [
            "wilson(1, 3)",
            "clopper_pearson(1, 3)",
            "svy_mean(1.0)",
            "svy_median(1.0)",
            "gamma(1, 2)",
            "chisq_test(1, 2)",
            "fisher_test(1, 2)",
        ] {
            let batch = session.query(&format!("select {call} as x"), &Params::none()).unwrap();
            let DataType::Struct(given) = batch.schema().field(0).data_type().clone() else {
                panic!("{call}")
            };
            let given: Vec<&str> = given.iter().map(|field| field.name().as_str()).collect();
            assert_eq!(of(call.split('(').next().unwrap()).fields, given, "{call}");
        }
    }
}
