//! `study.toml` of a draft, with what was guessed about the export; and why answers of an SPSS or Stata file are missing.

use indexmap::IndexMap;

use super::Export;
use super::questions::Drafted;
use super::written::{quoted, remark};
use crate::sources::{RawTable, months};
use crate::study::MissingReason;

/// What `study.toml` says of the study and its wave.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    export: &'a Export<'a>,
    /// The name of the wave.
    pub(super) wave: String,
    title: String,
    fieldwork: String,
    published: String,
    /// Where the dates come from.
    dates: String,
    /// A column that seems to hold weights.
    weights: Option<String>,
}

impl<'a> Settings<'a> {
    pub(super) fn of(export: &'a Export<'a>, drafted: &Drafted) -> Settings<'a> {
        let times =
            drafted.questions.iter().find_map(|question| Some((question, question.between.as_ref()?)));
        let day = |time: &str| time.get(..10).map(str::to_owned);
        let (published, fieldwork, dates) = match times {
            Some((question, (first, last))) => (
                day(last).unwrap_or_default(),
                months(first, last).unwrap_or_else(|| "not known".to_owned()),
                format!("the days of the first and the last answer, in `{}`", question.text),
            ),
            None => match &export.changed {
                Some(changed) => (
                    changed.clone(),
                    "not known".to_owned(),
                    "the day on which the file was last changed: no column holds times".to_owned(),
                ),
                None => (
                    "2000-01-01".to_owned(),
                    "not known".to_owned(),
                    "made up: the file says nothing".to_owned(),
                ),
            },
        };
        let file = export.source.file.rsplit('/').next().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut title = stem.replace(['_', '-', '.'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(first) = title.chars().next().filter(|c| c.is_ascii_lowercase()) {
            title.replace_range(..1, &first.to_ascii_uppercase().to_string());
        }
        let wave = published.get(..4).unwrap_or("first").to_owned();
        let title = if title.is_empty() { "A survey".to_owned() } else { title };
        let weights = drafted.weights.clone();
        Settings { export, wave, title, fieldwork, published, dates, weights }
    }

    /// `study.toml`.
    pub(super) fn study(&self) -> String {
        let file = self.export.source.file.rsplit('/').next().unwrap_or_default();
        let notice = format!(
            "Drafted from {file}, and read by nobody yet: names, labels and orders are guesses until somebody has checked them."
        );
        let mut found = String::new();
        for settled in self.export.settled {
            let word = if settled.certain { "found" } else { "guessed" };
            found.push_str(&format!("# {word}: {}\n", remark(&settled.what)));
        }
        for (code, reason) in &self.export.source.missing {
            found.push_str(&format!(
                "# guessed: {} stands for no answer, as the file says, because it was {reason}\n",
                remark(code)
            ));
        }
        let design = match &self.weights {
            Some(column) => format!(
                "# A column is called {column}: if it holds the weights of respondents, take the marks away here.\n# [design]\n# weight = {}\n",
                quoted(column)
            ),
            None => "# Weights, strata, clusters, if the sample had any. Without them: a simple random sample.\n# [design]\n# weight = \"…\"\n"
                .to_owned(),
        };
        format!(
            "# The study, drafted from {file}. What the file could not say is guessed, and marked so: settle it line by line.

title = {title}              # guessed: the name of the file
subtitle = \"A first report\"
author = \"Its author\"
language = \"en\"             # guessed
region = \"GB\"               # guessed
respondents = \"respondents\" # who they are, in the plural: the report says \"the answers of 40 respondents\"

[[wave]]
id = {wave}
title = {wave_title}
fieldwork = {fieldwork}
published = {published}     # guessed: {dates}
synthetic = false            # true if nobody gave these answers
notice = {notice}
{found}responses = {responses}

{design}
[report]
template = \"report.typ.jinja\"
fonts = \"theme/fonts\"
bibliography = \"references.bib\"
",
            file = remark(file),
            title = quoted(&self.title),
            wave = quoted(&self.wave),
            wave_title = quoted(&format!("{} {}", self.title, self.wave)),
            fieldwork = quoted(&self.fieldwork),
            published = quoted(&self.published),
            dates = remark(&self.dates),
            notice = quoted(&notice),
            responses = self.export.source.written(),
        )
    }

    /// `README.md`.
    pub(super) fn readme(&self) -> String {
        format!(
            "# {}

A study drafted from an export of a survey tool. It builds as it is, with Typst 0.15 (on the PATH, or named by `RESTUDY_TYPST`):

```sh
restudy build          # build/{}/report.pdf
```

Then go through what was guessed, file by file; `restudy check` says what is wrong, all of it at once, with file and line.

| file | what to look at |
| --- | --- |
| `study.toml` | title, dates, how the export is read, how the sample was drawn |
| `codebook/questions/` | names and kinds of questions; columns that were left out |
| `codebook/value-labels.toml` | labels, their order, which of them are a scale |
| `queries/` | one query for each of the first questions; `restudy ask` and `restudy shell` try others |
| `report-templates/report.typ.jinja` | the report's words |

The export lies in `data/` as it came, with all of its columns: whoever gets this folder gets them too.
The fonts in `report-templates/theme/fonts/` are under the SIL Open Font License; its texts lie beside them.
",
            remark(&self.title),
            self.wave
        )
    }
}

/// Why the answers are missing that the file itself calls so: guessed from their labels.
pub fn reasons(table: &RawTable) -> IndexMap<String, MissingReason> {
    let mut reasons = IndexMap::new();
    for column in 0..table.headers().count() {
        for row in 0..table.len() {
            let Some(stated) = table.stated(row, column).filter(|stated| stated.reason.is_none()) else {
                continue;
            };
            let label = table.cell(row, column);
            // A label is the same in all columns, and a code need not be.
            let key = if label.is_empty() { stated.code } else { label };
            if !reasons.contains_key(key) {
                reasons
                    .insert(key.to_owned(), MissingReason::of_label(label).unwrap_or(MissingReason::Skipped));
            }
        }
    }
    reasons
}
