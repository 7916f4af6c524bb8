//! Multiple-response questions whose ticks stand in one cell, as the forms of Google and Microsoft write them:
//! `Chess;Go;`, `Chess, Go`.

use super::answers::Reader;
use super::expected::Target;

/// Reads the cells of the question `number`.
pub(super) fn read(reader: &mut Reader<'_>, number: usize, separator: &str) {
    let codebook = reader.codebook;
    let question = &codebook.questions[number];
    let items = question.items.iter().filter_map(|item| {
        let variable = reader.variable(&format!("{}__{}", question.name, item.name))?;
        Some((item.answer.as_deref()?, variable))
    });
    let items: Vec<(&str, usize)> = items.collect();
    let answers: Vec<&str> = items.iter().map(|(answer, _)| *answer).collect();
    let variables: Vec<usize> = items.iter().map(|(_, variable)| *variable).collect();
    let Some(first) = variables.first().copied() else { return };
    let columns = reader.raw_columns(number).to_vec();
    for (_, column) in columns.into_iter().filter(|(target, _)| *target == Target::Whole) {
        for row in 0..reader.table.len() {
            let cell = reader.table.cell(row, column);
            if cell.is_empty() || reader.is_missing(question, &variables, row, column) {
                continue;
            }
            for ticked in answers_in(cell, separator, &answers) {
                match items.iter().find(|(answer, _)| *answer == ticked) {
                    Some((_, variable)) => reader.set_label(*variable, row, 0),
                    None => {
                        let add = format!("add it to the items of `{}`", question.name);
                        reader.unknown_answer(first, row, column, ticked, &answers, &add);
                    }
                }
            }
        }
    }
}

/// The answers in `cell`. One of `known` may hold the separator itself.
pub fn answers_in<'a>(cell: &'a str, separator: &str, known: &[&str]) -> Vec<&'a str> {
    let separator = separator.trim();
    let mut answers = Vec::new();
    let mut rest = cell.trim();
    while !rest.is_empty() {
        let ends = |length: usize| {
            let behind = rest.get(length..)?.trim_start();
            (behind.is_empty() || behind.starts_with(separator)).then_some(length)
        };
        let whole =
            known.iter().filter(|answer| rest.starts_with(**answer)).filter_map(|a| ends(a.len())).max();
        let length = whole.unwrap_or_else(|| rest.find(separator).unwrap_or(rest.len()));
        let (answer, behind) = rest.split_at(length);
        answers.extend(Some(answer.trim()).filter(|answer| !answer.is_empty()));
        let behind = behind.trim_start();
        rest = behind.strip_prefix(separator).unwrap_or(behind).trim_start();
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::answers_in;

    #[test]
    fn answers_in_one_cell_are_answers_in() {
        assert_eq!(answers_in("Chess;Go;", ";", &[]), ["Chess", "Go"]);
        assert_eq!(answers_in(" Chess , Go", ", ", &[]), ["Chess", "Go"]);
        let known = ["Go", "Tea, coffee, cake", "Tea"];
        assert_eq!(answers_in("Tea, coffee, cake, Go, Tea", ",", &known), ["Tea, coffee, cake", "Go", "Tea"]);
        assert_eq!(answers_in("Teapots, Go", ",", &known), ["Teapots", "Go"]);
        assert_eq!(answers_in(";; ;", ";", &[]), Vec::<&str>::new());
    }
}
