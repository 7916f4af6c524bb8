//! Draws a diagnostic as text: the one place that decides how a fault looks.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// One diagnostic as text, without a line break at the end; `colour` adds ANSI styles.
pub fn render(diagnostic: &Diagnostic, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
    if let Some(place) = &diagnostic.place {
        match (&place.excerpt, place.line, place.column) {
            (Some(excerpt), Some(line), Some(column)) => {
                let start = excerpt.char_indices().nth(column - 1).map_or(excerpt.len(), |(i, _)| i);
                let end = excerpt[start..]
                    .char_indices()
                    .nth(place.length)
                    .map_or(excerpt.len(), |(i, _)| start + i);
                group = group.element(
                    Snippet::source(excerpt.as_str())
                        .path(place.file.as_str())
                        .line_start(line)
                        .annotation(AnnotationKind::Primary.span(start..end)),
                );
            }
            _ => {
                let mut origin = annotate_snippets::Origin::path(place.file.as_str());
                if let Some(line) = place.line {
                    origin = origin.line(line);
                }
                if let Some(column) = place.column {
                    origin = origin.char_column(column);
                }
                group = group.element(origin);
            }
        }
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}
