//! Colours for what is typed: only styles are added, never a character.

use crate::shell::{Kind, Names, is_keyword, pieces};

const PLAIN: &str = "\u{1b}[0m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const GREEN: &str = "\u{1b}[32m";
const BLUE: &str = "\u{1b}[1;34m";
const MAGENTA: &str = "\u{1b}[35m";
const CYAN: &str = "\u{1b}[36m";

/// The prompt.
pub(super) fn prompt(text: &str) -> String {
    styled(BOLD, text)
}

/// Something that was not typed.
pub(super) fn dim(text: &str) -> String {
    styled(DIM, text)
}

/// Entries: keywords, functions, texts, comments and commands apart.
pub(super) fn entry(text: &str, names: &Names) -> String {
    let begun = text.trim_start();
    if begun.starts_with(['\\', '@']) {
        let word = begun.find(char::is_whitespace).map_or(text.len(), |end| text.len() - begun.len() + end);
        return format!("{}{}", styled(MAGENTA, &text[..word]), &text[word..]);
    }
    let pieces = pieces(text);
    let mut out = String::with_capacity(text.len() * 2);
    for (at, piece) in pieces.iter().enumerate() {
        let own = &text[piece.range.clone()];
        let is_called = || {
            let next = pieces[at + 1..].iter().find(|next| next.counts());
            next.is_some_and(|next| &text[next.range.clone()] == "(")
                && names.functions.iter().any(|known| known.name.eq_ignore_ascii_case(own))
        };
        let style = match piece.kind {
            Kind::Comment => DIM,
            Kind::Text => GREEN,
            Kind::Parameter => MAGENTA,
            Kind::Word if is_called() => CYAN,
            Kind::Word if is_keyword(own) => BLUE,
            _ => "",
        };
        if style.is_empty() { out.push_str(own) } else { out.push_str(&styled(style, own)) }
    }
    out
}

fn styled(style: &str, text: &str) -> String {
    format!("{style}{text}{PLAIN}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
    }

    #[test]
    fn words_are_painted_by_what_they_are() {
        let painted = entry("select 'x' -- y", &Names::default());
        assert_eq!(painted, format!("{BLUE}select{PLAIN} {GREEN}'x'{PLAIN} {DIM}-- y{PLAIN}"));
        assert_eq!(entry("\\d x", &Names::default()), format!("{MAGENTA}\\d{PLAIN} x"));
    }

    proptest! {
        #[test]
        fn no_character_is_added(text in "(select|[a-z ;]|'|\"|--|/\\*|\n|é|\\\\d|@a|\\$w|\\(){0,12}") {
            prop_assert_eq!(plain(&entry(&text, &Names::default())), text);
        }
    }
}
