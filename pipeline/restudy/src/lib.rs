//! restudy: from a study's files to its typeset report, in one direction.
//!
//! A *study* is a folder of definitions (`study.toml`, `codebook/`), questions (`queries/`), words and layout
//! (`report-templates/`) and data. This library reads such a folder and knows nothing of what the study is about.
//! Each stage takes what the stage above it made and hands on a plain value:
//!
//! | stage | what it does |
//! | --- | --- |
//! | [`study`] | reads `study.toml` |
//! | [`sources`] | a file to raw columns that know their places |
//! | [`codebook`] | raw columns to typed, labelled variables, or to the list of everything that is wrong |
//! | [`waves`] | how the export of each wave is read in the light of the codebook, and what can be compared |
//! | [`sample`] | what each respondent stands for, and where they stand in the sample |
//! | [`store`] | typed tables to Parquet, whole or not at all |
//! | [`ddi`] | the codebook of a wave as archives take it |
//! | [`engine`] | DataFusion over the store, with the functions lent to it |
//! | [`queries`] | query files: their heads, their results, the promises checked |
//! | [`evidence`] | one row per statistic; guards; the audit of published claims |
//! | [`report`] | evidence and templates to one Typst document |
//! | [`typst`] | runs the Typst command line and brings its messages home |
//! | [`publish`] | artefacts and their manifest, swapped in whole |
//! | [`begin`] | a new study: the example, or drafts from an export |
//! | [`answer`] | rows that somebody asked for, as text, data, a workbook or a chart |
//! | [`build`] | the order of the steps, and which of them an input change reaches |
//! | [`explain`] | where a printed number came from, and whom it counts |
//! | [`ask`] | questions that somebody types, within bounds |
//! | [`shell`] | what stands behind a prompt: entries, names to complete, commands |
//! | [`cli`] | parse, call, print |
//!
//! A stage uses those above it and [`diagnostic`], never those below.

pub mod answer;
pub mod ask;
pub mod begin;
pub mod build;
pub mod changes;
pub mod cli;
pub mod codebook;
pub mod ddi;
pub mod diagnostic;
pub mod engine;
pub mod evidence;
pub mod explain;
pub mod publish;
pub mod queries;
pub mod report;
pub mod sample;
pub mod shell;
pub mod sources;
pub mod store;
pub mod study;
pub mod typst;
pub mod waves;
