//! Survey rows that meet given margins.
//!
//! In: a recipe (who answered what, how often, and what leans on what) and a study's codebook. Out: the export of an
//! online survey tool, and the codes that a researcher gave its open answers.
//!
//! - Every count in the recipe is met exactly, or the maker says which one cannot be met and writes nothing.
//! - The same recipe and codebook give the same bytes, on every machine: the chance comes from a seeded stream cipher, and
//!   the arithmetic is additions and multiplications in a fixed order.
//! - It knows no study: every number, name and sentence is in the recipe or the codebook.

mod assign;
mod calendar;
mod chance;
mod codebook;
mod export;
mod fault;
mod make;
mod recipe;
mod wave;

use std::path::Path;
use std::process::ExitCode;

use crate::fault::Fault;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(recipe), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: wavemaker RECIPE.toml");
        return ExitCode::from(2);
    };
    match run(Path::new(&recipe)) {
        Ok(files) => {
            for file in files {
                println!("{file}");
            }
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the wave that a recipe describes and writes its files; returns what was written, one line each.
fn run(path: &Path) -> Result<Vec<String>, Fault> {
    let recipe = recipe::read(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let codebook = codebook::read(&folder.join(&recipe.codebook))?;
    let wave = make::make(&recipe, &codebook)?;
    export::write(&wave, &recipe, &codebook, &folder.join(&recipe.output))
}
