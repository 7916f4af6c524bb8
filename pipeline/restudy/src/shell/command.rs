//! The shell's own commands: `\d`, `\q` and the like.

use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Diagnostics, nearest};

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `\d`: the tables; with a name, the columns of one.
    Describe(Option<String>),
    /// `\i FILE`: the entries of a file.
    Include(PathBuf),
    /// `\o FILE`: answers into a file; without one, to the terminal again.
    Out(Option<PathBuf>),
    /// `\f FORMAT`: how answers are written; without one, which format it is and which there are.
    Format(Option<String>),
    /// `\w WAVE`: another wave; without one, which wave it is and which there are.
    Wave(Option<String>),
    /// `\timing on|off`; without either, the other one.
    Timing(Option<bool>),
    /// `\save NAME [TITLE]`: the last query that worked as a file of the study.
    Save {
        /// The query's name.
        name: String,
        /// What it answers.
        title: Option<String>,
    },
    /// `\?`: what there is.
    Help,
    /// `\q`: the end.
    Quit,
}

/// What a command wants after its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Nothing.
    Nothing,
    /// A table.
    Table,
    /// A file.
    File,
    /// A format.
    Format,
    /// A wave.
    Wave,
    /// `on` or `off`.
    Switch,
    /// Something new.
    New,
}

/// A command's line of help.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Its name, with the backslash.
    pub name: &'static str,
    /// What follows it, as help shows it.
    pub operands: &'static str,
    /// What is looked for when it is completed.
    pub operand: Operand,
    /// What it does.
    pub does: &'static str,
}

/// All commands.
pub const USAGE: [Usage; 9] = [
    usage("\\d", "[TABLE]", Operand::Table, "the tables, or the columns of one with their labels"),
    usage("\\i", "FILE", Operand::File, "run the statements and commands of a file"),
    usage(
        "\\o",
        "[FILE]",
        Operand::File,
        "each answer into a file, in place of the one before; without a file, to the terminal again",
    ),
    usage("\\f", "[FORMAT]", Operand::Format, "how answers are written"),
    usage("\\w", "[WAVE]", Operand::Wave, "another wave"),
    usage("\\timing", "[on|off]", Operand::Switch, "say how long each answer took"),
    usage(
        "\\save",
        "NAME [TITLE]",
        Operand::New,
        "keep the last query that worked as queries/explore/NAME.sql",
    ),
    usage("\\?", "", Operand::Nothing, "this help"),
    usage("\\q", "", Operand::Nothing, "leave; so does Ctrl-D"),
];

const fn usage(name: &'static str, operands: &'static str, operand: Operand, does: &'static str) -> Usage {
    Usage { name, operands, operand, does }
}

impl Command {
    /// The command in a line that begins with a backslash, or is one of the words `quit`, `exit` and `help`.
    ///
    /// # Errors
    /// There is no such command, or it is not called so.
    pub fn parse(line: &str) -> Result<Command, Diagnostics> {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let given = (!rest.is_empty()).then(|| rest.to_owned());
        let command = match name.to_ascii_lowercase().as_str() {
            "\\d" | "\\dt" => Command::Describe(given),
            "\\i" => match given {
                Some(file) => return Ok(Command::Include(path(&file))),
                None => return Err(wants("\\i", "the file whose statements it runs").into()),
            },
            "\\o" => Command::Out(given.as_deref().map(path)),
            "\\f" => Command::Format(given),
            "\\w" => Command::Wave(given),
            "\\timing" => Command::Timing(match rest.to_ascii_lowercase().as_str() {
                "" => None,
                "on" => Some(true),
                "off" => Some(false),
                _ => return Err(Diagnostic::error("`\\timing` is `on` or `off`").into()),
            }),
            "\\save" => match given {
                Some(words) => {
                    let (name, title) = words.split_once(char::is_whitespace).unwrap_or((&words, ""));
                    let title = title.trim();
                    let title = (!title.is_empty()).then(|| title.to_owned());
                    Command::Save { name: name.to_owned(), title }
                }
                None => return Err(wants("\\save", "a name for the query").into()),
            },
            "\\?" | "\\h" | "\\help" | "help" => Command::Help,
            "\\q" | "\\quit" | "quit" | "exit" => Command::Quit,
            _ => return Err(unknown(name).into()),
        };
        if matches!(command, Command::Help | Command::Quit) && !rest.is_empty() {
            return Err(Diagnostic::error(format!("`{name}` stands alone")).into());
        }
        Ok(command)
    }
}

fn wants(name: &str, what: &str) -> Diagnostic {
    Diagnostic::error(format!("`{name}` wants {what}"))
}

fn unknown(name: &str) -> Diagnostic {
    let names = USAGE.iter().map(|usage| usage.name);
    let fault = Diagnostic::error(format!("there is no command `{name}`"));
    match nearest(name, names) {
        Some(near) => fault.hint(format!("did you mean `{near}`? `\\?` lists all")),
        None => fault.hint("`\\?` lists the commands"),
    }
}

/// A file's name as it was typed, with or without quotes; `~/` is the home folder.
fn path(typed: &str) -> PathBuf {
    let bare = typed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(typed);
    match (bare.strip_prefix("~/"), std::env::home_dir()) {
        (Some(inside), Some(home)) => home.join(inside),
        _ => PathBuf::from(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let only = |faults: Diagnostics| faults.into_iter().next().unwrap();
        let read = |line: &str| Command::parse(line).map_err(|faults| only(faults).message);
        assert_eq!(read("\\d"), Ok(Command::Describe(None)));
        assert_eq!(read("\\D  answers "), Ok(Command::Describe(Some("answers".into()))));
        assert_eq!(read("\\i 'two words.sql'"), Ok(Command::Include("two words.sql".into())));
        assert_eq!(read("\\o it's.csv"), Ok(Command::Out(Some("it's.csv".into()))));
        assert_eq!(read("\\o"), Ok(Command::Out(None)));
        assert_eq!(read("\\timing OFF"), Ok(Command::Timing(Some(false))));
        let saved = Command::Save { name: "a".into(), title: Some("What there is.".into()) };
        assert_eq!(read("\\save a   What there is."), Ok(saved));
        assert_eq!(read("exit"), Ok(Command::Quit));
        assert_eq!(read("\\q now"), Err("`\\q` stands alone".into()));
        assert_eq!(read("\\i"), Err("`\\i` wants the file whose statements it runs".into()));
        assert_eq!(read("\\timing maybe"), Err("`\\timing` is `on` or `off`".into()));
        let unknown = only(Command::parse("\\timng").expect_err("a fault"));
        assert_eq!(unknown.hints, ["did you mean `\\timing`? `\\?` lists all"]);
    }

    #[test]
    fn every_command_of_the_help_is_known() {
        for usage in USAGE {
            let line =
                format!("{} {}", usage.name, usage.operands.trim_matches(['[', ']']).replace("on|off", "on"));
            Command::parse(&line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
        }
    }
}
