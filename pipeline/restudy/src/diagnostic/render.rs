//! Draws a diagnostic as text: the one place that decides how a fault looks.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// `text` with its control characters as escapes: what stands in a file never steers the terminal.
pub fn visible(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || is_turn(c);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if steers(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// Characters that turn the direction of the text around them.
fn is_turn(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One diagnostic as text, without a line break at the end; `colour` adds ANSI styles.
pub fn render(diagnostic: &Diagnostic, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(visible(&diagnostic.message)));
    if let Some(place) = &diagnostic.place {
        match (&place.excerpt, place.line, place.column) {
            (Some(excerpt), Some(line), Some(column)) => {
                let start = excerpt.char_indices().nth(column - 1).map_or(excerpt.len(), |(i, _)| i);
                let end = excerpt[start..]
                    .char_indices()
                    .nth(place.length)
                    .map_or(excerpt.len(), |(i, _)| start + i);
                // Escapes are longer than what they stand for, and the caret must keep its place.
                let before = visible(&excerpt[..start]).into_owned();
                let marked = visible(&excerpt[start..end]).into_owned();
                let span = before.len()..before.len() + marked.len();
                group = group.element(
                    Snippet::source(format!("{before}{marked}{}", visible(&excerpt[end..])))
                        .path(visible(&place.file))
                        .line_start(line)
                        .annotation(AnnotationKind::Primary.span(span)),
                );
            }
            _ if place.within.is_some() => {
                let place = place.to_string();
                group = group.element(annotate_snippets::Origin::path(visible(&place).into_owned()));
            }
            _ => {
                let mut origin = annotate_snippets::Origin::path(visible(&place.file));
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
        group = group.element(Level::NOTE.message(visible(note)));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(visible(hint)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    #[test]
    fn what_is_in_a_file_does_not_steer_the_terminal() {
        let evil = "a\u{1b}[2J\u{9b}31m\u{7}\r\u{202e}b\u{1b}]0;x\u{7}";
        let text = format!("{evil}, wrong, {evil}");
        let at = at_of(&text);
        for place in [Place::span(evil, &text, at.clone()), Place::at(evil, 3, 4)] {
            let fault = Diagnostic::error(format!("`{evil}` is wrong")).at(place).note(evil).hint(evil);
            let told = render(&fault, false);
            assert!(!told.contains(|c: char| c.is_control() && c != '\n' || is_turn(c)), "{told:?}");
            assert!(told.contains("`a\\u{1b}[2J\\u{9b}31m\\u{7}\\u{d}\\u{202e}b"), "{told}");
        }
        let told = render(&Diagnostic::error("x").at(Place::span("f", &text, at)), false);
        let lines: Vec<&str> = told.lines().collect();
        let caret = lines.iter().position(|l| l.contains("^^^^^")).map(|i| (i, lines[i].find('^')));
        assert_eq!(
            caret.map(|(i, at)| (lines[i - 1].find("wrong"), at)).map(|(a, b)| a == b),
            Some(true),
            "{told}"
        );
    }

    fn at_of(text: &str) -> std::ops::Range<usize> {
        text.find("wrong").map_or(0..0, |i| i..i + 5)
    }
}
