//! A parameter that the head of a query declares: `-- params: wave, least count = 5`.

use datafusion::common::ScalarValue;

use super::head::{ColumnKind, QueryHead};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::engine::Params;

/// A parameter, written `$name` in the SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name, without the `$`.
    pub name: String,
    /// What it holds; text unless the head says otherwise.
    pub kind: ColumnKind,
    /// What it is unless somebody says otherwise, as written.
    pub default: Option<String>,
}

impl Param {
    /// The value that `text` stands for.
    ///
    /// # Errors
    /// It stands for none of this kind: what is expected, in words.
    pub fn read(&self, text: &str) -> Result<ScalarValue, &'static str> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let value = match self.kind {
            ColumnKind::Text => Some(ScalarValue::from(text)),
            ColumnKind::Count => text.trim().parse::<i64>().ok().map(ScalarValue::from),
            ColumnKind::Share => match text.trim().strip_suffix('%') {
                Some(percent) => number(percent).map(|percent| percent / 100.0),
                None => number(text),
            }
            .filter(|share| (0.0..=1.0).contains(share))
            .map(ScalarValue::from),
            ColumnKind::Number { .. } => number(text).map(ScalarValue::from),
            ColumnKind::Boolean => text.trim().parse::<bool>().ok().map(ScalarValue::from),
        };
        value.ok_or_else(|| self.expected())
    }

    /// What a value must be, in words.
    pub fn expected(&self) -> &'static str {
        match self.kind {
            ColumnKind::Text => "a text",
            ColumnKind::Count => "a whole number",
            ColumnKind::Share => "a share between 0 and 1, or a percentage such as 15%",
            ColumnKind::Number { .. } => "a number",
            ColumnKind::Boolean => "`true` or `false`",
        }
    }
}

impl QueryHead {
    /// The values of the parameters that the head names, as what it says they are. The head stands at the top of `text`.
    ///
    /// # Errors
    /// All that are missing or of another kind.
    pub fn given(&self, params: &Params, file: &str, text: &str) -> Result<Params, Diagnostics> {
        let place = || match text.find("params:") {
            Some(start) => Place::span(file, text, start..start + "params".len()),
            None => Place::file(file),
        };
        let mut faults = Diagnostics::new();
        let mut given = Params::none();
        for param in &self.params {
            let (name, expected) = (&param.name, param.expected());
            let (read, written) = match (params.get(name), &param.default) {
                (Some(ScalarValue::Utf8(Some(text))), _) | (None, Some(text)) => {
                    (param.read(text), text.clone())
                }
                (Some(value), _) => (Ok(value.clone()), String::new()),
                (None, None) => {
                    let fault = format!("the query wants a parameter `{name}`, and it is not given");
                    let hint = format!("give it with `--param {name}=…`: {expected}");
                    faults.push(Diagnostic::error(fault).at(place()).hint(hint));
                    continue;
                }
            };
            match read {
                Ok(value) => given = given.with(name, value),
                Err(expected) => {
                    let fault = format!("the parameter `{name}` is {expected}, and `{written}` is none");
                    faults.push(Diagnostic::error(fault).at(place()));
                }
            }
        }
        faults.or(given).map(|(given, _)| given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_what_the_head_says() {
        let read = |kind, text: &str| {
            Param { name: "a".to_owned(), kind, default: None }.read(text).map(|value| value.to_string())
        };
        let number = ColumnKind::Number { decimals: 2 };
        assert_eq!(read(ColumnKind::Text, "5").as_deref(), Ok("5"));
        assert_eq!(read(ColumnKind::Count, "5").as_deref(), Ok("5"));
        assert_eq!(read(ColumnKind::Share, "15%").as_deref(), Ok("0.15"));
        assert_eq!(read(number, "-2.5").as_deref(), Ok("-2.5"));
        assert_eq!(read(ColumnKind::Boolean, "true").as_deref(), Ok("true"));
        for (kind, text) in [
            (ColumnKind::Count, "5.5"),
            (ColumnKind::Share, "15"),
            (number, "NaN"),
            (ColumnKind::Boolean, "yes"),
        ] {
            assert!(read(kind, text).is_err(), "{text}");
        }
    }
}
