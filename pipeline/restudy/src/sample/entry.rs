//! A place in a sample as text: what the column `design` holds of each row beside its weight.
//!
//! In: the sample's name, the place of a unit in each stage, what makes a variance of it. Out: a line of JSON, and the place
//! again from such a line, every number bit by bit.
//!
//! - Always the same names in the same order, without spaces: equal places are equal text.
//! - Any tool can read it. Here it is read by hand, because readers of JSON may round a number's last digit.
//! - It knows neither Arrow nor SQL.

use survey::variance::{LonelyPsu, Replication, Stage};

use crate::study::design::LONELY;

/// The place of a unit in its sample, and how variances come about.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Which sample: `WAVE/COLUMN`; where it was read, with the backslashes that JSON may need.
    pub sample: &'a str,
    /// The place in each stage, primary units first.
    pub stages: Vec<Stage>,
    /// Whether the number of the unit at the last stage stands apart, because units have few rows each; in `stages` it is 0.
    pub unit_apart: bool,
    /// What a stratum with one sampled unit contributes to a variance.
    pub lonely: LonelyPsu,
    /// Replicate weights: how they make a variance, and the factors of the unit's weight.
    pub replicates: Option<(Replication, Vec<f64>)>,
}

impl<'a> Entry<'a> {
    /// The place as text.
    pub fn write(&self) -> String {
        let mut text = format!("{{\"sample\":{},\"stages\":[", serde_json::Value::from(self.sample));
        for (index, stage) in self.stages.iter().enumerate() {
            let apart = self.unit_apart && index + 1 == self.stages.len();
            let unit = if apart { "null".to_owned() } else { stage.unit.to_string() };
            let population =
                if stage.population.is_finite() { number(stage.population) } else { "null".to_owned() };
            let comma = if index == 0 { "" } else { "," };
            let Stage { stratum, sampled, .. } = stage;
            text += &format!(
                "{comma}{{\"stratum\":{stratum},\"unit\":{unit},\"units\":{sampled},\"fpc\":{population}}}"
            );
        }
        let lonely = LONELY.iter().find(|(_, policy)| *policy == self.lonely).map_or("", |(word, _)| word);
        text += &format!("],\"lonely\":\"{lonely}\"");
        if let Some((Replication { scale, rscales, mse }, factors)) = &self.replicates {
            text += &format!(",\"replicates\":{{\"scale\":{},\"mse\":{mse},\"rscales\":", number(*scale));
            let first = rscales.first().copied().unwrap_or(1.0);
            if rscales.iter().all(|scale| scale.to_bits() == first.to_bits()) {
                text += &number(first);
            } else {
                list(&mut text, rscales);
            }
            text += ",\"factors\":";
            list(&mut text, factors);
            text.push('}');
        }
        text.push('}');
        text
    }

    /// The place that `text` says; `None` where it was not written by [`Entry::write`].
    pub fn read(text: &'a str) -> Option<Entry<'a>> {
        let mut rest = Rest(text);
        rest.skip("{\"sample\":\"")?;
        let sample = rest.word()?;
        rest.skip(",\"stages\":[")?;
        let (mut stages, mut unit_apart) = (Vec::with_capacity(2), false);
        while !rest.starts("]") {
            if !stages.is_empty() {
                rest.skip(",")?;
            }
            // Only the last stage's unit may stand apart.
            if unit_apart {
                return None;
            }
            rest.skip("{\"stratum\":")?;
            let stratum = rest.whole()?;
            rest.skip(",\"unit\":")?;
            unit_apart = rest.starts("null");
            let unit = if unit_apart { 0 } else { rest.whole()? };
            rest.skip(",\"units\":")?;
            let sampled = rest.whole()?;
            rest.skip(",\"fpc\":")?;
            let population = if rest.starts("null") { f64::INFINITY } else { rest.number()? };
            rest.skip("}")?;
            stages.push(Stage { stratum, unit, sampled, population });
        }
        rest.skip(",\"lonely\":\"")?;
        let word = rest.word()?;
        let (_, lonely) = *LONELY.iter().find(|(known, _)| *known == word)?;
        let mut replicates = None;
        if rest.starts(",\"replicates\":{\"scale\":") {
            let scale = rest.number()?;
            rest.skip(",\"mse\":")?;
            let mse = rest.starts("true");
            if !mse {
                rest.skip("false")?;
            }
            rest.skip(",\"rscales\":")?;
            let given = if rest.0.starts_with('[') { rest.list(0)? } else { vec![rest.number()?] };
            rest.skip(",\"factors\":")?;
            let factors = rest.list(given.len())?;
            rest.skip("}")?;
            let rscales = match given[..] {
                [one] => vec![one; factors.len()],
                _ => given,
            };
            if rscales.len() != factors.len() || factors.is_empty() {
                return None;
            }
            replicates = Some((Replication { scale, rscales, mse }, factors));
        }
        rest.skip("}")?;
        let whole = rest.0.is_empty() && !stages.is_empty();
        whole.then_some(Entry { sample, stages, unit_apart, lonely, replicates })
    }
}

/// A number with as many digits as tell it from all others.
fn number(value: f64) -> String {
    format!("{value:?}")
}

/// The number that digits say.
fn number_of(digits: &str) -> Option<f64> {
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}

fn list(text: &mut String, values: &[f64]) {
    for (index, value) in values.iter().enumerate() {
        text.push(if index == 0 { '[' } else { ',' });
        *text += &number(*value);
    }
    text.push(']');
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Whether `wanted` comes next; it is read then.
    fn starts(&mut self, wanted: &str) -> bool {
        let rest = self.0.strip_prefix(wanted);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn skip(&mut self, wanted: &str) -> Option<()> {
        self.starts(wanted).then_some(())
    }

    /// A text, after its opening quotation mark and up to the closing one.
    fn word(&mut self) -> Option<&'a str> {
        let mut after_backslash = false;
        let end = self.0.bytes().position(|byte| {
            let is_end = byte == b'"' && !after_backslash;
            after_backslash = byte == b'\\' && !after_backslash;
            is_end
        })?;
        let word = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..)?;
        Some(word)
    }

    /// What stands before the end of a value.
    fn digits(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| matches!(byte, b',' | b'}' | b']')).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        digits
    }

    fn whole(&mut self) -> Option<u32> {
        self.digits().parse().ok()
    }

    fn number(&mut self) -> Option<f64> {
        number_of(self.digits())
    }

    /// Numbers in brackets, about so many. Most replicate factors stand there again and again: the latest are known by their text.
    fn list(&mut self, expected: usize) -> Option<Vec<f64>> {
        const LATEST: usize = 4;
        self.skip("[")?;
        let mut values = Vec::with_capacity(expected);
        let mut known: [(&str, f64); LATEST] = [("", 0.0); LATEST];
        let mut oldest = 0;
        loop {
            let digits = self.digits();
            let value = match known.iter().find(|(text, _)| *text == digits) {
                Some((_, value)) if !digits.is_empty() => *value,
                _ => {
                    let value = number_of(digits)?;
                    known[oldest] = (digits, value);
                    oldest = (oldest + 1) % LATEST;
                    value
                }
            };
            values.push(value);
            if self.starts("]") {
                return Some(values);
            }
            self.skip(",")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stage(unit: u32, population: f64) -> Stage {
        Stage { stratum: 3, unit, sampled: 25, population }
    }

    #[test]
    fn a_place_is_a_line_that_people_can_read() {
        let entry = Entry {
            sample: "2013/design",
            stages: vec![stage(77, f64::INFINITY), stage(0, 40.5)],
            unit_apart: true,
            lonely: LonelyPsu::Fail,
            replicates: None,
        };
        let text = "{\"sample\":\"2013/design\",\"stages\":[{\"stratum\":3,\"unit\":77,\"units\":25,\"fpc\":null},\
                    {\"stratum\":3,\"unit\":null,\"units\":25,\"fpc\":40.5}],\"lonely\":\"fail\"}";
        assert_eq!((entry.write().as_str(), Entry::read(text)), (text, Some(entry)));
        let replication = Replication { scale: 0.25, rscales: vec![1.0; 2], mse: false };
        let entry = Entry {
            sample: "2013/design",
            stages: vec![stage(1, f64::INFINITY)],
            unit_apart: false,
            lonely: LonelyPsu::Adjust,
            replicates: Some((replication, vec![0.0, 2.0])),
        };
        let text = "{\"sample\":\"2013/design\",\"stages\":[{\"stratum\":3,\"unit\":1,\"units\":25,\"fpc\":null}],\"lonely\":\"adjust\",\
                    \"replicates\":{\"scale\":0.25,\"mse\":false,\"rscales\":1.0,\"factors\":[0.0,2.0]}}";
        assert_eq!((entry.write().as_str(), Entry::read(text)), (text, Some(entry)));
    }

    #[test]
    fn what_is_no_place_is_none() {
        let entry = Entry {
            sample: "2013/design",
            stages: vec![stage(77, 100.0)],
            unit_apart: false,
            lonely: LonelyPsu::Fail,
            replicates: Some((
                Replication { scale: 1.0, rscales: vec![1.0, 2.0], mse: true },
                vec![0.5, 1.5],
            )),
        };
        let text = entry.write();
        assert_eq!(Entry::read(&text), Some(entry));
        for end in 0..text.len() {
            assert_eq!(Entry::read(&text[..end]), None);
        }
        for (from, to) in [
            ("fail", "never"),
            ("77", "-7"),
            ("77", "4294967296"),
            ("100.0", "1e999"),
            ("[0.5,1.5]", "[0.5]"),
            ("[0.5,1.5]", "[]"),
            ("}}", "}} "),
            ("\"stages\":[{\"stratum\":3,\"unit\":77,\"units\":25,\"fpc\":100.0}]", "\"stages\":[]"),
        ] {
            let bad = text.replacen(from, to, 1);
            assert!(bad != text && Entry::read(&bad).is_none(), "{bad}");
        }
    }

    fn finite() -> impl Strategy<Value = f64> {
        any::<f64>().prop_filter("finite", |value| value.is_finite())
    }

    proptest! {
        #[test]
        fn every_number_keeps_its_bits(
            numbers in any::<[u32; 3]>(), population in finite(), scale in finite(),
            factors in proptest::collection::vec((finite(), finite()), 1..5),
        ) {
            let [stratum, unit, sampled] = numbers;
            let (rscales, factors): (Vec<f64>, Vec<f64>) = factors.into_iter().unzip();
            let entry = Entry {
                sample: "w/design",
                stages: vec![Stage { stratum, unit, sampled, population }],
                unit_apart: false,
                lonely: LonelyPsu::Average,
                replicates: Some((Replication { scale, rscales, mse: true }, factors)),
            };
            let text = entry.write();
            let read = Entry::read(&text);
            prop_assert_eq!(read.as_ref(), Some(&entry));
            // Equal numbers may differ in the sign of 0.
            prop_assert_eq!(read.map(|read| read.write()), Some(text));
        }
    }
}
