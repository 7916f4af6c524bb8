//! Survey rows that meet given margins.
//!
//! In: a recipe (who answered what, how often, and what leans on what) and a study's codebook. Out: the export of an
//! online survey tool, and the codes that a researcher gave its open answers. A recipe of another kind makes a project of
//! qualitative data of a study's case studies.
//!
//! - Every count in the recipe is met exactly, or the maker says which one cannot be met and writes nothing.
//! - The same recipe and codebook give the same bytes, on every machine: the chance comes from a seeded stream cipher, and
//!   the arithmetic is additions and multiplications in a fixed order.
//! - It knows no study: every number, name and sentence is in the recipe or the codebook.

mod assign;
mod calendar;
mod chance;
mod codebook;
mod columns;
mod export;
mod fault;
mod layout;
mod make;
mod project;
mod recipe;
mod spss;
mod variant;
mod wave;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::export::ExportFile;
use crate::fault::Fault;
use crate::recipe::Recipe;

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

/// Makes what a recipe describes and writes its files; returns a line for each file. Nothing is written unless all
/// of it could be made.
fn run(path: &Path) -> Result<Vec<String>, Fault> {
    let (output, files) = made(path)?;
    let folder = beside(path, &output);
    fs_err::create_dir_all(&folder)?;
    let mut lines = Vec::new();
    for file in files {
        let target = folder.join(file.name);
        fs_err::write(&target, file.bytes)?;
        lines.push(format!("{}: {} rows", target.display(), file.rows));
    }
    Ok(lines)
}

/// The files that a recipe makes, and the folder that they go to, from the recipe's.
fn made(path: &Path) -> Result<(String, Vec<ExportFile>), Fault> {
    if project::is_recipe(path)? {
        return project::made(path);
    }
    let recipe: Recipe = recipe::read(path)?;
    let codebook = codebook::read(&beside(path, &recipe.codebook))?;
    let codebook = codebook.with(&recipe.questions, &recipe.labels)?;
    let wave = make::make(&recipe, &codebook)?;
    let files = export::files(&wave, &recipe, &codebook)?;
    Ok((recipe.output, files))
}

/// A path that a recipe names, seen from the recipe's folder.
fn beside(recipe: &Path, path: &str) -> PathBuf {
    recipe.parent().unwrap_or(Path::new("")).join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waves_in_the_repository_are_what_their_recipes_make() {
        for wave in ["2013", "2014", "2015", "project"] {
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fixtures/recipe/{wave}.toml"));
            let (output, files) = made(&path).expect("it can be made");
            for file in files {
                let kept = fs_err::read(beside(&path, &output).join(&file.name)).expect("the file is there");
                assert!(
                    kept == file.bytes,
                    "{wave}: {} is not what the recipe makes: run `just fixtures`",
                    file.name
                );
            }
        }
    }
}
