//! The answers of a question in an order: that of the file's labels, of a scale that everybody knows, of their numbers.

use std::cmp::Reverse;

use crate::study::MissingReason;

/// An answer of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Its words.
    pub(super) words: String,
    /// Why it is none, where it says that.
    pub(super) missing: Option<MissingReason>,
}

/// A set of answers, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arranged {
    pub(super) answers: Vec<Answer>,
    /// Whether they are a scale.
    pub(super) is_scale: bool,
    /// Where their order comes from.
    pub(super) why: &'static str,
}

/// Scales from the low end to the high end, each step with the words for it.
const SCALES: [&[&[&str]]; 9] = [
    &[
        &["strongly disagree", "disagree strongly", "completely disagree", "fully disagree"],
        &["disagree", "tend to disagree", "somewhat disagree", "rather disagree", "slightly disagree"],
        &["neither agree nor disagree", "neutral", "neither", "undecided", "neither / nor"],
        &["agree", "tend to agree", "somewhat agree", "rather agree", "slightly agree"],
        &["strongly agree", "agree strongly", "completely agree", "fully agree"],
    ],
    &[
        &["extremely dissatisfied"],
        &["very dissatisfied", "very unsatisfied"],
        &["dissatisfied", "fairly dissatisfied", "somewhat dissatisfied", "unsatisfied"],
        &["neither satisfied nor dissatisfied", "neutral", "neither"],
        &["satisfied", "fairly satisfied", "somewhat satisfied"],
        &["very satisfied"],
        &["extremely satisfied"],
    ],
    &[
        &["never", "not at all"],
        &["almost never", "hardly ever"],
        &["rarely", "seldom"],
        &["sometimes", "occasionally"],
        &["often", "frequently"],
        &["usually", "most of the time", "very often"],
        &["almost always", "nearly always"],
        &["always", "all the time"],
    ],
    &[
        &["never"],
        &["less often", "less than once a year"],
        &["every year", "yearly", "once a year", "annually"],
        &["every few months", "a few times a year"],
        &["every month", "monthly", "once a month"],
        &["a few times a month"],
        &["every week", "weekly", "once a week"],
        &["a few times a week", "several times a week"],
        &["every day", "daily"],
    ],
    &[
        &["very bad", "very poor", "terrible"],
        &["bad", "poor"],
        &["fair", "average", "okay"],
        &["good"],
        &["very good"],
        &["excellent"],
    ],
    &[
        &["not at all important", "not important", "unimportant"],
        &["slightly important", "not very important"],
        &["moderately important", "somewhat important", "fairly important", "quite important"],
        &["important"],
        &["very important"],
        &["extremely important", "essential"],
    ],
    &[
        &["very unlikely", "extremely unlikely"],
        &["unlikely", "somewhat unlikely"],
        &["neither likely nor unlikely", "neutral"],
        &["likely", "somewhat likely"],
        &["very likely", "extremely likely"],
    ],
    &[
        &["not at all interested", "not interested", "not at all"],
        &["slightly interested", "a little", "slightly"],
        &["quite interested", "somewhat interested", "moderately", "somewhat", "to some extent"],
        &["interested", "quite a bit", "a lot"],
        &["very interested", "very much", "extremely", "a great deal"],
    ],
    &[&["low", "small", "none"], &["medium", "moderate"], &["high", "large"], &["very high", "very large"]],
];

/// Answers that stand beside a scale, and behind every other answer.
const BESIDE: [&str; 12] = [
    "don't know",
    "do not know",
    "i don't know",
    "not sure",
    "unsure",
    "other",
    "others",
    "something else",
    "no opinion",
    "other (please specify)",
    "can't say",
    "none of these",
];

/// Answers that say why there is none.
const NONE: [(&str, MissingReason); 6] = [
    ("prefer not to say", MissingReason::Refused),
    ("prefer not to answer", MissingReason::Refused),
    ("i prefer not to say", MissingReason::Refused),
    ("rather not say", MissingReason::Refused),
    ("not applicable", MissingReason::NotApplicable),
    ("n/a", MissingReason::NotApplicable),
];

fn plain(answer: &str) -> String {
    answer.trim().trim_end_matches('.').replace('\u{2019}', "'").to_lowercase()
}

/// Why there is no answer, where one says that.
pub(super) fn missing(answer: &str) -> Option<MissingReason> {
    let answer = plain(answer);
    NONE.iter().find(|(words, _)| *words == answer).map(|(_, reason)| *reason)
}

/// The answers in order; `given` is each with how many gave it, in the order of the file's labels if it `is_labelled`.
pub(super) fn arranged(given: &[(String, usize)], is_labelled: bool, is_ordinal: bool) -> Arranged {
    let answer = |words: &String| Answer { words: words.clone(), missing: missing(words) };
    let stands_beside = |words: &str| BESIDE.contains(&plain(words).as_str()) || missing(words).is_some();
    let (beside, own): (Vec<_>, Vec<_>) = given.iter().partition(|(words, _)| stands_beside(words));
    let undecided = beside.iter().any(|(words, _)| missing(words).is_none());
    let with_beside = |own: Vec<String>, is_scale: bool, why| {
        let all = own.iter().chain(beside.iter().map(|(words, _)| words)).map(answer).collect();
        Arranged { answers: all, is_scale: is_scale && !undecided && own.len() > 1, why }
    };
    if is_labelled {
        let answers = given.iter().map(|(words, _)| answer(words)).collect();
        let is_scale =
            (is_ordinal || scale(&own).is_some_and(|steps| steps.is_sorted())) && !undecided && own.len() > 2;
        return Arranged { answers, is_scale, why: "the order of the file's own labels" };
    }
    if let Some(steps) = scale(&own) {
        let mut placed: Vec<(usize, String)> =
            steps.into_iter().zip(own.iter().map(|(words, _)| words.clone())).collect();
        placed.sort();
        let own = placed.into_iter().map(|(_, words)| words).collect();
        return with_beside(own, true, "the order of a scale that these words are known from");
    }
    let numbers: Option<Vec<f64>> = own.iter().map(|(words, _)| leading(words)).collect();
    if let Some(numbers) = numbers.filter(|numbers| numbers.len() > 1) {
        let mut placed: Vec<(f64, String)> =
            numbers.into_iter().zip(own.iter().map(|(words, _)| words.clone())).collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let own = placed.into_iter().map(|(_, words)| words).collect();
        return with_beside(own, true, "the order of the numbers in them");
    }
    let mut own: Vec<_> = own.into_iter().cloned().collect();
    let is_yes_no = own.iter().all(|(words, _)| ["yes", "no"].contains(&plain(words).as_str()));
    if is_yes_no {
        own.sort_by_key(|(words, _)| Reverse(plain(words)));
    } else {
        own.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    let own = own.into_iter().map(|(words, _)| words).collect();
    with_beside(own, false, if is_yes_no { "yes before no" } else { "what more people said first" })
}

/// The steps of a known scale that the answers stand on, each on another; none if one stands on no step of it.
fn scale(answers: &[&(String, usize)]) -> Option<Vec<usize>> {
    let on = |scale: &&[&[&str]]| {
        let step = |words: &String| scale.iter().position(|step| step.contains(&plain(words).as_str()));
        let steps: Vec<usize> = answers.iter().map(|(words, _)| step(words)).collect::<Option<_>>()?;
        let mut apart = steps.clone();
        apart.sort_unstable();
        apart.dedup();
        (answers.len() > 1 && apart.len() == answers.len()).then_some(steps)
    };
    SCALES.iter().find_map(on)
}

/// The number that an answer begins with, or that follows its first word: `25 to 34`, `Under 18`, `1 - poor`.
fn leading(words: &str) -> Option<f64> {
    let words = plain(words);
    let below =
        ["under", "below", "less than", "fewer than", "up to"].iter().any(|word| words.starts_with(word));
    let above = ["over", "above", "more than"].iter().any(|word| words.starts_with(word));
    let at = words.find(|c: char| c.is_ascii_digit())?;
    let is_first = words[..at].chars().all(|c| matches!(c, '£' | '$' | '€' | '<' | '>' | ' '));
    if !(is_first || below || above) {
        return None;
    }
    let digits: String =
        words[at..].chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).collect();
    let number: f64 = digits.replace(',', "").trim_end_matches('.').parse().ok()?;
    Some(match (below || words.contains('<'), above || words.contains('>')) {
        (true, _) => number - 0.5,
        (_, true) => number + 0.5,
        _ => number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(given: &[&str]) -> (Vec<String>, bool) {
        let given: Vec<(String, usize)> = given.iter().map(|words| ((*words).to_owned(), 1)).collect();
        let arranged = arranged(&given, false, false);
        (arranged.answers.into_iter().map(|answer| answer.words).collect(), arranged.is_scale)
    }

    #[test]
    fn known_scales_run_from_low_to_high() {
        let (words, is_scale) = ordered(&["Agree", "Strongly disagree", "Neutral", "Prefer not to say"]);
        assert_eq!(
            (words.join(", ").as_str(), is_scale),
            ("Strongly disagree, Neutral, Agree, Prefer not to say", true)
        );
        let (words, is_scale) = ordered(&["Always", "I don\u{2019}t know", "Never"]);
        assert_eq!((words.join(", ").as_str(), is_scale), ("Never, Always, I don\u{2019}t know", false));
        let (words, is_scale) = ordered(&["65 or over", "Under 18", "18 to 24", "25-34"]);
        assert_eq!((words.join(", ").as_str(), is_scale), ("Under 18, 18 to 24, 25-34, 65 or over", true));
    }

    #[test]
    fn other_answers_are_no_scale() {
        assert_eq!(ordered(&["No", "Yes"]), (vec!["Yes".to_owned(), "No".to_owned()], false));
        assert_eq!(ordered(&["Other", "Cat", "Ape"]).0, ["Ape", "Cat", "Other"]);
        assert!(!ordered(&["Year 9", "Year 10"]).1);
    }
}
