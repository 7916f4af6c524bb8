//! What a row of each table is, in words.

/// One row of the table `name`, in words; `None` for a table that the store does not make.
pub fn one_row(name: &str) -> Option<&'static str> {
    Some(match name {
        "responses" => "a respondent, with a column per variable",
        "answers" => "a respondent's answer to one item",
        "missing" => "an answer that is not there, and why",
        "design_strata" => "a stratum of the sample",
        "frame" => "a group of people invited",
        "pilots" => "a place where the questionnaire was tried",
        "variables" => "a variable: what was asked",
        "value_labels" => "a label of a value set",
        "changes" => "a share or mean that two waves can be compared by",
        "comparability" => "a variable and two waves: whether its answers can be compared",
        "cases" => "a case",
        "documents" => "a document about a case",
        "segments" => "a paragraph of a document",
        "codings" => "a code that a coder gave to a segment",
        "codes" => "a code of the code frame",
        "project_codings" => "a coding of the project, and what became of it",
        "notes" => "a note of the project, and one thing that it is about",
        "material_account" => "how much of one kind the project has that was kept, or left out and why",
        "waves" => "a wave of the survey, with how many answered",
        "claims" => "a number or statement that was published",
        _ => return None,
    })
}
