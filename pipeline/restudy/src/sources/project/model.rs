//! A project of REFI-QDA as its file has it: names, positions and words, of which nothing is decided yet.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};

/// A project, or the code book of one alone.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The file, relative to the study's folder.
    pub file: String,
    /// The program that wrote it, as it calls itself.
    pub origin: String,
    /// Who worked on it.
    pub users: Vec<User>,
    /// The codes, each after the code above it.
    pub codes: Vec<ProjectCode>,
    /// What is known of cases and documents.
    pub variables: Vec<Variable>,
    /// The cases.
    pub cases: Vec<Case>,
    /// The sources: documents, pictures, sound.
    pub documents: Vec<Document>,
    /// Sets of sources: groups of documents.
    pub sets: Vec<Set>,
    /// All codings, wherever they stand.
    pub codings: Vec<ProjectCoding>,
    /// How many codings the file has, counted apart from reading them.
    pub codings_in_file: usize,
    /// The notes.
    pub notes: Vec<Note>,
    /// What is not read at all, and how much there is of it: sets of other things, links, graphs.
    pub unread: Vec<(&'static str, usize)>,
}

/// Somebody who worked on a project.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id.
    pub id: String,
    /// The name; empty where there is none.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// A code.
#[derive(Clone, Debug)]
pub struct ProjectCode {
    /// Its id.
    pub id: String,
    /// Its name and those of the codes above it, from the root.
    pub path: Vec<String>,
    /// What its description says.
    pub description: String,
    /// Where it stands.
    pub place: Place,
}

impl ProjectCode {
    /// The names from the root, with `/` between them.
    pub fn named(&self) -> String {
        self.path.join("/")
    }
}

/// A variable of cases or documents.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: VariableKind,
    /// Where it stands.
    pub place: Place,
}

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// Text, yes or no, days, moments: as they are written.
    Words,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
}

/// A value of a variable.
#[derive(Clone, Debug)]
pub struct Value {
    /// The variable, by its number.
    pub variable: usize,
    /// The value as it is written.
    pub written: String,
    /// Where it stands.
    pub place: Place,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub values: Vec<Value>,
    /// Its documents, by number.
    pub documents: Vec<usize>,
    /// How many parts of documents it stands on.
    pub selections: usize,
    /// How many codes it is tied to.
    pub codes: usize,
    /// Where it stands.
    pub place: Place,
}

/// A set that holds sources.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its documents, by number.
    pub documents: Vec<usize>,
    /// Where it stands.
    pub place: Place,
}

/// What a source of a project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Text.
    Text,
    /// A PDF, of which a project may hold the text.
    Pdf,
    /// A picture.
    Picture,
    /// Sound.
    Audio,
    /// Video.
    Video,
}

impl DocumentKind {
    /// The kind in a word.
    pub fn word(self) -> &'static str {
        match self {
            DocumentKind::Text => "text",
            DocumentKind::Pdf => "PDF",
            DocumentKind::Picture => "picture",
            DocumentKind::Audio => "sound",
            DocumentKind::Video => "video",
        }
    }
}

/// A source of a project.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Its text, line ends as they stand; none where there is none.
    pub text: Option<Arc<str>>,
    /// Why it has no text that can be read, although it should have one: faults, if it is kept.
    pub unread: Vec<Diagnostic>,
    /// What is known of it.
    pub values: Vec<Value>,
    /// Where it stands.
    pub place: Place,
}

/// A code that somebody gave to something.
#[derive(Clone, Debug)]
pub struct ProjectCoding {
    /// Its id.
    pub id: String,
    /// The id of the selection that it is given to; empty where it is given to something else.
    pub selection: Arc<str>,
    /// The code, by its number.
    pub code: usize,
    /// Who gave it, by number; none where nobody is named.
    pub user: Option<usize>,
    /// Whether that is not said of it, but of its selection.
    pub is_user_of_selection: bool,
    /// When, as it is written; empty where it is not.
    pub created: String,
    /// The document, by its number; none where it is given to something else.
    pub document: Option<usize>,
    /// What it is given to.
    pub given_to: GivenTo,
    /// Words that go with the place: the name of a selection is often its beginning.
    pub words: Arc<[String]>,
    /// Where it stands.
    pub place: Place,
}

/// What a code is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenTo {
    /// The text from a position to before another, counted as the program counts.
    Text {
        /// Where it begins.
        start: u64,
        /// Where it ends.
        end: u64,
    },
    /// An area of a page that says what words it holds.
    Words {
        /// The page.
        page: Option<u64>,
        /// The words.
        words: Arc<str>,
    },
    /// Something that has no place in a text; in words, with the article.
    Other(&'static str),
}

/// A note.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// Its title; empty where it has none.
    pub title: String,
    /// Its text; none where the project does not hold it.
    pub text: Option<Arc<str>>,
    /// Who wrote it, by number.
    pub user: Option<usize>,
    /// When, as it is written; empty where it is not.
    pub created: String,
    /// What it is about.
    pub about: Vec<About>,
}

/// What a note is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The kind of thing, in a word.
    pub what: &'static str,
    /// The code, by number.
    pub code: Option<usize>,
    /// The case, by number.
    pub case: Option<usize>,
    /// The document, by number.
    pub document: Option<usize>,
    /// The selection, by its id; empty where it is about none.
    pub selection: Arc<str>,
    /// Where in the text of the document it is.
    pub span: Option<(u64, u64)>,
    /// The coding, by its id.
    pub coding: Option<String>,
    /// The name of what else it is about: a set or a link.
    pub name: Option<String>,
}
