//! Finds the words that say how much: percentages, counts, "most", "two in five", "rose".
//!
//! In: a stretch of prose. Out: each such expression, with its place. Years, ages, stages and the numbers of sections
//! and figures match none of the patterns. It knows English and no study.

use std::ops::Range;

/// How an expression says how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A number: `53%`, `fifty per cent`, `n = 80`.
    Number,
    /// A word that is true of some numbers and false of others.
    Quantifier,
}

/// An expression of an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What kind.
    pub amount: Amount,
    /// Where in the text, in bytes.
    pub span: Range<usize>,
}

#[derive(Debug)]
struct Token<'a> {
    word: String,
    span: Range<usize>,
    /// What stands between this token and the next.
    gap: &'a str,
}

/// Words that always say how much.
const ALWAYS: [&str; 25] = [
    "most",
    "majority",
    "minority",
    "half",
    "halves",
    "halved",
    "doubled",
    "thirds",
    "quarters",
    "fifths",
    "tenths",
    "rose",
    "risen",
    "fell",
    "fallen",
    "grew",
    "increased",
    "decreased",
    "dropped",
    "highest",
    "lowest",
    "least",
    "largest",
    "smallest",
    "commonest",
];

/// The same in several words.
const PHRASES: [&[&str]; 9] = [
    &["nearly", "every"],
    &["almost", "every"],
    &["nearly", "all"],
    &["almost", "all"],
    &["nearly", "none"],
    &["almost", "none"],
    &["hardly", "any"],
    &["hardly", "anyone"],
    &["twice", "as", "many"],
];

/// What every survey counts: a number before one of these is a number about data. What else a study counts, it says
/// itself (`counted` in `study.toml`).
const COUNTED: [&str; 9] = [
    "respondents",
    "answers",
    "cases",
    "people",
    "participants",
    "contacts",
    "invitations",
    "questionnaires",
    "interviews",
];

/// Fractions that are also ordinals or times.
const FRACTIONS: [&str; 6] = ["third", "quarter", "fifth", "sixth", "eighth", "tenth"];

const NUMBERS: [&str; 20] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// What a number after one of these says: which, not how many.
const NAMED: [&str; 11] =
    ["year", "years", "stage", "stages", "figure", "table", "section", "chapter", "phase", "question", "age"];

/// All expressions of an amount in `text`, in order and without overlaps. `counted` are the things that the study counts,
/// beside those that every survey does.
pub fn find(text: &str, counted: &[String]) -> Vec<Found> {
    let tokens = tokens(text);
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match number_at(&tokens, i, counted)
            .map(|n| (Amount::Number, n))
            .or_else(|| quantifier_at(&tokens, i).map(|n| (Amount::Quantifier, n)))
        {
            Some((amount, length)) => {
                let last = &tokens[i + length - 1];
                out.push(Found { amount, span: tokens[i].span.start..last.span.end });
                i += length;
            }
            None => i += 1,
        }
    }
    out
}

/// Words, numbers and the signs `%` and `=`, lower case. References and labels of Typst are passed over.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut end = 0;
    while let Some((from, c)) = chars.next() {
        let mut to = from + c.len_utf8();
        if c == '@' || c == '<' && text[to..].starts_with(|c: char| c.is_alphabetic()) {
            while let Some((at, c)) = chars.next_if(|(_, c)| c.is_alphanumeric() || "-_.:>".contains(*c)) {
                to = at + c.len_utf8();
            }
            // Nothing that a reference stands between belongs together.
            out.push(Token { word: String::new(), span: from..to, gap: "" });
        } else if c.is_alphanumeric() {
            let number = c.is_ascii_digit();
            while let Some((at, c)) = chars.next_if(|(at, c)| {
                c.is_alphanumeric()
                    || *c == '\''
                    || number
                        && matches!(c, '.' | ',')
                        && text[at + 1..].starts_with(|c: char| c.is_ascii_digit())
            }) {
                to = at + c.len_utf8();
            }
            out.push(Token { word: text[from..to].to_lowercase(), span: from..to, gap: "" });
        } else if c == '%' || c == '=' {
            out.push(Token { word: c.to_string(), span: from..to, gap: "" });
        } else {
            continue;
        }
        let count = out.len();
        if count > 1 {
            out[count - 2].gap = &text[end..from];
        }
        end = to;
    }
    if let Some(last) = out.last_mut() {
        last.gap = &text[end..];
    }
    out
}

fn word<'a>(tokens: &'a [Token<'_>], i: usize) -> &'a str {
    tokens.get(i).map_or("", |t| t.word.as_str())
}

/// Whether the token and the next belong to one phrase: only blanks or a hyphen between them.
fn joined(tokens: &[Token<'_>], i: usize) -> bool {
    tokens.get(i).is_some_and(|t| t.gap.chars().all(|c| c.is_whitespace() || c == '-' || c == '~'))
}

/// The same where the next token is a sign: the marks of Typst may stand between, as in `*50*%` and `50\%`.
fn touches(tokens: &[Token<'_>], i: usize) -> bool {
    tokens.get(i).is_some_and(|t| t.gap.chars().all(|c| c.is_whitespace() || "-~*_]\\".contains(c)))
}

fn phrase(tokens: &[Token<'_>], i: usize, words: &[&str]) -> bool {
    words
        .iter()
        .enumerate()
        .all(|(k, w)| word(tokens, i + k) == *w && (k + 1 == words.len() || joined(tokens, i + k)))
}

fn is_digits(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u32>().is_ok_and(|n| (1500..2200).contains(&n))
}

fn is_amount(word: &str) -> bool {
    is_digits(word) && !is_year(word) || NUMBERS.contains(&word)
}

/// Number of tokens of the number that begins at `i`.
fn number_at(tokens: &[Token<'_>], i: usize, counted: &[String]) -> Option<usize> {
    if phrase(tokens, i, &["n", "="]) && is_digits(word(tokens, i + 2)) {
        return Some(3);
    }
    let digits = is_digits(word(tokens, i));
    if !digits && !NUMBERS.contains(&word(tokens, i)) || !touches(tokens, i) {
        return None;
    }
    if word(tokens, i + 1) == "%" && digits {
        return Some(2);
    }
    if phrase(tokens, i + 1, &["per", "cent"]) {
        return Some(3);
    }
    if ["percent", "pct"].contains(&word(tokens, i + 1)) {
        return Some(2);
    }
    if !digits || !joined(tokens, i) {
        return None;
    }
    if phrase(tokens, i + 1, &["percentage", "points"]) {
        return Some(3);
    }
    if word(tokens, i).starts_with("0.") && word(tokens, i + 1) == "of" {
        return Some(2);
    }
    let thing = word(tokens, i + 1);
    let counts = COUNTED.contains(&thing) || counted.iter().any(|known| known == thing);
    (counts && !is_name(tokens, i)).then_some(2)
}

/// Whether the number at `i` names something, or ends a range of ages: `Year 10 pupils`, `11-16 schools`, `in 2013 schools`.
fn is_name(tokens: &[Token<'_>], i: usize) -> bool {
    let before = |k: usize| if i >= k { word(tokens, i - k) } else { "" };
    let ranged = i > 0 && is_digits(before(1)) && tokens[i - 1].gap.chars().all(|c| "-–".contains(c))
        || before(1) == "to" && is_digits(before(2));
    is_year(word(tokens, i)) || ranged || NAMED.contains(&before(1))
}

/// Number of tokens of the quantifier that begins at `i`.
fn quantifier_at(tokens: &[Token<'_>], i: usize) -> Option<usize> {
    let this = word(tokens, i);
    let before =
        |k: usize| if i >= k && (1..=k).all(|b| joined(tokens, i - b)) { word(tokens, i - k) } else { "" };
    let harmless = match this {
        "least" => ["at", "not"].contains(&before(1)),
        "most" => before(1) == "the" && before(2).starts_with("ma") && word(tokens, i + 1) == "of",
        "half" => ["term", "day", "days", "year", "hour"].contains(&word(tokens, i + 1)),
        _ => false,
    };
    if ALWAYS.contains(&this) && !harmless {
        return Some(1);
    }
    if let Some(found) = PHRASES.iter().find(|words| phrase(tokens, i, words)) {
        return Some(found.len());
    }
    if ["more", "fewer", "less"].contains(&this) && joined(tokens, i) && word(tokens, i + 1) == "than" {
        // "More than that" compares with what was said, not with a number.
        let with = word(tokens, i + 2);
        let measured = is_amount(with) || FRACTIONS.contains(&with) || ["a", "half", "twice"].contains(&with);
        // At the end of the stretch a tag follows: a number.
        return (measured || i + 2 >= tokens.len()).then_some(2);
    }
    if FRACTIONS.contains(&this) {
        let counted = ["a", "one", "each"].contains(&before(1));
        let ends = !joined(tokens, i) || i + 1 >= tokens.len();
        let about = ["over", "under", "about", "around", "nearly", "almost", "roughly"].contains(&before(2));
        return (word(tokens, i + 1) == "of" && joined(tokens, i)
            || this == "quarter" && counted
            || about && counted
            || counted && ends)
            .then_some(1);
    }
    if !is_amount(this) || !joined(tokens, i) {
        return None;
    }
    if NAMED.contains(&before(1)) {
        return None;
    }
    let of = if phrase(tokens, i + 1, &["out", "of"]) {
        2
    } else {
        usize::from(["in", "of"].contains(&word(tokens, i + 1)))
    };
    if of > 0 && joined(tokens, i + of) {
        let mut whole = i + of + 1;
        let part_of = word(tokens, i + of) == "of";
        if part_of
            && ["the", "these", "those", "our", "all"].contains(&word(tokens, whole))
            && joined(tokens, whole)
        {
            whole += 1;
            if this != "one" && !is_amount(word(tokens, whole)) {
                return Some(whole - i);
            }
        }
        // "One of four reasons" names a kind; "one of the nine schools" counts.
        let names_a_kind = this == "one" && part_of && whole == i + of + 1;
        if is_amount(word(tokens, whole)) && !names_a_kind {
            return Some(whole - i + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<&str> {
        find(text, &["schools".to_owned()]).into_iter().map(|f| &text[f.span]).collect()
    }

    #[test]
    fn amounts_are_found() {
        for (text, expected) in [
            ("It was 53% (n = 80), or 53 per cent.", vec!["53%", "n = 80", "53 per cent"]),
            ("fifty per cent, 12 percent", vec!["fifty per cent", "12 percent"]),
            ("Most schools, the majority of them", vec!["Most", "majority"]),
            ("two-fifths, a third of pupils, one quarter", vec!["fifths", "third", "quarter"]),
            (
                "Five of the nine schools; three in ten; 2 out of 3",
                vec!["Five of the nine", "three in ten", "2 out of 3"],
            ),
            ("five of the schools", vec!["five of the"]),
            (
                "more than half; fewer than ten; more than 40",
                vec!["more than", "half", "fewer than", "more than"],
            ),
            ("It rose where the other fell, to the highest", vec!["rose", "fell", "highest"]),
            ("a margin of 7 percentage points", vec!["7 percentage points"]),
            ("196 respondents answered", vec!["196 respondents"]),
            ("81 people answered it, in 12 schools", vec!["81 people", "12 schools"]),
            ("#text[53]% and 50\\% and *50*% and 53 pct", vec!["53]%", "50\\%", "50*%", "53 pct"]),
            (
                "Nearly all do, hardly any do not, twice as many as",
                vec!["Nearly all", "hardly any", "twice as many"],
            ),
            (
                "It increased, grew, has risen, has fallen, dropped",
                vec!["increased", "grew", "risen", "fallen", "dropped"],
            ),
            ("the largest, the smallest, the commonest", vec!["largest", "smallest", "commonest"]),
            ("perhaps a third.", vec!["third"]),
            ("Over a third agree, almost every school does", vec!["third", "almost every"]),
            ("0.71 of schools have a club", vec!["0.71 of"]),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn other_numbers_are_let_be() {
        for text in [
            "in 2013, 2011-12 and March to May 2013",
            "ages 11 to 16, Key Stage 4, Key Stages 3 and 4, Year 9 in 2013",
            "Figure 3, Table 1 and section 2.3 of the report",
            "a third group, the third question, one of the schools",
            "at least a start; not least; made the most of it; half-term",
            "won £25,000 for it; two teachers in each; 14-19 education",
            "@fig-half and <sec-most>",
            "worth more than this, one of four kinds",
            "Year 10 pupils, 11-16 schools, 11 to 16 schools, in 2013 schools, #text(size: 9pt)[A], *a* 3 _b_",
        ] {
            assert_eq!(told(text), Vec::<&str>::new(), "{text}");
        }
    }
}
