//! A drawing in words: what an SVG says to those who cannot see it, since Typst draws its letters as outlines.

use crate::answer::Origin;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::report::alt::{self, alt};
use crate::report::numbers::ResultView;

/// What the drawing shows, whom it is about, where it comes from.
pub(super) fn said(result: &ResultView, chart: Option<alt::Chart>, origin: &Origin) -> String {
    let shown = match chart {
        Some(chart) => alt(result, chart),
        None => table(result),
    };
    let mut said = shown.trim_end_matches('.').to_owned();
    if !result.head.base.is_empty() {
        said += &format!(". Base: {}", result.head.base.trim_end_matches('.'));
    }
    said += &format!(". Source: {}; {}.", origin.study, origin.wave_title);
    if let Some(caution) = origin.caution() {
        said += &format!(" {caution}");
    }
    said
}

/// A table read out: its columns, then its rows.
fn table(result: &ResultView) -> String {
    let names: Vec<&str> = result.head.columns.iter().map(|column| column.name.as_str()).collect();
    let row = |(position, row): (usize, &crate::report::numbers::RowView)| {
        let cells = names.iter().zip(&row.cells).map(|(name, cell)| {
            let shown = cell.shown();
            format!("{name} {}", if shown.is_empty() { "has no value" } else { &shown })
        });
        format!("Row {}: {}.", position + 1, cells.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = result.rows.iter().enumerate().map(row).collect();
    let title = result.head.title.trim_end_matches('.');
    format!(
        "Table: {title}. {} Columns: {}. {}",
        crate::diagnostic::count(rows.len(), "row") + ".",
        names.join(", "),
        rows.join(" ")
    )
}

/// The SVG with title and description, as an image that a screen reader names and describes.
///
/// # Errors
/// It is no SVG.
pub(super) fn into_svg(svg: &[u8], title: &str, said: &str) -> Result<Vec<u8>, Diagnostics> {
    let fault = || Diagnostics::from(Diagnostic::error("Typst has made something that is no SVG"));
    let text = std::str::from_utf8(svg).map_err(|_| fault())?;
    let start = text.find("<svg").ok_or_else(fault)?;
    let end = start + text[start..].find('>').ok_or_else(fault)?;
    Ok(format!(
        "{} role=\"img\" aria-labelledby=\"answer-title answer-description\"><title id=\"answer-title\">{}</title>\
         <desc id=\"answer-description\">{}</desc>{}",
        &text[..end],
        escaped(title),
        escaped(said),
        &text[end + 1..]
    )
    .into_bytes())
}

/// `text` as the content of an element; XML has no control characters.
fn escaped(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    let text: String = text.replace(['\n', '\t'], " ").chars().filter(allowed).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_svg_says_what_it_shows() {
        let svg = b"<svg class=\"x\" width=\"3pt\"><path/></svg>";
        let made = into_svg(svg, "A & <b>", "said\u{0}\nso").unwrap();
        let made = String::from_utf8(made).unwrap();
        assert!(made.starts_with("<svg class=\"x\" width=\"3pt\" role=\"img\""), "{made}");
        assert!(made.contains("<title id=\"answer-title\">A &amp; &lt;b&gt;</title>"), "{made}");
        assert!(made.contains(">said so</desc><path/></svg>"), "{made}");
        assert!(into_svg(b"no", "", "").is_err());
    }
}
