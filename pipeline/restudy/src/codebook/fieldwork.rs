//! The fieldwork: the sampling frame of a wave, and the places where the questionnaire was tried.
//!
//! In: the files that `study.toml` names. Out: [`Frame`], and a [`Sheet`] of pilots, or all faults at once. Columns that the
//! program does not need are the study's own and are carried along as text.

use super::material::{sheet, unique};
use super::sheet::{Holding, Sheet, shown};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::study::{Study, Wave};

/// The sampling frame of a wave: who was invited.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Its file.
    pub file: String,
    /// `wave`, `role`, `invited`, and what else the file has.
    pub sheet: Sheet,
}

impl Frame {
    /// Reads the sampling frame of `wave`; none where the wave has none.
    ///
    /// # Errors
    /// All faults of the file.
    pub fn read(study: &Study, wave: &Wave) -> Result<(Option<Frame>, Diagnostics), Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let Some(source) = &wave.frame else { return diagnostics.or(None) };
        let fields = [("wave", Holding::Name), ("role", Holding::Name), ("invited", Holding::Count)];
        let sheet = sheet(study, source, &fields, &mut diagnostics, |sheet, table, faults| {
            for row in (0..sheet.rows()).filter(|row| !["", &wave.id].contains(&sheet.text("wave", *row))) {
                let fault = Diagnostic::error(format!(
                    "a row of wave `{}` in the frame of wave `{}`",
                    shown(sheet.text("wave", row)),
                    wave.id
                ));
                faults.cell(row, table.column("wave").unwrap_or_default(), fault, |f| {
                    f.hint("move it to that wave's frame")
                });
            }
            unique(sheet, table, "role", faults);
        });
        diagnostics.or(Some(Frame { file: source.file.clone(), sheet }))
    }

    /// Number of people invited.
    pub fn invited(&self) -> i64 {
        (0..self.sheet.rows()).filter_map(|row| self.sheet.integer("invited", row)).sum()
    }
}

/// Reads the list of places where the questionnaire was tried; none where the study has none.
///
/// # Errors
/// All faults of the file.
pub fn pilots(study: &Study) -> Result<(Option<Sheet>, Diagnostics), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let pilots = study.sources.pilots.as_ref();
    let pilots = pilots.map(|pilots| sheet(study, pilots, &[], &mut diagnostics, |_, _, _| {}));
    diagnostics.or(pilots)
}
