//! What was typed, cut into entries: statements, saved queries, commands.
//!
//! In: text, or lines as they come. Out: entries with their places, and how far the text is complete.
//!
//! - A statement ends with `;`, outside quotes and comments. The last one of a file may go without.
//! - `\…` and `@…` at the beginning of an entry take their whole line. So does `\…` at the beginning of any line outside
//!   quotes and comments: a statement before it that has not ended is told as unfinished, and never run.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::pieces::{Kind, pieces};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// SQL.
    Statement,
    /// SQL that a command cut off.
    Unfinished,
    /// `@name`: a query of the study.
    Saved,
    /// `\…`.
    Command,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Its text, without the `;` at its end.
    pub text: String,
    /// The line in which it begins, from 1.
    pub line: usize,
    /// The column in which it begins, in characters, from 1.
    pub column: usize,
}

impl Entry {
    /// The text with as many empty comments and blanks before it that each of its parts has the line and the column that it
    /// has where it was written; a head at its top is still one.
    pub fn in_place(&self) -> String {
        format!("{}{}{}", "--\n".repeat(self.line - 1), " ".repeat(self.column - 1), self.text)
    }
}

/// The complete entries of `text`, and the byte at which what is incomplete begins: the text's end where nothing is.
pub fn entries(text: &str) -> (Vec<Entry>, usize) {
    let (found, done) = ended(text);
    let rest = if is_blank(&text[done..]) { text.len() } else { done };
    (found, rest)
}

/// The complete entries of `text`, and the byte at which the last of them has ended. What follows may be a comment, which is a part
/// of the entry that comes after it.
fn ended(text: &str) -> (Vec<Entry>, usize) {
    let mut found = Vec::new();
    let mut done = 0;
    // After a line that is no SQL the cutting begins anew.
    while let Some(end) = until_line_of_its_own(text, &mut done, &mut found) {
        done = end;
    }
    (found, done)
}

/// Whether a text holds nothing but blanks and finished comments.
fn is_blank(text: &str) -> bool {
    pieces(text).iter().all(|piece| !piece.counts() && !piece.open)
}

/// Adds the entries of `text` from byte `done` on, up to the first that takes a whole line: the end of that line, if there is
/// one. `done` comes to stand behind the last statement that has ended.
fn until_line_of_its_own(text: &str, done: &mut usize, found: &mut Vec<Entry>) -> Option<usize> {
    let start = *done;
    // Where a statement has begun that has not ended.
    let mut begun: Option<usize> = None;
    for piece in pieces(&text[start..]).iter().filter(|piece| piece.counts()) {
        let (at, end) = (start + piece.range.start, start + piece.range.end);
        let sign = &text[at..end];
        let is_command = sign.starts_with('\\') && (begun.is_none() || starts_line(text, at));
        if is_command || begun.is_none() && (sign.starts_with('@') || is_word_of_its_own(text, at)) {
            if let Some(begun) = begun {
                found.push(entry(EntryKind::Unfinished, text, begun, text[begun..at].trim_end()));
            }
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
            let kind = if sign.starts_with('@') { EntryKind::Saved } else { EntryKind::Command };
            let line = text[at..end].trim_end().trim_end_matches(';').trim_end();
            found.push(entry(kind, text, at, line));
            return Some(end);
        }
        if piece.kind == Kind::Sign && sign == ";" {
            if let Some(begun) = begun.take() {
                found.push(entry(EntryKind::Statement, text, begun, text[begun..at].trim_end()));
            }
            *done = end;
        } else if begun.is_none() {
            // A comment before a statement is a part of it.
            begun = Some(text.len() - text[*done..].trim_start().len());
        }
    }
    None
}

/// Whether nothing but blanks stands before byte `at` in its line.
fn starts_line(text: &str, at: usize) -> bool {
    text[..at].rsplit('\n').next().is_none_or(|before| before.trim().is_empty())
}

/// Whether the line at byte `at` is a word that other prompts know, and no SQL.
fn is_word_of_its_own(text: &str, at: usize) -> bool {
    let line = text[at..].lines().next().unwrap_or_default().trim_end().trim_end_matches(';').trim_end();
    ["quit", "exit", "help"].iter().any(|word| line.eq_ignore_ascii_case(word))
}

fn entry(kind: EntryKind, text: &str, at: usize, own: &str) -> Entry {
    let (line, column) = place(text, at);
    Entry { kind, text: own.to_owned(), line, column }
}

/// Line and column of byte `at`, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// The name in `@name param=value …`, with its `@`, and the parameters. Blanks may stand in single quotes.
pub fn saved_call(text: &str) -> (&str, Vec<String>) {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut params = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for c in rest.chars().chain([' ']) {
        match c {
            '\'' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    params.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    (name, params)
}

/// Entries of lines that come one after another.
#[derive(Debug)]
pub struct Script<R> {
    lines: R,
    pending: String,
    /// Where `pending` begins.
    line: usize,
    column: usize,
    ready: VecDeque<Entry>,
    ended: bool,
}

impl<R: BufRead> Script<R> {
    /// The entries of `lines`.
    pub fn new(lines: R) -> Self {
        Script { lines, pending: String::new(), line: 1, column: 1, ready: VecDeque::new(), ended: false }
    }

    /// The next entry, as soon as its last line is there; what is left at the end is one too.
    ///
    /// # Errors
    /// The lines cannot be read, or are not UTF-8 text.
    pub fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        while self.ready.is_empty() && !self.ended {
            self.read_line()?;
        }
        Ok(self.ready.pop_front())
    }

    /// Reads one line and takes the entries that it ends.
    fn read_line(&mut self) -> io::Result<()> {
        let before = self.pending.len();
        if self.lines.read_line(&mut self.pending)? == 0 {
            self.ended = true;
            self.take();
            let left = std::mem::take(&mut self.pending);
            if !is_blank(&left) {
                let begins = left.len() - left.trim_start().len();
                let last = entry(EntryKind::Statement, &left, begins, left.trim());
                self.push(last);
            }
            return Ok(());
        }
        if (self.line, self.column, before) == (1, 1, 0) && self.pending.starts_with('\u{feff}') {
            self.pending.remove(0);
        }
        let line = &self.pending[before.min(self.pending.len())..];
        // Only such a line can end an entry: the others are not worth cutting.
        let word = line.trim_start();
        let may_end = line.contains(';') || word.starts_with(['\\', '@']) || is_word_of_its_own(word, 0);
        if may_end {
            self.take();
        }
        Ok(())
    }

    fn take(&mut self) {
        let (found, rest) = ended(&self.pending);
        for entry in found {
            self.push(entry);
        }
        let (line, column) = place(&self.pending, rest);
        if line > 1 {
            self.column = column;
        } else {
            self.column += column - 1;
        }
        self.line += line - 1;
        self.pending.drain(..rest);
    }

    fn push(&mut self, entry: Entry) {
        let column = if entry.line == 1 { self.column + entry.column - 1 } else { entry.column };
        self.ready.push_back(Entry { line: self.line + entry.line - 1, column, ..entry });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<(EntryKind, String)> {
        entries(text).0.into_iter().map(|entry| (entry.kind, entry.text)).collect()
    }

    fn rest(text: &str) -> &str {
        &text[entries(text).1..]
    }

    const SCRIPT: &str = "-- who\nselect ';' as a -- no; end\n, \"b;\" /* ; /* ; */ ; */, $$;$$;select $wave ; ;\n\
                          @stem_support_offered;\n\\f csv\n  \\i it's.sql\nselect 1\n\\q\nselect 'open\n;";

    #[test]
    fn statements_end_with_semicolons_that_are_not_quoted() {
        use EntryKind::{Command, Saved, Statement, Unfinished};
        let first = "-- who\nselect ';' as a -- no; end\n, \"b;\" /* ; /* ; */ ; */, $$;$$";
        let wanted = [
            (Statement, first),
            (Statement, "select $wave"),
            (Saved, "@stem_support_offered"),
            (Command, "\\f csv"),
            (Command, "\\i it's.sql"),
            (Unfinished, "select 1"),
            (Command, "\\q"),
        ];
        assert_eq!(told(SCRIPT), wanted.map(|(kind, text)| (kind, text.to_owned())));
        assert_eq!(rest(SCRIPT), "select 'open\n;");
    }

    #[test]
    fn an_entry_is_complete_or_goes_on() {
        for whole in [
            "",
            "  ",
            "-- a remark",
            "select 1;",
            "select 1; -- one",
            ";",
            "\\d",
            "@a",
            "exit",
            "Quit;",
            "help",
        ] {
            assert_eq!(rest(whole), "", "{whole}");
        }
        for open in
            ["select 1", "select 1; select", "select 'a;", "/* a;", "select exit", "select 1 \\", "exit now"]
        {
            assert_ne!(rest(open), "", "{open}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "select 1; select é;\n\n  select\n x;";
        let (found, _) = entries(text);
        let lines: Vec<&str> = text.lines().collect();
        for entry in &found {
            let placed = entry.in_place();
            for (own, line) in placed.lines().zip(&lines) {
                let own = own.trim_start();
                assert!(own == "--" || own.is_empty() || line.contains(own), "{own} in {line}");
            }
        }
        let places: Vec<_> = found.iter().map(|entry| (entry.line, entry.column)).collect();
        assert_eq!(places, [(1, 1), (1, 11), (3, 3)]);
    }

    #[test]
    fn a_saved_query_may_have_parameters() {
        assert_eq!(saved_call("@a"), ("@a", vec![]));
        let params = ["least=5", "role=head of science"].map(str::to_owned).to_vec();
        assert_eq!(saved_call("@a  least=5 role='head of science'"), ("@a", params));
    }

    fn of_lines(text: &str) -> Vec<Entry> {
        let mut script = Script::new(text.as_bytes());
        std::iter::from_fn(|| script.next_entry().expect("lines")).collect()
    }

    #[test]
    fn lines_give_the_same_entries_with_the_same_places() {
        let (mut wanted, _) = entries(SCRIPT);
        let mut last = wanted[0].clone();
        (last.kind, last.text, last.line) = (EntryKind::Statement, "select 'open\n;".to_owned(), 9);
        wanted.push(last);
        assert_eq!(of_lines(SCRIPT), wanted);
        assert_eq!(of_lines("\u{feff}select 1"), [entry(EntryKind::Statement, "select 1", 0, "select 1")]);
        assert_eq!(of_lines("-- nothing\n"), []);
        assert_eq!(
            of_lines("--;\nselect 1;"),
            entries("--;\nselect 1;").0,
            "a comment goes with what it is about"
        );
    }

    proptest! {
        #[test]
        fn no_text_is_lost_or_makes_it_panic(text in "([a-z]{1,3}|;|'|\"|--|/\\*|\\*/|\n| |\\\\d|@a|é){0,20}") {
            let (found, rest) = entries(&text);
            prop_assert!(found.iter().all(|entry| text.contains(&entry.text)));
            let mut whole = of_lines(&text);
            whole.truncate(found.len());
            // Whatever is still open at the end is one more.
            prop_assert_eq!(&whole, &found);
            prop_assert!(of_lines(&text).len() <= found.len() + usize::from(rest < text.len()));
        }
    }
}
