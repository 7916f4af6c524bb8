//! The example: a small survey of how people get to work, with made-up answers, whose files teach.

use super::File;

const FILES: [(&str, &str); 12] = [
    ("README.md", include_str!("example/README.md")),
    (".gitignore", include_str!("example/gitignore")),
    ("study.toml", include_str!("example/study.toml")),
    ("data/responses.csv", include_str!("example/data/responses.csv")),
    ("codebook/value-labels.toml", include_str!("example/codebook/value-labels.toml")),
    ("codebook/questions/01-journey.toml", include_str!("example/codebook/questions/01-journey.toml")),
    ("queries/figures/ways_to_work.sql", include_str!("example/queries/figures/ways_to_work.sql")),
    ("queries/facts/journeys.sql", include_str!("example/queries/facts/journeys.sql")),
    ("queries/facts/satisfied.sql", include_str!("example/queries/facts/satisfied.sql")),
    ("queries/explore/what_would_help.sql", include_str!("example/queries/explore/what_would_help.sql")),
    ("report-templates/report.typ.jinja", include_str!("example/report-templates/report.typ.jinja")),
    ("report-templates/references.bib", include_str!("example/report-templates/references.bib")),
];

/// The files of the example.
pub fn example() -> Vec<File> {
    FILES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}
