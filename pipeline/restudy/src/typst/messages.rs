//! Typst's messages, at the places in the study that caused them.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::report::DOCUMENT;
use crate::report::line_map::LineMap;
use crate::report::templates::{Templates, source_path};

/// What is needed to find the way home from the generated document.
pub struct Home<'a> {
    /// Which template line wrote which line.
    pub lines: &'a LineMap,
    /// The templates, to show their lines.
    pub templates: &'a Templates,
}

/// A message line: `report.typ:12:3: error: …`.
struct Message<'a> {
    place: Option<(&'a str, usize, usize)>,
    error: bool,
    text: &'a str,
}

/// The diagnostics in what Typst wrote to its standard error, one line each (`--diagnostic-format short`).
pub fn diagnostics(told: &str, root: &Path, home: &Home<'_>) -> Diagnostics {
    let mut out: Vec<Diagnostic> = Vec::new();
    let prefix = format!("{}/", root.display());
    for line in told.lines().filter(|l| !l.trim().is_empty()) {
        match message(line) {
            Some(message) => {
                let fault = bring_home(&message, &prefix, home);
                if !out.contains(&fault) {
                    out.push(fault);
                }
            }
            // A line that is not a message belongs to the one before: a hint, a trace.
            None => match out.last_mut() {
                Some(last) => last.notes.push(line.trim().to_owned()),
                None => out.push(Diagnostic::warning(format!("Typst says: {}", line.trim()))),
            },
        }
    }
    let mut all = Diagnostics::new();
    all.extend(out);
    all
}

fn message(line: &str) -> Option<Message<'_>> {
    for (word, error) in [("error: ", true), ("warning: ", false)] {
        if let Some(text) = line.strip_prefix(word) {
            return Some(Message { place: None, error, text });
        }
        if let Some((place, text)) = line.split_once(&format!(": {word}")) {
            let mut parts = place.rsplitn(3, ':');
            let column = parts.next()?.parse().ok()?;
            let row = parts.next()?.parse().ok()?;
            return Some(Message { place: Some((parts.next()?, row, column)), error, text });
        }
    }
    None
}

fn bring_home(message: &Message<'_>, prefix: &str, home: &Home<'_>) -> Diagnostic {
    let text = format!("Typst: {}", message.text);
    let fault = if message.error { Diagnostic::error(text) } else { Diagnostic::warning(text) };
    let Some((file, line, column)) = message.place else { return fault };
    let file = file.strip_prefix(prefix).or_else(|| file.strip_prefix('/')).unwrap_or(file);
    if file != DOCUMENT {
        let place = match home.templates.plain.get(file) {
            Some(bytes) => {
                in_file(source_path(file), &String::from_utf8_lossy(bytes), line, Some(column + 1))
            }
            None => Place::at(file, line, column + 1),
        };
        return fault.at(place);
    }
    let generated = format!("the generated document says it at {DOCUMENT}:{line}:{}", column + 1);
    match home.lines.origin(line) {
        Some(origin) => {
            let source = home.templates.sources.get(&origin.template).map_or("", String::as_str);
            fault.at(in_file(source_path(&origin.template), source, origin.line, None)).note(generated)
        }
        None => fault.at(Place::at(DOCUMENT, line, column + 1)),
    }
}

/// A line of a file, shown if it is short enough to help.
fn in_file(file: String, source: &str, line: usize, column: Option<usize>) -> Place {
    let text = source.lines().nth(line - 1).unwrap_or("");
    let short = text.chars().count() <= 160;
    let first = text.chars().take_while(|c| c.is_whitespace()).count() + 1;
    Place {
        length: if column.is_some() { 1 } else { text.trim().chars().count().max(1) },
        column: column.or(short.then_some(first)),
        excerpt: (short && !text.is_empty()).then(|| text.to_owned()),
        ..Place::at(file, line, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::line_map::Marks;

    #[test]
    fn a_message_is_told_at_the_template_line() {
        let mut templates = Templates::default();
        let source = "= A\n\n{{ many }}\n#oops\n";
        templates.sources.insert("a.typ.jinja".into(), source.into());
        let mut marks = Marks::default();
        let marked = marks.add("a.typ.jinja", source).replace("{{ many }}", "1\n2\n3\n4");
        let (_, lines) = marks.take_out(&marked);
        let home = Home { lines: &lines, templates: &templates };
        let told = "report.typ:7:1: error: unknown variable: oops\nreport.typ:1:0: warning: strange\n";
        let all: Vec<_> = diagnostics(told, Path::new("/r"), &home).into_iter().collect();
        let place = all[0].place.clone().unwrap();
        assert_eq!((place.file.as_str(), place.line), ("report-templates/a.typ.jinja", Some(4)));
        assert_eq!(place.excerpt.as_deref(), Some("#oops"));
        assert_eq!(all[0].message, "Typst: unknown variable: oops");
        assert_eq!(all[1].severity, crate::diagnostic::Severity::Warning);
    }

    #[test]
    fn lines_that_are_no_messages_become_notes() {
        let home = Home { lines: &LineMap::default(), templates: &Templates::default() };
        let all: Vec<_> =
            diagnostics("error: bad\n  hint: try this\n", Path::new("/r"), &home).into_iter().collect();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].notes, vec!["hint: try this"]);
    }
}
