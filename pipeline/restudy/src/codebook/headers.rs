//! Finds the columns that the codebook names.
//!
//! In: the header of an export, the codebook. Out: which column answers what; those that are missing, and those that the codebook
//! does not know, are faults.

use std::collections::{HashMap, HashSet};

use super::answers::{Reader, told};
use super::expected::Expected;
use super::sheet::shown;
use crate::diagnostic::{Diagnostic, nearest};

/// With how many unknown columns a missing one is compared.
const COMPARED: usize = 1000;

impl Reader<'_> {
    /// Finds the columns that the codebook names; tells those that are missing and those that it does not know.
    pub(super) fn match_headers(&mut self, others: &HashSet<String>) {
        let expected = self.codebook.expected(self.wave);
        let headers: Vec<&str> = self.table.headers().collect();
        let left_out = self.codebook.left_out.iter();
        let mut others: HashSet<&str> = others.iter().map(String::as_str).collect();
        others.extend(left_out.map(|left_out| left_out.column.as_str()));
        let known: HashMap<&str, &Expected> = expected.iter().map(|e| (e.header.as_str(), e)).collect();
        let absent: Vec<&Expected> =
            expected.iter().filter(|e| !headers.contains(&e.header.as_str())).collect();
        let is_unknown = |header: &str| !known.contains_key(header) && !others.contains(header);
        let unknown: Vec<&str> = headers.iter().copied().filter(|header| is_unknown(header)).collect();
        for (column, header) in headers.iter().enumerate().filter(|(_, header)| !header.is_empty()) {
            match known.get(header) {
                Some(expected) => self.raw[expected.question].push((expected.target, column)),
                None if others.contains(header) => {}
                None => {
                    let fault =
                        Diagnostic::error(format!("column `{}` is not in the codebook", shown(header)));
                    self.faults.header("that are not in the codebook", column, fault, |f| {
                        match nearest(header, absent.iter().map(|e| e.header.as_str())) {
                            Some(near) => f.hint(format!("did you mean `{near}`?")),
                            None => f.hint(
                                "define its question in codebook/questions, or leave it out there: \
                                 `[[left_out]]` with `column` and `why`; a column that says how the sample was drawn is named in \
                                 study.toml, under `[design]` or `[wave.design]`",
                            ),
                        }
                    });
                }
            }
        }
        for expected in absent {
            let question = &self.codebook.questions[expected.question];
            let fault = Diagnostic::error(format!("column `{}` is missing", expected.header))
                .at(self.table.header_start())
                .note(format!("`{}` at {} needs it", question.name, told(&question.place)));
            let near = nearest(&expected.header, unknown.iter().copied().take(COMPARED));
            self.faults.other(match near {
                Some(near) => fault.hint(format!("is it the column `{near}`?")),
                None => fault.hint("export it too; if this wave did not ask it, list the question's `waves`"),
            });
        }
    }
}
