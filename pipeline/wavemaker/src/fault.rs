//! What can be wrong with a recipe, in words that name the step.

use std::path::PathBuf;

/// A reason for which no wave is made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A file could not be read or written; the cause names it.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// A file is not what it should be.
    #[error("{}: {message}", path.display())]
    Form {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The recipe asks for something that cannot be, or names something that is not there.
    #[error("step `{step}`: {message}")]
    Recipe {
        /// Question, item or page.
        step: String,
        /// What is wrong, with the numbers.
        message: String,
    },
}

impl Fault {
    /// A fault in the form of a file.
    pub(crate) fn form(path: impl Into<PathBuf>, message: impl ToString) -> Self {
        Self::Form { path: path.into(), message: message.to_string() }
    }

    /// A fault of a step of the recipe.
    pub(crate) fn step(step: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Recipe { step: step.into(), message: message.into() }
    }
}
