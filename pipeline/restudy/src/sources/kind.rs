//! Whether a file is what its ending says.
//!
//! In: the first bytes of a file. Out: nothing if they agree with its ending, else what the file is.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::study::{Format, Source};

/// Tells a file that is not what its ending says.
pub(super) fn agrees(source: &Source, bytes: &[u8]) -> Result<(), Diagnostics> {
    let file = &source.file;
    let is_old_stata = matches!(bytes, [102..=115, 1 | 2, 1, ..]);
    let is_project = file.to_ascii_lowercase().ends_with(".qdpx");
    let (found, hint) = match bytes {
        [b'P', b'K', 3, 4, ..] if source.format() == Format::Workbook => return Ok(()),
        [b'$', b'F', b'L', b'2' | b'3', ..] if source.format() == Format::Spss => return Ok(()),
        _ if bytes.starts_with(b"<stata_dta>") && source.format() == Format::Stata => return Ok(()),
        [b'P', b'K', 3, 4, ..] if is_project => (
            "a project of qualitative data, and no table",
            "name it in `[sources]` of a study as `project`; docs/material.md says how it is read",
        ),
        [b'P', b'K', 3, 4, ..] => {
            ("a workbook or another archive", "if it is a workbook, name it `.xlsx` or `.ods`, as it is")
        }
        [b'$', b'F', b'L', b'2' | b'3', ..] => ("an SPSS file", "name it `.sav`, or `.zsav` if it is one"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            ("a workbook of an old Excel, or one with a password", "save it as `.xlsx` without a password")
        }
        _ if bytes.starts_with(b"<stata_dta>") => ("a Stata file", "name it `.dta`"),
        _ if is_old_stata => (
            "a Stata file of Stata 12 or older, which cannot be read",
            "save it again with Stata 13 or newer, or as CSV (`export delimited` without `nolabel`)",
        ),
        _ => match source.format() {
            Format::Text => return Ok(()),
            Format::Workbook => {
                ("no workbook", "save it again as `.xlsx` or `.ods`, or name it as what it is")
            }
            Format::Spss => ("no SPSS file", "save it again as `.sav`, or name it as what it is"),
            Format::Stata => ("no Stata file", "save it again as `.dta`, or name it as what it is"),
        },
    };
    Err(Diagnostic::error(format!("the file is {found}")).at(Place::file(&**file)).hint(hint).into())
}
