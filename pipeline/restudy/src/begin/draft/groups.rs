//! Columns that are the items of one question, as their names and labels tell.

use super::columns::{Column, Holds};

/// Columns of an export that stand together, or one alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A column, by its number.
    One(usize),
    /// The items of a question.
    Items {
        /// What the columns are named after.
        stem: String,
        /// The question in words.
        text: String,
        /// Each item in words, with its column.
        items: Vec<(String, usize)>,
    },
}

/// The parts of an export, in its order.
pub(super) fn parts(columns: &[Column]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(column) = columns.get(at) {
        let together = bracketed(&columns[at..]);
        let together = together.or_else(|| numbered(&columns[at..])).or_else(|| told_alike(&columns[at..]));
        let together = together.or_else(|| boxes(&columns[at..]));
        match together {
            Some((length, part)) => {
                parts.push(part);
                at += length;
            }
            None => {
                parts.push(Part::One(column.number));
                at += 1;
            }
        }
    }
    parts
}

/// `Question [Item]`, as LimeSurvey and Google Forms write it, and as headers of two rows are read.
fn in_brackets(header: &str) -> Option<(&str, &str)> {
    let (stem, item) = header.strip_suffix(']')?.rsplit_once('[')?;
    let (stem, item) = (stem.trim(), item.trim());
    (!stem.is_empty() && !item.is_empty()).then_some((stem, item))
}

fn bracketed(columns: &[Column]) -> Option<(usize, Part)> {
    let (stem, _) = in_brackets(&columns.first()?.header)?;
    let of_stem = columns.iter().map_while(|column| {
        let (own, item) = in_brackets(&column.header)?;
        (own == stem).then_some((item.to_owned(), column.number))
    });
    let mut items: Vec<(String, usize)> = of_stem.collect();
    if items.len() < 2 {
        return None;
    }
    // A header of codes has its words in the labels.
    let labels: Vec<&str> = columns[..items.len()].iter().map(|column| column.label.as_str()).collect();
    let is_told = columns[..items.len()].iter().all(|column| column.label != column.header);
    let text = if is_told { split(&labels, &mut items) } else { stem.to_owned() };
    Some((items.len(), Part::Items { stem: stem.to_owned(), text, items }))
}

/// `q5_1`, `q5_2`, as SPSS files and Qualtrics have it, with the words in their labels.
fn numbered(columns: &[Column]) -> Option<(usize, Part)> {
    let first = columns.first()?;
    let stem = stem(&first.header)?;
    let is_like = |column: &&Column| {
        self::stem(&column.header) == Some(stem)
            && column.label != column.header
            && match first.holds {
                Holds::Labels if first.is_labelled => same_answers(first, column),
                Holds::Labels | Holds::Numbers => column.holds == first.holds,
                _ => false,
            }
    };
    let members: Vec<&Column> = columns.iter().take_while(is_like).collect();
    if members.len() < 2 {
        return None;
    }
    let labels: Vec<&str> = members.iter().map(|column| column.label.as_str()).collect();
    let mut items: Vec<(String, usize)> = members.iter().map(|c| (c.label.clone(), c.number)).collect();
    let text = split(&labels, &mut items);
    // Labels that share no words are those of several questions.
    let text =
        if text.is_empty() { if first.is_labelled { stem.to_owned() } else { return None } } else { text };
    Some((items.len(), Part::Items { stem: stem.to_owned(), text, items }))
}

/// Columns whose labels begin with the same words up to a sign: `Our offer: clubs`, `Our offer: visits`.
fn told_alike(columns: &[Column]) -> Option<(usize, Part)> {
    let (first, second) = (columns.first()?, columns.get(1)?);
    if first.label == first.header {
        return None;
    }
    let shared = first_words(&[&first.label, &second.label])?;
    let prefix = first.label.get(..shared)?;
    let is_like = |column: &&Column| column.label.len() > shared && column.label.starts_with(prefix);
    let members: Vec<&Column> = columns.iter().take_while(is_like).collect();
    let labels: Vec<&str> = members.iter().map(|column| column.label.as_str()).collect();
    let mut items: Vec<(String, usize)> = members.iter().map(|c| (c.label.clone(), c.number)).collect();
    let text = split(&labels, &mut items);
    Some((items.len(), Part::Items { stem: text.clone(), text, items }))
}

/// Columns whose names begin alike, each of them a box: `media_tv`, `media_radio`, whatever their labels say.
fn boxes(columns: &[Column]) -> Option<(usize, Part)> {
    let first = columns.first()?;
    let (ticked, beginning) = (first.boxes()?, beginning(&first.header)?);
    let is_like = |column: &&Column| {
        column.boxes() == Some(ticked) && self::beginning(&column.header) == Some(beginning)
    };
    let words = |column: &Column| match column.header.strip_prefix(beginning) {
        Some(end) if column.label == column.header => end.trim_start_matches(['_', '.']).to_owned(),
        _ => column.label.clone(),
    };
    let items: Vec<(String, usize)> =
        columns.iter().take_while(is_like).map(|column| (words(column), column.number)).collect();
    let stem = beginning.to_owned();
    (items.len() > 1).then(|| (items.len(), Part::Items { text: stem.clone(), stem, items }))
}

fn same_answers(first: &Column, other: &Column) -> bool {
    let words = |column: &Column| column.answers.iter().map(|(words, _)| words.clone()).collect::<Vec<_>>();
    other.is_labelled && other.holds == Holds::Labels && words(first) == words(other)
}

/// What stands before the number of an item: `q5` of `q5_2`.
fn stem(header: &str) -> Option<&str> {
    let (stem, number) = header.rsplit_once(['_', '.'])?;
    let is_number = !number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && !stem.is_empty() && !header.contains(char::is_whitespace)).then_some(stem)
}

/// What stands in a name before its last part: `media` of `media_tv` and of `media2`, `q5` of `q5b`.
fn beginning(header: &str) -> Option<&str> {
    let in_digits = || Some(header.trim_end_matches(|c: char| c.is_ascii_digit()));
    let in_letter = || {
        let before = header.strip_suffix(|c: char| c.is_ascii_alphabetic())?;
        before.ends_with(|c: char| c.is_ascii_digit()).then_some(before)
    };
    let is_part = |before: &&str| before.len() < header.len();
    let at_sign = header.rsplit_once(['_', '.']).map(|(before, _)| before);
    let before = at_sign.or_else(|| in_digits().filter(is_part)).or_else(in_letter)?;
    (before.chars().count() > 1 && !header.contains(char::is_whitespace)).then_some(before)
}

/// The words with which all labels begin, up to a sign that parts a question from an item; items keep the rest.
fn split(labels: &[&str], items: &mut [(String, usize)]) -> String {
    let Some((first, at)) = labels.first().zip(first_words(labels)) else { return String::new() };
    for (item, label) in items.iter_mut().zip(labels) {
        item.0 = label[at..].trim().to_owned();
    }
    let text = first[..at].trim().trim_end_matches(['-', ':', '\u{2013}']).trim();
    // Qualtrics says between question and item which kind of choice it was.
    text.strip_suffix("- Selected Choice").unwrap_or(text).trim().to_owned()
}

/// How many bytes all labels begin with, up to a sign that parts a question from an item.
fn first_words(labels: &[&str]) -> Option<usize> {
    let first = labels.first()?;
    let ends = [" - ", ": ", "? ", " \u{2013} "];
    let candidates = ends.iter().flat_map(|end| first.match_indices(end).map(move |(at, _)| at + end.len()));
    let shared = candidates
        .filter(|at| labels.iter().all(|label| label.starts_with(&first[..*at]) && label.len() > *at));
    shared.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::RawTable;
    use crate::study::Source;

    fn grouped(text: &str) -> Vec<Part> {
        let (table, _) = RawTable::parse(&Source::plain("t.csv"), text.as_bytes().to_vec()).unwrap();
        let headers: Vec<String> = table.headers().map(str::to_owned).collect();
        let columns: Vec<Column> =
            headers.iter().enumerate().map(|(number, header)| Column::of(&table, number, header)).collect();
        parts(&columns)
    }

    fn items(stem: &str, items: &[(&str, usize)]) -> Part {
        let items = items.iter().map(|(item, n)| ((*item).to_owned(), *n)).collect();
        Part::Items { stem: stem.to_owned(), text: stem.to_owned(), items }
    }

    #[test]
    fn brackets_hold_items() {
        let found = grouped("ID,Q [a],Q [b],R[SQ1],R[SQ2],S [x]\n1,y,n,y,y,z\n");
        assert_eq!(
            found,
            [
                Part::One(0),
                items("Q", &[("a", 1), ("b", 2)]),
                items("R", &[("SQ1", 3), ("SQ2", 4)]),
                Part::One(5)
            ]
        );
    }

    #[test]
    fn boxes_under_names_that_begin_alike_are_items() {
        let found = grouped(
            "id,media_tv,media_radio,q5a,q5b,Q7,Q8,media_web\n\
             1,Selected,Not selected,Yes,Not selected,Checked,Checked,Selected\n\
             2,Not selected,Selected,Not selected,Yes,Unchecked,Checked,Selected\n\
             3,Not selected,Selected,Not selected,Yes,Unchecked,Unchecked,Selected\n",
        );
        assert_eq!(
            found,
            [
                Part::One(0),
                items("media", &[("tv", 1), ("radio", 2)]),
                items("q5", &[("a", 3), ("b", 4)]),
                Part::One(5),
                Part::One(6),
                Part::One(7)
            ]
        );
    }

    #[test]
    fn columns_without_words_of_their_own_stay_alone() {
        assert_eq!(grouped("q1_1,q1_2\ny,n\n"), [Part::One(0), Part::One(1)]);
    }
}
