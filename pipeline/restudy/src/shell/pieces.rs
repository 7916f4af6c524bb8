//! Text cut into pieces: words, quoted texts, comments, signs.
//!
//! In: any text, finished or not. Out: pieces that together are the whole text. The cutting is that of the engine's own
//! parser, so that where it takes a string or a comment to end, it ends here too.

use std::ops::Range;

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Blanks and line ends.
    Blank,
    /// A comment, of either form.
    Comment,
    /// A keyword or a plain name.
    Word,
    /// A name in quotes.
    Name,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `$name`.
    Parameter,
    /// Anything else.
    Sign,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whether the text ends before it does: a quote or a comment that nobody has closed.
    pub open: bool,
}

impl Piece {
    /// Whether it means anything to SQL.
    pub fn counts(&self) -> bool {
        !matches!(self.kind, Kind::Blank | Kind::Comment)
    }
}

/// The pieces of `text`.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut tokens = Vec::new();
    let cut = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location_into_buf(&mut tokens);
    let mut places = Places { text, at: 0, line: 1, column: 1 };
    let mut pieces: Vec<Piece> = Vec::with_capacity(tokens.len());
    let mut end = 0;
    for TokenWithSpan { token, span } in &tokens {
        let start = places.offset(span.start);
        // Of some comments the parser gives what it finds in them instead.
        push(&mut pieces, Kind::Comment, end..start);
        let until = places.offset(span.end);
        push(&mut pieces, kind(token), start.max(end)..until);
        end = until;
    }
    if cut.is_err() {
        let kind = match text[end..].chars().next() {
            Some('/') => Kind::Comment,
            Some('"' | '`') => Kind::Name,
            _ => Kind::Text,
        };
        pieces.push(Piece { kind, range: end..text.len(), open: true });
    } else {
        push(&mut pieces, Kind::Comment, end..text.len());
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, kind: Kind, range: Range<usize>) {
    if !range.is_empty() {
        pieces.push(Piece { kind, range, open: false });
    }
}

fn kind(token: &Token) -> Kind {
    match token {
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
            Kind::Comment
        }
        Token::Whitespace(_) => Kind::Blank,
        Token::Word(word) if word.quote_style.is_some() => Kind::Name,
        Token::Word(_) => Kind::Word,
        Token::Number(..) => Kind::Number,
        Token::Placeholder(_) => Kind::Parameter,
        Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::DollarQuotedString(_)
        | Token::SingleQuotedByteStringLiteral(_)
        | Token::DoubleQuotedByteStringLiteral(_)
        | Token::SingleQuotedRawStringLiteral(_)
        | Token::DoubleQuotedRawStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::QuoteDelimitedStringLiteral(_)
        | Token::NationalQuoteDelimitedStringLiteral(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::HexStringLiteral(_) => Kind::Text,
        _ => Kind::Sign,
    }
}

/// Turns the parser's lines and columns, which come in order, into bytes.
struct Places<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    column: u64,
}

impl Places<'_> {
    fn offset(&mut self, wanted: Location) -> usize {
        for c in self.text[self.at..].chars() {
            if (self.line, self.column) >= (wanted.line, wanted.column) {
                break;
            }
            self.at += c.len_utf8();
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<(Kind, &str)> {
        pieces(text)
            .iter()
            .filter(|p| p.kind != Kind::Blank)
            .map(|p| (p.kind, &text[p.range.clone()]))
            .collect()
    }

    #[test]
    fn pieces_are_what_the_parser_takes_them_for() {
        use Kind::{Comment, Name, Number, Parameter, Sign, Text, Word};
        assert_eq!(
            told("select \"a b\" -- 'no; text\n/* one /* in */ other; */ = 'it''s; so' + $wave, é.x"),
            [
                (Word, "select"),
                (Name, "\"a b\""),
                (Comment, "-- 'no; text\n"),
                (Comment, "/* one /* in */ other; */"),
                (Sign, "="),
                (Text, "'it''s; so'"),
                (Sign, "+"),
                (Parameter, "$wave"),
                (Sign, ","),
                (Word, "é"),
                (Sign, "."),
                (Word, "x"),
            ]
        );
        assert_eq!(
            told("$$a; 'b$$ $t$;$t$ 1.5e3"),
            [(Text, "$$a; 'b$$"), (Text, "$t$;$t$"), (Number, "1.5e3")]
        );
    }

    #[test]
    fn what_nobody_has_closed_is_open() {
        for (text, kind, open) in [
            ("select 'a; b", Kind::Text, "'a; b"),
            ("é = 'é", Kind::Text, "'é"),
            ("select \"a", Kind::Name, "\"a"),
            ("select 1 /* a /* b */ ;", Kind::Comment, "/* a /* b */ ;"),
            ("select $t$ a $t", Kind::Text, "$t$ a $t"),
            ("select e'a\\'b", Kind::Text, "e'a\\'b"),
        ] {
            let last = pieces(text).pop().expect("a piece");
            assert_eq!((last.open, last.kind, &text[last.range]), (true, kind, open), "{text}");
        }
        assert!(pieces("select 'a' -- it's").iter().all(|piece| !piece.open));
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_text(text in "([a-z ;]|é|'|\"|`|\\$|--|/\\*|\\*/|/\\*!|\n|\r|\\\\|@|[0-9.]|e'|q'\\[){0,30}") {
            let mut end = 0;
            for piece in pieces(&text) {
                prop_assert_eq!(piece.range.start, end);
                prop_assert!(piece.range.end > end || piece.open);
                end = piece.range.end;
                let _ = &text[piece.range];
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
