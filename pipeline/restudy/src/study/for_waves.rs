//! For which waves something is: a section of the report, a sentence, a query.
//!
//! In: `2013, 2015`, `from 2014`, `after 2013` (of which there may be none yet), `until 2013`. Out: a [`ForWaves`], which knows whether a wave is among them.

use crate::diagnostic::{Diagnostic, nearest};

/// Some of a study's waves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForWaves {
    ids: Vec<String>,
}

impl ForWaves {
    /// The waves that `text` names, of those that are `known`, oldest first.
    ///
    /// # Errors
    /// It names none, or one that is not there; the fault has no place yet.
    pub fn parse(text: &str, known: &[&str]) -> Result<ForWaves, Box<Diagnostic>> {
        let mut ids = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (word, id) = match part.split_once(' ') {
                Some((word @ ("from" | "until" | "after"), id)) => (word, id.trim()),
                _ => ("", part),
            };
            let Some(at) = known.iter().position(|wave| *wave == id) else {
                return Err(Box::new(unknown(id, known)));
            };
            ids.extend(match word {
                "from" => &known[at..],
                "until" => &known[..=at],
                "after" => &known[at + 1..],
                _ => &known[at..=at],
            });
        }
        Ok(ForWaves { ids: ids.into_iter().map(str::to_owned).collect() })
    }

    /// Whether `wave` is among them.
    pub fn has(&self, wave: &str) -> bool {
        self.ids.iter().any(|id| id == wave)
    }
}

fn unknown(id: &str, known: &[&str]) -> Diagnostic {
    let fault = match id {
        "" => Diagnostic::error("no wave is named"),
        id => Diagnostic::error(format!("there is no wave `{id}`")),
    };
    let fault = fault.note(format!("the waves are: {}", known.join(", ")));
    match nearest(id, known.iter().copied()) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")),
        None => fault.hint(
            "write `2013, 2015`, `from 2014`, `after 2013` or `until 2013`, with the waves of study.toml",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["2012", "2013", "2014", "2015"];

    fn of(text: &str) -> Vec<&'static str> {
        let waves = ForWaves::parse(text, &KNOWN).expect("waves");
        KNOWN.into_iter().filter(|wave| waves.has(wave)).collect()
    }

    #[test]
    fn waves_are_named_one_by_one_or_from_one_end() {
        assert_eq!(of("2013"), ["2013"]);
        assert_eq!(of("2012, 2015"), ["2012", "2015"]);
        assert_eq!(of("from 2014"), ["2014", "2015"]);
        assert_eq!(of("until 2012, from  2015"), ["2012", "2015"]);
        assert_eq!(of("after 2013"), ["2014", "2015"]);
        assert!(of("after 2015").is_empty());
    }

    #[test]
    fn a_wave_that_is_not_there_is_a_fault() {
        let told = |text: &str| ForWaves::parse(text, &KNOWN).expect_err("a fault").message;
        assert_eq!(told("2016"), "there is no wave `2016`");
        assert_eq!(told("from 2016"), "there is no wave `2016`");
        assert_eq!(told("2013,"), "no wave is named");
        assert_eq!(told("since 2013"), "there is no wave `since 2013`");
    }
}
