//! The program: parse, call, print.

mod theme;

use std::process::ExitCode;

fn main() -> ExitCode {
    restudy::cli::main(theme::FILES)
}
