//! How alike two texts are: names of columns, questions, answers.
//!
//! In: texts. Out: a number from 0 (nothing in common) to 1 (the same words). It only ever suggests; it decides nothing.

use std::collections::HashMap;

/// Words that say little.
const LITTLE: [&str; 20] = [
    "a", "an", "the", "of", "and", "or", "in", "your", "my", "you", "is", "are", "do", "does", "this",
    "these", "has", "have", "will", "for",
];

/// The words of a text, in lower case, without punctuation.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '’' | '‘')).collect();
    let parts = plain.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

/// The same, with letters and digits apart: `KS3` is `ks`, `3`.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in words(text) {
        let mut last = None;
        for c in word.chars() {
            match pieces.last_mut() {
                Some(piece) if last == Some(c.is_ascii_digit()) => piece.push(c),
                _ => pieces.push(c.to_string()),
            }
            last = Some(c.is_ascii_digit());
        }
    }
    pieces
}

/// The text as its words alone: what is left when case, punctuation and spaces are not looked at.
pub(super) fn plain(text: &str) -> String {
    words(text).join(" ")
}

/// How alike two words are.
fn alike(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    if one.chars().next() != other.chars().next() {
        return 0.0;
    }
    let has_digit = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    if has_digit(one) || has_digit(other) {
        return 0.0;
    }
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = {
        let (a, b) = (one.chars().count(), other.chars().count());
        (a.min(b), a.max(b))
    };
    if shared >= 4 && shared * 10 >= longer * 6 {
        0.85
    } else if shared == shorter && shared >= 3 {
        0.7
    } else if shorter >= 5 && strsim::normalized_damerau_levenshtein(one, other) >= 0.8 {
        0.8
    } else {
        0.0
    }
}

/// How much each word tells, among the texts that it was made from: a word that many share tells little.
#[derive(Debug, Default)]
pub(super) struct Weights {
    weights: HashMap<String, f64>,
    most: f64,
}

impl Weights {
    /// Weights among `texts`.
    pub(super) fn among<'a>(texts: impl Iterator<Item = &'a str>) -> Weights {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut all = 0_usize;
        for text in texts {
            all += 1;
            let mut of_text = words(text);
            of_text.sort();
            of_text.dedup();
            of_text.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
        }
        let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let weight = |n: usize| (1.0 + number(all) / number(n)).ln();
        let weights = counts.into_iter().map(|(word, n)| (word, weight(n))).collect();
        Weights { weights, most: weight(1) }
    }

    fn of(&self, word: &str) -> f64 {
        if LITTLE.contains(&word) {
            return 0.0;
        }
        self.weights.get(word).copied().unwrap_or(self.most)
    }

    /// How alike two texts are: what their words have in common, weighed.
    pub(super) fn likeness(&self, one: &[String], other: &[String]) -> f64 {
        common(one, other, |word| self.of(word))
    }
}

/// How alike two answers are: all words tell alike, and so does the spelling as a whole. An answer whose words all stand
/// in the other is much like it.
pub(super) fn of_answers(one: &str, other: &str) -> f64 {
    let (a, b) = (pieces(one), pieces(other));
    if a == b {
        return 1.0;
    }
    let of_words = common(&a, &b, |_| 1.0);
    let digits = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| word.chars().any(|c| c.is_ascii_digit())).cloned().collect()
    };
    let spelled = strsim::normalized_damerau_levenshtein(&a.join(" "), &b.join(" "));
    let spelled = if digits(&a) == digits(&b) { spelled } else { 0.0 };
    let within = |a: &[String], b: &[String]| a.len() > 1 && a.iter().all(|word| b.contains(word));
    let within = if within(&a, &b) || within(&b, &a) { 0.8 } else { 0.0 };
    of_words.max(spelled).max(within)
}

/// The weight of the words that two texts share, in that of all their words.
fn common(one: &[String], other: &[String], weight: impl Fn(&str) -> f64) -> f64 {
    let all: f64 = one.iter().chain(other).map(|word| weight(word)).sum();
    if all <= 0.0 {
        return if one == other && !one.is_empty() { 1.0 } else { 0.0 };
    }
    let mut left: Vec<&String> = other.iter().collect();
    let mut shared = 0.0;
    for word in one {
        let best = left.iter().enumerate().map(|(at, candidate)| (alike(word, candidate), at));
        let Some((likeness, at)) =
            best.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.0)
        else {
            continue;
        };
        let candidate = left.swap_remove(at);
        shared += likeness * (weight(word) + weight(candidate));
    }
    shared / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_like_themselves_and_numbers_only_themselves() {
        assert_eq!(of_answers("Head of Science", "head of science"), 1.0);
        assert_eq!(of_answers("11–16", "11-16"), 1.0);
        assert!(of_answers("11–16", "11 to 16") > of_answers("11–16", "11 to 18"));
        assert!(of_answers("KS3", "KS4") <= 0.5);
        assert!(of_answers("KS3 and KS4", "KS3 + 4") > of_answers("KS3 and KS4", "KS3 only"));
        assert!(of_answers("Neither / nor", "Neither agree nor disagree") >= 0.8);
        assert!(of_answers("Yes", "No") < 0.5);
    }

    #[test]
    fn a_rare_word_tells_more_than_a_common_one() {
        let texts = ["Web resources [UCAS]", "Web resources [Prospects]", "Web resources [Unistats]"];
        let weights = Weights::among(texts.into_iter());
        let like = |other: &str| weights.likeness(&words("Websites: UCAS"), &words(other));
        assert!(like(texts[0]) > 0.6 && like(texts[1]) < 0.4, "{} {}", like(texts[0]), like(texts[1]));
    }
}
