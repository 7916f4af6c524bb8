//! `of_waves("from 2014")` and `asked("careers_plan")`: parts of a template that belong to some editions only.

use minijinja::value::Value;

use super::super::numbers::Misnamed;
use super::{Called, Calls};

impl Calls {
    /// Whether the edition is of one of the waves.
    pub(super) fn of_waves(&self, template: &str, waves: &str) -> Called {
        Ok(self.told(template, "of_waves", waves, self.edition.is_of(waves)))
    }

    /// Whether the wave asked a question.
    pub(super) fn asked(&self, template: &str, name: &str) -> Called {
        Ok(self.told(template, "asked", name, self.edition.has_asked(name)))
    }

    fn told(&self, template: &str, function: &'static str, words: &str, is: Result<bool, Misnamed>) -> Value {
        let turn = self.recorder().called(template, function, words);
        match is {
            Ok(is) => Value::from(is),
            Err(fault) => {
                self.misnamed(&turn, fault);
                Value::from(false)
            }
        }
    }
}
