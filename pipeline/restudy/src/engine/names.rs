//! What SQL can name: the columns of tables, and functions with their arguments.

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::SchemaRef;

use super::Session;
use super::documented::functions;

/// A function that SQL can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Its name.
    pub name: String,
    /// Its arguments, with brackets round those that may be left out; empty where it takes none, or nobody has said which.
    pub arguments: String,
    /// Whether it stands in the place of a table.
    pub gives_table: bool,
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
            }
        }
        found.into_values().collect()
    }
}

fn callable(name: &str, arguments: &str, gives_table: bool) -> Callable {
    Callable { name: name.to_owned(), arguments: arguments.to_owned(), gives_table }
}

/// What stands between the outer parentheses of a call.
fn inside(call: &str) -> &str {
    let line = call.lines().next().unwrap_or_default();
    match (line.find('('), line.rfind(')')) {
        (Some(start), Some(end)) if start < end => line[start + 1..end].trim(),
        _ => "",
    }
}
