//! The sheet `About`: what was asked, of what, and what is to be known of the data.

use rust_xlsxwriter::{Format, FormatAlign, Table, TableColumn, TableStyle, Worksheet, XlsxError};

use super::super::csv::is_formula;
use super::super::{Answer, Origin};
use super::{LINE, row};

/// What there is to say, each with its name.
pub(super) fn facts(answer: &Answer, origin: &Origin, title: &str) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Study", origin.study.clone()),
        ("Wave", format!("{} ({})", origin.wave_title, origin.wave)),
        ("Author", origin.author.clone()),
    ];
    facts.extend(origin.caution().map(|caution| ("About the data", caution)));
    facts.push(("Question", title.to_owned()));
    facts.extend(answer.base.iter().map(|base| ("Base", base.clone())));
    facts.push(("Rows", answer.rows().to_string()));
    facts.extend(answer.sql.iter().map(|sql| ("SQL", sql.trim().replace("\r\n", "\n"))));
    facts.push(("Missing values", "An empty cell has no value (NULL). It is not 0.".to_owned()));
    facts.push(("Made by", concat!("restudy ", env!("CARGO_PKG_VERSION")).to_owned()));
    facts
}

pub(super) fn sheet(sheet: &mut Worksheet, facts: &[(&'static str, String)]) -> Result<(), XlsxError> {
    sheet.set_name("About")?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (position, (name, text)) in facts.iter().enumerate() {
        let at = row(position + 1);
        sheet.write_string_with_format(at, 0, *name, &bold)?;
        // A cell holds 32,767 characters; SQL of that length is no reason to have no workbook.
        let text: String = text.chars().take(32_767).collect();
        let format = if is_formula(&text) { plain.clone().set_quote_prefix() } else { plain.clone() };
        sheet.write_string_with_format(at, 1, text, &format)?;
    }
    let heads = ["What", "Answer"].map(|head| TableColumn::new().set_header(head));
    let table = Table::new()
        .set_name("About")
        .set_columns(&heads)
        .set_style(TableStyle::Light1)
        .set_autofilter(false)
        .set_alt_text_title("About this answer");
    sheet.add_table(0, 0, row(facts.len()), 1, &table)?;
    sheet.set_column_width(0, 18)?;
    sheet.set_column_width(1, LINE as f64)?;
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}
