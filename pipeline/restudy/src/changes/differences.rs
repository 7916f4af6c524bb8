//! Differences between two waves, and their tests.

use survey::distributions::{t_sf, t_two_sided};

use super::estimates::Estimate;
use super::indicators::Indicator;
use crate::codebook::Variable;
use crate::waves::{Comparability, Comparable};

/// A share or a mean in two waves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) from_wave: String,
    pub(super) to_wave: String,
    pub(super) variable: String,
    pub(super) question: String,
    /// What the variable is about.
    pub(super) label: String,
    /// The answer whose share it is; none for a mean.
    pub(super) answer: Option<String>,
    pub(super) comparable: &'static str,
    pub(super) why: Option<String>,
    pub(super) before: Estimate,
    pub(super) after: Estimate,
    /// What the samples say of the difference.
    pub(super) test: Option<Test>,
    /// Holm's p, and over how many tests.
    pub(super) held: Option<(f64, usize)>,
}

/// A difference with its interval and test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) se: f64,
    pub(super) df: f64,
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) p: f64,
}

impl Change {
    pub(super) fn new(
        (from, to): (&str, &str),
        variable: &Variable,
        indicator: &Indicator,
        before: Estimate,
        after: Estimate,
    ) -> Change {
        Change {
            from_wave: from.to_owned(),
            to_wave: to.to_owned(),
            variable: variable.name.clone(),
            question: variable.question.clone(),
            label: variable.label.clone(),
            answer: indicator.answer.clone(),
            comparable: Comparable::Yes.words(),
            why: None,
            before,
            after,
            test: None,
            held: None,
        }
    }

    /// With what is known of comparability, and with its test, where one makes sense.
    pub(super) fn compared(self, found: &Comparability, confidence: f64) -> Change {
        let unchosen = self.answer.is_some() && (self.before.n == 0 || self.after.n == 0);
        let test = match unchosen && found.comparable != Comparable::Yes {
            true => None,
            false => Test::of(self.before, self.after, confidence),
        };
        let why = Some(found.why.clone()).filter(|why| !why.is_empty());
        Change { comparable: found.comparable.words(), why, test, ..self }
    }

    pub(super) fn difference(&self) -> f64 {
        self.after.value - self.before.value
    }
}

impl Test {
    /// Student's t of the difference of two independent estimates; none where the samples tell nothing of its chance.
    fn of(before: Estimate, after: Estimate, confidence: f64) -> Option<Test> {
        let se = before.se?.hypot(after.se?);
        let df = before.df? + after.df?;
        let difference = after.value - before.value;
        if se.is_nan() || se <= 0.0 {
            return None;
        }
        let reach = t_two_sided(confidence, df)? * se;
        let p = (2.0 * t_sf((difference / se).abs(), df)?).min(1.0);
        Some(Test { se, df, lower: difference - reach, upper: difference + reach, p })
    }
}

/// Gives Holm's p to the changes of one pair of waves: each p times the number of tests whose own is no smaller, none below
/// one that is smaller.
pub(super) fn hold(changes: &mut [Change]) {
    let mut tested: Vec<&mut Change> = changes.iter_mut().filter(|change| change.test.is_some()).collect();
    let p = |change: &Change| change.test.map_or(1.0, |test| test.p);
    tested.sort_by(|a, b| p(a).total_cmp(&p(b)));
    let tests = tested.len();
    let mut least = 0.0_f64;
    for (at, change) in tested.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "nobody makes 2^53 tests")]
        let others = (tests - at) as f64;
        least = least.max((p(change) * others).min(1.0));
        change.held = Some((least, tests));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(p: f64) -> Change {
        let estimate = Estimate { n: 1, base: 2, value: 0.5, se: Some(0.1), df: Some(9.0), interval: None };
        Change {
            from_wave: "a".into(),
            to_wave: "b".into(),
            variable: "x".into(),
            question: "x".into(),
            label: "X".into(),
            answer: Some("yes".into()),
            comparable: "yes",
            why: None,
            before: estimate,
            after: estimate,
            test: Some(Test { se: 0.1, df: 18.0, lower: 0.0, upper: 0.0, p }),
            held: None,
        }
    }

    #[test]
    fn holms_p_is_that_of_r() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        let mut changes = [0.01, 0.04, 0.03, 0.005].map(change);
        hold(&mut changes);
        let held = changes.map(|change| change.held.map(|(p, tests)| ((p * 1e9).round() / 1e9, tests)));
        assert_eq!(held, [0.03, 0.06, 0.06, 0.02].map(|p| Some((p, 4))));
    }

    #[test]
    fn a_test_of_two_samples_is_students() {
        // difference 0.3, se sqrt(0.1² + 0.1²), df 18: 2 * pt(-3 / sqrt(2), 18) in R gives 0.0479841…
        let estimate =
            |value: f64| Estimate { n: 1, base: 2, value, se: Some(0.1), df: Some(9.0), interval: None };
        let test = Test::of(estimate(0.2), estimate(0.5), 0.95).expect("a test");
        assert!((test.se - 0.02_f64.sqrt()).abs() < 1e-12 && test.df == 18.0);
        assert!((test.p - 2.0 * t_sf(3.0 / 2.0_f64.sqrt(), 18.0).expect("a tail")).abs() < 1e-12);
        assert!((test.lower + test.upper - 0.6).abs() < 1e-12 && test.lower > 0.0);
        let sure = Estimate { se: Some(0.0), ..estimate(0.5) };
        assert_eq!(Test::of(sure, sure, 0.95), None);
    }
}
