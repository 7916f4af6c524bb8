//! Names of variables, made from the names and words of columns.

use std::collections::HashSet;

use crate::codebook::plain_letters;
use crate::queries::is_plain_name;

/// Characters of the longest name that is made.
const LONGEST: usize = 30;

/// Words that tell nothing apart.
const PASSED_OVER: [&str; 45] = [
    "the",
    "a",
    "an",
    "of",
    "do",
    "does",
    "did",
    "you",
    "your",
    "is",
    "are",
    "was",
    "were",
    "what",
    "which",
    "how",
    "to",
    "in",
    "for",
    "and",
    "or",
    "please",
    "this",
    "these",
    "that",
    "at",
    "on",
    "with",
    "have",
    "has",
    "would",
    "it",
    "be",
    "by",
    "as",
    "following",
    "there",
    "any",
    "i",
    "my",
    "we",
    "our",
    "us",
    "selected",
    "choice",
];

/// Words of SQL in other programs too, and columns that every wave has.
const TAKEN: [&str; 40] = [
    "wave",
    "design",
    "order",
    "group",
    "select",
    "where",
    "from",
    "user",
    "end",
    "case",
    "when",
    "then",
    "else",
    "limit",
    "table",
    "column",
    "desc",
    "asc",
    "all",
    "and",
    "or",
    "not",
    "null",
    "true",
    "false",
    "by",
    "as",
    "on",
    "in",
    "is",
    "like",
    "join",
    "left",
    "right",
    "union",
    "values",
    "with",
    "respondent_id",
    "distinct",
    "having",
];

/// Names that are given, none twice.
#[derive(Debug, Default)]
pub(super) struct Given(HashSet<String>);

impl Given {
    /// A name for `header` that is not given yet; in words that `label` has, where the header has none.
    pub(super) fn name(&mut self, header: &str, label: &str, otherwise: &str) -> String {
        let from_header = if is_code(header) { made(header, false) } else { made(header, true) };
        // `Q12` says less than the words of the question.
        let says_nothing = is_number_of_question(header) && label != header;
        let from_label = made(label, true);
        let made = if says_nothing { [from_label, from_header] } else { [from_header, from_label] };
        let name = made.into_iter().find(|name| !name.is_empty());
        let mut name = name.unwrap_or_else(|| otherwise.to_owned());
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            name = format!("q{name}");
        }
        if TAKEN.contains(&name.as_str()) || name.starts_with("design_") || !is_plain_name(&name) {
            name = format!("{name}_given");
        }
        let mut free = name.clone();
        let mut n = 2;
        while !self.0.insert(free.clone()) {
            free = if name.ends_with(|c: char| c.is_ascii_digit()) {
                format!("{name}_{n}")
            } else {
                format!("{name}{n}")
            };
            n += 1;
        }
        free
    }
}

/// Whether a header is the number of a question and nothing else: `Q12`, `v3_1`, `12`.
fn is_number_of_question(header: &str) -> bool {
    let rest = header.trim().trim_start_matches(|c: char| c.is_ascii_alphabetic());
    header.trim().len() - rest.len() <= 3
        && !rest.is_empty()
        && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.' | '-'))
}

/// Whether a header is a code rather than words: `s1_role`, `Q12`.
fn is_code(header: &str) -> bool {
    let header = header.trim();
    header.len() <= LONGEST
        && header.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// A name of the words of `text`, of letters and digits only.
fn made(text: &str, passes_over: bool) -> String {
    // An apostrophe parts no words.
    let folded = plain_letters(&text.replace(['\'', '\u{2019}'], ""));
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // `Q12`, `3`: the number of a question says nothing beside its words.
    let is_number = |word: &&str| {
        let digits = word.strip_prefix('q').unwrap_or(word);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let telling: Vec<&str> = match passes_over {
        false => words.clone(),
        true => {
            let rest = words.iter().skip_while(|word| is_number(word)).copied();
            rest.filter(|word| !PASSED_OVER.contains(word)).collect()
        }
    };
    let telling = if telling.is_empty() { words } else { telling };
    let mut name = String::new();
    for word in telling {
        let word = word.get(..word.len().min(LONGEST)).unwrap_or(word);
        if !name.is_empty() && name.len() + 1 + word.len() > LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(word);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_fit_for_sql() {
        let mut given = Given::default();
        let mut name = |header: &str| given.name(header, "", "question");
        assert_eq!(name("Q1 Your role"), "role");
        assert_eq!(name("Which of these comes closest to your main role?"), "comes_closest_main_role");
        assert_eq!(name("s1_role"), "s1_role");
        assert_eq!(name("Q7"), "q7");
        assert_eq!(name("3. Où habitez-vous ?"), "ou_habitez_vous");
        assert_eq!(name("Role"), "role2");
        assert_eq!(name("Order"), "order_given");
        for word in ["Exists", "Interval", "Struct", "Any", "Some", "Current_date"] {
            assert_eq!(name(word), format!("{}_given", word.to_lowercase()));
        }
        assert_eq!(name("年齢"), "question");
        assert_eq!(name("2013"), "q2013");
        assert_eq!(given.name("年", "What is your age?", "question"), "age");
        assert_eq!(given.name("Q8_1", "Years in the post", "question"), "years_post");
        assert_eq!(given.name("s8_1", "s8_1", "question"), "s8_1");
    }
}
