//! The program: parse, call, print.

use std::process::ExitCode;

fn main() -> ExitCode {
    restudy::cli::main()
}
