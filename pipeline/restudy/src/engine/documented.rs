//! What each of restudy's functions does, in one place: for `restudy functions`, for `functions()` in SQL, and for
//! `docs/functions.md`.
//!
//! Each entry stands beside its function; a test holds the list against the functions that are registered, and runs every
//! example.

use super::{association, proportion, scale, svy, table_functions};

/// The documentation of a function.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDoc {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its arguments, with brackets round those that may be left out.
    pub arguments: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// What it gives.
    pub result: &'static str,
    /// A query on the study's tables.
    pub example: &'static str,
    /// How it is computed.
    pub method: &'static str,
    /// Where the method was published.
    pub source: &'static str,
    /// What computes the same in R, in base R or its `survey` package.
    pub r: Option<&'static str>,
}

impl FunctionDoc {
    /// The function as it is called.
    pub fn call(&self) -> String {
        format!("{}({})", self.name, self.arguments)
    }
}

/// All functions, those that estimate by design first.
pub fn functions() -> Vec<&'static FunctionDoc> {
    let all = [svy::DOCS, association::DOCS, proportion::DOCS, scale::DOCS, table_functions::DOCS];
    all.into_iter().flatten().collect()
}

/// All functions as a page in Markdown.
pub fn markdown() -> String {
    let mut page = String::from(PREFACE);
    for doc in functions() {
        page += &format!("| [`{}`](#{}) | {} |\n", doc.name, doc.name, doc.summary);
    }
    for doc in functions() {
        page += &format!("\n## {}\n\n`{}`: {}.\n\n", doc.name, doc.call(), doc.summary);
        page += &format!("- Result: {}\n- Method: {}\n- Source: {}\n", doc.result, doc.method, doc.source);
        if let Some(r) = doc.r {
            page += &format!("- In R: `{r}`\n");
        }
        page += &format!("\n```sql\n{}\n```\n", doc.example);
    }
    page
}

const PREFACE: &str = "# Functions

Restudy's own functions in SQL, beside those of DataFusion. `restudy functions` prints this page's entries; it was made by
`restudy functions --format markdown`. [twins.md](twins.md) sets them beside R's.

- `x['se']` takes a field out of a result.
- An *estimate* is a struct of `estimate`, `se`, `lower`, `upper`, `n`, `base`, `df`, `deff`: the estimate and its standard error; both ends of
  its confidence interval, by Student's t with `df` degrees of freedom; unweighted rows (for a proportion `n` are those that said yes);
  the design effect. It is NULL where no row answered; a field that has no value is NULL, such as the standard error of one row.
- `design` is the column of that name, or another one that `study.toml` declares. Without it all rows weigh 1, and each is a unit of its own.
- Rows where an argument is NULL are not in the base, but count in `df`, as with `na.rm` in R. `answers` has no rows for what nobody said:
  there an interval may be a hair wider than of `responses`, as R's of a subset.
- With a design, `where`, `filter (where …)` and `group by` make domains: strata and
  units that others fill still count.
- Confidence is that of `[design]` in `study.toml`.

| function | what for |
| --- | --- |
";
