//! Tells the words of a template from its tags.
//!
//! In: the source of a template. Out: its pieces in order, each with its place, and for literal text whether a `guard`
//! or a `cited` block shelters it. It knows Jinja's delimiters and quotes, and nothing of Typst or of evidence.

use std::ops::Range;

/// What a piece of a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that is printed as it stands.
    Literal,
    /// `{{ … }}`.
    Expression,
    /// `{% … %}`.
    Statement,
    /// `{# … #}`.
    Comment,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it is, in bytes, with its delimiters.
    pub span: Range<usize>,
    /// The blocks around it, outermost first: `guard`, `cited`, `box`, `if` …
    pub within: Vec<String>,
}

impl Piece {
    /// Whether a condition or a citation answers for the numbers and quantifiers here.
    pub fn sheltered(&self) -> bool {
        self.within.iter().any(|b| b == "guard" || b == "cited")
    }
}

/// A string written in a tag: its text and where that text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Place of the text between the quotes, in bytes of the source.
    pub span: Range<usize>,
    /// The keyword it is given to, as in `caption="…"`.
    pub keyword: Option<String>,
}

/// The pieces of `source`, in order. They cover it completely; a tag that is not closed reaches to the end.
pub fn pieces(source: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    let mut literal_from = 0;
    while at < source.len() {
        let rest = &source[at..];
        let kind = match rest.as_bytes() {
            [b'{', b'{', ..] => Kind::Expression,
            [b'{', b'%', ..] => Kind::Statement,
            [b'{', b'#', ..] => Kind::Comment,
            _ => {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        };
        push_literal(&mut out, literal_from..at, &open);
        let end = at + tag_length(rest, kind);
        if kind == Kind::Statement {
            let statement = inner(&source[at..end]);
            let word = first_word(statement);
            if word == "raw" {
                // What stands in a raw block is text, whatever it looks like.
                let close = source[end..].find("endraw").map_or(source.len(), |i| end + i);
                let close = source[..close].rfind("{%").filter(|c| *c >= end).unwrap_or(close);
                out.push(Piece { kind, span: at..end, within: open.clone() });
                push_literal(&mut out, end..close, &open);
                at = close;
                literal_from = at;
                let closing = at + tag_length(&source[at..], Kind::Statement);
                out.push(Piece { kind, span: at..closing, within: open.clone() });
                at = closing;
                literal_from = at.max(literal_from);
                continue;
            }
            if word.starts_with("end") {
                open.pop();
                out.push(Piece { kind, span: at..end, within: open.clone() });
            } else {
                out.push(Piece { kind, span: at..end, within: open.clone() });
                if let Some(name) = opens(statement) {
                    open.push(name);
                }
            }
        } else {
            out.push(Piece { kind, span: at..end, within: open.clone() });
        }
        at = end;
        literal_from = end;
    }
    push_literal(&mut out, literal_from..source.len(), &open);
    out
}

fn push_literal(out: &mut Vec<Piece>, span: Range<usize>, open: &[String]) {
    if !span.is_empty() {
        out.push(Piece { kind: Kind::Literal, span, within: open.to_vec() });
    }
}

/// What stands between the delimiters of a tag.
pub fn inner(tag: &str) -> &str {
    let tag = tag.get(2..).unwrap_or("");
    let tag = tag
        .strip_suffix("}}")
        .or_else(|| tag.strip_suffix("%}"))
        .or_else(|| tag.strip_suffix("#}"))
        .unwrap_or(tag);
    tag.trim_matches(['-', '+']).trim()
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("")
}

/// The name of the block that a statement opens: for `call`, the name of what is called.
fn opens(statement: &str) -> Option<String> {
    let word = first_word(statement);
    match word {
        "call" => {
            let mut rest = statement["call".len()..].trim_start();
            if rest.starts_with('(') {
                rest = rest.find(')').map_or("", |i| rest[i + 1..].trim_start());
            }
            Some(first_word(rest).to_owned())
        }
        "if" | "for" | "with" | "macro" | "filter" | "block" | "autoescape" => Some(word.to_owned()),
        "set" if !statement.contains('=') => Some(word.to_owned()),
        _ => None,
    }
}

/// Length in bytes of the tag at the start of `text`; quoted strings in it may hold closing delimiters.
fn tag_length(text: &str, kind: Kind) -> usize {
    let close = match kind {
        Kind::Expression => "}}",
        Kind::Statement => "%}",
        Kind::Comment => "#}",
        Kind::Literal => return text.len(),
    };
    if kind == Kind::Comment {
        return text.find(close).map_or(text.len(), |i| i + 2);
    }
    let bytes = text.as_bytes();
    let mut quote: Option<u8> = None;
    let mut i = 2;
    while i < bytes.len() {
        match quote {
            Some(_) if bytes[i] == b'\\' => i += 1,
            Some(q) if bytes[i] == q => quote = None,
            Some(_) => {}
            None if bytes[i] == b'"' || bytes[i] == b'\'' => quote = Some(bytes[i]),
            None if bytes[i..].starts_with(close.as_bytes()) => return i + 2,
            None => {}
        }
        i += 1;
    }
    text.len()
}

/// The strings quoted in the tag at `span` of `source`.
pub fn quoted(source: &str, span: &Range<usize>) -> Vec<Quoted> {
    let text = &source[span.clone()];
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b'"' && bytes[i] != b'\'' {
            i += 1;
            continue;
        }
        let quote = bytes[i];
        let from = i + 1;
        let mut to = from;
        while to < bytes.len() && bytes[to] != quote {
            to += if bytes[to] == b'\\' { 2 } else { 1 };
        }
        let to = to.min(bytes.len());
        let keyword = text[..i].trim_end().strip_suffix('=').map(|before| {
            let before = before.trim_end();
            let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |p| p + 1);
            before[start..].to_owned()
        });
        out.push(Quoted { span: span.start + from..span.start + to, keyword });
        i = to + 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<(Kind, &str, bool)> {
        pieces(source).into_iter().map(|p| (p.kind, &source[p.span.clone()], p.sheltered())).collect()
    }

    #[test]
    fn words_and_tags_are_told_apart() {
        assert_eq!(
            told("a {{ num(\"x}}\") }} b{# 50% #}{% call guard('y %}') %}most{% endcall %}."),
            vec![
                (Kind::Literal, "a ", false),
                (Kind::Expression, "{{ num(\"x}}\") }}", false),
                (Kind::Literal, " b", false),
                (Kind::Comment, "{# 50% #}", false),
                (Kind::Statement, "{% call guard('y %}') %}", false),
                (Kind::Literal, "most", true),
                (Kind::Statement, "{% endcall %}", false),
                (Kind::Literal, ".", false),
            ]
        );
    }

    #[test]
    fn shelter_reaches_through_inner_blocks_and_ends_with_its_own() {
        let source = "{% call cited('k') %}{% if a %}x{% endif %}y{% endcall %}z";
        let sheltered: Vec<_> =
            told(source).into_iter().filter(|p| p.0 == Kind::Literal).map(|p| (p.1, p.2)).collect();
        assert_eq!(sheltered, vec![("x", true), ("y", true), ("z", false)]);
    }

    #[test]
    fn raw_blocks_are_text() {
        let source = "{% raw %}{{ 50% }}{% endraw %}z";
        let literal: Vec<_> =
            told(source).into_iter().filter(|p| p.0 == Kind::Literal).map(|p| p.1).collect();
        assert_eq!(literal, vec!["{{ 50% }}", "z"]);
    }

    #[test]
    fn an_open_tag_reaches_to_the_end() {
        assert_eq!(told("a {{ b"), vec![(Kind::Literal, "a ", false), (Kind::Expression, "{{ b", false)]);
    }
}
