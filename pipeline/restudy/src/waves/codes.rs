//! Whether the codes of a scale run as its labels do.
//!
//! In: a column, its codes and what they stand for. Out: the codes in their order, where that is another one.

use indexmap::IndexMap;

use crate::codebook::ValueSet;

/// The codes of a scale with its answers, in the order of the codes, if that is not the order of the labels. `codes` are
/// codes or answers that begin with one, by label or answer of `set`.
pub(super) fn turned<'a>(
    set: &ValueSet,
    codes: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<Vec<(String, String)>> {
    if !set.ordered {
        return None;
    }
    let position = |said: &str| set.answers().position(|label| label.answer == said || label.label == said);
    let mut of: IndexMap<usize, (f64, String, String)> = IndexMap::new();
    for (code, said) in codes {
        let digits: String = code.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        if let (Ok(number), Some(at)) = (digits.parse::<f64>(), position(said.trim())) {
            of.entry(at).or_insert((number, digits, said.trim().to_owned()));
        }
    }
    let mut codes: Vec<(usize, (f64, String, String))> = of.into_iter().collect();
    codes.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
    let runs_alike = codes.iter().zip(codes.iter().skip(1)).all(|(one, next)| one.0 < next.0);
    (!runs_alike).then(|| codes.into_iter().map(|(_, (_, code, said))| (code, said)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::ValueLabel;
    use crate::diagnostic::Place;

    #[test]
    fn codes_run_as_labels_or_otherwise() {
        let label =
            |label: &str| ValueLabel { label: label.into(), answer: label.to_uppercase(), missing: None };
        let labels = ["low", "middle", "high"].map(label).to_vec();
        let set = ValueSet { name: "s".into(), ordered: true, labels, place: Place::file("t") };
        let turned =
            |codes: &[(&'static str, &'static str)]| super::turned(&set, codes.iter().copied()).is_some();
        assert!(!turned(&[("1", "LOW"), ("2", "MIDDLE"), ("3", "HIGH"), ("9", "?")]));
        assert!(turned(&[("1", "HIGH"), ("2", "MIDDLE"), ("3", "LOW")]));
        assert!(turned(&[("1 - low", "low"), ("2 - high", "high"), ("3 - middle", "middle")]));
        assert!(!turned(&[("not a code", "low"), ("nor this", "high")]));
        let unordered = ValueSet { ordered: false, ..set.clone() };
        assert!(super::turned(&unordered, [("1", "HIGH"), ("2", "LOW")].into_iter()).is_none());
    }
}
